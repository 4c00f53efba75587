/* SPDX-License-Identifier: GPL-2.0 */
/* The net device of an interface. */
#ifndef XNB_NETDEV_H
#define XNB_NETDEV_H

#include <xnb/vif.h>

/**
 * xnb_netdev_create() - make and register the net device vif<domid>.<handle>
 * @xdev: the backend device, its parent
 * @handle: number of the interface within the guest
 *
 * Context: process, takes rtnl. Return: the interface or an ERR_PTR.
 */
struct xnb_vif *xnb_netdev_create(struct xenbus_device *xdev, unsigned int handle);

/**
 * xnb_netdev_destroy() - unregister and free it
 * @vif: disconnected
 *
 * Context: process, takes rtnl.
 */
void xnb_netdev_destroy(struct xnb_vif *vif);

#endif
