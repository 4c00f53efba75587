// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>

#include <xnb/fill.h>
#include <xnb/place.h>

static_assert(XNB_RING_SLOTS - 1 == U8_MAX);

/*
 * A packet on its way into the guest's buffers. @place says where a piece goes. @begun: it has a
 * slot, the present @slot, with the buffer @buffer, @used bytes so far and the @flags of its
 * response. That is written when the slot is left; until then @failed remembers that a copy into it
 * has failed.
 */
struct fill {
	struct xnb_to_guest *to;
	const struct sk_buff *skb;
	const struct xnb_to_guest_route *route;
	struct xnb_place place;
	struct xen_netif_rx_request buffer;
	bool begun;
	bool failed;
	u8 slot;
	u16 flags;
	u16 used;
};

/* The guest hears which buffer could not be written; its packet is void. */
static void spoil_slot(struct xnb_to_guest *to, struct fill *fill, u8 slot)
{
	if (fill && fill->slot == slot)
		fill->failed = true;
	else
		xnb_ring_to_guest_spoil(&to->ring, slot);
	xnb_stats_count(&to->stats->syncp, &to->stats->copy_error);
}

/* @fill: the packet that is not yet whole, or NULL. */
static void commit_copies(struct xnb_to_guest *to, struct fill *fill)
{
	unsigned int i;

	if (to->batch->count && !xnb_grant_commit(to->batch)) {
		for (i = 0; i < to->batch->count; i++)
			if (to->batch->op[i].status != GNTST_okay)
				spoil_slot(to, fill, to->slot_of[i]);
	}

	u64_stats_update_begin(&to->stats->syncp);
	u64_stats_add(&to->stats->copies, to->batch->count);
	u64_stats_update_end(&to->stats->syncp);
	to->batch->count = 0;
}

static u16 packet_flags(const struct sk_buff *skb, const struct xnb_to_guest_route *route)
{
	u16 flags = 0;

	if (skb->ip_summed == CHECKSUM_PARTIAL)
		flags = XEN_NETRXF_csum_blank | XEN_NETRXF_data_validated;
	else if (skb->ip_summed == CHECKSUM_UNNECESSARY)
		flags = XEN_NETRXF_data_validated;
	if (xnb_fill_extras(skb, route))
		flags |= XEN_NETRXF_extra_info;
	return flags;
}

static void fill_gso(struct xnb_to_guest *to, const struct sk_buff *skb, bool more)
{
	bool v4 = skb_shinfo(skb)->gso_type & SKB_GSO_TCPV4;
	struct xen_netif_extra_info extra = {
		.type = XEN_NETIF_EXTRA_TYPE_GSO,
		.flags = more ? XEN_NETIF_EXTRA_FLAG_MORE : 0,
		.u.gso.type = v4 ? XEN_NETIF_GSO_TYPE_TCPV4 : XEN_NETIF_GSO_TYPE_TCPV6,
		.u.gso.size = skb_shinfo(skb)->gso_size,
	};

	xnb_ring_to_guest_fill_extra(&to->ring, &extra);
}

static void fill_hash(struct xnb_to_guest *to, const struct xnb_to_guest_route *route)
{
	struct xen_netif_extra_info extra = {
		.type = XEN_NETIF_EXTRA_TYPE_HASH,
		.u.hash.type = route->hash_type,
		.u.hash.algorithm = XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ,
	};

	put_unaligned_le32(route->hash, extra.u.hash.value);
	xnb_ring_to_guest_fill_extra(&to->ring, &extra);
}

/* Extra infos follow the first slot, by rising type. */
static void fill_extras(const struct fill *fill)
{
	if (skb_is_gso(fill->skb))
		fill_gso(fill->to, fill->skb, fill->route->hashed);
	if (fill->route->hashed)
		fill_hash(fill->to, fill->route);
}

static void close_slot(struct fill *fill, u16 more)
{
	xnb_ring_to_guest_answer(&fill->to->ring, fill->slot, fill->buffer.id, fill->flags | more,
				 fill->failed ? XEN_NETIF_RSP_ERROR : fill->used);
}

static void open_slot(struct fill *fill)
{
	bool first = !fill->begun;

	if (!first)
		close_slot(fill, XEN_NETRXF_more_data);
	fill->slot = xnb_ring_to_guest_take(&fill->to->ring, &fill->buffer);
	fill->begun = true;
	fill->failed = false;
	fill->used = 0;
	fill->flags = first ? packet_flags(fill->skb, fill->route) : 0;
	if (first)
		fill_extras(fill);
}

static void fill_bytes(struct fill *fill, struct page *page, unsigned int offset, unsigned int len)
{
	struct xnb_to_guest *to = fill->to;

	while (len) {
		unsigned int piece = min_t(unsigned int, len,
					   XNB_SLOT_BYTES - (offset & (XNB_SLOT_BYTES - 1)));
		bool new_slot;

		piece = xnb_place_next(&fill->place, piece, &new_slot);
		if (new_slot)
			open_slot(fill);

		/* Mid-packet is fine: nothing is visible to the guest before the push. */
		if (!xnb_grant_room(to->batch))
			commit_copies(to, fill);
		to->slot_of[to->batch->count] = fill->slot;
		xnb_grant_copy_to_guest(to->batch, to->owner->domid, fill->buffer.gref,
					fill->used, page, offset, piece);
		fill->used += piece;
		offset += piece;
		len -= piece;
	}
}

static void fill_skb(struct fill *fill, const struct sk_buff *skb)
{
	const struct sk_buff *segment;
	unsigned int i;

	fill_bytes(fill, virt_to_page(skb->data), offset_in_page(skb->data), skb_headlen(skb));
	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		const skb_frag_t *frag = &skb_shinfo(skb)->frags[i];

		fill_bytes(fill, skb_frag_page(frag), skb_frag_off(frag), skb_frag_size(frag));
	}
	/* Received and merged packets may come as a list, one level deep. */
	skb_walk_frags(skb, segment)
		fill_skb(fill, segment);
}

void xnb_fill_packet(struct xnb_to_guest *to, const struct sk_buff *skb,
		     const struct xnb_to_guest_route *route, unsigned int slots)
{
	struct fill fill = { .to = to, .skb = skb, .route = route };

	/* Frontends take the Ethernet header from the first slot. */
	xnb_place_begin(&fill.place, skb->len, slots, ETH_HLEN);
	fill_skb(&fill, skb);
	close_slot(&fill, 0);
}

void xnb_fill_commit(struct xnb_to_guest *to)
{
	commit_copies(to, NULL);
}
