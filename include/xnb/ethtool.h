/* SPDX-License-Identifier: GPL-2.0 */
/* What ethtool shows and sets. */
#ifndef XNB_ETHTOOL_H
#define XNB_ETHTOOL_H

#include <linux/ethtool.h>

extern const struct ethtool_ops xnb_ethtool_ops;

#endif
