/* SPDX-License-Identifier: GPL-2.0 */
/* What the packet movers know of the interface they work for. */
#ifndef XNB_OWNER_H
#define XNB_OWNER_H

#include <linux/netdevice.h>
#include <xen/interface/xen.h>

#include <xnb/rate.h>
#include <xnb/request.h>

/**
 * struct xnb_owner - an interface, seen from its queues
 * @dev: the net device
 * @domid: the guest
 * @fatal_tails: parameter fatal_skb_slots as it was when the interface was made
 * @drain_timeout: jiffies a packet may wait for the guest's buffers; set at connect
 * @stall_timeout: jiffies without buffers until the guest counts as stalled, 0 for never;
 *	set at connect
 * @disabled: the guest broke the protocol; set once, never cleared
 * @rate: the rate limit, shared by all queues
 * @fatal: disables the interface; any context
 * @stalled: a queue became stalled (true) or recovered (false), in turns; softirq
 *
 * Lives as long as the net device.
 */
struct xnb_owner {
	struct net_device *dev;
	domid_t domid;
	unsigned int fatal_tails;
	unsigned long drain_timeout;
	unsigned long stall_timeout;
	bool disabled;
	struct xnb_rate rate;
	void (*fatal)(struct xnb_owner *owner, enum xnb_reason reason);
	void (*stalled)(struct xnb_owner *owner, bool stalled);
};

#endif
