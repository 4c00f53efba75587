// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <xen/events.h>

#include <xnb/queue.h>

static void count_event(struct xnb_event_stats *stats, bool spurious)
{
	xnb_stats_count(&stats->syncp, spurious ? &stats->spurious : &stats->events);
}

/*
 * An event is spurious when the guest's producers are no further than at the last one. On a
 * shared channel the buffers are looked at only when there are no requests: an event for
 * buffers may find requests whose own event is still to come, and that one must have its reason
 * too. A disabled guest's event is never acknowledged, so that it was the last.
 */
static irqreturn_t handle_event(struct xnb_queue *queue, struct xnb_channel *channel, int irq,
				bool from_guest, bool to_guest)
{
	bool requests = from_guest && xnb_ring_from_guest_event(&queue->from.ring);
	bool buffers = !requests && to_guest && xnb_ring_to_guest_event(&queue->to.ring);
	/* Who waits has said so before he asked; who begins to looks at the ring afterwards. */
	bool waited_for = to_guest && READ_ONCE(queue->to.waiting);

	if (READ_ONCE(queue->from.owner->disabled))
		return IRQ_HANDLED;
	if (!requests && !buffers) {
		count_event(from_guest ? &queue->stats->from_guest_event :
					 &queue->stats->to_guest_event, true);
		xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
		return IRQ_HANDLED;
	}
	if (!requests && !waited_for) {
		/* Not by the channel: the first event may come before its irq is known there. */
		xen_irq_lateeoi(irq, 0);
		return IRQ_HANDLED;
	}

	/* Before the polls that acknowledge it. */
	atomic_set(&channel->owed, 1);
	if (requests) {
		count_event(&queue->stats->from_guest_event, false);
		napi_schedule(&queue->from.napi);
	}
	if (waited_for) {
		count_event(&queue->stats->to_guest_event, false);
		napi_schedule(&queue->to.napi);
	}
	return IRQ_HANDLED;
}

static irqreturn_t from_guest_event(int irq, void *arg)
{
	struct xnb_queue *queue = arg;

	return handle_event(queue, &queue->channel[0], irq, true, false);
}

static irqreturn_t to_guest_event(int irq, void *arg)
{
	struct xnb_queue *queue = arg;

	return handle_event(queue, &queue->channel[1], irq, false, true);
}

static irqreturn_t shared_event(int irq, void *arg)
{
	struct xnb_queue *queue = arg;

	return handle_event(queue, &queue->channel[0], irq, true, true);
}

static int attach_rings(struct xnb_queue *queue, struct xenbus_device *xdev,
			const struct xnb_queue_config *config)
{
	grant_ref_t ref = config->tx_ring_ref;
	int err;

	err = xenbus_map_ring_valloc(xdev, &ref, 1, &queue->tx_page);
	if (err)
		return err;
	ref = config->rx_ring_ref;
	err = xenbus_map_ring_valloc(xdev, &ref, 1, &queue->rx_page);
	if (err)
		return err;

	err = xnb_ring_from_guest_attach(&queue->from.ring, queue->tx_page);
	if (err)
		return err;
	return xnb_ring_to_guest_attach(&queue->to.ring, queue->rx_page);
}

static int bind_channels(struct xnb_queue *queue, struct xenbus_device *xdev,
			 const struct xnb_queue_config *config)
{
	int err;

	if (!config->split)
		return xnb_channel_bind(&queue->channel[0], xdev, config->tx_port, shared_event,
					queue);

	err = xnb_channel_bind(&queue->channel[0], xdev, config->tx_port, from_guest_event, queue);
	if (err)
		return err;
	return xnb_channel_bind(&queue->channel[1], xdev, config->rx_port, to_guest_event, queue);
}

static void name_channels(struct xnb_queue *queue, const struct xnb_queue_config *config)
{
	const char *name = queue->from.owner->dev->name;
	u16 id = queue->from.id;

	queue->from.channel = &queue->channel[0];
	queue->to.channel = &queue->channel[config->split ? 1 : 0];
	snprintf(queue->channel[0].name, XNB_CHANNEL_NAME, "%s-q%u%s", name, id,
		 config->split ? "-tx" : "");
	snprintf(queue->channel[1].name, XNB_CHANNEL_NAME, "%s-q%u-rx", name, id);
}

/*
 * Who asks the kernel (netdev netlink) finds the NAPI context of a queue and its interrupt. The
 * kernel gives no number to one that only sends.
 */
static void show_napi(struct xnb_queue *queue)
{
	struct xnb_from_guest *from = &queue->from;

	netif_napi_set_irq(&from->napi, from->channel->irq);
	netif_queue_set_napi(from->owner->dev, from->id, NETDEV_QUEUE_TYPE_RX, &from->napi);
}

static void hide_napi(struct xnb_queue *queue)
{
	struct xnb_from_guest *from = &queue->from;

	netif_queue_set_napi(from->owner->dev, from->id, NETDEV_QUEUE_TYPE_RX, NULL);
}

struct xnb_queue *xnb_queue_create(struct xnb_owner *owner, struct xenbus_device *xdev,
				   const struct xnb_queue_home *home, u16 id,
				   const struct xnb_queue_config *config)
{
	struct xnb_queue *queue;
	int err;

	queue = kvzalloc(sizeof(*queue), GFP_KERNEL);
	if (!queue)
		return ERR_PTR(-ENOMEM);

	queue->from.owner = owner;
	queue->from.id = id;
	queue->from.pool = home->pool;
	queue->to.owner = owner;
	queue->to.id = id;

	err = attach_rings(queue, xdev, config);
	if (err) {
		xnb_queue_free(queue, xdev);
		return ERR_PTR(err);
	}
	return queue;
}

int xnb_queue_bind(struct xnb_queue *queue, struct xenbus_device *xdev,
		   struct xnb_queue_home *home, const struct xnb_queue_config *config)
{
	int err;

	name_channels(queue, config);
	queue->stats = &home->stats;
	xnb_from_guest_init(&queue->from, &home->stats, &home->coalesce);
	xnb_to_guest_init(&queue->to, &home->stats, &home->coalesce);
	queue->ready = true;

	/* Last: from here on events come, and find disabled NAPI contexts until the start. */
	err = bind_channels(queue, xdev, config);
	if (err)
		return err;
	show_napi(queue);
	xnb_affinity_begin(queue);
	return 0;
}

void xnb_queue_retire(struct xnb_queue *queue)
{
	xnb_affinity_end(queue);
	if (queue->ready) {
		hide_napi(queue);
		__netif_napi_del(&queue->to.napi);
		__netif_napi_del(&queue->from.napi);
	}
}

void xnb_queue_free(struct xnb_queue *queue, struct xenbus_device *xdev)
{
	/* Events first, as they look at the rings. */
	xnb_channel_unbind(&queue->channel[1], queue);
	xnb_channel_unbind(&queue->channel[0], queue);
	if (queue->rx_page)
		xenbus_unmap_ring_vfree(xdev, queue->rx_page);
	if (queue->tx_page)
		xenbus_unmap_ring_vfree(xdev, queue->tx_page);
	kvfree(queue);
}

void xnb_queue_start(struct xnb_queue *queue)
{
	if (queue->running)
		return;
	xnb_from_guest_start(&queue->from);
	xnb_to_guest_start(&queue->to);
	queue->running = true;
}

void xnb_queue_stop(struct xnb_queue *queue)
{
	if (!queue->running)
		return;
	xnb_from_guest_stop(&queue->from);
	xnb_to_guest_stop(&queue->to);
	queue->running = false;
}
