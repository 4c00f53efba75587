/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The shared rings, and the only door to them. A slot leaves shared memory by one copy;
 * nobody else holds a pointer into it (XSA-155).
 *
 * Every function here runs in the one NAPI context that owns the ring, unless it says
 * otherwise.
 */
#ifndef XNB_RING_H
#define XNB_RING_H

#include <xen/interface/io/netif.h>

#include <xnb/limits.h>

/**
 * struct xnb_ring_from_guest - requests to send, and their responses
 * @back: producer and consumer, private
 * @fetched: index up to which slots were copied into @slot; from back.req_cons to here they
 *	wait to be parsed
 * @settled: response index up to which the need for an event is settled
 * @event_prod: request producer seen at the last event (interrupt handler only)
 * @slot: private copy of the ring
 */
struct xnb_ring_from_guest {
	struct xen_netif_tx_back_ring back;
	u32 fetched;
	u32 settled;
	u32 event_prod;
	struct xen_netif_tx_request slot[XNB_RING_SLOTS];
};

/**
 * struct xnb_ring_to_guest - buffers the guest posted, and what we put into them
 * @back: producer and consumer, private
 * @settled: response index up to which the need for an event is settled
 * @event_prod: request producer seen at the last event (interrupt handler only)
 */
struct xnb_ring_to_guest {
	struct xen_netif_rx_back_ring back;
	u32 settled;
	u32 event_prod;
};

/**
 * struct xnb_ring_ctrl - requests of a control ring, and their responses
 * @back: producer and consumer, private
 * @event_prod: request producer seen at the last event (interrupt handler only)
 */
struct xnb_ring_ctrl {
	struct xen_netif_ctrl_back_ring back;
	u32 event_prod;
};

/**
 * xnb_ring_ctrl_attach() - take over the mapped ring page
 * @ring: the ring
 * @page: the mapped page
 *
 * As xnb_ring_from_guest_attach().
 *
 * Context: process, before the owner runs.
 *
 * Return: 0, or -EIO when the indices are impossible.
 */
int xnb_ring_ctrl_attach(struct xnb_ring_ctrl *ring, void *page);

/**
 * xnb_ring_ctrl_next() - copy the next request out of shared memory
 * @ring: the ring
 * @request: the copy
 *
 * Context: process, the owner.
 *
 * Return: 1, or 0 when there is none, or -EPROTO when the guest's producer is impossible.
 */
int xnb_ring_ctrl_next(struct xnb_ring_ctrl *ring, struct xen_netif_ctrl_request *request);

/**
 * xnb_ring_ctrl_answer() - answer the request that was copied last, and publish
 * @ring: the ring
 * @response: the answer
 *
 * Context: process, the owner. Return: whether the guest wants an event for it.
 */
bool xnb_ring_ctrl_answer(struct xnb_ring_ctrl *ring,
			  const struct xen_netif_ctrl_response *response);

/**
 * xnb_ring_ctrl_arm() - ask the guest for an event with its next request
 * @ring: the ring
 *
 * Context: process, the owner. Return: true when there are requests already.
 */
bool xnb_ring_ctrl_arm(struct xnb_ring_ctrl *ring);

/**
 * xnb_ring_ctrl_event() - was there a reason for an event
 * @ring: the ring
 *
 * Context: interrupt handler of the ring's channel. Return: as xnb_ring_from_guest_event().
 */
bool xnb_ring_ctrl_event(struct xnb_ring_ctrl *ring);

/**
 * xnb_ring_from_guest_attach() - take over the mapped ring page
 * @ring: the ring
 * @page: the mapped page
 *
 * Goes on where the last backend stopped: all it answered is behind rsp_prod.
 *
 * Context: process, before the owner runs.
 *
 * Return: 0, or -EIO when the indices are impossible.
 */
int xnb_ring_from_guest_attach(struct xnb_ring_from_guest *ring, void *page);

