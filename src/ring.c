// SPDX-License-Identifier: GPL-2.0
#include <linux/errno.h>
#include <linux/minmax.h>
#include <asm/barrier.h>
#include <xen/page.h>

#include <xnb/ring.h>

/* A buffer of ours in one page is a buffer in one page of Xen's. */
static_assert(PAGE_SIZE == XEN_PAGE_SIZE);
static_assert(__CONST_RING_SIZE(xen_netif_tx, XEN_PAGE_SIZE) == XNB_RING_SLOTS);
static_assert(__CONST_RING_SIZE(xen_netif_rx, XEN_PAGE_SIZE) == XNB_RING_SLOTS);
static_assert(__CONST_RING_SIZE(xen_netif_ctrl, XEN_PAGE_SIZE) == XNB_CTRL_SLOTS);
static_assert(sizeof(struct xen_netif_ctrl_request) == 16);
static_assert(sizeof(struct xen_netif_ctrl_response) == 12);
static_assert(sizeof(struct xen_netif_tx_request) == 12);
static_assert(sizeof(struct xen_netif_tx_response) == 4);
static_assert(sizeof(struct xen_netif_rx_request) == 8);
static_assert(sizeof(struct xen_netif_rx_response) == 8);
static_assert(sizeof(struct xen_netif_extra_info) == 8);

/* Requests between @cons and the guest's producer, or -EPROTO when there cannot be so many. */
static int posted_since(const RING_IDX *req_prod, u32 cons, u32 rsp_prod_pvt, u32 slots)
{
	u32 prod = READ_ONCE(*req_prod);

	/* The slots are read after the index that announces them. */
	virt_rmb();
	if (prod - rsp_prod_pvt > slots || prod - cons > slots)
		return -EPROTO;
	return prod - cons;
}

/*
 * Whether the guest wants an event for the responses in (@settled, @prod]. It looks for new
 * responses after it moves rsp_event, and we look at rsp_event after we publish, so one of
 * the two sees the other.
 */
static bool event_wanted(const RING_IDX *rsp_event, u32 settled, u32 prod)
{
	/* Publish, then look; pairs with the guest's barrier behind rsp_event. */
	virt_mb();
	return prod - READ_ONCE(*rsp_event) < prod - settled;
}

/*
 * Whether the guest's producer is further than at any event before. Only progress counts, and
 * only as far as the ring reaches from what was answered: who moves to and fro has made so many
 * events for nothing (XSA-332). An impossible producer is what @if_impossible says.
 */
static bool has_moved(const RING_IDX *req_prod, const RING_IDX *rsp_prod_pvt, u32 *event_prod,
		      u32 slots, bool if_impossible)
{
	u32 prod = READ_ONCE(*req_prod), answered, before;

	/* The producer first: what it was is then never older than what is answered. */
	virt_rmb();
	answered = READ_ONCE(*rsp_prod_pvt);
	if (prod - answered > slots)
		return if_impossible;
	before = *event_prod - answered;
	if (before <= slots && prod - answered <= before)
		return false;
	*event_prod = prod;
	return true;
}

int xnb_ring_from_guest_attach(struct xnb_ring_from_guest *ring, void *page)
{
	struct xen_netif_tx_sring *shared = page;
	u32 start = READ_ONCE(shared->rsp_prod);

	BACK_RING_ATTACH(&ring->back, shared, start, XEN_PAGE_SIZE);
	ring->fetched = start;
	ring->settled = start;
	ring->event_prod = start;
	return posted_since(&shared->req_prod, start, start, XNB_RING_SLOTS) < 0 ? -EIO : 0;
}

int xnb_ring_from_guest_fetch(struct xnb_ring_from_guest *ring)
{
	int posted = posted_since(&ring->back.sring->req_prod, ring->fetched,
				  ring->back.rsp_prod_pvt, XNB_RING_SLOTS);

	if (posted < 0)
		return posted;

	while (posted--) {
		RING_COPY_REQUEST(&ring->back, ring->fetched,
				  &ring->slot[ring->fetched % XNB_RING_SLOTS]);
		ring->fetched++;
	}
	return ring->fetched - ring->back.req_cons;
}

