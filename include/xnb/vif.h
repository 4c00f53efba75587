/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual interface: lives from probe to remove, its queues from connect to disconnect. */
#ifndef XNB_VIF_H
#define XNB_VIF_H

#include <linux/spinlock.h>

#include <xnb/balance.h>
#include <xnb/bucket.h>
#include <xnb/ctrl.h>
#include <xnb/owner.h>
#include <xnb/queue.h>
#include <xnb/rss.h>

/**
 * struct xnb_queue_set - the queues of one connection
 * @count: how many
 * @queue: the queues
 */
struct xnb_queue_set {
	unsigned int count;
	struct xnb_queue *queue[];
};

/**
 * struct xnb_vif_config - what the guest announced; any values but those of @queues
 * @queues: 1 to the interface's max_queues
 * @sg: it takes packets in several slots
 * @gso_v4: it takes TCP segmentation over IPv4
 * @gso_v6: it takes TCP segmentation over IPv6
 * @csum_v4: it takes blank checksums over IPv4
 * @csum_v6: it takes blank checksums over IPv6
 * @rx_notify: it sends an event when it posts buffers
 * @ctrl: it has a control ring
 * @ctrl_ref: grant of that ring
 * @ctrl_port: its event channel
 * @queue: one entry a queue
 */
struct xnb_vif_config {
	unsigned int queues;
	bool sg;
	bool gso_v4;
	bool gso_v6;
	bool csum_v4;
	bool csum_v6;
	bool rx_notify;
	bool ctrl;
	grant_ref_t ctrl_ref;
	evtchn_port_t ctrl_port;
	struct xnb_queue_config queue[];
};

/**
 * struct xnb_vif - private part of the net device
 * @owner: what the queues know of it
 * @xdev: the backend device
 * @handle: number of the interface within the guest
 * @max_queues: queues it was made for
 * @home: what queues keep over reconnects, by queue number; @max_queues entries
 * @initial: coalescing settings that its queues began with
 * @rss: the hash and the indirection table
 * @balance: keeps the load even
 * @bucket: the buckets of the host's table, XNB_BUCKETS
 * @ctrl: the guest's control ring, or NULL
 * @offered: queues that the next connection may have, 1 to @max_queues
 * @offer_work: writes that to xenstore
 * @announced: what it has written; nobody else reads it
 * @set: the queues, or NULL while not connected. Written under rtnl, read under RCU or rtnl
 * @carrier_lock: guards what the carrier follows; interrupts off, as netpoll polls from any
 *	context
 * @connected: a guest is connected
 * @stalled_queues: queues whose guest side is stalled
 * @leaving: the carrier stays as it is
 * @features: what the connected guest takes, NETIF_F_*
 * @mtu_before: the MTU that a guest without scatter-gather made 1500, or 0; nobody has set another
 *	since. Under rtnl
 */
struct xnb_vif {
	struct xnb_owner owner;
	struct xenbus_device *xdev;
	unsigned int handle;
	unsigned int max_queues;
	struct xnb_queue_home *home;
	struct xnb_coalesce_pair initial;
	struct xnb_rss rss;
	struct xnb_balance balance;
	struct xnb_bucket *bucket;
	struct xnb_ctrl *ctrl;
	unsigned int offered;
	struct work_struct offer_work;
	unsigned int announced;
	struct xnb_queue_set __rcu *set;
	spinlock_t carrier_lock; /* see above */
	bool connected;
	unsigned int stalled_queues;
	bool leaving;
	netdev_features_t features;
	unsigned int mtu_before;
};

/**
 * xnb_vif_init() - fill the private part of a new net device
 * @vif: zeroed
 * @dev: the net device, not yet registered
 * @xdev: the backend device
 * @handle: number of the interface within the guest
 * @max_queues: queues the net device was made for
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int xnb_vif_init(struct xnb_vif *vif, struct net_device *dev, struct xenbus_device *xdev,
		 unsigned int handle, unsigned int max_queues);

/**
 * xnb_vif_release() - free what xnb_vif_init() took; after unregistration
 * @vif: disconnected
 *
 * Context: process.
 */
void xnb_vif_release(struct xnb_vif *vif);

/**
 * xnb_vif_connect() - connect to the guest
 * @vif: disconnected
 * @config: what the guest announced
 *
 * All or nothing. Context: process, takes rtnl. Return: 0 or a negative errno.
 */
int xnb_vif_connect(struct xnb_vif *vif, const struct xnb_vif_config *config);

/**
 * xnb_vif_leave() - the interface is about to be removed
 * @vif: any state
 *
 * From now on its carrier stays as it is. The kernel hears of a lost carrier at most once a second,
 * and what then takes its place in a bridge would wait for that second.
 *
 * Context: process.
 */
void xnb_vif_leave(struct xnb_vif *vif);

/**
 * xnb_vif_disconnect() - the one teardown, for error, Closing, unbind and remove
 * @vif: any state; nothing happens when it is not connected
 *
 * Unpublishes the queues, waits for their readers, stops and frees them. Bounded: waits
 * for no packet and for no guest.
 *
 * Context: process, takes rtnl.
 */
void xnb_vif_disconnect(struct xnb_vif *vif);

/**
 * xnb_vif_up() - the interface was set up
 * @vif: the interface
 *
 * Context: ndo_open.
 */
void xnb_vif_up(struct xnb_vif *vif);

/**
 * xnb_vif_down() - the interface was set down
 * @vif: the interface
 *
 * Context: ndo_stop, the stack sends no more.
 */
void xnb_vif_down(struct xnb_vif *vif);

#endif
