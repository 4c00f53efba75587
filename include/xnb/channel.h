/* SPDX-License-Identifier: GPL-2.0 */
/* An event channel of a queue: its interrupt, its late EOI, its notification. */
#ifndef XNB_CHANNEL_H
#define XNB_CHANNEL_H

#include <linux/atomic.h>
#include <linux/if.h>
#include <linux/interrupt.h>
#include <xen/events.h>
#include <xen/xenbus.h>

/* Room for the name of the interface, its queue and direction. */
#define XNB_CHANNEL_NAME (IFNAMSIZ + 10)

/**
 * struct xnb_channel - one event channel, for one direction or shared by both
 * @irq: Linux interrupt number, 0 while unbound
 * @owed: an event is not acknowledged yet
 * @name: for /proc/interrupts
 *
 * Late EOI: Xen keeps the channel masked from the event until xen_irq_lateeoi(), which must
 * follow exactly once for each event or the channel is dead (XSA-332). The handler sets @owed
 * and schedules who has work, or acknowledges at once when nobody has. Whoever is done first
 * takes @owed back and acknowledges: on a shared channel one direction must not keep the
 * other's events masked.
 */
struct xnb_channel {
	int irq;
	atomic_t owed;
	char name[XNB_CHANNEL_NAME];
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
 * xnb_channel_notify() - send the guest an event
 * @channel: the channel, bound
 *
 * Context: any.
 */
static inline void xnb_channel_notify(const struct xnb_channel *channel)
{
	notify_remote_via_irq(channel->irq);
}

/**
 * xnb_channel_done() - acknowledge the event that is owed, if one is
 * @channel: the channel
 *
 * Context: any.
 */
void xnb_channel_done(struct xnb_channel *channel);

#endif
