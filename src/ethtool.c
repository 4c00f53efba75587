// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>

#include <xnb/ethtool.h>
#include <xnb/version.h>
#include <xnb/vif.h>

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "xen-netback", sizeof(info->driver));
	strscpy(info->version, XNB_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(dev->dev.parent), sizeof(info->bus_info));
}

/* The guest chooses the number when it connects; what is offered is what the device holds. */
static void get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct xnb_vif *vif = netdev_priv(dev);
	struct xnb_queue_set *set = rtnl_dereference(vif->set);

	channels->max_combined = vif->max_queues;
	channels->combined_count = set ? set->count : 0;
}

/* One page a ring: the protocol knows no other size. */
static void get_ringparam(struct net_device *dev, struct ethtool_ringparam *ring,
			  struct kernel_ethtool_ringparam *kernel_ring,
			  struct netlink_ext_ack *extack)
{
	ring->rx_max_pending = XNB_RING_SLOTS;
	ring->tx_max_pending = XNB_RING_SLOTS;
	ring->rx_pending = XNB_RING_SLOTS;
	ring->tx_pending = XNB_RING_SLOTS;
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? xnb_stats_ethtool_count() : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *to)
{
	if (set == ETH_SS_STATS)
		xnb_stats_ethtool_names(to);
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *stats, u64 *to)
{
	struct xnb_vif *vif = netdev_priv(dev);

	unsigned int i;

	memset(to, 0, xnb_stats_ethtool_count() * sizeof(*to));
	for (i = 0; i < vif->max_queues; i++)
		xnb_stats_ethtool_add(&vif->home[i].stats, to);
}

const struct ethtool_ops xnb_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_channels = get_channels,
	.get_ringparam = get_ringparam,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
};
