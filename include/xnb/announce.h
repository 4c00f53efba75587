/* SPDX-License-Identifier: GPL-2.0 */
/* Keys in xenstore: what we offer to a guest, and what it answered. */
#ifndef XNB_ANNOUNCE_H
#define XNB_ANNOUNCE_H

#include <xnb/vif.h>

/**
 * xnb_announce_write() - write what this backend can do, but for the number of queues
 * @xdev: the backend device
 *
 * Guests read these keys once, when they connect, so they are written before the state
 * says that we are ready.
 *
 * Context: process. Return: 0, -ENOENT when the backend's folder is gone, or another negative
 * errno.
 */
int xnb_announce_write(struct xenbus_device *xdev);

/**
 * xnb_announce_key() - write or remove one key, where the backend's folder still exists
 * @xdev: the backend device
 * @name: the key
 * @text: its value, or NULL to remove it
 *
 * Context: process. Return: 0, also when the folder or a key to be removed is gone, or a negative
 * errno.
 */
int xnb_announce_key(struct xenbus_device *xdev, const char *name, const char *text);

/**
 * xnb_announce_offer() - write how many queues the next connection may have
 * @work: xnb_vif.offer_work
 *
 * Work, because ethtool holds rtnl, under which nobody waits for xenstore; and only as work, so
 * that the last to be written is the present number.
 *
 * Context: process.
 */
void xnb_announce_offer(struct work_struct *work);

/**
 * xnb_announce_read() - read what the guest wants
 * @xdev: the backend device
 * @max_queues: upper bound for the guest's queue count
 *
 * Every key is read once and parsed strictly. Of the values only the queue count is
 * checked here; grants and ports are checked by Xen when they are used. What is wrong is
 * written to the backend's error node.
 *
 * Context: process. Return: the configuration, to be freed by kfree(), or an ERR_PTR.
 */
struct xnb_vif_config *xnb_announce_read(struct xenbus_device *xdev, unsigned int max_queues);

/**
 * xnb_announce_read_rate() - read the rate limit
 * @xdev: the backend device
 * @bytes: bytes an interval; 0 for no limit
 * @interval_us: microseconds of the interval
 *
 * Context: process.
 */
void xnb_announce_read_rate(struct xenbus_device *xdev, u32 *bytes, u32 *interval_us);

#endif
