/* SPDX-License-Identifier: GPL-2.0 */
/* Slots that a guest sent, already copied out of the ring -> one packet, or a verdict. */
#ifndef XNB_REQUEST_H
#define XNB_REQUEST_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * enum xnb_verdict - what to do with the slots at the consumer index
 * @XNB_EMPTY: no slot is waiting
 * @XNB_PACKET: a well-formed packet
 * @XNB_DROP: answer all its slots with an error and go on; merely a sloppy guest
 * @XNB_FATAL: the ring can no longer be trusted; disable the interface
 */
enum xnb_verdict {
	XNB_EMPTY,
	XNB_PACKET,
	XNB_DROP,
	XNB_FATAL,
};

/**
 * enum xnb_reason - why a packet was dropped or an interface disabled
 * @XNB_REASON_NONE: nothing wrong
 * @XNB_REASON_RUNT: the head slot holds less than an Ethernet header
 * @XNB_REASON_LENGTH: the slots do not add up to the announced length
 * @XNB_REASON_SLOTS: more slots than every backend must accept
 * @XNB_REASON_MULTICAST: a multicast request, which was not negotiated
 * @XNB_REASON_GSO_SIZE: a segment size that would explode the frame
 * @XNB_REASON_UNFINISHED: a packet or extra chain goes on behind the producer (fatal)
 * @XNB_REASON_TOO_MANY_SLOTS: as many slots as no honest guest sends (fatal)
 * @XNB_REASON_PAGE: a slot reaches over its page (fatal)
 * @XNB_REASON_EXTRA: unknown extra info (fatal)
 * @XNB_REASON_GSO: segmentation of unknown type, or into nothing (fatal)
 * @XNB_REASON_PRODUCER: an impossible producer index (fatal)
 * @XNB_REASON_COUNT: number of reasons
 */
enum xnb_reason {
	XNB_REASON_NONE,
	XNB_REASON_RUNT,
	XNB_REASON_LENGTH,
	XNB_REASON_SLOTS,
	XNB_REASON_MULTICAST,
	XNB_REASON_GSO_SIZE,
	XNB_REASON_UNFINISHED,
	XNB_REASON_TOO_MANY_SLOTS,
	XNB_REASON_PAGE,
	XNB_REASON_EXTRA,
	XNB_REASON_GSO,
	XNB_REASON_PRODUCER,
	XNB_REASON_COUNT,
};

/**
 * struct xnb_request - one packet of the guest
 * @slots: ring slots it occupies, the unit of answering; 0 for XNB_EMPTY and XNB_FATAL
 * @extras: slots of extra info, directly after the head
 * @tails: data slots after the extras
 * @len: bytes of the packet, head and tails
 * @head_len: bytes of the head slot (its wire size is that of the whole packet)
 * @gso_size: payload bytes of a segment, 0 when the packet is not to be segmented
 * @gso_type: XEN_NETIF_GSO_TYPE_TCPV4 or _TCPV6 when @gso_size is set
 * @csum_blank: the checksum is left to us
 * @data_validated: the guest vouches for the checksum
 * @reason: why, for XNB_DROP and XNB_FATAL
 */
struct xnb_request {
	u16 slots;
	u16 extras;
	u16 tails;
	u32 len;
	u16 head_len;
	u16 gso_size;
	u8 gso_type;
	bool csum_blank;
	bool data_validated;
	enum xnb_reason reason;
};

/**
 * xnb_request_parse() - read one packet from a private copy of the ring
 * @ring: XNB_RING_SLOTS private slots; slot i of the ring is ring[i % XNB_RING_SLOTS]
 * @cons: index of the first slot
 * @prod: index behind the last valid slot; prod - cons is at most XNB_RING_SLOTS
 * @fatal_tails: more slots than that after the head disable the interface, at least
 *	XNB_TAIL_SLOTS_MAX (module parameter fatal_skb_slots)
 * @out: filled for XNB_PACKET and XNB_DROP; of XNB_FATAL only the reason
 *
 * The rules are netif.h's; which of their violations are sloppy and which are fatal
 * follows what guests rely on: frames of 64 KiB and more wrap the 16-bit size and are
 * dropped; up to XNB_TAIL_SLOTS_MAX tails pass, from there to @fatal_tails they are dropped.
 *
 * Pure: any context, no lock.
 *
 * Return: the verdict.
 */
enum xnb_verdict xnb_request_parse(const struct xen_netif_tx_request *ring, u32 cons, u32 prod,
				   unsigned int fatal_tails, struct xnb_request *out);

/**
 * xnb_request_wire_bytes() - what a packet is on a network
 * @request: parsed, XNB_PACKET or XNB_DROP
 *
 * Pure. Return: bytes with the usual headers of all its segments; ETH_ZLEN at least.
 */
u32 xnb_request_wire_bytes(const struct xnb_request *request);

/**
 * xnb_reason_text() - a short text for logs
 * @reason: any value
 *
 * Pure. Return: a constant string, never NULL.
 */
const char *xnb_reason_text(enum xnb_reason reason);

#endif
