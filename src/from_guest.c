// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/busy_poll.h>
#include <net/tcp.h>

#include <xnb/from_guest.h>
#include <xnb/place.h>
#include <xnb/trace.h>

#define HEADROOM (NET_SKB_PAD + NET_IP_ALIGN)

/* Guests stop to send while a packet of the most slots might not fit. */
#define USABLE_SLOTS (XNB_RING_SLOTS - 1 - XNB_TAIL_SLOTS_MAX)

/* Bytes of a buffer that holds an skb's head with @len bytes of data. */
static unsigned int head_size(unsigned int len)
{
	return SKB_DATA_ALIGN(HEADROOM + len) + SKB_DATA_ALIGN(sizeof(struct skb_shared_info));
}

/* Makes an skb whose @len linear bytes lie in one page of ours, still to be filled. */
static struct sk_buff *alloc_head(struct xnb_from_guest *from, unsigned int len)
{
	/* Room to pull the headers in, however short the guest's first slot is. */
	unsigned int size = head_size(max_t(unsigned int, len, XNB_LINEAR_BYTES));
	unsigned int offset;
	struct sk_buff *skb;
	struct page *page;

	page = page_pool_dev_alloc_frag(from->pool, &offset, size);
	if (unlikely(!page))
		return NULL;

	skb = napi_build_skb(page_address(page) + offset, size);
	if (unlikely(!skb)) {
		page_pool_put_full_page(from->pool, page, true);
		return NULL;
	}
	skb_mark_for_recycle(skb);
	skb_reserve(skb, HEADROOM);
	skb_put(skb, len);
	skb->dev = from->owner->dev;
	return skb;
}

static void gather_copy(struct xnb_from_guest *from, const struct xen_netif_tx_request *slot,
			unsigned int done, void *to, unsigned int len)
{
	xnb_grant_copy_from_guest(from->batch, from->owner->domid, slot->gref,
				  slot->offset + done, to, len);
}

/* Gathers the copies for @len bytes of @slot, from its byte @done on, into pages of the skb. */
static bool gather_paged(struct xnb_from_guest *from, struct sk_buff *skb,
			 struct xnb_place *place, const struct xen_netif_tx_request *slot,
			 unsigned int done, unsigned int len)
{
	struct skb_shared_info *shared = skb_shinfo(skb);

	while (len) {
		skb_frag_t *frag;
		struct page *page;
		bool new_page;
		u32 piece;

		piece = xnb_place_next(place, len, &new_page);
		if (new_page) {
			page = page_pool_dev_alloc_pages(from->pool);
			if (unlikely(!page))
				return false;
			skb_add_rx_frag(skb, shared->nr_frags, page, 0, 0, PAGE_SIZE);
		}

		frag = &shared->frags[shared->nr_frags - 1];
		gather_copy(from, slot, done, skb_frag_address(frag) + skb_frag_size(frag), piece);
		skb_frag_size_add(frag, piece);
		skb->len += piece;
		skb->data_len += piece;
		done += piece;
		len -= piece;
	}
	return true;
}

/*
 * A packet that fits into one page lies there whole. Of a larger one the head slot, when it
 * is as short as a header usually is, or its beginning, is the linear part.
 */
static unsigned int linear_len(const struct xnb_request *request)
{
	if (head_size(request->len) <= XNB_SLOT_BYTES)
		return request->len;
	return request->head_len <= XNB_LINEAR_BYTES_MAX ? request->head_len : XNB_LINEAR_BYTES;
}

