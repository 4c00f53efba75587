// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>

#include <xnb/announce.h>
#include <xnb/ethtool.h>
#include <xnb/netdev.h>
#include <xnb/params.h>
#include <xnb/route.h>
#include <xnb/sysfs.h>

#define GUEST_FEATURES (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_TSO | NETIF_F_TSO6 | \
			NETIF_F_IP_CSUM | NETIF_F_IPV6_CSUM)

/* The largest frame both sides can describe, with a VLAN header to spare. */
#define MTU_MAX (ETH_MAX_MTU - VLAN_ETH_HLEN)

static netdev_tx_t start_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct xnb_vif *vif = netdev_priv(dev);
	u16 id = skb_get_queue_mapping(skb);
	struct xnb_to_guest_route route;
	struct xnb_queue_set *set;
	struct xnb_queue *queue;

	/* The stack sends with bottom halves off, which synchronize_net() waits for. */
	set = rcu_dereference_bh(vif->set);
	if (unlikely(!set || id >= set->count || skb->len < ETH_HLEN ||
		     !skb_frags_readable(skb))) {
		dev_core_stats_tx_dropped_inc(dev);
		dev_kfree_skb_any(skb);
		return NETDEV_TX_OK;
	}

	queue = xnb_route_queue(vif, set, skb, &route);
	if (unlikely(!xnb_to_guest_enqueue(&queue->to, skb, &route)))
		return NETDEV_TX_BUSY;
	return NETDEV_TX_OK;
}

static u16 select_queue(struct net_device *dev, struct sk_buff *skb, struct net_device *upper)
{
	return xnb_route_txq(netdev_priv(dev), skb);
}

static int open(struct net_device *dev)
{
	xnb_vif_up(netdev_priv(dev));
	netif_tx_start_all_queues(dev);
	return 0;
}

static int stop(struct net_device *dev)
{
	/* Waits for senders that the stack does not know of. */
	netif_tx_disable(dev);
	xnb_vif_down(netdev_priv(dev));
	return 0;
}

static netdev_features_t fix_features(struct net_device *dev, netdev_features_t features)
{
	struct xnb_vif *vif = netdev_priv(dev);

	return features & (vif->features | ~GUEST_FEATURES);
}

static int change_mtu(struct net_device *dev, int mtu)
{
	struct xnb_vif *vif = netdev_priv(dev);

	if (mtu > ETH_DATA_LEN && !(vif->features & NETIF_F_SG)) {
		netdev_err(dev, "mtu %d refused: the guest takes %u to %u\n", mtu, dev->min_mtu,
			   ETH_DATA_LEN);
		return -EINVAL;
	}
	WRITE_ONCE(dev->mtu, mtu);
	vif->mtu_before = 0;
	return 0;
}

static void get_stats64(struct net_device *dev, struct rtnl_link_stats64 *link)
{
	struct xnb_vif *vif = netdev_priv(dev);
	unsigned int i;

	for (i = 0; i < vif->max_queues; i++)
		xnb_stats_link(&vif->home[i].stats, link);
}

static const struct net_device_ops netdev_ops = {
	.ndo_open = open,
	.ndo_stop = stop,
	.ndo_start_xmit = start_xmit,
	.ndo_select_queue = select_queue,
	.ndo_fix_features = fix_features,
	.ndo_change_mtu = change_mtu,
	.ndo_get_stats64 = get_stats64,
	.ndo_set_mac_address = eth_mac_addr,
	.ndo_validate_addr = eth_validate_addr,
};

static void setup(struct net_device *dev, struct xenbus_device *xdev)
{
	/* Never the guest's own address: the bridge would take its frames for ours. */
	static const u8 address[ETH_ALEN] = { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff };

	SET_NETDEV_DEV(dev, &xdev->dev);
	eth_hw_addr_set(dev, address);
	dev->netdev_ops = &netdev_ops;
	dev->ethtool_ops = &xnb_ethtool_ops;
	dev->sysfs_groups[0] = &xnb_sysfs_coalesce;
	dev->hw_features = GUEST_FEATURES;
	dev->features = GUEST_FEATURES | NETIF_F_RXCSUM | NETIF_F_GSO_ROBUST;
	/* Packets are queued by their own list pointers. */
	dev->priv_flags &= ~IFF_TX_SKB_SHARING;
	dev->tx_queue_len = XNB_TX_QUEUE_LEN;
	dev->min_mtu = ETH_MIN_MTU;
	dev->max_mtu = MTU_MAX;
}

struct xnb_vif *xnb_netdev_create(struct xenbus_device *xdev, unsigned int handle)
{
	unsigned int queues = xnb_params_queues();
	struct net_device *dev;
	struct xnb_vif *vif;
	char name[IFNAMSIZ];
	int err;

	snprintf(name, sizeof(name), "vif%u.%u", xdev->otherend_id, handle);
	dev = alloc_netdev_mq(sizeof(*vif), name, NET_NAME_UNKNOWN, ether_setup, queues);
	if (!dev)
		return ERR_PTR(-ENOMEM);

	vif = netdev_priv(dev);
	setup(dev, xdev);
	/* Until a guest connects, what most can do: scripts may set a large MTU before. */
	vif->features = GUEST_FEATURES;
	err = xnb_vif_init(vif, dev, xdev, handle, queues);
	if (err)
		goto free;
	INIT_WORK(&vif->offer_work, xnb_announce_offer);
	err = register_netdev(dev);
	if (err)
		goto release;
	/* The net device takes one group with it, and this is another. */
	err = device_add_group(&dev->dev, &xnb_sysfs_rss);
	if (err)
		goto unregister;
	/*
	 * Not before the registration: then a bridge would not forward until the link watch
	 * runs, up to a second after a live swap has connected the guest again.
	 */
	netif_carrier_off(dev);
	return vif;

unregister:
	unregister_netdev(dev);
	cancel_work_sync(&vif->offer_work);
release:
	xnb_vif_release(vif);
free:
	free_netdev(dev);
	return ERR_PTR(err);
}

void xnb_netdev_destroy(struct xnb_vif *vif)
{
	struct net_device *dev = vif->owner.dev;

	device_remove_group(&dev->dev, &xnb_sysfs_rss);
	unregister_netdev(dev);
	/* Ethtool, which makes this work, can come no more. */
	cancel_work_sync(&vif->offer_work);
	xnb_vif_release(vif);
	free_netdev(dev);
}