/**
 * xnb_ring_from_guest_fetch() - copy new requests out of shared memory
 * @ring: the ring
 *
 * Return: number of requests that wait to be parsed, or -EPROTO when the guest's producer
 * is impossible.
 */
int xnb_ring_from_guest_fetch(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_answer() - write the responses of one packet
 * @ring: the ring
 * @slots: slots of the packet, all at the consumer index and fetched
 * @extras: of these, extra infos directly after the first
 * @status: XEN_NETIF_RSP_OKAY or XEN_NETIF_RSP_ERROR
 *
 * Consumes the requests. Extra infos get the null response that netif.h asks for.
 * Nothing is visible to the guest before xnb_ring_from_guest_push().
 */
void xnb_ring_from_guest_answer(struct xnb_ring_from_guest *ring, unsigned int slots,
				unsigned int extras, s16 status);

/**
 * xnb_ring_from_guest_push() - publish all responses written so far
 * @ring: the ring
 */
void xnb_ring_from_guest_push(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_event_wanted() - does the guest want an event for what was published
 * @ring: the ring, everything written is pushed
 *
 * Spans all responses since the last xnb_ring_from_guest_settle(). A guest that is at work
 * finds them by itself and wants none.
 *
 * Return: true when an event has to be sent, at once or later.
 */
bool xnb_ring_from_guest_event_wanted(const struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_settle() - the event was sent, or was not wanted
 * @ring: the ring; xnb_ring_from_guest_event_wanted() was asked after the last push
 */
void xnb_ring_from_guest_settle(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_arm() - ask the guest for an event with its next request
 * @ring: the ring
 * @cons: consumer index as it was when the caller owned the ring, everything fetched being
 *	parsed
 *
 * Called after NAPI was completed, so the ring may be another CPU's by now; its private
 * indices are not touched. A request that came before the guest saw the index brings no
 * event, so the producer is looked at afterwards; without that look the wake-up would be
 * lost for ever. If another CPU has consumed requests meanwhile the look finds that too.
 *
 * Return: true when there are requests behind @cons: the caller has to schedule NAPI.
 */
bool xnb_ring_from_guest_arm(struct xnb_ring_from_guest *ring, u32 cons);

/**
 * xnb_ring_from_guest_park() - ask the guest for an event only when much has come
 * @ring: the ring, everything fetched being parsed
 * @slots: after so many requests, 1 to XNB_RING_SLOTS
 *
 * No event comes when they are there already, so the caller has to come back by itself.
 */
void xnb_ring_from_guest_park(struct xnb_ring_from_guest *ring, unsigned int slots);

/**
 * xnb_ring_from_guest_event() - was there a reason for an event
 * @ring: the ring
 *
 * Context: interrupt handler of the ring's channel.
 *
 * Return: true when the guest's producer is further than at any event before, or impossible,
 * which the poll that follows finds.
 */
bool xnb_ring_from_guest_event(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_to_guest_attach() - take over the mapped ring page
 * @ring: the ring
 * @page: the mapped page
 *
 * As xnb_ring_from_guest_attach().
 *
 * Context: process, before the owner runs.
 *
 * Return: 0, or -EIO when the indices are impossible.
 */
int xnb_ring_to_guest_attach(struct xnb_ring_to_guest *ring, void *page);

/**
 * xnb_ring_to_guest_posted() - buffers the guest has posted and we have not used
 * @ring: the ring
 *
 * Context: the poll that owns the ring; elsewhere it is a hint, beside a poll that goes on.
 *
 * Return: their number, or -EPROTO when the guest's producer is impossible.
 */
int xnb_ring_to_guest_posted(const struct xnb_ring_to_guest *ring);

/**
 * xnb_ring_to_guest_take() - use one posted buffer for data
 * @ring: the ring; the caller knows that a buffer is posted
 * @request: gets what the guest has posted, any values
 *
 * Return: index of the buffer's response, which xnb_ring_to_guest_answer() has to write before
 * the next push.
 */
u32 xnb_ring_to_guest_take(struct xnb_ring_to_guest *ring, struct xen_netif_rx_request *request);

/**
 * xnb_ring_to_guest_answer() - write the response of a buffer; it is not yet visible
 * @ring: the ring
 * @index: as xnb_ring_to_guest_take() returned it, or that modulo XNB_RING_SLOTS
 * @id: of the request: guests demand the response in the slot of the request
 * @flags: XEN_NETRXF_*
 * @status: bytes in the buffer, or XEN_NETIF_RSP_ERROR
 */
void xnb_ring_to_guest_answer(struct xnb_ring_to_guest *ring, u32 index, u16 id, u16 flags,
			      s16 status);

/**
 * xnb_ring_to_guest_fill_extra() - use one posted buffer's slot for extra info
 * @ring: the ring; the caller knows that a buffer is posted
 * @extra: what to put there
 */
void xnb_ring_to_guest_fill_extra(struct xnb_ring_to_guest *ring,
				  const struct xen_netif_extra_info *extra);

/**
 * xnb_ring_to_guest_spoil() - replace the status of a response that is not yet visible
 * @ring: the ring
 * @index: the response's index
 */
void xnb_ring_to_guest_spoil(struct xnb_ring_to_guest *ring, u32 index);

/**
 * xnb_ring_to_guest_push() - publish all responses written so far
 * @ring: the ring; they are whole packets
 */
void xnb_ring_to_guest_push(struct xnb_ring_to_guest *ring);

/**
 * xnb_ring_to_guest_event_wanted() - does the guest want an event for what was published
 * @ring: the ring, everything written is pushed
 *
 * Spans all responses since the last xnb_ring_to_guest_settle(). A guest that is at work
 * finds them by itself and wants none.
 *
 * Return: true when an event has to be sent, at once or later.
 */
bool xnb_ring_to_guest_event_wanted(const struct xnb_ring_to_guest *ring);

/**
 * xnb_ring_to_guest_settle() - the event was sent, or was not wanted
 * @ring: the ring; xnb_ring_to_guest_event_wanted() was asked after the last push
 */
void xnb_ring_to_guest_settle(struct xnb_ring_to_guest *ring);

/**
 * xnb_ring_to_guest_arm() - ask for an event when enough buffers are posted
 * @ring: the ring
 * @slots: how many are enough, 1 to XNB_RING_SLOTS
 *
 * Call while the NAPI context owns the ring, complete NAPI, then look with
 * xnb_ring_to_guest_pending(): buffers that came before the guest saw the index bring no
 * event.
 *
 * Return: the producer index to wait for.
 */
u32 xnb_ring_to_guest_arm(struct xnb_ring_to_guest *ring, unsigned int slots);

/**
 * xnb_ring_to_guest_pending() - have enough buffers been posted since the ring was armed
 * @ring: the ring
 * @prod: from xnb_ring_to_guest_arm()
 *
 * Only reads, and not the private indices: safe when another CPU owns the ring by now.
 */
bool xnb_ring_to_guest_pending(const struct xnb_ring_to_guest *ring, u32 prod);

/**
 * xnb_ring_to_guest_taken() - has the guest taken what was published
 * @ring: the ring
 * @index: response index behind it
 *
 * Taken means that its stack has it. A guest asks for an event behind what it has taken when its
 * poll has ended. A buffer in a slot says that the guest has read what was there before, but its
 * poll may still hold the packet back (as GRO does). It does not until the next poll: what one
 * poll reads lay on the ring at once, so whoever posts two rings' worth of buffers behind @index
 * has polled again. It has nothing but its own order to lose by lying.
 *
 * Context: any, while the ring is mapped.
 *
 * Return: true when it surely has.
 */
bool xnb_ring_to_guest_taken(const struct xnb_ring_to_guest *ring, u32 index);

/**
 * xnb_ring_to_guest_event() - was there a reason for an event
 * @ring: the ring
 *
 * As xnb_ring_from_guest_event(), but no poll need follow: an impossible producer is no reason.
 */
bool xnb_ring_to_guest_event(struct xnb_ring_to_guest *ring);

#endif
