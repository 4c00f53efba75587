/* SPDX-License-Identifier: GPL-2.0 */
/* When an event may wait for company: those we send, and those we ask for. */
#ifndef XNB_MODERATE_H
#define XNB_MODERATE_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * struct xnb_coalesce - settings of one direction of a queue
 * @usecs: the longest wait in microseconds, 0 to XNB_COALESCE_USECS_MAX; 0: none
 * @frames: so many packets end a wait, 0 to XNB_COALESCE_FRAMES_MAX; 0: no such limit
 * @adaptive: wait only where the measured rate says that it pays; else always
 *
 * The fields may change one by one while the policy runs: any mix is a valid setting.
 */
struct xnb_coalesce {
	u32 usecs;
	u32 frames;
	bool adaptive;
};

/**
 * enum xnb_exit - why a wait ended, or that it goes on
 * @XNB_HOLD: wait, until xnb_moderate.deadline_ns at the latest
 * @XNB_EXIT_IDLE: no further packet is expected in time: a lone packet is never late
 * @XNB_EXIT_COUNT: enough packets wait
 * @XNB_EXIT_RING: the guest has to refill before it runs dry
 * @XNB_EXIT_TIME: the time is over
 * @XNB_EXITS: number of the above
 */
enum xnb_exit {
	XNB_HOLD,
	XNB_EXIT_IDLE,
	XNB_EXIT_COUNT,
	XNB_EXIT_RING,
	XNB_EXIT_TIME,
	XNB_EXITS
};

/**
 * struct xnb_moderate - one kind of event of a queue
 * @last_ns: when packets last came
 * @deadline_ns: when the present wait ends; valid while @held
 * @half_ns: the middle of that wait
 * @came_ns: when the last packet of the next publication came; 0: just now
 * @gap_ns: average time between packets
 * @held: packets that wait, 0 when none does; parked: one more than were found since
 * @unasked: packets since @last_ns that needed no event
 * @misses: waits in vain not yet made up for, up to XNB_MISSES_MAX
 * @skip: packets that do not wait, because waits did not pay
 */
struct xnb_moderate {
	u64 last_ns;
	u64 deadline_ns;
	u64 half_ns;
	u64 came_ns;
	u32 gap_ns;
	u32 held;
	u32 unasked;
	u16 misses;
	u16 skip;
};

/**
 * xnb_moderate_init() - begin as an idle direction
 * @moderate: the state
 *
 * Pure: any context.
 */
void xnb_moderate_init(struct xnb_moderate *moderate);

/**
 * xnb_moderate_publish() - packets were published: send the event, or hold it
 * @moderate: the state; the caller serialises
 * @coalesce: the settings
 * @now_ns: monotonic time
 * @packets: how many were published, at least 1
 * @room: packets that can follow before the guest has to do something
 *
 * Adaptive, an event waits only when another packet is due before its deadline, by the
 * average gap. Where that proves wrong (requests whose next ones wait for our event) each
 * wait in vain, which is one whose second half brought nobody, doubles the number of packets
 * that go out at once. The ring exit follows the companion rule of the paper's group:
 * interrupt before the buffers overflow at the present rate.
 *
 * When the verdict is to send, the caller reports that it did by xnb_moderate_sent().
 *
 * Pure: any context. Return: XNB_HOLD or the reason to send now.
 */
enum xnb_exit xnb_moderate_publish(struct xnb_moderate *moderate,
				   const struct xnb_coalesce *coalesce, u64 now_ns, u32 packets,
				   u32 room);

/**
 * xnb_moderate_expired() - is the wait of a held event over
 * @moderate: the state; the caller serialises
 * @now_ns: monotonic time
 *
 * Pure: any context. Return: true when an event is held and its time has come.
 */
static inline bool xnb_moderate_expired(const struct xnb_moderate *moderate, u64 now_ns)
{
	return moderate->held && now_ns >= moderate->deadline_ns;
}

/**
 * xnb_moderate_sent() - an event went out with the packets that were just published
 * @moderate: the state
 *
 * Pure: any context.
 */
static inline void xnb_moderate_sent(struct xnb_moderate *moderate)
{
	moderate->held = 0;
}

