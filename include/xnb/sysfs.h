/* SPDX-License-Identifier: GPL-2.0 */
/* Files of an interface in sysfs: docs/ABI/testing/sysfs-class-net-xen-netback. */
#ifndef XNB_SYSFS_H
#define XNB_SYSFS_H

#include <linux/sysfs.h>

extern const struct attribute_group xnb_sysfs_coalesce;
extern const struct attribute_group xnb_sysfs_rss;

#endif