void xnb_ring_from_guest_answer(struct xnb_ring_from_guest *ring, unsigned int slots,
				unsigned int extras, s16 status)
{
	unsigned int i;

	for (i = 0; i < slots; i++) {
		struct xen_netif_tx_response rsp = {};

		if (i && i <= extras) {
			rsp.status = XEN_NETIF_RSP_NULL;
		} else {
			rsp.id = ring->slot[ring->back.req_cons % XNB_RING_SLOTS].id;
			rsp.status = status;
		}
		*RING_GET_RESPONSE(&ring->back, ring->back.rsp_prod_pvt) = rsp;
		ring->back.req_cons++;
		ring->back.rsp_prod_pvt++;
	}
}

void xnb_ring_from_guest_push(struct xnb_ring_from_guest *ring)
{
	RING_PUSH_RESPONSES(&ring->back);
}

bool xnb_ring_from_guest_event_wanted(const struct xnb_ring_from_guest *ring)
{
	return event_wanted(&ring->back.sring->rsp_event, ring->settled, ring->back.rsp_prod_pvt);
}

void xnb_ring_from_guest_settle(struct xnb_ring_from_guest *ring)
{
	ring->settled = ring->back.rsp_prod_pvt;
}

bool xnb_ring_from_guest_arm(struct xnb_ring_from_guest *ring, u32 cons)
{
	WRITE_ONCE(ring->back.sring->req_event, cons + 1);
	/* Pairs with the guest's barrier between its producer and its look at req_event. */
	virt_mb();
	return READ_ONCE(ring->back.sring->req_prod) != cons;
}

void xnb_ring_from_guest_park(struct xnb_ring_from_guest *ring, unsigned int slots)
{
	WRITE_ONCE(ring->back.sring->req_event, ring->back.req_cons + slots);
}

bool xnb_ring_from_guest_event(struct xnb_ring_from_guest *ring)
{
	return has_moved(&ring->back.sring->req_prod, &ring->back.rsp_prod_pvt,
			 &ring->event_prod, XNB_RING_SLOTS, true);
}

int xnb_ring_to_guest_attach(struct xnb_ring_to_guest *ring, void *page)
{
	struct xen_netif_rx_sring *shared = page;
	u32 start = READ_ONCE(shared->rsp_prod);

	BACK_RING_ATTACH(&ring->back, shared, start, XEN_PAGE_SIZE);
	ring->settled = start;
	ring->event_prod = start;
	return posted_since(&shared->req_prod, start, start, XNB_RING_SLOTS) < 0 ? -EIO : 0;
}

int xnb_ring_to_guest_posted(const struct xnb_ring_to_guest *ring)
{
	return posted_since(&ring->back.sring->req_prod, ring->back.req_cons,
			    ring->back.rsp_prod_pvt, XNB_RING_SLOTS);
}

u32 xnb_ring_to_guest_take(struct xnb_ring_to_guest *ring, struct xen_netif_rx_request *request)
{
	RING_COPY_REQUEST(&ring->back, ring->back.req_cons, request);
	ring->back.req_cons++;
	return ring->back.rsp_prod_pvt++;
}

void xnb_ring_to_guest_answer(struct xnb_ring_to_guest *ring, u32 index, u16 id, u16 flags,
			      s16 status)
{
	*RING_GET_RESPONSE(&ring->back, index) = (struct xen_netif_rx_response){
		.id = id,
		.flags = flags,
		.status = status,
	};
}

void xnb_ring_to_guest_fill_extra(struct xnb_ring_to_guest *ring,
				  const struct xen_netif_extra_info *extra)
{
	struct xen_netif_extra_info *slot;

	slot = (void *)RING_GET_RESPONSE(&ring->back, ring->back.rsp_prod_pvt);
	*slot = *extra;
	ring->back.req_cons++;
	ring->back.rsp_prod_pvt++;
}

