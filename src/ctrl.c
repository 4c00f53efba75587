// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/slab.h>
#include <xen/events.h>

#include <xnb/ctrl.h>
#include <xnb/grant.h>

/* A key and a mapping fit; a size that is a power of 2 does not cross a page. */
#define BUFFER_BYTES (XNB_BUCKETS * sizeof(u32))

static_assert(BUFFER_BYTES >= XNB_TOEPLITZ_KEY_BYTES);
static_assert(!(BUFFER_BYTES & (BUFFER_BYTES - 1)) && BUFFER_BYTES <= XNB_SLOT_BYTES);

/* Before others: a guest may keep its CPU until it has the answer, as the Windows driver does. */
static void look_after(struct xnb_ctrl *ctrl, unsigned long ticks)
{
	queue_delayed_work(system_highpri_wq, &ctrl->work, ticks);
}

static bool copy_in(struct xnb_ctrl *ctrl, grant_ref_t gref, u32 bytes)
{
	return !bytes || xnb_grant_read(ctrl->owner->domid, gref, ctrl->buffer, bytes);
}

static u32 set_algorithm(struct xnb_ctrl *ctrl, u32 algorithm)
{
	switch (algorithm) {
	case XEN_NETIF_CTRL_HASH_ALGORITHM_NONE:
	case XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ:
		ctrl->rss->guest_on = algorithm == XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ;
		return XEN_NETIF_CTRL_STATUS_SUCCESS;
	default:
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	}
}

