/* SPDX-License-Identifier: GPL-2.0 */
/* What ethtool shows and sets of receive side scaling: -x, -X, -n and -N. */
#ifndef XNB_RXFH_H
#define XNB_RXFH_H

#include <linux/ethtool.h>

/**
 * xnb_rxfh_indir_size() - entries of the indirection table
 * @dev: the net device
 *
 * Context: process, under rtnl. Return: the number.
 */
u32 xnb_rxfh_indir_size(struct net_device *dev);

/**
 * xnb_rxfh_key_size() - bytes of the key
 * @dev: the net device
 *
 * Context: process, under rtnl. Return: the number.
 */
u32 xnb_rxfh_key_size(struct net_device *dev);

/**
 * xnb_rxfh_get() - show table, key and hash function in force
 * @dev: the net device
 * @rxfh: what to fill in: hfunc; and indir and key where they are not NULL
 *
 * Context: process, under rtnl. Return: 0.
 */
int xnb_rxfh_get(struct net_device *dev, struct ethtool_rxfh_param *rxfh);

/**
 * xnb_rxfh_set() - set the host's
 * @dev: the net device
 * @rxfh: hfunc, ETH_RSS_HASH_*; the table, or NULL for no change: the default one is rebalanced,
 *	others are left alone; the key, or NULL
 * @extack: not used
 *
 * Context: process, under rtnl. Return: 0; -EBUSY while the guest owns them; -EOPNOTSUPP for
 * another function.
 */
int xnb_rxfh_set(struct net_device *dev, struct ethtool_rxfh_param *rxfh,
		 struct netlink_ext_ack *extack);

/**
 * xnb_rxfh_queues() - number of queues that a table may name
 * @dev: the net device
 *
 * Context: process, under rtnl. Return: the number.
 */
u32 xnb_rxfh_queues(struct net_device *dev);

/**
 * xnb_rxfh_get_fields() - show what is hashed of a kind of flow
 * @dev: the net device
 * @fields: the kind, and the answer
 *
 * Context: process, under rtnl. Return: 0, or -EOPNOTSUPP for another kind.
 */
int xnb_rxfh_get_fields(struct net_device *dev, struct ethtool_rxfh_fields *fields);

/**
 * xnb_rxfh_set_fields() - set what the host hashes of a kind of flow
 * @dev: the net device
 * @fields: the kind, and addresses ("sd") or addresses and ports ("sdfn")
 * @extack: not used
 *
 * Context: process, under rtnl. Return: 0; -EBUSY while the guest owns the hash; -EINVAL for
 * fields that cannot be hashed; -EOPNOTSUPP for another kind.
 */
int xnb_rxfh_set_fields(struct net_device *dev, const struct ethtool_rxfh_fields *fields,
			struct netlink_ext_ack *extack);

#endif
