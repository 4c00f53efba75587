// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>

#include <xnb/rxfh.h>
#include <xnb/vif.h>

#define ADDRESSES (RXH_IP_SRC | RXH_IP_DST)
#define PORTS (RXH_L4_B_0_1 | RXH_L4_B_2_3)

/* A kind of flow, and the types that hash its addresses, and its ports. */
struct flow_kind {
	u32 flow;
	u32 addresses;
	u32 ports;
};

static const struct flow_kind kinds[] = {
	{ IPV4_FLOW, XEN_NETIF_CTRL_HASH_TYPE_IPV4, 0 },
	{ TCP_V4_FLOW, XEN_NETIF_CTRL_HASH_TYPE_IPV4, XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP },
	{ UDP_V4_FLOW, XEN_NETIF_CTRL_HASH_TYPE_IPV4, XNB_FLOW_IPV4_UDP },
	{ IPV6_FLOW, XEN_NETIF_CTRL_HASH_TYPE_IPV6, 0 },
	{ TCP_V6_FLOW, XEN_NETIF_CTRL_HASH_TYPE_IPV6, XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP },
	{ UDP_V6_FLOW, XEN_NETIF_CTRL_HASH_TYPE_IPV6, XNB_FLOW_IPV6_UDP },
};

static const struct flow_kind *find_kind(u32 flow)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].flow == flow)
			return &kinds[i];
	return NULL;
}

static unsigned int queues_of(struct xnb_vif *vif)
{
	struct xnb_queue_set *set = rtnl_dereference(vif->set);

	return set ? set->count : vif->offered;
}

u32 xnb_rxfh_indir_size(struct net_device *dev)
{
	return XNB_BUCKETS;
}

u32 xnb_rxfh_key_size(struct net_device *dev)
{
	return XNB_TOEPLITZ_KEY_BYTES;
}

int xnb_rxfh_get(struct net_device *dev, struct ethtool_rxfh_param *rxfh)
{
	struct xnb_vif *vif = netdev_priv(dev);
	unsigned int queues = queues_of(vif), i;
	const struct xnb_rss_rules *rules;

	rxfh->hfunc = ETH_RSS_HASH_TOP;
	rcu_read_lock();
	rules = rcu_dereference(vif->rss.rules);
	/* A guest's smaller table repeats. */
	for (i = 0; rxfh->indir && i < XNB_BUCKETS; i++)
		rxfh->indir[i] = xnb_steer_queue(&rules->table, i, queues);
	if (rxfh->key)
		memcpy(rxfh->key, rules->toeplitz.key, XNB_TOEPLITZ_KEY_BYTES);
	rcu_read_unlock();
	return 0;
}

/* Return: whether the host may not change anything. */
static bool refuse(struct net_device *dev, const struct xnb_rss *rss)
{
	if (!xnb_rss_guest_owns(rss))
		return false;
	if (net_ratelimit())
		netdev_err(dev, "hash and indirection table refused: the guest has set its own\n");
	return true;
}

static bool is_default(const u32 *indir, unsigned int queues)
{
	unsigned int i;

	for (i = 0; i < XNB_BUCKETS; i++)
		if (indir[i] != ethtool_rxfh_indir_default(i, queues))
			return false;
	return true;
}

static void set_table(struct xnb_vif *vif, const u32 *indir)
{
	struct xnb_steer_table *table = &vif->rss.host.table;
	unsigned int i;

	if (is_default(indir, queues_of(vif))) {
		xnb_rss_default_table(&vif->rss);
		return;
	}
	vif->rss.fixed = true;
	table->size = XNB_BUCKETS;
	for (i = 0; i < XNB_BUCKETS; i++)
		table->queue[i] = indir[i];
}

int xnb_rxfh_set(struct net_device *dev, struct ethtool_rxfh_param *rxfh,
		 struct netlink_ext_ack *extack)
{
	struct xnb_vif *vif = netdev_priv(dev);
	struct xnb_rss *rss = &vif->rss;
	int err = 0;

	if (rxfh->hfunc != ETH_RSS_HASH_NO_CHANGE && rxfh->hfunc != ETH_RSS_HASH_TOP)
		return -EOPNOTSUPP;
	xnb_rss_lock(rss);
	if (refuse(dev, rss)) {
		err = -EBUSY;
	} else {
		if (rxfh->indir)
			set_table(vif, rxfh->indir);
		if (rxfh->key)
			memcpy(rss->host.key, rxfh->key, XNB_TOEPLITZ_KEY_BYTES);
		xnb_rss_publish(rss);
	}
	xnb_rss_unlock(rss);
	return err;
}

u32 xnb_rxfh_queues(struct net_device *dev)
{
	return queues_of(netdev_priv(dev));
}

int xnb_rxfh_get_fields(struct net_device *dev, struct ethtool_rxfh_fields *fields)
{
	const struct flow_kind *kind = find_kind(fields->flow_type);
	struct xnb_vif *vif = netdev_priv(dev);
	u32 types;

	if (!kind)
		return -EOPNOTSUPP;
	rcu_read_lock();
	types = rcu_dereference(vif->rss.rules)->types;
	rcu_read_unlock();
	fields->data = 0;
	if (types & (kind->addresses | kind->ports))
		fields->data |= ADDRESSES;
	if (types & kind->ports)
		fields->data |= PORTS;
	return 0;
}

/* Addresses are always hashed, so the question is whether the ports are, too. */
static int parse_fields(struct net_device *dev, const struct flow_kind *kind, u32 fields,
			bool *ports)
{
	*ports = fields == (ADDRESSES | PORTS);
	if (fields == ADDRESSES || (*ports && kind->ports))
		return 0;
	if (net_ratelimit())
		netdev_err(dev, "hash fields 0x%x refused: sd%s is needed\n", fields,
			   kind->ports ? " or sdfn" : "");
	return -EINVAL;
}

int xnb_rxfh_set_fields(struct net_device *dev, const struct ethtool_rxfh_fields *fields,
			struct netlink_ext_ack *extack)
{
	struct xnb_vif *vif = netdev_priv(dev);
	struct xnb_rss *rss = &vif->rss;
	const struct flow_kind *kind = find_kind(fields->flow_type);
	bool ports;
	int err;

	if (!kind)
		return -EOPNOTSUPP;
	err = parse_fields(dev, kind, fields->data, &ports);
	if (err)
		return err;

	xnb_rss_lock(rss);
	if (refuse(dev, rss)) {
		err = -EBUSY;
	} else {
		rss->host.types &= ~kind->ports;
		if (ports)
			rss->host.types |= kind->ports;
		xnb_rss_publish(rss);
	}
	xnb_rss_unlock(rss);
	return err;
}
