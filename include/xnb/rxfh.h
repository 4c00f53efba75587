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
 * @indir: the table, or NULL
 * @key: the key, or NULL
 * @function: ETH_RSS_HASH_*, or NULL
 *
 * Context: process, under rtnl. Return: 0.
 */
int xnb_rxfh_get(struct net_device *dev, u32 *indir, u8 *key, u8 *function);

/**
 * xnb_rxfh_set() - set the host's
 * @dev: the net device
 * @indir: the table, or NULL for no change. The default one is rebalanced, others are left alone
 * @key: the key, or NULL
 * @function: ETH_RSS_HASH_*
 *
 * Context: process, under rtnl. Return: 0; -EBUSY while the guest owns them; -EOPNOTSUPP for
 * another function.
 */
int xnb_rxfh_set(struct net_device *dev, const u32 *indir, const u8 *key, const u8 function);

/**
 * xnb_rxfh_get_flow() - number of queues, or what is hashed of a kind of flow
 * @dev: the net device
 * @info: what is asked for, and the answer
 * @rules: not used: there are none
 *
 * Context: process, under rtnl. Return: 0, or -EOPNOTSUPP for another question.
 */
int xnb_rxfh_get_flow(struct net_device *dev, struct ethtool_rxnfc *info, u32 *rules);

/**
 * xnb_rxfh_set_flow() - set what the host hashes of a kind of flow
 * @dev: the net device
 * @info: the kind, and addresses ("sd") or addresses and ports ("sdfn")
 *
 * Context: process, under rtnl. Return: 0; -EBUSY while the guest owns the hash; -EINVAL for
 * fields that cannot be hashed; -EOPNOTSUPP for another request.
 */
int xnb_rxfh_set_flow(struct net_device *dev, struct ethtool_rxnfc *info);

#endif
