// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>

#include <xnb/fill.h>
#include <xnb/slots.h>
#include <xnb/to_guest.h>
#include <xnb/trace.h>

/* Beyond these the stack's queue is stopped; a packet more still fits below the limits. */
#define STOP_PACKETS (XNB_TO_GUEST_PACKETS - 1)
#define STOP_BYTES (XNB_TO_GUEST_BYTES - XNB_FRAME_MAX)

/* Packets of one poll; then others have their turn. */
#define POLL_PACKETS (4 * XNB_BATCH_PACKETS)

struct to_guest_cb {
	unsigned long expires;
	struct xnb_to_guest_route route;
};

static_assert(sizeof(struct to_guest_cb) <= sizeof_field(struct sk_buff, cb));
static_assert(sizeof(u64) * BITS_PER_BYTE >= XNB_QUEUES_MAX);

static struct to_guest_cb *skb_cb(const struct sk_buff *skb)
{
	return (struct to_guest_cb *)skb->cb;
}

/* Then there is a packet here whose leaving makes room. */
static bool is_full(const struct xnb_to_guest *to)
{
	return to->full || test_bit(__QUEUE_STATE_STACK_XOFF, &to->txq->state);
}

/* Until half of it has left, for all that send here alike: nobody refills it before the others. */
static void set_full(struct xnb_to_guest *to)
{
	to->full = true;
	netif_tx_stop_queue(to->txq);
}

/*
 * Whether another transmit queue has to wait for room here. Not because @txq is stopped: that
 * may itself be waiting for room elsewhere. Under the lock that the poll takes to make room, so
 * neither misses the other.
 */
static bool blocks(struct xnb_to_guest *to, const struct sk_buff *skb)
{
	u16 id = skb_get_queue_mapping(skb);

	if (likely(id == to->id) || !is_full(to))
		return false;
	to->blocked |= BIT_ULL(id);
	netif_tx_stop_queue(netdev_get_tx_queue(to->owner->dev, id));
	return true;
}

static void wake_blocked(struct xnb_to_guest *to)
{
	for (; to->blocked; to->blocked &= to->blocked - 1)
		netif_tx_wake_queue(netdev_get_tx_queue(to->owner->dev, __ffs64(to->blocked)));
}

/*
 * Whether packets are not even taken. Who has left one without buffers for so long that it was
 * dropped keeps the packets of others in the host, and their senders waiting, no longer; nor does
 * who has broken the protocol. A hint: the poll may be at the ring.
 */
static bool is_deaf(struct xnb_to_guest *to)
{
	int posted;

	if (likely(!to->deaf))
		return false;
	if (READ_ONCE(to->owner->disabled))
		return true;
	posted = xnb_ring_to_guest_posted(&to->ring);
	if (posted < 0 || posted >= READ_ONCE(to->wait_slots))
		to->deaf = false;
	return to->deaf;
}

bool xnb_to_guest_enqueue(struct xnb_to_guest *to, struct sk_buff *skb,
			  const struct xnb_to_guest_route *route)
{
	unsigned long flags;
	bool due;

	spin_lock_irqsave(&to->incoming.lock, flags);
	if (unlikely(is_deaf(to))) {
		spin_unlock_irqrestore(&to->incoming.lock, flags);
		dev_core_stats_tx_dropped_inc(to->owner->dev);
		dev_kfree_skb_any(skb);
		return true;
	}
	if (unlikely(blocks(to, skb))) {
		spin_unlock_irqrestore(&to->incoming.lock, flags);
		return false;
	}
	if (unlikely(to->queued >= XNB_TO_GUEST_PACKETS ||
		     to->queued_bytes + skb->len > XNB_TO_GUEST_BYTES)) {
		set_full(to);
		spin_unlock_irqrestore(&to->incoming.lock, flags);
		return false;
	}

	*skb_cb(skb) = (struct to_guest_cb){
		.expires = jiffies + to->owner->drain_timeout,
		.route = *route,
	};
	if (route->bucket)
		xnb_bucket_sent(route->bucket, skb->len);
	__skb_queue_tail(&to->incoming, skb);
	netdev_tx_sent_queue(to->txq, skb->len);
	to->queued++;
	to->queued_bytes += skb->len;
	/* Under the lock that the poll takes to make room, so neither misses the other. */
	if (to->queued > STOP_PACKETS || to->queued_bytes > STOP_BYTES)
		set_full(to);
	if (to->gather > 1)
		WRITE_ONCE(to->came_ns, ktime_get_ns());
	/*
	 * Equal, not more: those behind are found by the poll that was scheduled then. And there
	 * is nothing to gather from a stack that may not send.
	 */
	due = skb_queue_len(&to->incoming) == to->gather || netif_xmit_stopped(to->txq);
	spin_unlock_irqrestore(&to->incoming.lock, flags);

	if (due)
		xnb_kick(&to->kick);
	return true;
}

