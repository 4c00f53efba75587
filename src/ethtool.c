// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>

#include <xnb/ethtool.h>
#include <xnb/compat_rxfh.h>
#include <xnb/version.h>
#include <xnb/vif.h>

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "xen-netback", sizeof(info->driver));
	strscpy(info->version, XNB_VERSION, sizeof(info->version));
	strscpy(info->bus_info, dev_name(dev->dev.parent), sizeof(info->bus_info));
}

/* The guest chooses the number when it connects, from what it is offered. */
static void get_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct xnb_vif *vif = netdev_priv(dev);
	struct xnb_queue_set *set = rtnl_dereference(vif->set);

	channels->max_combined = vif->max_queues;
	channels->combined_count = set ? set->count : 0;
}

/* A connected guest keeps its queues. */
static int set_channels(struct net_device *dev, struct ethtool_channels *channels)
{
	struct xnb_vif *vif = netdev_priv(dev);

	if (!channels->combined_count)
		return -EINVAL;
	WRITE_ONCE(vif->offered, channels->combined_count);
	schedule_work(&vif->offer_work);
	netdev_info(dev, "%u queues are offered to the guest when it connects next\n",
		    channels->combined_count);
	return 0;
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

/* What ethtool calls rx comes from the guest, what it calls tx goes there. */
static void show_coalesce(const struct xnb_coalesce_pair *stored, struct ethtool_coalesce *to)
{
	to->rx_coalesce_usecs = stored->work.usecs;
	to->rx_max_coalesced_frames = stored->work.frames;
	to->use_adaptive_rx_coalesce = stored->work.adaptive;
	to->tx_coalesce_usecs = stored->data.usecs;
	to->tx_max_coalesced_frames = stored->data.frames;
	to->use_adaptive_tx_coalesce = stored->data.adaptive;
}

static int parse_coalesce(struct net_device *dev, const struct ethtool_coalesce *from,
			  struct xnb_coalesce_pair *to, struct netlink_ext_ack *extack)
{
	const char *fault;

	*to = (struct xnb_coalesce_pair){
		.data = {
			.usecs = from->tx_coalesce_usecs,
			.frames = from->tx_max_coalesced_frames,
			.adaptive = from->use_adaptive_tx_coalesce,
		},
		.work = {
			.usecs = from->rx_coalesce_usecs,
			.frames = from->rx_max_coalesced_frames,
			.adaptive = from->use_adaptive_rx_coalesce,
		},
	};
	fault = xnb_coalesce_fault(&to->data) ?: xnb_coalesce_fault(&to->work);
	if (!fault)
		return 0;

	if (extack)
		extack->_msg = fault;
	if (net_ratelimit())
		netdev_err(dev, "tx %u us %u frames, rx %u us %u frames refused: %s\n",
			   to->data.usecs, to->data.frames, to->work.usecs, to->work.frames, fault);
	return -EINVAL;
}

/* Of queues that differ, the first. */
static int get_coalesce(struct net_device *dev, struct ethtool_coalesce *coalesce,
			struct kernel_ethtool_coalesce *kernel_coalesce,
			struct netlink_ext_ack *extack)
{
	struct xnb_vif *vif = netdev_priv(dev);

	show_coalesce(&vif->home[0].coalesce, coalesce);
	return 0;
}

static int set_coalesce(struct net_device *dev, struct ethtool_coalesce *coalesce,
			struct kernel_ethtool_coalesce *kernel_coalesce,
			struct netlink_ext_ack *extack)
{
	struct xnb_vif *vif = netdev_priv(dev);
	struct xnb_coalesce_pair value;
	unsigned int i;
	int err;

	err = parse_coalesce(dev, coalesce, &value, extack);
	if (err)
		return err;
	for (i = 0; i < vif->max_queues; i++)
		xnb_coalesce_write_pair(&vif->home[i].coalesce, &value);
	return 0;
}

static int get_per_queue_coalesce(struct net_device *dev, u32 queue,
				  struct ethtool_coalesce *coalesce)
{
	struct xnb_vif *vif = netdev_priv(dev);

	if (queue >= vif->max_queues)
		return -EINVAL;
	show_coalesce(&vif->home[queue].coalesce, coalesce);
	return 0;
}

static int set_per_queue_coalesce(struct net_device *dev, u32 queue,
				  struct ethtool_coalesce *coalesce)
{
	struct xnb_vif *vif = netdev_priv(dev);
	struct xnb_coalesce_pair value;
	int err;

	if (queue >= vif->max_queues)
		return -EINVAL;
	err = parse_coalesce(dev, coalesce, &value, NULL);
	if (err)
		return err;
	xnb_coalesce_write_pair(&vif->home[queue].coalesce, &value);
	return 0;
}

const struct ethtool_ops xnb_ethtool_ops = {
	.supported_coalesce_params = ETHTOOL_COALESCE_USECS | ETHTOOL_COALESCE_MAX_FRAMES |
				     ETHTOOL_COALESCE_USE_ADAPTIVE,
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_channels = get_channels,
	.set_channels = set_channels,
	.get_rxfh_indir_size = xnb_rxfh_indir_size,
	.get_rxfh_key_size = xnb_rxfh_key_size,
	XNB_COMPAT_RXFH,
	XNB_COMPAT_RXFH_QUEUES,
	XNB_COMPAT_RXFH_FIELDS,
	.get_ringparam = get_ringparam,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
	.get_coalesce = get_coalesce,
	.set_coalesce = set_coalesce,
	.get_per_queue_coalesce = get_per_queue_coalesce,
	.set_per_queue_coalesce = set_per_queue_coalesce,
};