/* Makes the skb of the packet at @cons and gathers its copies; NULL when memory is short. */
static struct sk_buff *gather_packet(struct xnb_from_guest *from,
				     const struct xnb_request *request, u32 cons)
{
	unsigned int linear = linear_len(request), filled = 0, i;
	const struct xen_netif_tx_request *slot;
	struct xnb_place place;
	struct sk_buff *skb;

	skb = alloc_head(from, linear);
	if (unlikely(!skb))
		return NULL;
	xnb_place_begin(&place, request->len - linear, MAX_SKB_FRAGS, 0);

	for (i = 0; i <= request->tails; i++) {
		u32 index = i ? cons + request->extras + i : cons;
		unsigned int len, take;

		slot = &from->ring.slot[index % XNB_RING_SLOTS];
		len = i ? slot->size : request->head_len;
		take = min(len, linear - filled);
		/* An empty slot's grant is not even looked at (XSA-448). */
		if (take)
			gather_copy(from, slot, 0, skb->data + filled, take);
		filled += take;
		if (!gather_paged(from, skb, &place, slot, take, len - take)) {
			dev_kfree_skb_any(skb);
			return NULL;
		}
	}
	return skb;
}

static void count_one(struct xnb_from_guest *from, u64_stats_t *counter)
{
	xnb_stats_count(&from->stats->syncp, counter);
}

static void wait_for_rate(struct xnb_from_guest *from, u64 wait_ns)
{
	count_one(from, &from->stats->rate_waits);
	/* Short enough for a changed limit to be noticed, and not a timer for each packet. */
	from->rate_until_ns = ktime_get_ns() +
			      clamp_t(u64, wait_ns, XNB_RATE_WAIT_NS_MIN, XNB_RATE_WAIT_NS_MAX);
}

/* What a packet takes from the budget: many small segments are many packets to come. */
static unsigned int packet_cost(const struct xnb_request *request)
{
	if (!request->gso_size)
		return 1;
	return 1 + request->len / request->gso_size / XNB_SEGMENTS_A_PACKET;
}

/* Parses packets within @budget and gathers their copies. @cost: of it used. Return: packets. */
static unsigned int gather_batch(struct xnb_from_guest *from, unsigned int budget,
				 unsigned int *cost)
{
	struct xnb_owner *owner = from->owner;
	u32 cons = from->ring.back.req_cons;
	struct xnb_from_guest_packet *packet;
	enum xnb_verdict verdict;
	unsigned int count = 0;
	u64 wait_ns;

	*cost = 0;
	while (count < XNB_BATCH_PACKETS && *cost < budget &&
	       xnb_grant_room(from->batch) >= XNB_PACKET_COPIES) {
		packet = &from->packet[count];
		packet->skb = NULL;
		packet->first_copy = from->batch->count;

		verdict = xnb_request_parse(from->ring.slot, cons, from->ring.fetched,
					    owner->fatal_tails, &packet->request);
		if (verdict == XNB_EMPTY)
			break;
		if (verdict == XNB_FATAL) {
			owner->fatal(owner, packet->request.reason);
			break;
		}
		/* What is dropped has cost us as much as what is not. */
		wait_ns = xnb_rate_take(&owner->rate, &packet->request);
		if (wait_ns) {
			wait_for_rate(from, wait_ns);
			break;
		}
		if (verdict == XNB_PACKET) {
			packet->skb = gather_packet(from, &packet->request, cons);
			if (unlikely(!packet->skb)) {
				from->batch->count = packet->first_copy;
				count_one(from, &from->stats->no_memory);
			}
		} else {
			count_one(from, &from->stats->dropped[packet->request.reason]);
		}

		packet->copies = from->batch->count - packet->first_copy;
		*cost += packet_cost(&packet->request);
		cons += packet->request.slots;
		count++;
	}
	return count;
}

static bool copies_succeeded(const struct xnb_from_guest *from,
			     const struct xnb_from_guest_packet *packet)
{
	unsigned int i;

	for (i = 0; i < packet->copies; i++)
		if (from->batch->op[packet->first_copy + i].status != GNTST_okay)
			return false;
	return true;
}

