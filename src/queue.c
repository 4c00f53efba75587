// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include <xen/events.h>

#include <xnb/queue.h>

/*
 * An event is spurious when the guest has produced nothing since the last one: an honest
 * guest sends one only for a request that crossed the index we armed. A side that has been
 * told all, or that waits for nothing, needs no poll.
 */
static irqreturn_t handle_event(struct xnb_queue *queue, struct xnb_channel *channel, int irq,
				int sides)
{
	bool reason = false;
	int work = 0;

	if ((sides & XNB_FROM_GUEST) && xnb_ring_from_guest_event(&queue->from.ring)) {
		reason = true;
		work |= XNB_FROM_GUEST;
	}
	if ((sides & XNB_TO_GUEST) && xnb_ring_to_guest_event(&queue->to.ring)) {
		reason = true;
		if (READ_ONCE(queue->to.waiting))
			work |= XNB_TO_GUEST;
	}

	if (!work) {
		xen_irq_lateeoi(irq, reason ? 0 : XEN_EOI_FLAG_SPURIOUS);
		return IRQ_HANDLED;
	}

	/* Before the polls that clear it. */
	atomic_or(work, &channel->owed);
	if (work & XNB_FROM_GUEST)
		napi_schedule(&queue->from.napi);
	if (work & XNB_TO_GUEST)
		napi_schedule(&queue->to.napi);
	return IRQ_HANDLED;
}

static irqreturn_t from_guest_event(int irq, void *arg)
{
	struct xnb_queue *queue = arg;

	return handle_event(queue, &queue->channel[0], irq, XNB_FROM_GUEST);
}

static irqreturn_t to_guest_event(int irq, void *arg)
{
	struct xnb_queue *queue = arg;

	return handle_event(queue, &queue->channel[1], irq, XNB_TO_GUEST);
}

static irqreturn_t shared_event(int irq, void *arg)
{
	struct xnb_queue *queue = arg;

	return handle_event(queue, &queue->channel[0], irq, XNB_FROM_GUEST | XNB_TO_GUEST);
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
	const char *name = queue->from.owner->dev->name;
	u16 id = queue->from.id;
	int err;

	queue->from.channel = &queue->channel[0];
	queue->to.channel = &queue->channel[config->split ? 1 : 0];
	snprintf(queue->channel[0].name, sizeof(queue->channel[0].name), "%s-q%u%s", name, id,
		 config->split ? "-tx" : "");
	if (!config->split)
		return xnb_channel_bind(&queue->channel[0], xdev, config->tx_port, shared_event,
					queue);

	err = xnb_channel_bind(&queue->channel[0], xdev, config->tx_port, from_guest_event, queue);
	if (err)
		return err;
	snprintf(queue->channel[1].name, sizeof(queue->channel[1].name), "%s-q%u-rx", name, id);
	return xnb_channel_bind(&queue->channel[1], xdev, config->rx_port, to_guest_event, queue);
}

static int setup(struct xnb_queue *queue, struct xenbus_device *xdev,
		 const struct xnb_queue_config *config)
{
	int err;

	err = attach_rings(queue, xdev, config);
	if (err)
		return err;
	err = xnb_from_guest_init(&queue->from);
	if (err)
		return err;
	xnb_to_guest_init(&queue->to);
	queue->ready = true;

	/* Last: from here on events come, and find disabled NAPI contexts until the start. */
	return bind_channels(queue, xdev, config);
}

struct xnb_queue *xnb_queue_create(struct xnb_owner *owner, struct xenbus_device *xdev,
				   struct xnb_queue_stats *stats, u16 id,
				   const struct xnb_queue_config *config)
{
	struct xnb_queue *queue;
	int err;

	queue = kvzalloc(sizeof(*queue), GFP_KERNEL);
	if (!queue)
		return ERR_PTR(-ENOMEM);

	queue->from.owner = owner;
	queue->from.id = id;
	queue->from.stats = &stats->from_guest;
	queue->to.owner = owner;
	queue->to.id = id;
	queue->to.stats = &stats->to_guest;

	err = setup(queue, xdev, config);
	if (err) {
		xnb_queue_destroy(queue, xdev);
		return ERR_PTR(err);
	}
	return queue;
}

void xnb_queue_destroy(struct xnb_queue *queue, struct xenbus_device *xdev)
{
	if (IS_ERR_OR_NULL(queue))
		return;

	/* Events first, as they look at the rings. */
	xnb_channel_unbind(&queue->channel[1], queue);
	xnb_channel_unbind(&queue->channel[0], queue);
	if (queue->ready) {
		xnb_to_guest_destroy(&queue->to);
		xnb_from_guest_destroy(&queue->from);
	}
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
