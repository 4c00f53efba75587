// SPDX-License-Identifier: GPL-2.0
#include <xnb/flow.h>

#define VLAN_TAGS 2
#define VLAN_BYTES 4
#define PORTS_BYTES 4

#define IPV4_BYTES 20
#define IPV4_FRAGMENT 6
#define IPV4_FRAGMENT_MASK 0x3fff
#define IPV4_PROTOCOL 9
#define IPV4_ADDRESSES 12
#define IPV4_ADDRESSES_BYTES 8

#define IPV6_BYTES 40
#define IPV6_NEXT_HEADER 6
#define IPV6_ADDRESSES 8
#define IPV6_ADDRESSES_BYTES 32

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

/* The frame's bytes lie as they like: no wider access. */
static u16 read_be16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

static u32 type_of(u8 protocol, u32 tcp, u32 udp)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		return tcp;
	case PROTOCOL_UDP:
		return udp;
	default:
		return 0;
	}
}

static void parse_ipv4(const u8 *ip, unsigned int len, u32 types, struct xnb_flow *flow)
{
	unsigned int header;
	u32 type = 0;

	if (len < IPV4_BYTES || ip[0] >> 4 != 4)
		return;
	header = (ip[0] & 0xf) * 4;
	if (header < IPV4_BYTES)
		return;

	/* The first fragment has ports too, but must not part from those without. */
	if (len >= header + PORTS_BYTES && !(read_be16(ip + IPV4_FRAGMENT) & IPV4_FRAGMENT_MASK))
		type = types & type_of(ip[IPV4_PROTOCOL], XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP,
				       XNB_FLOW_IPV4_UDP);
	flow->type = type ? type : types & XEN_NETIF_CTRL_HASH_TYPE_IPV4;
	if (!flow->type)
		return;

	memcpy(flow->tuple, ip + IPV4_ADDRESSES, IPV4_ADDRESSES_BYTES);
	flow->bytes = IPV4_ADDRESSES_BYTES;
	if (type) {
		memcpy(flow->tuple + IPV4_ADDRESSES_BYTES, ip + header, PORTS_BYTES);
		flow->bytes += PORTS_BYTES;
	}
}

static void parse_ipv6(const u8 *ip, unsigned int len, u32 types, struct xnb_flow *flow)
{
	u32 type = 0;

	if (len < IPV6_BYTES || ip[0] >> 4 != 6)
		return;

	if (len >= IPV6_BYTES + PORTS_BYTES)
		type = types & type_of(ip[IPV6_NEXT_HEADER], XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP,
				       XNB_FLOW_IPV6_UDP);
	flow->type = type ? type : types & XEN_NETIF_CTRL_HASH_TYPE_IPV6;
	if (!flow->type)
		return;

	memcpy(flow->tuple, ip + IPV6_ADDRESSES, IPV6_ADDRESSES_BYTES);
	flow->bytes = IPV6_ADDRESSES_BYTES;
	if (type) {
		memcpy(flow->tuple + IPV6_ADDRESSES_BYTES, ip + IPV6_BYTES, PORTS_BYTES);
		flow->bytes += PORTS_BYTES;
	}
}

void xnb_flow_parse(const u8 *frame, unsigned int len, u32 types, struct xnb_flow *flow)
{
	unsigned int tags, at = ETH_HLEN;

	flow->bytes = 0;
	flow->type = 0;
	for (tags = 0; at <= len; tags++) {
		switch (read_be16(frame + at - 2)) {
		case ETH_P_IP:
			parse_ipv4(frame + at, len - at, types, flow);
			return;
		case ETH_P_IPV6:
			parse_ipv6(frame + at, len - at, types, flow);
			return;
		case ETH_P_8021Q:
		case ETH_P_8021AD:
			if (tags == VLAN_TAGS)
				return;
			at += VLAN_BYTES;
			break;
		default:
			return;
		}
	}
}
