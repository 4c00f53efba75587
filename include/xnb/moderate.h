/* SPDX-License-Identifier: GPL-2.0 */
/* When an event that the guest asked for may wait for company. */
#ifndef XNB_MODERATE_H
#define XNB_MODERATE_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * enum xnb_exit - why an event goes out, or that it does not
 * @XNB_HOLD: it waits, until xnb_moderate.deadline_ns at the latest
 * @XNB_EXIT_IDLE: no further packet is expected within the hold time: a lone packet is
 *	never late
 * @XNB_EXIT_COUNT: enough packets wait
 * @XNB_EXIT_RING: the guest has to refill before it runs dry
 * @XNB_EXIT_TIME: the hold time is over
 */
enum xnb_exit {
	XNB_HOLD,
	XNB_EXIT_IDLE,
	XNB_EXIT_COUNT,
	XNB_EXIT_RING,
	XNB_EXIT_TIME,
};

/**
 * struct xnb_moderate - the events of one direction of a queue
 * @last_ns: when packets were last published
 * @deadline_ns: when a held event goes out at the latest; valid while @held
 * @gap_ns: average time between packets, not above XNB_GAP_NS_MAX
 * @held: packets published since the last event, 0 when none is held
 * @unasked: packets published since @last_ns for which the guest wanted no event
 */
struct xnb_moderate {
	u64 last_ns;
	u64 deadline_ns;
	u32 gap_ns;
	u32 held;
	u32 unasked;
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
 * @now_ns: monotonic time
 * @packets: how many were published, at least 1
 * @room: packets that can follow before the guest has to do something
 *
 * Rests on the arrival rate alone (the paper's companion rule: interrupt before the buffers
 * overflow at the present rate): only where another packet is due within the hold time does
 * waiting save an event. When the verdict is to send, the caller reports what it did by
 * xnb_moderate_sent().
 *
 * Pure: any context. Return: XNB_HOLD or the reason to send now.
 */
enum xnb_exit xnb_moderate_publish(struct xnb_moderate *moderate, u64 now_ns, u32 packets,
				   u32 room);

/**
 * xnb_moderate_unasked() - packets were published to a guest that wants no event
 * @moderate: the state
 * @packets: how many
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
 * xnb_moderate_sent() - the event went out
 * @moderate: the state
 *
 * Pure: any context.
 */
static inline void xnb_moderate_sent(struct xnb_moderate *moderate)
{
	moderate->held = 0;
}

#endif