/* Answers every request of the batch; what could not be copied is dropped. */
static void answer_batch(struct xnb_from_guest *from, unsigned int count, bool all_copied)
{
	struct xnb_from_guest_packet *packet;

	for (packet = from->packet; packet < from->packet + count; packet++) {
		if (unlikely(!all_copied) && packet->skb && !copies_succeeded(from, packet)) {
			dev_kfree_skb_any(packet->skb);
			packet->skb = NULL;
			count_one(from, &from->stats->copy_error);
		}
		xnb_ring_from_guest_answer(&from->ring, packet->request.slots,
					   packet->request.extras,
					   packet->skb ? XEN_NETIF_RSP_OKAY : XEN_NETIF_RSP_ERROR);
	}
	xnb_ring_from_guest_push(&from->ring);
}

/* No network carries larger packets than that, and some NICs stop at them. */
static unsigned int mtu_limit(const struct sk_buff *skb)
{
	return max_t(unsigned int, READ_ONCE(skb->dev->mtu), XNB_JUMBO_BYTES);
}

/* The segmentation the guest asks for must be that of the packet's real protocol. */
static bool setup_gso(struct sk_buff *skb, const struct xnb_request *request)
{
	bool v4 = request->gso_type == XEN_NETIF_GSO_TYPE_TCPV4;
	struct skb_shared_info *shared = skb_shinfo(skb);
	unsigned int headers;

	if (skb->protocol != (v4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6)) ||
	    skb->csum_offset != offsetof(struct tcphdr, check))
		return false;

	headers = skb_tcp_all_headers(skb);
	if (tcp_hdrlen(skb) < sizeof(struct tcphdr) || headers > skb->len)
		return false;
	if (headers + request->gso_size > mtu_limit(skb))
		return false;

	/* One segment needs no cutting. */
	if (skb->len - headers <= request->gso_size)
		return true;

	shared->gso_size = request->gso_size;
	shared->gso_type = (v4 ? SKB_GSO_TCPV4 : SKB_GSO_TCPV6) | SKB_GSO_DODGY;
	shared->gso_segs = DIV_ROUND_UP(skb->len - headers, request->gso_size);
	return true;
}

static int setup_offloads(struct xnb_from_guest *from, struct sk_buff *skb,
			  const struct xnb_request *request)
{
	bool forgotten = request->gso_size && !request->csum_blank;
	int err;

	if (forgotten)
		count_one(from, &from->stats->gso_checksum_fixup);
	if (!request->csum_blank && !forgotten) {
		if (request->data_validated)
			skb->ip_summed = CHECKSUM_UNNECESSARY;
		return 0;
	}

	skb->ip_summed = CHECKSUM_PARTIAL;
	err = skb_checksum_setup(skb, forgotten);
	if (err)
		return err;
	/* It believes the header's length, which the stack behind us need not look at again. */
	if (skb->protocol == htons(ETH_P_IP) &&
	    skb_network_header_len(skb) < sizeof(struct iphdr))
		return -EPROTO;
	if (request->gso_size && !setup_gso(skb, request))
		return -EPROTO;
	return 0;
}

/*
 * Turns copied data into a packet that the stack may trust. -ENOMEM: no memory for its headers;
 * any other error: its flags are a lie.
 */
static int finish_packet(struct xnb_from_guest *from, struct sk_buff *skb,
			 const struct xnb_request *request)
{
	unsigned int linear = min_t(unsigned int, skb->len, XNB_LINEAR_BYTES);

	if (skb_headlen(skb) < linear && !pskb_may_pull(skb, linear))
		return -ENOMEM;

	skb->protocol = eth_type_trans(skb, from->owner->dev);
	skb_reset_network_header(skb);
	/* The stack would send all of a single queue by the first queue of every NIC. */
	if (from->owner->dev->real_num_rx_queues > 1)
		skb_record_rx_queue(skb, from->id);
	return setup_offloads(from, skb, request);
}

/*
 * GRO makes segments of what it merges, as large as that was, and no MTU check on the way looks at
 * them; setup_gso() refuses such a size. Their order among smaller frames of the flow is given up.
 */
static bool must_not_merge(const struct sk_buff *skb)
{
	unsigned int tag = eth_type_vlan(skb->protocol) ? VLAN_HLEN : 0;

	return skb->len > mtu_limit(skb) + tag && !skb_is_gso(skb);
}

