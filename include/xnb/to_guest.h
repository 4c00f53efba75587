/* SPDX-License-Identifier: GPL-2.0 */
/* Packets for the guest: skbs in, ring slots out, in one NAPI context a queue. */
#ifndef XNB_TO_GUEST_H
#define XNB_TO_GUEST_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/timer.h>

#include <xnb/bucket.h>
#include <xnb/channel.h>
#include <xnb/grant.h>
#include <xnb/hold.h>
#include <xnb/kick.h>
#include <xnb/owner.h>
#include <xnb/ring.h>
#include <xnb/stats.h>
#include <xnb/wake.h>

/**
 * struct xnb_to_guest_route - how a packet came to its queue
 * @bucket: the bucket that hears when it has left, or NULL
 * @hashed: the guest is told its hash
 * @hash_type: _XEN_NETIF_CTRL_HASH_TYPE_*
 * @hash: the hash
 */
struct xnb_to_guest_route {
	struct xnb_bucket *bucket;
	bool hashed;
	u8 hash_type;
	u32 hash;
};

/**
 * struct xnb_to_guest - one queue's way to the guest
 * @napi: owns everything that is not marked otherwise while it is scheduled
 * @owner: the interface
 * @channel: event channel, perhaps shared with the other direction
 * @stats: counters
 * @txq: the transmit queue of the same number, whose limits and stops are those of this one
 * @id: queue number
 * @kick: how senders schedule @napi
 * @incoming: packets from the stack; its lock also guards @gather, @queued, @queued_bytes,
 *	@full, @deaf and @blocked. It is taken with interrupts off, as netpoll sends from any
 *	context (XSA-424)
 * @gather: so many packets in @incoming are worth a poll
 * @came_ns: when the last packet of those that gather came, else 0; a hint, read without lock
 * @queued: packets taken from the stack and not yet sent or dropped
 * @queued_bytes: their bytes
 * @full: a limit was reached, and half of it has not left since
 * @deaf: a packet waited in vain; others are dropped at once until the guest has posted buffers,
 *	or for good when the interface is disabled
 * @blocked: other transmit queues that wait for room here, by number
 * @pending: packets taken over by the poll, oldest first
 * @sent: packets of the present batch
 * @waiting: the guest has too few buffers posted
 * @stalled: it has had too few for so long that the carrier is off on our behalf
 * @wait_slots: how many buffers are enough
 * @wait_since: jiffies when @waiting began, or of the last packet sent since
 * @refill_until_ns: until then more buffers are asked for than are needed
 * @room: packets that the guest had buffers for after the last publication
 * @wait_timer: schedules @napi while @waiting, for the timeouts, and for guests that do not
 *	tell when they post buffers. One timer a queue, so that an idle one costs nothing
 * @ring: the shared ring
 * @hold: events for data
 * @wake: schedules @napi for @hold and for buffers that the guest need not tell about
 * @batch: copies of the present batch, during a poll
 * @slot_of: for each copy, the ring slot it fills
 */
struct xnb_to_guest {
	struct napi_struct napi;
	struct xnb_owner *owner;
	struct xnb_channel *channel;
	struct xnb_to_guest_stats *stats;
	struct netdev_queue *txq;
	u16 id;
	struct xnb_kick kick;

	struct sk_buff_head incoming ____cacheline_aligned_in_smp;
	unsigned int gather;
	u64 came_ns;
	unsigned int queued;
	unsigned int queued_bytes;
	bool full;
	bool deaf;
	u64 blocked;

	struct sk_buff_head pending ____cacheline_aligned_in_smp;
	struct sk_buff_head sent;
	bool waiting;
	bool stalled;
	unsigned int wait_slots;
	unsigned long wait_since;
	u64 refill_until_ns;
	unsigned int room;
	struct timer_list wait_timer;
	struct xnb_ring_to_guest ring;
	struct xnb_hold hold;
	struct xnb_wake wake;
	struct xnb_grant_batch *batch;
	u8 slot_of[XNB_BATCH_COPIES];
};

/**
 * xnb_to_guest_init() - prepare; the queue does not run yet
 * @to: zeroed; @to->owner, channel and id are set and the ring is attached
 * @stats: counters of the queue
 * @coalesce: settings of the queue
 *
 * Context: process, under rtnl.
 */
void xnb_to_guest_init(struct xnb_to_guest *to, struct xnb_queue_stats *stats,
		       const struct xnb_coalesce_pair *coalesce);

/**
 * xnb_to_guest_start() - run, and let the stack send
 * @to: initialised
 *
 * Context: process, under rtnl.
 */
void xnb_to_guest_start(struct xnb_to_guest *to);

/**
 * xnb_to_guest_stop() - stop and drop what is queued; waits for the present poll only
 * @to: running; nobody calls xnb_to_guest_enqueue() any more
 *
 * Context: process, under rtnl.
 */
void xnb_to_guest_stop(struct xnb_to_guest *to);

/**
 * xnb_to_guest_enqueue() - take a packet from the stack
 * @to: a queue
 * @skb: the packet, now ours when true is returned
 * @route: how it came here
 *
 * Stops the queue's transmit queue before a limit is passed, so no packet is dropped for want of
 * room (limits: XNB_TO_GUEST_PACKETS, XNB_TO_GUEST_BYTES; XSA-392). Until half of the limit has
 * left, or while byte queue limits stop that one, packets of other transmit queues are refused, and
 * those are stopped too. While the guest posts no buffers and a packet has been dropped for that,
 * and of a disabled interface, packets are dropped.
 *
 * Context: ndo_start_xmit, also with interrupts off (netpoll).
 *
 * Return: false when the queue is full.
 */
bool xnb_to_guest_enqueue(struct xnb_to_guest *to, struct sk_buff *skb,
			  const struct xnb_to_guest_route *route);

#endif