static u32 get_flags(const struct xnb_ctrl *ctrl, u32 *data)
{
	if (!ctrl->rss->guest_on)
		return XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	*data = XNB_RSS_GUEST_TYPES;
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

static u32 set_flags(struct xnb_ctrl *ctrl, u32 flags)
{
	if (!ctrl->rss->guest_on || flags & ~XNB_RSS_GUEST_TYPES)
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	ctrl->rss->guest.types = flags;
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

static u32 set_key(struct xnb_ctrl *ctrl, grant_ref_t gref, u32 bytes)
{
	u8 *key = ctrl->rss->guest.key;

	if (bytes > XNB_TOEPLITZ_KEY_BYTES)
		return XEN_NETIF_CTRL_STATUS_BUFFER_OVERFLOW;
	if (!copy_in(ctrl, gref, bytes))
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	memset(key, 0, XNB_TOEPLITZ_KEY_BYTES);
	memcpy(key, ctrl->buffer, bytes);
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

static u32 set_mapping_size(struct xnb_ctrl *ctrl, u32 size)
{
	if (size > XNB_BUCKETS)
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	ctrl->rss->guest.table = (struct xnb_steer_table){ .size = size };
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

static u32 set_mapping(struct xnb_ctrl *ctrl, grant_ref_t gref, u32 count, u32 first)
{
	struct xnb_steer_table *table = &ctrl->rss->guest.table;
	u32 i;

	if (first > table->size || count > table->size - first)
		return XEN_NETIF_CTRL_STATUS_BUFFER_OVERFLOW;
	if (!copy_in(ctrl, gref, count * sizeof(u32)))
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	for (i = 0; i < count; i++)
		if (ctrl->buffer[i] >= ctrl->rss->queues)
			return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	for (i = 0; i < count; i++)
		table->queue[first + i] = ctrl->buffer[i];
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

/* Return: the status. @changed: the rules are to be published. */
static u32 obey(struct xnb_ctrl *ctrl, const struct xen_netif_ctrl_request *request, u32 *data,
		bool *changed)
{
	*changed = true;
	switch (request->type) {
	case XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM:
		return set_algorithm(ctrl, request->data[0]);
	case XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS:
		return set_flags(ctrl, request->data[0]);
	case XEN_NETIF_CTRL_TYPE_SET_HASH_KEY:
		return set_key(ctrl, request->data[0], request->data[1]);
	case XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE:
		return set_mapping_size(ctrl, request->data[0]);
	case XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING:
		return set_mapping(ctrl, request->data[0], request->data[1], request->data[2]);
	}

	*changed = false;
	switch (request->type) {
	case XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS:
		return get_flags(ctrl, data);
	case XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE:
		*data = XNB_BUCKETS;
		return XEN_NETIF_CTRL_STATUS_SUCCESS;
	default:
		return XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	}
}

/* What a guest says of a hash that is off is published when it is switched on. */
static void answer(struct xnb_ctrl *ctrl, const struct xen_netif_ctrl_request *request)
{
	struct xen_netif_ctrl_response response = { .id = request->id, .type = request->type };
	bool owned, changed;

	xnb_rss_lock(ctrl->rss);
	owned = xnb_rss_guest_owns(ctrl->rss);
	response.status = obey(ctrl, request, &response.data, &changed);
	if (changed && response.status == XEN_NETIF_CTRL_STATUS_SUCCESS &&
	    (owned || xnb_rss_guest_owns(ctrl->rss)))
		xnb_rss_publish(ctrl->rss);
	xnb_rss_unlock(ctrl->rss);

	if (xnb_ring_ctrl_answer(&ctrl->ring, &response))
		xnb_channel_notify(&ctrl->channel);
}

/*
 * A look at the ring, whether it finds a request or not: so many in so long. Nobody else gets much
 * of a CPU that this work runs on.
 */
static bool may_look(struct xnb_ctrl *ctrl)
{
	if (jiffies - ctrl->tick >= msecs_to_jiffies(XNB_CTRL_MSECS)) {
		ctrl->tick = jiffies;
		ctrl->looks = XNB_CTRL_REQUESTS;
	}
	if (!ctrl->looks)
		return false;
	ctrl->looks--;
	return true;
}

/* The event that is owed keeps the guest from making more until all is answered. */
static void work(struct work_struct *item)
{
	struct xnb_ctrl *ctrl = container_of(to_delayed_work(item), struct xnb_ctrl, work);
	struct xen_netif_ctrl_request request;
	int next = 1;

	/* A change may wait for a grace period; who stops us waits for one at most. */
	while (READ_ONCE(ctrl->running) && may_look(ctrl)) {
		if (READ_ONCE(ctrl->owner->disabled))
			return;
		next = xnb_ring_ctrl_next(&ctrl->ring, &request);
		if (next <= 0)
			break;
		answer(ctrl, &request);
	}

	/* A disabled guest's events are never acknowledged, so it cannot make more. */
	if (next < 0)
		ctrl->owner->fatal(ctrl->owner, XNB_REASON_PRODUCER);
	else if (next || xnb_ring_ctrl_arm(&ctrl->ring))
		look_after(ctrl, ctrl->looks ? 0 : 1);
	else
		xnb_channel_done(&ctrl->channel);
}

/*
 * The first event may come before the channel knows its irq, and then waits for the work that
 * xnb_ctrl_start() queues: it sets @running and queues the work, we set @owed and look at
 * @running, so one of the two sees the other.
 */
static irqreturn_t event(int irq, void *arg)
{
	struct xnb_ctrl *ctrl = arg;

	if (READ_ONCE(ctrl->owner->disabled))
		return IRQ_HANDLED;
	if (!xnb_ring_ctrl_event(&ctrl->ring)) {
		xen_irq_lateeoi(irq, XEN_EOI_FLAG_SPURIOUS);
		return IRQ_HANDLED;
	}
	atomic_set(&ctrl->channel.owed, 1);
	/* Pairs with xnb_ctrl_start(). */
	smp_mb();
	if (READ_ONCE(ctrl->running))
		look_after(ctrl, 0);
	return IRQ_HANDLED;
}

struct xnb_ctrl *xnb_ctrl_create(struct xnb_owner *owner, struct xnb_rss *rss,
				 struct xenbus_device *xdev, grant_ref_t ref)
{
	struct xnb_ctrl *ctrl;
	int err = -ENOMEM;

	ctrl = kzalloc(sizeof(*ctrl), GFP_KERNEL);
	if (!ctrl)
		return ERR_PTR(-ENOMEM);
	ctrl->owner = owner;
	ctrl->rss = rss;
	INIT_DELAYED_WORK(&ctrl->work, work);
	ctrl->tick = jiffies;
	ctrl->looks = XNB_CTRL_REQUESTS;
	snprintf(ctrl->channel.name, XNB_CHANNEL_NAME, "%s-ctrl", owner->dev->name);

	ctrl->buffer = kmalloc(BUFFER_BYTES, GFP_KERNEL);
	if (ctrl->buffer)
		err = xenbus_map_ring_valloc(xdev, &ref, 1, &ctrl->page);
	if (!err)
		err = xnb_ring_ctrl_attach(&ctrl->ring, ctrl->page);
	if (err) {
		xnb_ctrl_free(ctrl, xdev);
		return ERR_PTR(err);
	}
	return ctrl;
}

int xnb_ctrl_start(struct xnb_ctrl *ctrl, struct xenbus_device *xdev, evtchn_port_t port)
{
	int err = xnb_channel_bind(&ctrl->channel, xdev, port, event, ctrl);

	if (err)
		return err;
	/* Pairs with event(). */
	smp_store_mb(ctrl->running, true);
	/* Requests from before we listened bring no event. */
	look_after(ctrl, 0);
	return 0;
}

void xnb_ctrl_stop(struct xnb_ctrl *ctrl)
{
	if (!ctrl->running)
		return;
	/* First the events, which queue the work; then the work, which notifies by the channel. */
	WRITE_ONCE(ctrl->running, false);
	synchronize_irq(ctrl->channel.irq);
	cancel_delayed_work_sync(&ctrl->work);
	xnb_channel_unbind(&ctrl->channel, ctrl);
}

void xnb_ctrl_free(struct xnb_ctrl *ctrl, struct xenbus_device *xdev)
{
	if (!ctrl)
		return;
	if (ctrl->page)
		xenbus_unmap_ring_vfree(xdev, ctrl->page);
	kfree(ctrl->buffer);
	kfree(ctrl);
}
