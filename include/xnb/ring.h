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
 * @notified: response index up to which the need for an event has been decided
 * @event_prod: request producer seen at the last event (interrupt handler only)
 * @slot: private copy of the ring
 */
struct xnb_ring_from_guest {
	struct xen_netif_tx_back_ring back;
	u32 fetched;
	u32 notified;
	u32 event_prod;
	struct xen_netif_tx_request slot[XNB_RING_SLOTS];
};

/**
 * struct xnb_ring_to_guest - buffers the guest posted, and what we put into them
 * @back: producer and consumer, private
 * @notified: response index up to which the need for an event has been decided
 * @event_prod: request producer seen at the last event (interrupt handler only)
 */
struct xnb_ring_to_guest {
	struct xen_netif_rx_back_ring back;
	u32 notified;
	u32 event_prod;
};

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
 *
 * Return: true when the guest asked for an event that covers them. The question is settled
 * by asking it: the caller has to send the event.
 */
bool xnb_ring_from_guest_push(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_arm() - ask the guest for an event with its next request
 * @ring: the ring, everything fetched has been parsed
 *
 * Call while the NAPI context still owns the ring, then complete NAPI, then look with
 * xnb_ring_from_guest_pending(): a request that came before the guest saw the index brings
 * no event, so without that look its wake-up is lost for ever.
 *
 * Return: the consumer index to give to xnb_ring_from_guest_pending().
 */
u32 xnb_ring_from_guest_arm(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_disarm() - take the wish for an event back
 * @ring: the ring
 */
void xnb_ring_from_guest_disarm(struct xnb_ring_from_guest *ring);

/**
 * xnb_ring_from_guest_pending() - did a request come since the ring was armed
 * @ring: the ring
 * @cons: from xnb_ring_from_guest_arm()
 *
 * Only reads, and not the private indices: safe when another CPU owns the ring by now.
 */
bool xnb_ring_from_guest_pending(const struct xnb_ring_from_guest *ring, u32 cons);

/**
 * xnb_ring_from_guest_event() - was there a reason for an event
 * @ring: the ring
 *
 * Context: interrupt handler of the ring's channel.
 *
 * Return: true when the guest produced something since the last event.
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
 * Return: their number, or -EPROTO when the guest's producer is impossible.
 */
int xnb_ring_to_guest_posted(const struct xnb_ring_to_guest *ring);

/**
 * xnb_ring_to_guest_fill() - use one posted buffer for data
 * @ring: the ring; the caller knows that a buffer is posted
 * @flags: XEN_NETRXF_* of the response
 * @len: bytes that the caller puts into the buffer
 *
 * Writes the response into the request's slot, as guests demand; not yet visible.
 *
 * Return: the buffer's grant reference, any value.
 */
grant_ref_t xnb_ring_to_guest_fill(struct xnb_ring_to_guest *ring, u16 flags, u16 len);

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
 *
 * Return: as xnb_ring_from_guest_push().
 */
bool xnb_ring_to_guest_push(struct xnb_ring_to_guest *ring);

/**
 * xnb_ring_to_guest_arm() - ask for an event when enough buffers are posted
 * @ring: the ring
 * @slots: how many are enough, 1 to XNB_RING_SLOTS
 *
 * As xnb_ring_from_guest_arm(), with xnb_ring_to_guest_pending().
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
 * xnb_ring_to_guest_event() - was there a reason for an event
 * @ring: the ring
 *
 * Context: interrupt handler of the ring's channel.
 *
 * Return: true when the guest produced something since the last event.
 */
bool xnb_ring_to_guest_event(struct xnb_ring_to_guest *ring);

#endif
