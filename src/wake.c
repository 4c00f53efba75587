// SPDX-License-Identifier: GPL-2.0
#include <xnb/limits.h>
#include <xnb/wake.h>

static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct xnb_wake *wake = container_of(timer, struct xnb_wake, timer);
	bool awaited;

	WRITE_ONCE(wake->armed, false);
	/*
	 * Pairs with xnb_wake_at(), which writes at_ns and then looks at armed: either we see
	 * its time, or it sees that the timer is gone and starts it.
	 */
	smp_mb();
	awaited = READ_ONCE(wake->at_ns);
	xnb_stats_wake_fired(wake->stats, awaited);
	if (awaited)
		napi_schedule(wake->napi);
	return HRTIMER_NORESTART;
}

void xnb_wake_init(struct xnb_wake *wake, struct napi_struct *napi, struct xnb_wake_stats *stats)
{
	wake->napi = napi;
	wake->stats = stats;
	hrtimer_setup(&wake->timer, expire, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_PINNED);
}

/*
 * To move a timer is a hypercall, cheaper than an interrupt that comes too early. One that is too
 * late stays if it cannot be had sooner.
 */
static bool good_enough(u64 expires_ns, u64 at_ns, u64 soonest_ns)
{
	return expires_ns == at_ns || (expires_ns > at_ns && expires_ns <= soonest_ns);
}

void xnb_wake_at(struct xnb_wake *wake, u64 at_ns)
{
	u64 soonest_ns;

	WRITE_ONCE(wake->at_ns, at_ns);
	if (!at_ns)
		return;
	/* Pairs with expire(). */
	smp_mb();
	soonest_ns = ktime_get_ns() + XNB_TIMER_AHEAD_NS;
	if (READ_ONCE(wake->armed) && good_enough(wake->expires_ns, at_ns, soonest_ns))
		return;

	/* A handler that runs now may clear armed again; then the next call starts it anew. */
	WRITE_ONCE(wake->armed, true);
	wake->expires_ns = max(at_ns, soonest_ns);
	hrtimer_start(&wake->timer, ns_to_ktime(at_ns), HRTIMER_MODE_ABS_PINNED);
	xnb_stats_count(&wake->stats->syncp, &wake->stats->armed);
}

void xnb_wake_stop(struct xnb_wake *wake)
{
	hrtimer_cancel(&wake->timer);
	wake->armed = false;
	wake->at_ns = 0;
}
