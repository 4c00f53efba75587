/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel drift, presented as the newest kernel's names. Forced into every kernel file. */
#ifndef XNB_COMPAT_H
#define XNB_COMPAT_H

/* Every log line names the module; must come before the first kernel header. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "xen-netback-vrss needs Linux 6.1 or newer"
#endif

/* A CPU's polls have one batch of grant copies: one must not preempt another. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0) && defined(CONFIG_PREEMPT_RT) && \
	!defined(CONFIG_PREEMPT_RT_NEEDS_BH_LOCK)
#error "xen-netback-vrss needs CONFIG_PREEMPT_RT_NEEDS_BH_LOCK on a PREEMPT_RT kernel"
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
#include <net/page_pool/helpers.h>
#else
#include <net/page_pool.h>
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)
#include <linux/hrtimer.h>

static inline void xnb_compat_hrtimer_setup(struct hrtimer *timer,
					    enum hrtimer_restart (*function)(struct hrtimer *),
					    clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}

#define hrtimer_setup xnb_compat_hrtimer_setup
#endif

#endif
