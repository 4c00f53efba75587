/* SPDX-License-Identifier: GPL-2.0 */
/* The way of a packet from the stack to one of the guest's queues. */
#ifndef XNB_ROUTE_H
#define XNB_ROUTE_H

#include <xnb/vif.h>

/**
 * xnb_route_txq() - choose the stack's transmit queue
 * @vif: the interface, with more than one queue
 * @skb: the packet; gets the hash that xnb_route_queue() goes by
 *
 * Always the same for packets of one flow, whatever the table says, so that the stack keeps
 * their order. Which ring they go to is decided behind its queues.
 *
 * Context: ndo_select_queue. Return: number of the queue.
 */
u16 xnb_route_txq(struct xnb_vif *vif, struct sk_buff *skb);

/**
 * xnb_route_queue() - choose the guest's queue
 * @vif: the interface
 * @set: its queues
 * @skb: the packet, on its way through one of the stack's transmit queues
 * @route: how it goes, for xnb_to_guest_enqueue()
 *
 * A bucket of the host's changes its queue only while nothing of it is on its way, the guest's
 * ring included, so no packet overtakes another of its flow. A guest's own table is obeyed at
 * once. A packet of the host's that comes by another transmit queue than its bucket's goes to the
 * queue of that number.
 *
 * Context: ndo_start_xmit. Return: the queue.
 */
struct xnb_queue *xnb_route_queue(struct xnb_vif *vif, const struct xnb_queue_set *set,
				  const struct sk_buff *skb, struct xnb_to_guest_route *route);

#endif
