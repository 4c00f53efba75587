// SPDX-License-Identifier: GPL-2.0
#include <xnb/channel.h>

int xnb_channel_bind(struct xnb_channel *channel, struct xenbus_device *xdev, evtchn_port_t port,
		     irq_handler_t handler, void *arg)
{
	int irq;

	atomic_set(&channel->owed, 0);
	irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(xdev, port, handler, 0,
							    channel->name, arg);
	if (irq < 0)
		return irq;
	channel->irq = irq;
	return 0;
}

void xnb_channel_unbind(struct xnb_channel *channel, void *arg)
{
	if (!channel->irq)
		return;
	unbind_from_irqhandler(channel->irq, arg);
	channel->irq = 0;
}

void xnb_channel_done(struct xnb_channel *channel)
{
	if (atomic_read(&channel->owed) && atomic_xchg(&channel->owed, 0))
		xen_irq_lateeoi(channel->irq, 0);
}
