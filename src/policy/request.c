// SPDX-License-Identifier: GPL-2.0
#include <xnb/request.h>

/* Of a segment, at least. */
#define TCPV4_HEADERS (ETH_HLEN + 20 + 20)
#define TCPV6_HEADERS (ETH_HLEN + 40 + 20)

struct cursor {
	const struct xen_netif_tx_request *ring;
	u32 cons;
	u32 prod;
};

static const struct xen_netif_tx_request *next_slot(struct cursor *at)
{
	if (at->cons == at->prod)
		return NULL;
	return &at->ring[at->cons++ % XNB_RING_SLOTS];
}

static enum xnb_verdict fatal(struct xnb_request *out, enum xnb_reason reason)
{
	out->slots = 0;
	out->reason = reason;
	return XNB_FATAL;
}

/* The first fault names the packet; later ones of the same packet add nothing. */
static void note(struct xnb_request *out, enum xnb_reason reason)
{
	if (out->reason == XNB_REASON_NONE)
		out->reason = reason;
}

static enum xnb_verdict read_gso(const struct xen_netif_extra_info *extra, struct xnb_request *out)
{
	if (extra->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 &&
	    extra->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6)
		return fatal(out, XNB_REASON_GSO);
	if (!extra->u.gso.size)
		return fatal(out, XNB_REASON_GSO);
	if (extra->u.gso.size < XNB_GSO_SIZE_MIN)
		note(out, XNB_REASON_GSO_SIZE);
	out->gso_type = extra->u.gso.type;
	out->gso_size = extra->u.gso.size;
	return XNB_PACKET;
}

static enum xnb_verdict read_extras(struct cursor *at, struct xnb_request *out)
{
	const struct xen_netif_extra_info *extra;
	enum xnb_verdict verdict;

	do {
		extra = (const void *)next_slot(at);
		if (!extra)
			return fatal(out, XNB_REASON_UNFINISHED);
		out->extras++;

		switch (extra->type) {
		case XEN_NETIF_EXTRA_TYPE_GSO:
			verdict = read_gso(extra, out);
			if (verdict == XNB_FATAL)
				return verdict;
			break;
		case XEN_NETIF_EXTRA_TYPE_MCAST_ADD:
		case XEN_NETIF_EXTRA_TYPE_MCAST_DEL:
			note(out, XNB_REASON_MULTICAST);
			break;
		case XEN_NETIF_EXTRA_TYPE_HASH:
		case XEN_NETIF_EXTRA_TYPE_XDP:
			break;
		default:
			return fatal(out, XNB_REASON_EXTRA);
		}
	} while (extra->flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return XNB_PACKET;
}

static bool crosses_page(u32 offset, u32 size)
{
	return offset + size > XNB_SLOT_BYTES;
}

static enum xnb_verdict read_tails(struct cursor *at, unsigned int fatal_tails,
				   struct xnb_request *out)
{
	const struct xen_netif_tx_request *tail;
	u32 left = out->len;

	do {
		tail = next_slot(at);
		if (!tail)
			return fatal(out, XNB_REASON_UNFINISHED);
		if (out->tails >= fatal_tails)
			return fatal(out, XNB_REASON_TOO_MANY_SLOTS);
		if (out->tails >= XNB_TAIL_SLOTS_MAX)
			note(out, XNB_REASON_SLOTS);
		if (tail->size > left)
			note(out, XNB_REASON_LENGTH);
		if (crosses_page(tail->offset, tail->size))
			return fatal(out, XNB_REASON_PAGE);
		left -= min_t(u32, tail->size, left);
		out->tails++;
	} while (tail->flags & XEN_NETTXF_more_data);

	out->head_len = left;
	return XNB_PACKET;
}

enum xnb_verdict xnb_request_parse(const struct xen_netif_tx_request *ring, u32 cons, u32 prod,
				   unsigned int fatal_tails, struct xnb_request *out)
{
	struct cursor at = { .ring = ring, .cons = cons, .prod = prod };
	const struct xen_netif_tx_request *head;

	*out = (struct xnb_request){};
	head = next_slot(&at);
	if (!head)
		return XNB_EMPTY;

	out->len = head->size;
	out->head_len = head->size;
	out->csum_blank = head->flags & XEN_NETTXF_csum_blank;
	out->data_validated = head->flags & XEN_NETTXF_data_validated;

	if ((head->flags & XEN_NETTXF_extra_info) && read_extras(&at, out) == XNB_FATAL)
		return XNB_FATAL;
	if ((head->flags & XEN_NETTXF_more_data) &&
	    read_tails(&at, fatal_tails, out) == XNB_FATAL)
		return XNB_FATAL;

	if (out->gso_size && out->len / out->gso_size > XNB_SEGMENTS_MAX)
		note(out, XNB_REASON_GSO_SIZE);

	/* A dropped packet's head is not looked at: with a wrapped size it says nothing. */
	if (out->head_len < ETH_HLEN)
		note(out, XNB_REASON_RUNT);
	else if (out->reason == XNB_REASON_NONE && crosses_page(head->offset, out->head_len))
		return fatal(out, XNB_REASON_PAGE);

	out->slots = at.cons - cons;
	return out->reason == XNB_REASON_NONE ? XNB_PACKET : XNB_DROP;
}

u32 xnb_request_wire_bytes(const struct xnb_request *request)
{
	u32 headers, segments = request->gso_size ? request->len / request->gso_size : 0;

	headers = request->gso_type == XEN_NETIF_GSO_TYPE_TCPV6 ? TCPV6_HEADERS : TCPV4_HEADERS;
	return max_t(u32, request->len + segments * headers, ETH_ZLEN);
}

const char *xnb_reason_text(enum xnb_reason reason)
{
	static const char *const text[XNB_REASON_COUNT] = {
		[XNB_REASON_NONE] = "no fault",
		[XNB_REASON_RUNT] = "frame without an Ethernet header",
		[XNB_REASON_LENGTH] = "slots do not add up to the frame",
		[XNB_REASON_SLOTS] = "frame in too many slots",
		[XNB_REASON_MULTICAST] = "multicast request that was not negotiated",
		[XNB_REASON_GSO_SIZE] = "segment size too small",
		[XNB_REASON_UNFINISHED] = "frame is not finished on the ring",
		[XNB_REASON_TOO_MANY_SLOTS] = "frame in impossibly many slots",
		[XNB_REASON_PAGE] = "slot reaches over its page",
		[XNB_REASON_EXTRA] = "unknown extra info",
		[XNB_REASON_GSO] = "invalid segmentation request",
		[XNB_REASON_PRODUCER] = "impossible producer index",
	};

	if ((unsigned int)reason >= XNB_REASON_COUNT)
		return "unknown fault";
	return text[reason];
}