/* Oldest packet not yet sent, or NULL. A blocked one keeps the others in @incoming. */
static struct sk_buff *peek_packet(struct xnb_to_guest *to)
{
	unsigned long flags;

	if (skb_queue_empty(&to->pending) && !skb_queue_empty_lockless(&to->incoming)) {
		spin_lock_irqsave(&to->incoming.lock, flags);
		skb_queue_splice_tail_init(&to->incoming, &to->pending);
		spin_unlock_irqrestore(&to->incoming.lock, flags);
	}
	return skb_peek(&to->pending);
}

/* Return: whether so many are there already, which nobody else will say. */
static bool set_gather(struct xnb_to_guest *to, unsigned int gather)
{
	unsigned long flags;
	bool due;

	spin_lock_irqsave(&to->incoming.lock, flags);
	to->gather = gather;
	due = skb_queue_len(&to->incoming) >= gather;
	spin_unlock_irqrestore(&to->incoming.lock, flags);
	return due;
}

/* Packets have left the queue: make room for others, unless it is being stopped. */
static void make_room(struct xnb_to_guest *to, unsigned int packets, unsigned int bytes)
{
	unsigned long flags;
	bool was_full;

	netdev_tx_completed_queue(to->txq, packets, bytes);

	spin_lock_irqsave(&to->incoming.lock, flags);
	to->queued -= packets;
	to->queued_bytes -= bytes;
	was_full = to->full;
	if (to->queued <= STOP_PACKETS / 2 && to->queued_bytes <= STOP_BYTES / 2)
		to->full = false;
	if (netif_running(to->owner->dev)) {
		if (was_full && !to->full)
			netif_tx_wake_queue(to->txq);
		if (unlikely(to->blocked) && !is_full(to))
			wake_blocked(to);
	}
	spin_unlock_irqrestore(&to->incoming.lock, flags);
}

/* A packet is no more in the queue. */
static void leave(struct xnb_to_guest *to, const struct sk_buff *skb)
{
	struct xnb_bucket *bucket = skb_cb(skb)->route.bucket;

	if (bucket)
		xnb_bucket_done(bucket, to->ring.back.rsp_prod_pvt);
}

static void count_one(struct xnb_to_guest *to, u64_stats_t *counter)
{
	xnb_stats_count(&to->stats->syncp, counter);
}

/*
 * Fills posted buffers with whole packets. Return: packets, now on @to->sent. @blocked: the
 * buffers that the next packet needs and the guest has not posted, or 0.
 */
static unsigned int fill_batch(struct xnb_to_guest *to, int posted, unsigned int *bytes,
			       unsigned int *blocked)
{
	unsigned int count = 0, extras, slots;
	struct sk_buff *skb;
	u32 before;

	while (count < XNB_BATCH_PACKETS) {
		skb = peek_packet(to);
		if (!skb)
			break;
		extras = xnb_fill_extras(skb, &skb_cb(skb)->route);
		slots = xnb_slots_needed(skb->len, extras);
		if (slots > posted) {
			*blocked = slots;
			break;
		}

		before = to->ring.back.rsp_prod_pvt;
		xnb_fill_packet(to, skb, &skb_cb(skb)->route,
				xnb_slots_for_data(skb->len, extras, posted));
		posted -= to->ring.back.rsp_prod_pvt - before;
		skb_tx_timestamp(skb);
		__skb_unlink(skb, &to->pending);
		__skb_queue_tail(&to->sent, skb);
		*bytes += skb->len;
		count++;
	}
	return count;
}

