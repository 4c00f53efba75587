/* SPDX-License-Identifier: GPL-2.0 */
/* What of a packet is hashed: addresses, and ports where they are asked for. */
#ifndef XNB_FLOW_H
#define XNB_FLOW_H

#include <xnb/base.h>

/* Beside netif.h's types, which have no word for UDP: the host's own choice. */
#define XNB_FLOW_IPV4_UDP BIT(16)
#define XNB_FLOW_IPV6_UDP BIT(17)

/* The longest input of a hash: two IPv6 addresses and two ports. */
#define XNB_FLOW_BYTES 36

/* Ethernet header, two VLAN tags, an IPv4 header with all options, ports. */
#define XNB_FLOW_FRAME_BYTES (ETH_HLEN + 2 * 4 + 60 + 4)

/**
 * struct xnb_flow - the input of a hash
 * @bytes: of @tuple that count; 0 for a packet that is not hashed
 * @type: why these: one of XEN_NETIF_CTRL_HASH_TYPE_* or XNB_FLOW_*, as a flag; 0 for none
 * @tuple: source and destination address, source and destination port, as in the packet
 */
struct xnb_flow {
	u8 bytes;
	u32 type;
	u8 tuple[XNB_FLOW_BYTES];
};

/**
 * xnb_flow_parse() - find the flow of a frame
 * @frame: from the Ethernet header on
 * @len: bytes of it that may be read, which need not be all
 * @types: flags of what may be hashed
 * @flow: the result
 *
 * Takes the most of what is allowed: the ports of TCP and UDP, else the addresses. A fragment
 * has no ports, and extension headers of IPv6 hide them. Up to two VLAN tags are skipped. Frames
 * are anybody's: nothing in them leads beyond @len.
 *
 * Pure: any context.
 */
void xnb_flow_parse(const u8 *frame, unsigned int len, u32 types, struct xnb_flow *flow);

#endif
