/* SPDX-License-Identifier: GPL-2.0 */
/* A timer that brings a NAPI context back, for everything that it waits for. */
#ifndef XNB_WAKE_H
#define XNB_WAKE_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>

#include <xnb/stats.h>

/**
 * struct xnb_wake - the one timer of a NAPI context
 * @timer: only schedules @napi; may still run when nothing is awaited any more
 * @napi: the context that owns all this
 * @stats: counters
 * @at_ns: when @napi wants to run, 0 when it waits for nothing
 * @expires_ns: when @timer, as it was last started, is going to expire
 * @armed: @timer runs; cleared by its handler before it looks at @at_ns
 *
 * Arming the first timer of a CPU is a hypercall in a PV domain, so a timer that is no longer
 * needed is left to run.
 */
struct xnb_wake {
	struct hrtimer timer;
	struct napi_struct *napi;
	struct xnb_wake_stats *stats;
	u64 at_ns;
	u64 expires_ns;
	bool armed;
};

/**
 * xnb_wake_init() - prepare
 * @wake: the timer
 * @napi: the context that will own it
 * @stats: counters
 *
 * Context: process.
 */
void xnb_wake_init(struct xnb_wake *wake, struct napi_struct *napi, struct xnb_wake_stats *stats);

/**
 * xnb_wake_at() - say when the context wants to run again
 * @wake: the timer
 * @at_ns: ktime_get_ns() at which @wake->napi has to be scheduled; 0: nothing is awaited
 *
 * Replaces what was said before. No timer fires within XNB_TIMER_AHEAD_NS of being set, so who
 * can foresee a time says it early. The context may run earlier and has to say it again at the
 * end of each run.
 *
 * Context: the owning NAPI, before it is completed.
 */
void xnb_wake_at(struct xnb_wake *wake, u64 at_ns);

/**
 * xnb_wake_sooner() - the earlier of two times
 * @a: a time, or 0 for none
 * @b: a time, or 0 for none
 *
 * Context: any. Return: the earlier one; 0 when there is none.
 */
static inline u64 xnb_wake_sooner(u64 a, u64 b)
{
	return a && b ? min(a, b) : a + b;
}

/**
 * xnb_wake_stop() - stop the timer
 * @wake: the timer; its NAPI context is disabled
 *
 * Context: process.
 */
void xnb_wake_stop(struct xnb_wake *wake);

#endif