/**
 * xnb_moderate_foresee() - when the wait of the next packet is going to end
 * @moderate: the state
 * @coalesce: the settings
 * @now_ns: monotonic time
 *
 * For a timer that has to be set long before, which those of longer waits have not. A time once
 * foreseen comes only once: when it is over and no packet came, nothing is foreseen.
 *
 * Pure: any context. Return: monotonic time; 0 when an event is held already, or the next packet
 * is not expected to wait.
 */
u64 xnb_moderate_foresee(const struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
			 u64 now_ns);

/**
 * xnb_moderate_sent_late() - a held event went out because its wait was over
 * @moderate: the state; an event is held
 *
 * Pure: any context.
 */
void xnb_moderate_sent_late(struct xnb_moderate *moderate);

/**
 * xnb_moderate_unasked() - packets were published to a guest that wants no event
 * @moderate: the state
 * @packets: how many, may be 0
 *
 * It is still at work and will find them by itself; they only count for the rate. A held
 * event is no longer held.
 *
 * Pure: any context.
 */
static inline void xnb_moderate_unasked(struct xnb_moderate *moderate, u32 packets)
{
	moderate->unasked += packets;
	moderate->held = 0;
}

/**
 * xnb_moderate_park() - work is done: ask the guest for an event, or come back by ourselves
 * @moderate: the state, of its own for this use; the caller serialises
 * @coalesce: the settings
 * @now_ns: monotonic time
 * @packets: how many were found since the last call
 *
 * While packets follow closely the guest need not tell about each: the caller looks again
 * at deadline_ns. Until then the queue is parked, which is to say that the state is held;
 * a call before that time, for whatever reason, leaves it parked.
 *
 * Static, the queue is parked after each look that found something: so a lone packet is
 * still served at once, and the next one after @coalesce->usecs at the earliest. Adaptive, it
 * is parked where two packets or more are due at the next look.
 *
 * Pure: any context. Return: XNB_HOLD to come back at deadline_ns, else ask the guest.
 */
enum xnb_exit xnb_moderate_park(struct xnb_moderate *moderate,
				const struct xnb_coalesce *coalesce, u64 now_ns, u32 packets);

/**
 * xnb_moderate_rate() - packets a second, for people to look at
 * @moderate: the state, perhaps changing meanwhile
 * @coalesce: the settings
 * @now_ns: monotonic time
 *
 * Pure: any context. Return: the present rate; 0 when the packets are so far apart that they
 * have nothing to do with each other.
 */
u32 xnb_moderate_rate(const struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
		      u64 now_ns);

/**
 * xnb_moderate_gather() - how many packets may come before it is worth moving them
 * @moderate: the state
 * @coalesce: the settings
 * @now_ns: monotonic time
 * @room: as for xnb_moderate_publish()
 *
 * While an event is held the guest sleeps, so packets may as well gather for one hypercall
 * and be published together: until the wait is over, when the caller comes back in any case.
 * That pays when at least two are due.
 *
 * Pure: any context. Return: 1 when no event is held, else 1 to @room.
 */
u32 xnb_moderate_gather(const struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
			u64 now_ns, u32 room);

/**
 * xnb_moderate_gathered() - the packets of the next xnb_moderate_publish() have gathered
 * @moderate: the state
 * @came_ns: when the last of them came, monotonic; not 0
 *
 * Whether a wait was in vain is judged by that, not by the time of the publication.
 *
 * Pure: any context.
 */
static inline void xnb_moderate_gathered(struct xnb_moderate *moderate, u64 came_ns)
{
	moderate->came_ns = came_ns;
}

/**
 * xnb_moderate_refill() - how many buffers to ask the guest for
 * @coalesce: the settings
 * @needed: slots that the next packet needs, at least 1
 * @queued: packets that wait, each for a slot at least
 *
 * An event of the guest for each buffer is no better than an event to it for each packet. Who
 * asks for more than @needed comes back by himself soon, as a guest may never have so many
 * posted.
 *
 * Pure: any context. Return: slots to ask for, @needed or more.
 */
static inline u32 xnb_moderate_refill(const struct xnb_coalesce *coalesce, u32 needed,
				      u32 queued)
{
	if (!coalesce->usecs)
		return needed;
	return max_t(u32, needed, min_t(u32, queued, XNB_REFILL_SLOTS));
}

#endif
