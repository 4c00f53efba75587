/* SPDX-License-Identifier: GPL-2.0 */
/* Frames whose flow is known, because they were made of it. */
#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stdint.h>

enum flow_kind {
	TCP4,
	TCP4_OPTIONS,		/* of IP */
	TCP4_FRAGMENT,		/* the first one, which has ports to see */
	UDP4,
	ICMP4,
	TCP6,
	UDP6,
	ICMP6,
	ARP,
	FLOW_KINDS,
};

struct flow {
	enum flow_kind kind;
	uint8_t source[16], target[16];	/* the first 4 with IPv4 */
	uint8_t source_port[2], target_port[2];
};

/* Source address, destination address, source port, destination port. */
#define FLOW_BYTES	36

bool flow_is_v6(const struct flow *flow);
/* Whole TCP: neither a fragment nor another protocol. */
bool flow_is_tcp(const struct flow *flow);
struct flow flow_random(enum flow_kind kind);

/* The bytes of a flow one behind the other, as they are hashed; how many. */
unsigned int flow_bytes(const struct flow *flow, bool ports, uint8_t bytes[FLOW_BYTES]);

/* Fill @frame with a frame of @len bytes that carries @number. */
void flow_frame(const struct flow *flow, uint32_t number, uint8_t *frame, unsigned int len);
/* Where the headers of a TCP flow begin and end, for offload. */
unsigned int flow_tcp_offset(const struct flow *flow);
/* Whether a frame was made here, and its number. */
bool flow_number(const uint8_t *frame, unsigned int len, uint32_t *number);

#endif
