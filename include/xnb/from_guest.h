/* SPDX-License-Identifier: GPL-2.0 */
/* Packets of the guest: ring slots in, skbs out, in one NAPI context a queue. */
#ifndef XNB_FROM_GUEST_H
#define XNB_FROM_GUEST_H

#include <linux/netdevice.h>

#include <xnb/channel.h>
#include <xnb/grant.h>
#include <xnb/hold.h>
#include <xnb/owner.h>
#include <xnb/park.h>
#include <xnb/ring.h>
#include <xnb/stats.h>
#include <xnb/wake.h>

/**
 * struct xnb_from_guest_packet - a packet between its parsing and its answer
 * @skb: the packet, its data still on the way; NULL when it is dropped
 * @request: what the guest asked for
 * @first_copy: its first operation in the batch
 * @copies: its operations
 */
struct xnb_from_guest_packet {
	struct sk_buff *skb;
	struct xnb_request request;
	u16 first_copy;
	u16 copies;
};

/**
 * struct xnb_from_guest - one queue's way from the guest
 * @napi: owns everything below while it is scheduled
 * @owner: the interface
 * @channel: event channel, perhaps shared with the other direction
 * @stats: counters
 * @pool: memory that packets are copied to
 * @hold: events for completions
 * @park: whether the guest tells about requests
 * @wake: schedules @napi for @hold, @park and the rate limit
 * @rate_until_ns: the present poll ended at the rate limit, which allows the next packet
 *	then; else 0
 * @id: queue number
 * @ring: the shared ring
 * @batch: copies of the present batch, while it is gathered and answered
 * @packet: packets of the present batch
 */
struct xnb_from_guest {
	struct napi_struct napi;
	struct xnb_owner *owner;
	struct xnb_channel *channel;
	struct xnb_from_guest_stats *stats;
	struct page_pool *pool;
	struct xnb_hold hold;
	struct xnb_park park;
	struct xnb_wake wake;
	u64 rate_until_ns;
	u16 id;
	struct xnb_ring_from_guest ring;
	struct xnb_grant_batch *batch;
	struct xnb_from_guest_packet packet[XNB_BATCH_PACKETS];
};

/**
 * xnb_from_guest_pool() - make the memory that packets of one queue are copied to
 *
 * Context: process. Return: a page_pool or an ERR_PTR.
 */
struct page_pool *xnb_from_guest_pool(void);

/**
 * xnb_from_guest_init() - prepare; the queue does not run yet
 * @from: zeroed; @from->owner, channel, pool and id are set and the ring is attached
 * @stats: counters of the queue
 * @coalesce: settings of the queue
 *
 * Context: process, under rtnl.
 */
void xnb_from_guest_init(struct xnb_from_guest *from, struct xnb_queue_stats *stats,
			 const struct xnb_coalesce_pair *coalesce);

/**
 * xnb_from_guest_start() - run; looks at the ring at once
 * @from: initialised
 *
 * Context: process, under rtnl.
 */
void xnb_from_guest_start(struct xnb_from_guest *from);

/**
 * xnb_from_guest_stop() - stop; waits for the present poll and for no packet
 * @from: running
 *
 * Every request taken has been answered when it returns, so the ring can be given to
 * another backend.
 *
 * Context: process, under rtnl.
 */
void xnb_from_guest_stop(struct xnb_from_guest *from);

#endif