static void free_sent(struct xnb_to_guest *to, int budget)
{
	struct sk_buff *skb;

	while ((skb = __skb_dequeue(&to->sent))) {
		leave(to, skb);
		napi_consume_skb(skb, budget);
	}
}

static void publish(struct xnb_to_guest *to, unsigned int count, unsigned int slots)
{
	/* Packets of this size that the guest has buffers for. */
	unsigned int room = count * max(xnb_ring_to_guest_posted(&to->ring), 0) / slots;

	to->room = room;
	trace_xnb_push(&to->hold, count, slots, to->ring.back.rsp_prod_pvt);
	if (READ_ONCE(to->came_ns)) {
		xnb_moderate_gathered(&to->hold.moderate, READ_ONCE(to->came_ns));
		WRITE_ONCE(to->came_ns, 0);
	}
	if (xnb_hold_publish(&to->hold, xnb_ring_to_guest_event_wanted(&to->ring), count, room))
		xnb_ring_to_guest_settle(&to->ring);
}

static void release_held(struct xnb_to_guest *to, enum xnb_exit exit)
{
	xnb_hold_release(&to->hold, xnb_ring_to_guest_event_wanted(&to->ring), exit);
	xnb_ring_to_guest_settle(&to->ring);
}

/* One batch: fill, copy by one hypercall, publish, notify. Return: packets. */
static unsigned int run_batch(struct xnb_to_guest *to, int budget, unsigned int *blocked)
{
	int posted = xnb_ring_to_guest_posted(&to->ring);
	u32 first = to->ring.back.rsp_prod_pvt;
	unsigned int count, bytes = 0;

	if (posted < 0) {
		to->owner->fatal(to->owner, XNB_REASON_PRODUCER);
		return 0;
	}

	*blocked = 0;
	count = fill_batch(to, posted, &bytes, blocked);
	if (!count)
		return 0;

	xnb_fill_commit(to);
	xnb_ring_to_guest_push(&to->ring);
	publish(to, count, to->ring.back.rsp_prod_pvt - first);

	u64_stats_update_begin(&to->stats->syncp);
	u64_stats_add(&to->stats->packets, count);
	u64_stats_add(&to->stats->bytes, bytes);
	u64_stats_inc(&to->stats->batches);
	u64_stats_update_end(&to->stats->syncp);

	make_room(to, count, bytes);
	free_sent(to, budget);
	return count;
}

static void drop_packet(struct xnb_to_guest *to, struct sk_buff *skb)
{
	__skb_unlink(skb, &to->pending);
	leave(to, skb);
	make_room(to, 1, skb->len);
	dev_kfree_skb_any(skb);
}

/* How often a waiting queue looks at its timeouts, in jiffies. */
static unsigned long wait_period(const struct xnb_to_guest *to)
{
	unsigned long shortest = to->owner->drain_timeout;

	if (to->owner->stall_timeout)
		shortest = min(shortest, to->owner->stall_timeout);
	return clamp_t(unsigned long, shortest / 4, 1, HZ);
}

static void set_stalled(struct xnb_to_guest *to, bool stalled)
{
	if (to->stalled == stalled)
		return;
	to->stalled = stalled;
	if (stalled)
		count_one(to, &to->stats->stalls);
	to->owner->stalled(to->owner, stalled);
	if (net_ratelimit())
		netdev_info(to->owner->dev, "queue %u: guest takes %s\n", to->id,
			    stalled ? "no packets, carrier off" : "packets again");
}

/*
 * The guest has too few buffers for the oldest packet. A guest that posts none for long is
 * stalled, and counts as such until it has posted what that packet needed, though the packet
 * is gone by then (XSA-392: fewer than needed is as bad as none).
 */
