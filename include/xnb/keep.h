/* SPDX-License-Identifier: GPL-2.0 */
/* Settings that stay while the driver of a device is swapped. */
#ifndef XNB_KEEP_H
#define XNB_KEEP_H

#include <xnb/vif.h>

/**
 * xnb_keep_settings() - leave the coalescing settings for the next backend of the device
 * @xdev: the backend device
 * @vif: its interface
 *
 * In the backend's own folder, which a live swap of the driver leaves alone. Settings that
 * nobody has changed are not kept, and follow new defaults.
 *
 * Context: process; waits for xenstore.
 */
void xnb_keep_settings(struct xenbus_device *xdev, const struct xnb_vif *vif);

/**
 * xnb_keep_recall() - take over what xnb_keep_settings() has left
 * @xdev: the backend device
 * @vif: its interface, not yet connected
 *
 * Context: process; waits for xenstore, then takes rtnl.
 */
void xnb_keep_recall(struct xenbus_device *xdev, struct xnb_vif *vif);

#endif
