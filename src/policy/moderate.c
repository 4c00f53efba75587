// SPDX-License-Identifier: GPL-2.0
#include <xnb/moderate.h>

/* Each sample counts for a quarter: a burst is known as one after a handful of packets. */
#define GAP_WEIGHT 4

/* The guest is told this many times earlier than it would run dry. */
#define RING_SLACK 2

void xnb_moderate_init(struct xnb_moderate *moderate)
{
	*moderate = (struct xnb_moderate){ .gap_ns = XNB_GAP_NS_MAX };
}

static void learn_gap(struct xnb_moderate *moderate, u64 now_ns, u32 packets)
{
	u64 elapsed = now_ns - moderate->last_ns;
	u32 gap = XNB_GAP_NS_MAX;

	packets += moderate->unasked;
	moderate->unasked = 0;

	/* Short of a division where the answer is clear. */
	if (elapsed < (u64)packets * XNB_GAP_NS_MAX)
		gap = (u32)min_t(u64, elapsed, U32_MAX) / packets;

	/* A pause ends the burst at once; a burst has to prove itself. */
	if (gap == XNB_GAP_NS_MAX)
		moderate->gap_ns = gap;
	else
		moderate->gap_ns += ((s32)gap - (s32)moderate->gap_ns) / GAP_WEIGHT;
	moderate->last_ns = now_ns;
}

enum xnb_exit xnb_moderate_publish(struct xnb_moderate *moderate, u64 now_ns, u32 packets,
				   u32 room)
{
	learn_gap(moderate, now_ns, packets);
	if (!moderate->held)
		moderate->deadline_ns = now_ns + XNB_HOLD_NS;
	moderate->held += packets;

	if (moderate->gap_ns >= XNB_HOLD_NS)
		return XNB_EXIT_IDLE;
	if (moderate->held >= XNB_HOLD_PACKETS)
		return XNB_EXIT_COUNT;
	if ((u64)room * moderate->gap_ns < RING_SLACK * XNB_HOLD_NS)
		return XNB_EXIT_RING;
	if (now_ns >= moderate->deadline_ns)
		return XNB_EXIT_TIME;
	return XNB_HOLD;
}
