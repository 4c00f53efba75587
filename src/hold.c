// SPDX-License-Identifier: GPL-2.0
#include <xnb/hold.h>

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct xnb_hold *hold = container_of(timer, struct xnb_hold, timer);

	/* Before the schedule: the poll that follows must see it. */
	smp_store_release(&hold->armed, false);
	napi_schedule(hold->napi);
	return HRTIMER_NORESTART;
}

void xnb_hold_init(struct xnb_hold *hold, struct napi_struct *napi)
{
	xnb_moderate_init(&hold->moderate);
	hold->napi = napi;
	hrtimer_setup(&hold->timer, expire, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
}

void xnb_hold_stop(struct xnb_hold *hold)
{
	hrtimer_cancel(&hold->timer);
	hold->armed = false;
}

/*
 * A timer of an earlier event may still run; it fires early, which costs a poll that arms it
 * again. Moving it would cost a hypercall for each event.
 */
static void arm(struct xnb_hold *hold)
{
	/* Pairs with the timer's release: clear means that its schedule has still to come. */
	if (smp_load_acquire(&hold->armed))
		return;
	WRITE_ONCE(hold->armed, true);
	hrtimer_start(&hold->timer, ns_to_ktime(hold->moderate.deadline_ns), HRTIMER_MODE_ABS);
}

bool xnb_hold_publish(struct xnb_hold *hold, unsigned int packets, unsigned int room)
{
	if (xnb_moderate_publish(&hold->moderate, ktime_get_ns(), packets, room) != XNB_HOLD)
		return true;
	arm(hold);
	return false;
}

bool xnb_hold_expired(struct xnb_hold *hold)
{
	if (!hold->moderate.held)
		return false;
	if (ktime_get_ns() >= hold->moderate.deadline_ns)
		return true;
	arm(hold);
	return false;
}
