/* SPDX-License-Identifier: GPL-2.0 */
/* The control ring: by it a guest sets its own hash and indirection table. */
#ifndef XNB_CTRL_H
#define XNB_CTRL_H

#include <linux/workqueue.h>

#include <xnb/channel.h>
#include <xnb/owner.h>
#include <xnb/ring.h>
#include <xnb/rss.h>

/**
 * struct xnb_ctrl - a control ring, from connect to disconnect
 * @owner: the interface
 * @rss: what the requests are about
 * @channel: its event channel
 * @ring: the ring
 * @page: its mapped page
 * @work: answers requests; everything but @ring.event_prod is its own while it runs
 * @tick: when the time began for which @looks are left, in jiffies
 * @looks: how often it may still look at the ring
 * @running: events queue @work
 * @buffer: what the guest sends beside a request; it lies in one page
 */
struct xnb_ctrl {
	struct xnb_owner *owner;
	struct xnb_rss *rss;
	struct xnb_channel channel;
	struct xnb_ring_ctrl ring;
	void *page;
	struct delayed_work work;
	unsigned long tick;
	unsigned int looks;
	bool running;
	u32 *buffer;
};

/**
 * xnb_ctrl_create() - make a control ring and map its page
 * @owner: the interface
 * @rss: its receive side scaling
 * @xdev: its backend device
 * @ref: grant of the ring; any value, Xen checks it
 *
 * Context: process, without rtnl, as for xnb_queue_create(). Return: the ring, for
 * xnb_ctrl_free(), or an ERR_PTR.
 */
struct xnb_ctrl *xnb_ctrl_create(struct xnb_owner *owner, struct xnb_rss *rss,
				 struct xenbus_device *xdev, grant_ref_t ref);

/**
 * xnb_ctrl_start() - answer requests
 * @ctrl: created; the connection that its requests are about has begun
 * @xdev: the backend device
 * @port: the guest's event channel; any value, Xen checks it
 *
 * Context: process. Return: 0 or a negative errno.
 */
int xnb_ctrl_start(struct xnb_ctrl *ctrl, struct xenbus_device *xdev, evtchn_port_t port);

/**
 * xnb_ctrl_stop() - answer no more; waits for the present request only
 * @ctrl: created, perhaps not started
 *
 * Context: process.
 */
void xnb_ctrl_stop(struct xnb_ctrl *ctrl);

/**
 * xnb_ctrl_free() - release a control ring
 * @ctrl: stopped or never started; or NULL
 * @xdev: the backend device
 *
 * Context: process, without rtnl.
 */
void xnb_ctrl_free(struct xnb_ctrl *ctrl, struct xenbus_device *xdev);

#endif
