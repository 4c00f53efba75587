/* SPDX-License-Identifier: GPL-2.0 */
/* An event channel of a queue: its interrupt, its late EOI, its notification. */
#ifndef XNB_CHANNEL_H
#define XNB_CHANNEL_H

#include <linux/atomic.h>
#include <linux/if.h>
#include <linux/interrupt.h>
#include <xen/xenbus.h>

/**
 * enum xnb_side - who still works for an event
 * @XNB_FROM_GUEST: the from-guest poll
 * @XNB_TO_GUEST: the to-guest poll
 */
enum xnb_side {
	XNB_FROM_GUEST = BIT(0),
	XNB_TO_GUEST = BIT(1),
};

/**
 * struct xnb_channel - one event channel, for one direction or shared by both
 * @irq: Linux interrupt number, 0 while unbound
 * @owed: sides whose work must end before the event is acknowledged
 * @name: for /proc/interrupts
 *
 * Late EOI: Xen keeps the channel masked from the event until xen_irq_lateeoi(), which must
 * follow exactly once for each event or the channel is dead (XSA-332). The handler sets
 * the bits of @owed, or acknowledges at once when there is nothing to do; later the side that
 * clears the last bit acknowledges. As no further event can come before that, nobody sets a
 * bit while another is being cleared.
 */
struct xnb_channel {
	int irq;
	atomic_t owed;
	char name[IFNAMSIZ + 8];
};

/**
 * xnb_channel_bind() - bind to the guest's port
 * @channel: the channel, zeroed; @channel->name is set
 * @xdev: the backend device; carries the per-device event statistics in sysfs
 * @port: the guest's port; any value, Xen checks it
 * @handler: interrupt handler, called in hardirq context, possibly before this returns
 * @arg: its argument
 *
 * Context: process. Return: 0 or a negative errno.
 */
int xnb_channel_bind(struct xnb_channel *channel, struct xenbus_device *xdev, evtchn_port_t port,
		     irq_handler_t handler, void *arg);

/**
 * xnb_channel_unbind() - give the channel back
 * @channel: the channel; nothing happens when it is not bound
 * @arg: as given to xnb_channel_bind()
 *
 * Waits for a running handler, and for nothing else.
 *
 * Context: process.
 */
void xnb_channel_unbind(struct xnb_channel *channel, void *arg);

/**
 * xnb_channel_done() - one side has no more work
 * @channel: the channel
 * @side: that side; it need not owe anything
 *
 * Acknowledges the event when this was the last side that owed.
 *
 * Context: any.
 */
void xnb_channel_done(struct xnb_channel *channel, enum xnb_side side);

#endif
