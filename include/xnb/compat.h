/* SPDX-License-Identifier: GPL-2.0 */
/* Kernel drift, presented as the newest kernel's names. Forced into every kernel file. */
#ifndef XNB_COMPAT_H
#define XNB_COMPAT_H

/* Every log line names the module; must come before the first kernel header. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/netdevice.h>
#include <linux/sched/isolation.h>
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

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/hex.h>
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>

/* All memory of a packet is the kernel's. */
#define skb_frags_readable(skb) true
#endif

/* The CPUs that isolcpus= leaves; before, there was no other way to isolate one. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define HK_TYPE_DOMAIN_BOOT HK_TYPE_DOMAIN
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define XNB_COMPAT_UEVENT_CONST const
#else
#define XNB_COMPAT_UEVENT_CONST
#endif

/* Any pool has pages in fragments, and a whole page is one fragment. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline struct page_pool *
xnb_compat_page_pool_create(const struct page_pool_params *newest)
{
	struct page_pool_params params = *newest;

	params.flags |= PP_FLAG_PAGE_FRAG;
	return page_pool_create(&params);
}

static inline struct page *xnb_compat_page_pool_dev_alloc_pages(struct page_pool *pool)
{
	struct page *page = page_pool_dev_alloc_pages(pool);

	if (likely(page))
		page_pool_fragment_page(page, 1);
	return page;
}

#define page_pool_create xnb_compat_page_pool_create
#define page_pool_dev_alloc_pages xnb_compat_page_pool_dev_alloc_pages
#endif

/* Whether GRO of a NAPI context keeps nothing, neither to be merged nor to be delivered. */
static inline bool xnb_compat_gro_is_empty(const struct napi_struct *napi)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
	return !napi->gro.bitmask && !napi->gro.rx_count;
#else
	return !napi->gro_bitmask && !napi->rx_count;
#endif
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 16, 0)
#include <linux/timer.h>

#define timer_container_of(object, timer, field) from_timer(object, timer, field)
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define timer_delete_sync del_timer_sync
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#include <linux/workqueue.h>

#define system_dfl_wq system_unbound_wq
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#include <linux/ethtool.h>

struct xnb_compat_rxfh_fields {
	u32 data;
	u32 flow_type;
};

/* Some stable kernels know the name and have no use for it. */
#define ethtool_rxfh_fields xnb_compat_rxfh_fields
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
struct ethtool_rxfh_param {
	u8 hfunc;
	u32 *indir;
	u8 *key;
};

/* Nobody asks these which queue, NAPI context and interrupt belong together. */
enum netdev_queue_type {
	NETDEV_QUEUE_TYPE_RX,
};

static inline void xnb_compat_queue_set_napi(struct net_device *dev, unsigned int index,
					     enum netdev_queue_type type,
					     struct napi_struct *napi)
{
}

static inline void xnb_compat_napi_set_irq(struct napi_struct *napi, int irq)
{
}

#define netif_queue_set_napi xnb_compat_queue_set_napi
#define netif_napi_set_irq xnb_compat_napi_set_irq
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
