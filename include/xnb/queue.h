/* SPDX-License-Identifier: GPL-2.0 */
/* One queue of a connected interface: both movers, their rings and event channels. */
#ifndef XNB_QUEUE_H
#define XNB_QUEUE_H

#include <xen/xenbus.h>

#include <xnb/affinity.h>
#include <xnb/from_guest.h>
#include <xnb/to_guest.h>

/**
 * struct xnb_queue_config - what the guest announced for one queue; any values
 * @tx_ring_ref: grant of the ring the guest sends by
 * @rx_ring_ref: grant of the ring the guest receives by
 * @tx_port: event channel of the first, or of both
 * @rx_port: event channel of the second, when @split
 * @split: one channel a direction
 */
struct xnb_queue_config {
	grant_ref_t tx_ring_ref;
	grant_ref_t rx_ring_ref;
	evtchn_port_t tx_port;
	evtchn_port_t rx_port;
	bool split;
};

/**
 * struct xnb_queue_home - what a queue number keeps over reconnects
 * @stats: counters
 * @coalesce: coalescing settings
 * @pool: memory for packets from the guest; made with the first connection. A guest that
 *	reconnects at will while its packets wait in the stack must not make one each time
 */
struct xnb_queue_home {
	struct xnb_queue_stats stats;
	struct xnb_coalesce_pair coalesce;
	struct page_pool *pool;
};

/**
 * struct xnb_queue - a queue, from connect to disconnect
 * @from: the guest's sending side
 * @to: the guest's receiving side
 * @channel: one for each direction, or the first for both
 * @affinity: where its events come
 * @stats: counters
 * @tx_page: mapped ring page of @from
 * @rx_page: mapped ring page of @to
 * @ready: both movers are initialised
 * @running: both movers are started; under rtnl
 */
struct xnb_queue {
	struct xnb_from_guest from;
	struct xnb_to_guest to;
	struct xnb_channel channel[2];
	struct xnb_affinity affinity;
	struct xnb_queue_stats *stats;
	void *tx_page;
	void *rx_page;
	bool ready;
	bool running;
};

/**
 * xnb_queue_create() - make a queue and map its rings
 * @owner: the interface
 * @xdev: its backend device
 * @home: what outlives the connection of this queue number
 * @id: queue number
 * @config: what the guest announced
 *
 * Context: process, without rtnl: what is wrong with a ring is written to xenstore, which may
 * take its time. Return: the queue, for xnb_queue_bind() or xnb_queue_free(), or an ERR_PTR.
 */
struct xnb_queue *xnb_queue_create(struct xnb_owner *owner, struct xenbus_device *xdev,
				   const struct xnb_queue_home *home, u16 id,
				   const struct xnb_queue_config *config);

/**
 * xnb_queue_bind() - give a queue its NAPI contexts and event channels
 * @queue: created
 * @xdev: its backend device
 * @home: as for xnb_queue_create()
 * @config: as for xnb_queue_create()
 *
 * Context: process, under rtnl. Return: 0, and the queue does not run yet; or a negative
 * errno, and the queue has to be retired and freed.
 */
int xnb_queue_bind(struct xnb_queue *queue, struct xenbus_device *xdev,
		   struct xnb_queue_home *home, const struct xnb_queue_config *config);

/**
 * xnb_queue_retire() - take a queue's NAPI contexts from the net device
 * @queue: not running, and out of reach of every sender; perhaps never bound
 *
 * Context: process, under rtnl. A grace period has to pass before xnb_queue_free(): the tail
 * of a poll may still look at the ring. One serves for many queues.
 */
void xnb_queue_retire(struct xnb_queue *queue);

/**
 * xnb_queue_free() - release a queue
 * @queue: never bound, or retired a grace period ago
 * @xdev: its backend device
 *
 * Context: process, without rtnl.
 */
void xnb_queue_free(struct xnb_queue *queue, struct xenbus_device *xdev);

/**
 * xnb_queue_start() - start both movers, unless they run
 * @queue: the queue
 *
 * Context: process, under rtnl.
 */
void xnb_queue_start(struct xnb_queue *queue);

/**
 * xnb_queue_stop() - stop both movers, if they run
 * @queue: the queue; the stack sends nothing to it any more
 *
 * Context: process, under rtnl; waits for the present polls only.
 */
void xnb_queue_stop(struct xnb_queue *queue);

#endif
