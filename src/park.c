// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include <xnb/park.h>
#include <xnb/trace.h>

void xnb_park_init(struct xnb_park *park)
{
	xnb_moderate_init(&park->moderate);
	park->found = 0;
}

u64 xnb_park_until(struct xnb_park *park)
{
	struct xnb_coalesce coalesce = xnb_coalesce_read(park->coalesce);
	u32 found = park->found;
	enum xnb_exit exit;
	bool was_parked = park->moderate.held;

	/* Nothing has changed, and the clock is not free. */
	if (!found && !was_parked)
		return 0;

	park->found = 0;
	exit = xnb_moderate_park(&park->moderate, &coalesce, ktime_get_ns(), found);
	trace_xnb_park(park, found, exit);
	if (exit == XNB_HOLD && found)
		xnb_stats_count(&park->stats->syncp, &park->stats->parks);
	if (exit != XNB_HOLD && !found)
		xnb_stats_count(&park->stats->syncp, &park->stats->park_empty);
	return exit == XNB_HOLD ? park->moderate.deadline_ns : 0;
}