void xnb_ring_to_guest_spoil(struct xnb_ring_to_guest *ring, u32 index)
{
	WRITE_ONCE(RING_GET_RESPONSE(&ring->back, index)->status, XEN_NETIF_RSP_ERROR);
}

void xnb_ring_to_guest_push(struct xnb_ring_to_guest *ring)
{
	RING_PUSH_RESPONSES(&ring->back);
}

bool xnb_ring_to_guest_event_wanted(const struct xnb_ring_to_guest *ring)
{
	return event_wanted(&ring->back.sring->rsp_event, ring->settled, ring->back.rsp_prod_pvt);
}

void xnb_ring_to_guest_settle(struct xnb_ring_to_guest *ring)
{
	ring->settled = ring->back.rsp_prod_pvt;
}

u32 xnb_ring_to_guest_arm(struct xnb_ring_to_guest *ring, unsigned int slots)
{
	u32 prod = ring->back.req_cons + slots;

	WRITE_ONCE(ring->back.sring->req_event, prod);
	/* Pairs with the guest's barrier between its producer and its look at req_event. */
	virt_mb();
	return prod;
}

bool xnb_ring_to_guest_pending(const struct xnb_ring_to_guest *ring, u32 prod)
{
	/* Signed distance: the producer may have run past. */
	return (s32)(READ_ONCE(ring->back.sring->req_prod) - prod) >= 0;
}

bool xnb_ring_to_guest_taken(const struct xnb_ring_to_guest *ring, u32 index)
{
	u32 published = READ_ONCE(ring->back.rsp_prod_pvt) - index;

	return READ_ONCE(ring->back.sring->req_prod) - index >= 2 * XNB_RING_SLOTS ||
	       READ_ONCE(ring->back.sring->rsp_event) - 1 - index <= published;
}

bool xnb_ring_to_guest_event(struct xnb_ring_to_guest *ring)
{
	return has_moved(&ring->back.sring->req_prod, &ring->back.rsp_prod_pvt,
			 &ring->event_prod, XNB_RING_SLOTS, false);
}

int xnb_ring_ctrl_attach(struct xnb_ring_ctrl *ring, void *page)
{
	struct xen_netif_ctrl_sring *shared = page;
	u32 start = READ_ONCE(shared->rsp_prod);

	BACK_RING_ATTACH(&ring->back, shared, start, XEN_PAGE_SIZE);
	ring->event_prod = start;
	return posted_since(&shared->req_prod, start, start, XNB_CTRL_SLOTS) < 0 ? -EIO : 0;
}

int xnb_ring_ctrl_next(struct xnb_ring_ctrl *ring, struct xen_netif_ctrl_request *request)
{
	int posted = posted_since(&ring->back.sring->req_prod, ring->back.req_cons,
				  ring->back.rsp_prod_pvt, XNB_CTRL_SLOTS);

	if (posted <= 0)
		return posted;
	RING_COPY_REQUEST(&ring->back, ring->back.req_cons, request);
	ring->back.req_cons++;
	return 1;
}

bool xnb_ring_ctrl_answer(struct xnb_ring_ctrl *ring,
			  const struct xen_netif_ctrl_response *response)
{
	int notify;

	*RING_GET_RESPONSE(&ring->back, ring->back.rsp_prod_pvt) = *response;
	ring->back.rsp_prod_pvt++;
	RING_PUSH_RESPONSES_AND_CHECK_NOTIFY(&ring->back, notify);
	return notify;
}

bool xnb_ring_ctrl_arm(struct xnb_ring_ctrl *ring)
{
	WRITE_ONCE(ring->back.sring->req_event, ring->back.req_cons + 1);
	/* Pairs with the guest's barrier between its producer and its look at req_event. */
	virt_mb();
	return READ_ONCE(ring->back.sring->req_prod) != ring->back.req_cons;
}

bool xnb_ring_ctrl_event(struct xnb_ring_ctrl *ring)
{
	return has_moved(&ring->back.sring->req_prod, &ring->back.rsp_prod_pvt,
			 &ring->event_prod, XNB_CTRL_SLOTS, true);
}