/* A packet by itself has nothing to be merged with; nobody waits in GRO either. */
static bool nothing_to_merge(const struct xnb_from_guest *from, unsigned int count)
{
	return count == 1 && xnb_compat_gro_is_empty(&from->napi);
}

static void deliver_batch(struct xnb_from_guest *from, unsigned int count)
{
	bool lone = nothing_to_merge(from, count);
	unsigned int packets = 0, bytes = 0, overflows = 0, copies = 0;
	struct xnb_from_guest_packet *packet;
	int err;

	for (packet = from->packet; packet < from->packet + count; packet++) {
		struct sk_buff *skb = packet->skb;

		copies += packet->copies;
		if (!skb)
			continue;
		err = finish_packet(from, skb, &packet->request);
		if (unlikely(err)) {
			dev_kfree_skb_any(skb);
			count_one(from, err == -ENOMEM ? &from->stats->no_memory :
							 &from->stats->protocol);
			continue;
		}
		packets++;
		bytes += packet->request.len;
		overflows += packet->request.tails > MAX_SKB_FRAGS;
		if (lone || unlikely(must_not_merge(skb))) {
			skb_mark_napi_id(skb, &from->napi);
			netif_receive_skb(skb);
		} else {
			napi_gro_receive(&from->napi, skb);
		}
	}

	u64_stats_update_begin(&from->stats->syncp);
	u64_stats_add(&from->stats->packets, packets);
	u64_stats_add(&from->stats->bytes, bytes);
	u64_stats_add(&from->stats->frag_overflow, overflows);
	u64_stats_inc(&from->stats->batches);
	u64_stats_add(&from->stats->copies, copies);
	u64_stats_update_end(&from->stats->syncp);
}

/*
 * The event for completions is asked for late, after the delivery: a guest that goes on
 * sending has reaped its completions by then.
 */
static void publish(struct xnb_from_guest *from, unsigned int count, unsigned int slots)
{
	u32 unseen = from->ring.back.rsp_prod_pvt - from->ring.settled;
	/* Packets of this size that fit before the guest has no room left for its largest. */
	u32 room = count * (USABLE_SLOTS - min_t(u32, unseen, USABLE_SLOTS)) / max(slots, 1u);

	trace_xnb_push(&from->hold, count, slots, from->ring.back.rsp_prod_pvt);
	if (xnb_hold_publish(&from->hold, xnb_ring_from_guest_event_wanted(&from->ring), count,
			     room))
		xnb_ring_from_guest_settle(&from->ring);
}

static void release_held(struct xnb_from_guest *from, enum xnb_exit exit)
{
	xnb_hold_release(&from->hold, xnb_ring_from_guest_event_wanted(&from->ring), exit);
	xnb_ring_from_guest_settle(&from->ring);
}

/*
 * Parses, copies by one hypercall and answers: the guest may reuse its slots while the stack is
 * busy with the packets. @cost: of the budget used; all of it when there is no batch to be had.
 * Return: packets.
 */
static unsigned int take_batch(struct xnb_from_guest *from, unsigned int budget,
			       unsigned int *cost)
{
	struct xnb_grant_batch *batch = xnb_grant_begin();
	unsigned int count;

	*cost = budget;
	if (unlikely(!batch))
		return 0;
	from->batch = batch;

	count = gather_batch(from, budget, cost);
	if (count)
		answer_batch(from, count, !batch->count || xnb_grant_commit(batch));

	from->batch = NULL;
	xnb_grant_end(batch);
	return count;
}

