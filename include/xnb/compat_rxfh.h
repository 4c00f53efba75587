/* SPDX-License-Identifier: GPL-2.0 */
/* How older kernels ask for what <xnb/rxfh.h> answers. */
#ifndef XNB_COMPAT_RXFH_H
#define XNB_COMPAT_RXFH_H

#include <xnb/rxfh.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
static inline int xnb_compat_get_rxfh(struct net_device *dev, u32 *indir, u8 *key, u8 *hfunc)
{
	struct ethtool_rxfh_param rxfh = { .indir = indir, .key = key };
	int err = xnb_rxfh_get(dev, &rxfh);

	if (!err && hfunc)
		*hfunc = rxfh.hfunc;
	return err;
}

static inline int xnb_compat_set_rxfh(struct net_device *dev, const u32 *indir, const u8 *key,
				      const u8 hfunc)
{
	struct ethtool_rxfh_param rxfh = {
		.hfunc = hfunc,
		.indir = (u32 *)indir,
		.key = (u8 *)key,
	};

	return xnb_rxfh_set(dev, &rxfh, NULL);
}

#define XNB_COMPAT_RXFH .get_rxfh = xnb_compat_get_rxfh, .set_rxfh = xnb_compat_set_rxfh
#else
#define XNB_COMPAT_RXFH .get_rxfh = xnb_rxfh_get, .set_rxfh = xnb_rxfh_set
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
static inline int xnb_compat_get_rxnfc(struct net_device *dev, struct ethtool_rxnfc *info,
				       u32 *rules)
{
	struct ethtool_rxfh_fields fields = { .flow_type = info->flow_type };
	int err;

	switch (info->cmd) {
	case ETHTOOL_GRXRINGS:
		info->data = xnb_rxfh_queues(dev);
		return 0;
	case ETHTOOL_GRXFH:
		err = xnb_rxfh_get_fields(dev, &fields);
		info->data = fields.data;
		return err;
	default:
		return -EOPNOTSUPP;
	}
}

#define XNB_COMPAT_RXFH_QUEUES .get_rxnfc = xnb_compat_get_rxnfc
#else
#define XNB_COMPAT_RXFH_QUEUES .get_rx_ring_count = xnb_rxfh_queues
#endif

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
static inline int xnb_compat_set_rxnfc(struct net_device *dev, struct ethtool_rxnfc *info)
{
	struct ethtool_rxfh_fields fields = {
		.data = info->data,
		.flow_type = info->flow_type,
	};

	if (info->cmd != ETHTOOL_SRXFH)
		return -EOPNOTSUPP;
	if (info->data != fields.data)
		return -EINVAL;
	return xnb_rxfh_set_fields(dev, &fields, NULL);
}

#define XNB_COMPAT_RXFH_FIELDS .set_rxnfc = xnb_compat_set_rxnfc
#else
#define XNB_COMPAT_RXFH_FIELDS \
	.get_rxfh_fields = xnb_rxfh_get_fields, .set_rxfh_fields = xnb_rxfh_set_fields
#endif

#endif
