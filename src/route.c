// SPDX-License-Identifier: GPL-2.0
#include <linux/log2.h>

#include <xnb/route.h>

/* What a guest's hash does not cover is spread all the same. */
static u32 spread_hash(const struct xnb_rss_rules *rules, const struct sk_buff *skb)
{
	u32 type, hash = xnb_rss_hash(rules, skb, rules->types, &type);

	if (!type && rules->guest)
		hash = xnb_rss_hash(rules, skb, XNB_RSS_HOST_TYPES, &type);
	return hash;
}

u16 xnb_route_txq(struct xnb_vif *vif, struct sk_buff *skb)
{
	u32 hash;

	rcu_read_lock();
	hash = spread_hash(rcu_dereference(vif->rss.rules), skb);
	rcu_read_unlock();
	skb_set_hash(skb, hash, PKT_HASH_TYPE_L4);
	return xnb_bucket_txq(xnb_bucket_of(hash), vif->owner.dev->real_num_tx_queues);
}

static struct xnb_queue *guest_queue(const struct xnb_queue_set *set,
				     const struct xnb_rss_rules *rules, const struct sk_buff *skb,
				     u16 txq, struct xnb_to_guest_route *route)
{
	unsigned int id;
	u32 type;

	route->hash = xnb_rss_hash(rules, skb, rules->types, &type);
	if (!type)
		return set->queue[txq];
	route->hash_type = ilog2(type);
	route->hashed = true;
	id = xnb_steer_queue(&rules->table, route->hash, set->count);
	/* Rules and queues are published one after the other. */
	return set->queue[id < set->count ? id : txq];
}

static bool may_move(const struct xnb_bucket *bucket, const struct xnb_queue_set *set)
{
	return xnb_bucket_is_quiet(bucket) &&
	       xnb_ring_to_guest_taken(&set->queue[bucket->queue]->to.ring, bucket->end);
}

static struct xnb_queue *host_queue(struct xnb_vif *vif, const struct xnb_queue_set *set,
				    const struct xnb_rss_rules *rules, const struct sk_buff *skb,
				    u16 txq, struct xnb_to_guest_route *route)
{
	u32 type, hash = skb->l4_hash ? skb->hash : xnb_rss_hash(rules, skb, rules->types, &type);
	unsigned int number = xnb_bucket_of(hash);
	struct xnb_bucket *bucket = &vif->bucket[number];
	unsigned int wanted = rules->table.queue[number];

	/* Only the bucket's own transmit queue keeps its order. */
	if (unlikely(xnb_bucket_txq(number, set->count) != txq))
		return set->queue[txq];
	if (unlikely(bucket->queue != wanted) && wanted < set->count && may_move(bucket, set))
		WRITE_ONCE(bucket->queue, wanted);
	route->bucket = bucket;
	return set->queue[bucket->queue];
}

struct xnb_queue *xnb_route_queue(struct xnb_vif *vif, const struct xnb_queue_set *set,
				  const struct sk_buff *skb, struct xnb_to_guest_route *route)
{
	const struct xnb_rss_rules *rules = rcu_dereference_bh(vif->rss.rules);
	u16 txq = skb_get_queue_mapping(skb);

	*route = (struct xnb_to_guest_route){};
	xnb_balance_wake(&vif->balance);
	if (unlikely(rules->guest))
		return guest_queue(set, rules, skb, txq, route);
	if (set->count == 1)
		return set->queue[0];
	return host_queue(vif, set, rules, skb, txq, route);
}