static void wait_for_slots(struct xnb_to_guest *to, unsigned int slots, bool progress)
{
	/* Both sides would wait: the guest posts when it hears of what it has got. */
	if (xnb_hold_deadline(&to->hold))
		release_held(to, XNB_EXIT_RING);
	if (!to->waiting)
		count_one(to, &to->stats->slot_waits);
	if (!to->waiting || progress) {
		to->wait_since = jiffies;
		to->refill_until_ns = ktime_get_ns() + XNB_REFILL_NS;
	}
	WRITE_ONCE(to->wait_slots, slots);
	WRITE_ONCE(to->waiting, true);

	if (to->owner->stall_timeout &&
	    time_after(jiffies, to->wait_since + to->owner->stall_timeout))
		set_stalled(to, true);
	if (!timer_pending(&to->wait_timer))
		mod_timer(&to->wait_timer, jiffies + wait_period(to));
}

static void end_wait(struct xnb_to_guest *to)
{
	set_stalled(to, false);
	WRITE_ONCE(to->waiting, false);
}

/*
 * One event for as many buffers as the queued packets need at least, and not one for each few
 * that the guest posts. A guest that has not posted so many by @refill_until_ns is asked for
 * what the next packet needs, and nothing more: who posts none costs nothing.
 */
static u32 ask_for_slots(struct xnb_to_guest *to, u64 *wake_ns)
{
	struct xnb_coalesce coalesce = xnb_coalesce_read(to->hold.coalesce);
	unsigned int slots = xnb_moderate_refill(&coalesce, to->wait_slots,
						 READ_ONCE(to->queued));

	if (slots > to->wait_slots) {
		if (ktime_get_ns() < to->refill_until_ns)
			*wake_ns = xnb_wake_sooner(*wake_ns, to->refill_until_ns);
		else
			slots = to->wait_slots;
	}
	return xnb_ring_to_guest_arm(&to->ring, slots);
}

static void set_deaf(struct xnb_to_guest *to)
{
	unsigned long flags;

	spin_lock_irqsave(&to->incoming.lock, flags);
	to->deaf = true;
	spin_unlock_irqrestore(&to->incoming.lock, flags);
}

/* Drops packets that waited too long. Return: whether there were any. */
static bool drain(struct xnb_to_guest *to)
{
	struct sk_buff *skb;
	bool any = false;

	while ((skb = peek_packet(to)) && time_after(jiffies, skb_cb(skb)->expires)) {
		drop_packet(to, skb);
		count_one(to, &to->stats->drained);
		any = true;
	}
	if (any)
		set_deaf(to);
	return any;
}

static void drop_all(struct xnb_to_guest *to)
{
	struct sk_buff *skb;

	while ((skb = peek_packet(to))) {
		drop_packet(to, skb);
		dev_core_stats_tx_dropped_inc(to->owner->dev);
	}
}

/*
 * As its counterpart in from_guest.c, but armed only while packets wait for buffers: a guest
 * need not tell about buffers that nobody waits for. The ring is armed before NAPI lets go, as
 * the number of slots is this poll's to know.
 */
static void complete_poll(struct xnb_to_guest *to)
{
	u64 wake_ns = xnb_hold_wake(&to->hold);
	bool waiting = to->waiting, due;
	u32 armed = 0;

	if (waiting)
		armed = ask_for_slots(to, &wake_ns);
	xnb_wake_at(&to->wake, wake_ns);
	due = set_gather(to, xnb_hold_gather(&to->hold, to->room));

	if (!napi_complete_done(&to->napi, 0))
		return;
	/* From here on another CPU may poll: only what was read before is ours. */
	if (waiting ? xnb_ring_to_guest_pending(&to->ring, armed) : due)
		napi_schedule(&to->napi);
	else
		xnb_channel_done(to->channel);
}

