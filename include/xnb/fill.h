/* SPDX-License-Identifier: GPL-2.0 */
/* Puts a packet into the buffers of the guest. */
#ifndef XNB_FILL_H
#define XNB_FILL_H

#include <xnb/to_guest.h>

/**
 * xnb_fill_extras() - extra infos that go with a packet
 * @skb: the packet
 * @route: how it came here
 *
 * Context: any. Return: their number, each a slot.
 */
static inline unsigned int xnb_fill_extras(const struct sk_buff *skb,
					   const struct xnb_to_guest_route *route)
{
	return skb_is_gso(skb) + route->hashed;
}

/**
 * xnb_fill_packet() - write the responses of one packet and gather its copies
 * @to: its queue
 * @skb: the packet, not empty
 * @route: how it came here
 * @slots: buffers for data that it may take, at least as many as it needs; so many and
 *	xnb_fill_extras() are posted
 *
 * A slot ends where a page of the packet does, as far as @slots allows: fewer copies, see
 * struct xnb_place. A full batch is committed on the way; nothing is visible to the guest before
 * the push.
 *
 * Context: the to-guest poll.
 */
void xnb_fill_packet(struct xnb_to_guest *to, const struct sk_buff *skb,
		     const struct xnb_to_guest_route *route, unsigned int slots);

/**
 * xnb_fill_commit() - make the copies that are gathered
 * @to: the queue
 *
 * The guest hears of a buffer that could not be written by the status of its response.
 *
 * Context: the to-guest poll, before the push.
 */
void xnb_fill_commit(struct xnb_to_guest *to);

#endif
