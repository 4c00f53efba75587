// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include <xnb/hold.h>
#include <xnb/trace.h>

void xnb_hold_init(struct xnb_hold *hold)
{
	xnb_moderate_init(&hold->moderate);
}

static void send(struct xnb_hold *hold)
{
	xnb_channel_notify(hold->channel);
	xnb_stats_count(&hold->stats->syncp, &hold->stats->sent);
}

bool xnb_hold_publish(struct xnb_hold *hold, bool wanted, unsigned int packets,
		      unsigned int room)
{
	struct xnb_moderate *moderate = &hold->moderate;
	struct xnb_coalesce coalesce;
	bool was_held = moderate->held;
	enum xnb_exit exit;

	if (!wanted) {
		xnb_moderate_unasked(moderate, packets);
		if (was_held)
			xnb_stats_count(&hold->stats->syncp, &hold->stats->unneeded);
		return true;
	}

	coalesce = xnb_coalesce_read(hold->coalesce);
	exit = xnb_moderate_publish(moderate, &coalesce, ktime_get_ns(), packets, room);
	xnb_stats_exit(hold->stats, exit, was_held);
	trace_xnb_decide(hold, packets, room, exit);
	if (exit == XNB_HOLD)
		return false;
	send(hold);
	xnb_moderate_sent(moderate);
	return true;
}

bool xnb_hold_expired(const struct xnb_hold *hold)
{
	return hold->moderate.held && xnb_moderate_expired(&hold->moderate, ktime_get_ns());
}

u64 xnb_hold_wake(const struct xnb_hold *hold)
{
	u64 deadline_ns = xnb_hold_deadline(hold);
	struct xnb_coalesce coalesce;

	if (deadline_ns)
		return deadline_ns;
	coalesce = xnb_coalesce_read(hold->coalesce);
	return xnb_moderate_foresee(&hold->moderate, &coalesce, ktime_get_ns());
}

unsigned int xnb_hold_gather(const struct xnb_hold *hold, unsigned int room)
{
	struct xnb_coalesce coalesce;

	if (!hold->moderate.held)
		return 1;
	coalesce = xnb_coalesce_read(hold->coalesce);
	return xnb_moderate_gather(&hold->moderate, &coalesce, ktime_get_ns(), room);
}

void xnb_hold_release(struct xnb_hold *hold, bool wanted, enum xnb_exit exit)
{
	trace_xnb_release(hold, wanted, exit);
	if (!wanted) {
		xnb_moderate_unasked(&hold->moderate, 0);
		xnb_stats_count(&hold->stats->syncp, &hold->stats->unneeded);
		return;
	}
	xnb_stats_exit(hold->stats, exit, false);
	send(hold);
	if (exit == XNB_EXIT_TIME)
		xnb_moderate_sent_late(&hold->moderate);
	else
		xnb_moderate_sent(&hold->moderate);
}
