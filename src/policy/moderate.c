// SPDX-License-Identifier: GPL-2.0
#include <xnb/moderate.h>

#define NSEC_A_USEC 1000
#define NSEC_A_SEC 1000000000

/* A packet counts for a quarter of the average: a burst is known as one after a few packets. */
#define GAP_WEIGHT 4

/* A pause of so many waits ends a burst at once, and the next one has to prove itself. */
#define PAUSE_WAITS 4
#define PAUSE_NS_MIN 100000

/* The guest is told this many times earlier than it would run dry. */
#define RING_SLACK 2

/* A look without an event has to find so many packets. */
#define WORTH_PACKETS 2

/* A wait that paid makes up for so many in vain. */
#define PAID_MISSES 2

/* A packet may come later than expected, by this share of the wait: too early a timer is no use. */
#define FORESEE_SLACK 8

/* Where more come in a wait, the guest is at work with one when the next comes, as a rule. */
#define FORESEE_PACKETS 4

/* Held by a parked queue beside the packets that it finds before its time. */
#define PARKED 1

void xnb_moderate_init(struct xnb_moderate *moderate)
{
	*moderate = (struct xnb_moderate){ .gap_ns = PAUSE_NS_MIN };
}

static u64 longest_wait(const struct xnb_coalesce *coalesce)
{
	return (u64)coalesce->usecs * NSEC_A_USEC;
}

static u32 pause_ns(u64 wait_ns)
{
	return max_t(u64, PAUSE_WAITS * wait_ns, PAUSE_NS_MIN);
}

static void learn_gap(struct xnb_moderate *moderate, u64 now_ns, u32 packets, u64 wait_ns)
{
	u32 pause = pause_ns(wait_ns);
	u64 elapsed = now_ns - moderate->last_ns;
	/* Wraps when the guest polled for long enough; it must not become 0. */
	u32 since = max_t(u32, packets + moderate->unasked, packets);
	s32 change;

	moderate->unasked = 0;
	moderate->last_ns = now_ns;

	/*
	 * Nobody knows when the unasked ones came: perhaps all before a pause. They do not
	 * count here, so that the lone packet behind them is not late.
	 */
	if (elapsed >= (u64)packets * pause) {
		moderate->gap_ns = pause;
		return;
	}
	change = (s32)((u32)min_t(u64, elapsed, U32_MAX) / since) - (s32)moderate->gap_ns;
	moderate->gap_ns += change * (s32)min_t(u32, since, GAP_WEIGHT) / GAP_WEIGHT;
}

/*
 * A wait was in vain when nobody came in its second half: packets may well wait for an answer
 * to those we hold. A burst that ended looks the same, and then little is lost.
 *
 * Waits that pay go on. In vain, packets go at once for a while, each time for longer.
 */
static void judge_wait(struct xnb_moderate *moderate, bool in_vain)
{
	if (!in_vain) {
		moderate->misses -= min_t(u32, moderate->misses, PAID_MISSES);
		return;
	}
	if (moderate->misses < XNB_MISSES_MAX)
		moderate->misses++;
	moderate->skip = 1U << moderate->misses;
}

static bool skip_wait(struct xnb_moderate *moderate, u32 packets)
{
	if (!moderate->skip)
		return false;
	moderate->skip -= min_t(u32, packets, moderate->skip);
	return true;
}

/* Whether the guest needs the event before it runs out of room at the present rate. */
static bool runs_dry(const struct xnb_moderate *moderate, u32 room, u64 wait_ns)
{
	return (u64)room * moderate->gap_ns < RING_SLACK * min_t(u64, wait_ns, XNB_REFILL_NS);
}

static void begin_wait(struct xnb_moderate *moderate, u64 now_ns, u32 packets, u64 wait_ns)
{
	moderate->held = packets;
	moderate->half_ns = now_ns + wait_ns / 2;
	moderate->deadline_ns = now_ns + wait_ns;
}

/* Why the event of what is held should go now, or XNB_HOLD. */
static enum xnb_exit find_exit(struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
			       u64 now_ns, u32 packets, u32 room)
{
	if (coalesce->adaptive &&
	    (skip_wait(moderate, packets) ||
	     now_ns + moderate->gap_ns >= moderate->deadline_ns))
		return XNB_EXIT_IDLE;
	if (coalesce->frames && moderate->held >= coalesce->frames)
		return XNB_EXIT_COUNT;
	if (now_ns >= moderate->deadline_ns)
		return XNB_EXIT_TIME;
	if (runs_dry(moderate, room, longest_wait(coalesce)))
		return XNB_EXIT_RING;
	return XNB_HOLD;
}