/* One batch: fetch, take, deliver. Return: budget used. */
static unsigned int run_batch(struct xnb_from_guest *from, unsigned int budget)
{
	int waiting = xnb_ring_from_guest_fetch(&from->ring);
	u32 first = from->ring.back.rsp_prod_pvt;
	unsigned int count, cost;

	if (waiting < 0)
		from->owner->fatal(from->owner, XNB_REASON_PRODUCER);
	if (waiting <= 0)
		return 0;

	count = take_batch(from, budget, &cost);
	if (!count)
		return cost;
	deliver_batch(from, count);

	publish(from, count, from->ring.back.rsp_prod_pvt - first);
	from->park.found += count;
	return cost;
}

/*
 * What comes next is decided while this context still owns the queue: the timer, at the rate
 * limit or while packets follow closely, or else an event of the guest. For that the ring is
 * armed when NAPI has let go, and only if it has: the kernel may defer events, or poll on. What
 * was read before is all that is ours then; see xnb_ring_from_guest_arm().
 */
static void complete_poll(struct xnb_from_guest *from, int work)
{
	u32 cons = from->ring.back.req_cons;
	u64 look_ns = from->rate_until_ns ?: xnb_park_until(&from->park);

	if (look_ns)
		xnb_ring_from_guest_park(&from->ring, xnb_park_slots(&from->park));
	xnb_wake_at(&from->wake, xnb_wake_sooner(look_ns, xnb_hold_deadline(&from->hold)));

	if (!napi_complete_done(&from->napi, work))
		return;
	if (!look_ns && xnb_ring_from_guest_arm(&from->ring, cons))
		napi_schedule(&from->napi);
	else
		xnb_channel_done(from->channel);
}

static int poll(struct napi_struct *napi, int budget)
{
	struct xnb_from_guest *from = container_of(napi, struct xnb_from_guest, napi);
	unsigned int cost;
	int work = 0;

	/* Netpoll asks for room to send, which is the other direction's. */
	if (!budget)
		return 0;

	from->rate_until_ns = 0;
	count_one(from, &from->stats->polls);
	while (work < budget && !from->rate_until_ns && !READ_ONCE(from->owner->disabled)) {
		cost = run_batch(from, budget - work);
		if (!cost)
			break;
		work += cost;
	}
	work = min(work, budget);
	if (xnb_hold_expired(&from->hold))
		release_held(from, XNB_EXIT_TIME);

	/* A disabled guest's events are never acknowledged, so it cannot make more. */
	if (READ_ONCE(from->owner->disabled)) {
		work = min(work, budget - 1);
		napi_complete_done(napi, work);
	} else if (work < budget) {
		complete_poll(from, work);
	}
	return work;
}

struct page_pool *xnb_from_guest_pool(void)
{
	struct page_pool_params params = {
		.pool_size = XNB_POOL_PAGES,
		.nid = NUMA_NO_NODE,
	};

	return page_pool_create(&params);
}

void xnb_from_guest_init(struct xnb_from_guest *from, struct xnb_queue_stats *stats,
			 const struct xnb_coalesce_pair *coalesce)
{
	from->stats = &stats->from_guest;
	from->hold.coalesce = &coalesce->work;
	from->hold.channel = from->channel;
	from->hold.stats = &stats->completion;
	xnb_hold_init(&from->hold);
	from->park.coalesce = &coalesce->work;
	from->park.channel = from->channel;
	from->park.stats = &stats->from_guest;
	xnb_park_init(&from->park);
	xnb_wake_init(&from->wake, &from->napi, &stats->from_guest_wake);
	netif_napi_add(from->owner->dev, &from->napi, poll);
}

void xnb_from_guest_start(struct xnb_from_guest *from)
{
	napi_enable(&from->napi);
	/* Requests from before we listened bring no event. */
	local_bh_disable();
	napi_schedule(&from->napi);
	local_bh_enable();
}

void xnb_from_guest_stop(struct xnb_from_guest *from)
{
	/* First the poll, which starts the timer; then the timer, which can schedule no more. */
	napi_disable(&from->napi);
	xnb_wake_stop(&from->wake);
	local_bh_disable();
	if (xnb_hold_deadline(&from->hold))
		release_held(from, XNB_EXIT_TIME);
	local_bh_enable();
}