/* Sends what can be sent. Return: whether to come again at once. */
static bool run(struct xnb_to_guest *to, int budget)
{
	unsigned int count, work = 0, blocked = 0;

	do {
		count = run_batch(to, budget, &blocked);
		work += count;
	} while (count == XNB_BATCH_PACKETS && work < POLL_PACKETS);

	if (READ_ONCE(to->owner->disabled))
		return false;
	if (work >= POLL_PACKETS)
		return true;
	/* A drained queue still waits: sparse packets must not hide a stalled guest. */
	if (!work && !blocked && to->waiting && to->owner->stall_timeout &&
	    xnb_ring_to_guest_posted(&to->ring) < (int)to->wait_slots)
		blocked = to->wait_slots;
	if (!blocked) {
		end_wait(to);
		return false;
	}

	wait_for_slots(to, blocked, work);
	return drain(to);
}

static int poll(struct napi_struct *napi, int budget)
{
	struct xnb_to_guest *to = container_of(napi, struct xnb_to_guest, napi);
	struct xnb_grant_batch *batch = xnb_grant_begin();
	bool again;

	/* Netpoll in the middle of a poll. */
	if (unlikely(!batch))
		return budget;
	to->batch = batch;
	count_one(to, &to->stats->polls);
	again = !READ_ONCE(to->owner->disabled) && run(to, budget);
	to->batch = NULL;
	xnb_grant_end(batch);

	if (xnb_hold_expired(&to->hold))
		release_held(to, XNB_EXIT_TIME);

	/* A disabled guest's events are never acknowledged, so it cannot make more. */
	if (READ_ONCE(to->owner->disabled)) {
		/* What comes from now on is not even taken, so there is an end to drop_all(). */
		set_deaf(to);
		drop_all(to);
		if (budget)
			napi_complete_done(napi, 0);
		return 0;
	}

	/* Netpoll polls with no budget and completes nothing: a poll that does has to follow. */
	if (!budget) {
		napi_schedule(napi);
		return 0;
	}
	if (again)
		return budget;
	complete_poll(to);
	return 0;
}

static void wait_timer(struct timer_list *timer)
{
	struct xnb_to_guest *to = timer_container_of(to, timer, wait_timer);

	napi_schedule(&to->napi);
}

void xnb_to_guest_init(struct xnb_to_guest *to, struct xnb_queue_stats *stats,
		       const struct xnb_coalesce_pair *coalesce)
{
	to->txq = netdev_get_tx_queue(to->owner->dev, to->id);
	xnb_kick_init(&to->kick, &to->napi, &stats->kick);
	skb_queue_head_init(&to->incoming);
	to->gather = 1;
	__skb_queue_head_init(&to->pending);
	__skb_queue_head_init(&to->sent);
	timer_setup(&to->wait_timer, wait_timer, 0);
	to->stats = &stats->to_guest;
	to->hold.coalesce = &coalesce->data;
	to->hold.channel = to->channel;
	to->hold.stats = &stats->data;
	to->hold.data = true;
	xnb_hold_init(&to->hold);
	xnb_wake_init(&to->wake, &to->napi, &stats->to_guest_wake);
	netif_napi_add_tx(to->owner->dev, &to->napi, poll);
}

void xnb_to_guest_start(struct xnb_to_guest *to)
{
	napi_enable(&to->napi);
	netif_tx_wake_queue(to->txq);
	/* An event may have come while nobody could work for it. */
	local_bh_disable();
	napi_schedule(&to->napi);
	local_bh_enable();
}

void xnb_to_guest_stop(struct xnb_to_guest *to)
{
	/* First the poll, which starts timers; then the timers, which can schedule no more. */
	napi_disable(&to->napi);
	timer_delete_sync(&to->wait_timer);
	xnb_wake_stop(&to->wake);
	local_bh_disable();
	if (xnb_hold_deadline(&to->hold))
		release_held(to, XNB_EXIT_TIME);
	local_bh_enable();
	drop_all(to);
	WRITE_ONCE(to->waiting, false);
	if (to->stalled)
		to->owner->stalled(to->owner, false);
	to->stalled = false;
	/* Packets come before the poll can tell again whether the guest takes them. */
	to->deaf = false;
}