enum xnb_exit xnb_moderate_publish(struct xnb_moderate *moderate,
				   const struct xnb_coalesce *coalesce, u64 now_ns, u32 packets,
				   u32 room)
{
	u64 came_ns = moderate->came_ns ? moderate->came_ns : now_ns;
	u64 wait_ns = longest_wait(coalesce);
	bool company = moderate->held, late;
	enum xnb_exit exit;

	learn_gap(moderate, now_ns, packets, wait_ns);
	if (company)
		moderate->held += packets;
	else
		begin_wait(moderate, now_ns, packets, wait_ns);

	exit = find_exit(moderate, coalesce, now_ns, packets, room);
	late = now_ns >= moderate->deadline_ns;
	if (company && exit != XNB_HOLD)
		judge_wait(moderate, late && came_ns < moderate->half_ns);
	moderate->came_ns = 0;
	return exit;
}

u64 xnb_moderate_foresee(const struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
			 u64 now_ns)
{
	u64 wait_ns = longest_wait(coalesce);
	u64 deadline_ns = moderate->last_ns + moderate->gap_ns + wait_ns + wait_ns / FORESEE_SLACK;

	/* Nothing waits where no second packet is due, or none may join. */
	if (!coalesce->adaptive || moderate->skip || moderate->gap_ns >= wait_ns ||
	    coalesce->frames == 1)
		return 0;
	/* Then a timer can be had when it is needed. */
	if (wait_ns >= XNB_TIMER_AHEAD_NS)
		return 0;
	if (moderate->held || moderate->unasked || moderate->gap_ns < wait_ns / FORESEE_PACKETS ||
	    now_ns >= deadline_ns)
		return 0;
	return deadline_ns;
}

void xnb_moderate_sent_late(struct xnb_moderate *moderate)
{
	judge_wait(moderate, moderate->last_ns < moderate->half_ns);
	moderate->held = 0;
}

enum xnb_exit xnb_moderate_park(struct xnb_moderate *moderate,
				const struct xnb_coalesce *coalesce, u64 now_ns, u32 packets)
{
	u64 wait_ns = longest_wait(coalesce);

	if (packets)
		learn_gap(moderate, now_ns, packets, wait_ns);
	if (moderate->held) {
		moderate->held += packets;
		/* Woken for another reason: what was found early counts all the same. */
		if (now_ns < moderate->deadline_ns)
			return XNB_HOLD;
		/* One packet, and its event would have been as good as this look. */
		judge_wait(moderate, moderate->held - PARKED < WORTH_PACKETS);
		moderate->held = 0;
	}
	if (!packets)
		return XNB_EXIT_IDLE;
	if (!wait_ns)
		return XNB_EXIT_TIME;
	if (coalesce->frames && coalesce->frames < WORTH_PACKETS)
		return XNB_EXIT_COUNT;
	if (coalesce->adaptive && (skip_wait(moderate, packets) ||
				   (u64)WORTH_PACKETS * moderate->gap_ns > wait_ns))
		return XNB_EXIT_IDLE;
	begin_wait(moderate, now_ns, PARKED, wait_ns);
	return XNB_HOLD;
}

u32 xnb_moderate_rate(const struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
		      u64 now_ns)
{
	u32 pause = pause_ns(longest_wait(coalesce));
	u32 gap = max_t(u32, moderate->gap_ns, 1);

	/* Signed: packets may have come since the clock was read. */
	if (gap >= pause || (s64)(now_ns - moderate->last_ns) >= (s64)pause)
		return 0;
	return NSEC_A_SEC / gap;
}

u32 xnb_moderate_gather(const struct xnb_moderate *moderate, const struct xnb_coalesce *coalesce,
			u64 now_ns, u32 room)
{
	if (!moderate->held ||
	    now_ns + (u64)WORTH_PACKETS * moderate->gap_ns > moderate->deadline_ns)
		return 1;
	if (coalesce->frames > moderate->held)
		room = min_t(u32, room, coalesce->frames - moderate->held);
	return max_t(u32, room, 1);
}
