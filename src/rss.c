// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/random.h>

#include <xnb/rss.h>

static void fold_table(struct xnb_steer_table *table, unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < table->size; i++)
		table->queue[i] %= queues;
}

/* Nobody reads the rules that are filled: they are not in force, nor were they lately. */
static void fill_rules(const struct xnb_rss *rss, struct xnb_rss_rules *rules)
{
	const struct xnb_rss_master *master;

	rules->guest = xnb_rss_guest_owns(rss);
	master = rules->guest ? &rss->guest : &rss->host;
	rules->types = master->types;
	rules->table = master->table;
	fold_table(&rules->table, max(rss->queues, 1u));
	if (memcmp(rules->toeplitz.key, master->key, sizeof(master->key)))
		xnb_toeplitz_set_key(&rules->toeplitz, master->key);
}

void xnb_rss_publish(struct xnb_rss *rss)
{
	unsigned int old = rss->current_rules;

	lockdep_assert_held(&rss->lock);
	rss->current_rules = (old + 1) % XNB_RSS_RULES;
	cond_synchronize_rcu(rss->cookie[rss->current_rules]);
	fill_rules(rss, &rss->pool[rss->current_rules]);
	rcu_assign_pointer(rss->rules, &rss->pool[rss->current_rules]);
	rss->cookie[old] = get_state_synchronize_rcu();
}

void xnb_rss_default_table(struct xnb_rss *rss)
{
	rss->fixed = false;
	xnb_steer_spread(&rss->host.table, max(rss->queues, 1u));
}

int xnb_rss_init(struct xnb_rss *rss, u32 types)
{
	unsigned int i;

	rss->pool = kvcalloc(XNB_RSS_RULES, sizeof(*rss->pool), GFP_KERNEL);
	if (!rss->pool)
		return -ENOMEM;
	for (i = 0; i < XNB_RSS_RULES; i++)
		rss->cookie[i] = get_completed_synchronize_rcu();
	mutex_init(&rss->lock);
	rss->host.types = types;
	/* Not the host's one key for NICs: guests see where their packets go, and learn of it. */
	get_random_bytes(rss->host.key, sizeof(rss->host.key));
	xnb_rss_connect(rss, 1);
	return 0;
}

void xnb_rss_release(struct xnb_rss *rss)
{
	kvfree(rss->pool);
}

void xnb_rss_connect(struct xnb_rss *rss, unsigned int queues)
{
	xnb_rss_lock(rss);
	rss->queues = queues;
	if (!rss->fixed)
		xnb_rss_default_table(rss);
	xnb_rss_publish(rss);
	xnb_rss_unlock(rss);
}

void xnb_rss_disconnect(struct xnb_rss *rss)
{
	xnb_rss_lock(rss);
	memset(&rss->guest, 0, sizeof(rss->guest));
	rss->guest_on = false;
	xnb_rss_publish(rss);
	xnb_rss_unlock(rss);
}

u32 xnb_rss_hash(const struct xnb_rss_rules *rules, const struct sk_buff *skb, u32 types,
		 u32 *type)
{
	unsigned int len = min_t(unsigned int, skb->len, XNB_FLOW_FRAME_BYTES);
	u8 buffer[XNB_FLOW_FRAME_BYTES];
	struct xnb_flow flow;
	const u8 *frame;

	frame = skb_header_pointer(skb, 0, len, buffer);
	if (unlikely(!frame))
		len = 0;
	xnb_flow_parse(frame, len, types, &flow);
	*type = flow.type;
	return xnb_toeplitz_hash(&rules->toeplitz, &flow);
}
