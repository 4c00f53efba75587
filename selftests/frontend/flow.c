// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "flow.h"

#define IP4_BYTES	20
#define IP4_OPTIONS	4
#define IP6_BYTES	40
#define MAGIC		0x786e6266

static const uint8_t protocol[FLOW_KINDS] = {
	[TCP4] = IPPROTO_TCP, [TCP4_OPTIONS] = IPPROTO_TCP, [TCP4_FRAGMENT] = IPPROTO_TCP,
	[UDP4] = IPPROTO_UDP, [ICMP4] = IPPROTO_ICMP,
	[TCP6] = IPPROTO_TCP, [UDP6] = IPPROTO_UDP, [ICMP6] = IPPROTO_ICMPV6,
};

bool flow_is_v6(const struct flow *flow)
{
	return flow->kind == TCP6 || flow->kind == UDP6 || flow->kind == ICMP6;
}

bool flow_is_tcp(const struct flow *flow)
{
	return flow->kind == TCP4 || flow->kind == TCP4_OPTIONS || flow->kind == TCP6;
}

static void fill_random(uint8_t *bytes, unsigned int len)
{
	while (len--)
		*bytes++ = rand() >> 8;
}

struct flow flow_random(enum flow_kind kind)
{
	struct flow flow = { .kind = kind };

	fill_random(flow.source, sizeof(flow.source));
	fill_random(flow.target, sizeof(flow.target));
	fill_random(flow.source_port, sizeof(flow.source_port));
	fill_random(flow.target_port, sizeof(flow.target_port));
	/* From one host to one host, or what is between would have its own ideas. */
	flow.source[0] = flow_is_v6(&flow) ? 0xfd : 10;
	flow.target[0] = flow.source[0];
	return flow;
}

unsigned int flow_bytes(const struct flow *flow, bool ports, uint8_t bytes[FLOW_BYTES])
{
	unsigned int address = flow_is_v6(flow) ? 16 : 4;
	uint8_t *end = bytes;

	memcpy(end, flow->source, address);
	end += address;
	memcpy(end, flow->target, address);
	end += address;
	if (ports) {
		memcpy(end, flow->source_port, 2);
		memcpy(end + 2, flow->target_port, 2);
		end += 4;
	}
	return end - bytes;
}

static void put16(uint8_t *where, uint16_t value)
{
	where[0] = value >> 8;
	where[1] = value;
}

static void put32(uint8_t *where, uint32_t value)
{
	put16(where, value >> 16);
	put16(where + 2, value);
}

static unsigned int fill_ip4(const struct flow *flow, uint8_t *ip, unsigned int len)
{
	unsigned int bytes = IP4_BYTES + (flow->kind == TCP4_OPTIONS ? IP4_OPTIONS : 0);

	ip[0] = 0x40 | bytes / 4;
	put16(ip + 2, len);
	if (flow->kind == TCP4_FRAGMENT)
		put16(ip + 6, 0x2000);
	ip[8] = 64;
	ip[9] = protocol[flow->kind];
	memcpy(ip + 12, flow->source, 4);
	memcpy(ip + 16, flow->target, 4);
	memset(ip + IP4_BYTES, 1, bytes - IP4_BYTES);
	return bytes;
}

static unsigned int fill_ip6(const struct flow *flow, uint8_t *ip, unsigned int len)
{
	ip[0] = 0x60;
	put16(ip + 4, len - IP6_BYTES);
	ip[6] = protocol[flow->kind];
	ip[7] = 64;
	memcpy(ip + 8, flow->source, 16);
	memcpy(ip + 24, flow->target, 16);
	return IP6_BYTES;
}

static void fill_ports(const struct flow *flow, uint8_t *ports)
{
	memcpy(ports, flow->source_port, 2);
	memcpy(ports + 2, flow->target_port, 2);
	if (protocol[flow->kind] == IPPROTO_TCP)
		ports[12] = 0x50;	/* its header has 20 bytes */
}

void flow_frame(const struct flow *flow, uint32_t number, uint8_t *frame, unsigned int len)
{
	static const uint8_t ether[] = { 0, 0x16, 0x3e, 0, 7, 7, 2, 2, 2, 2, 2, 2 };
	uint8_t *ip = frame + ETH_HLEN;
	uint16_t type = ETHERTYPE_IP;

	memset(frame, 0, len);
	memcpy(frame, ether, sizeof(ether));
	if (flow->kind == ARP) {
		type = ETHERTYPE_ARP;
		memcpy(ip + 12, flow->source, 8);
	} else if (flow_is_v6(flow)) {
		type = ETHERTYPE_IPV6;
		fill_ports(flow, ip + fill_ip6(flow, ip, len - ETH_HLEN));
	} else {
		fill_ports(flow, ip + fill_ip4(flow, ip, len - ETH_HLEN));
	}
	put16(frame + 12, type);
	put32(frame + len - 8, MAGIC);
	put32(frame + len - 4, number);
}

unsigned int flow_tcp_offset(const struct flow *flow)
{
	return ETH_HLEN + (flow_is_v6(flow) ? IP6_BYTES : IP4_BYTES);
}

static uint32_t get32(const uint8_t *where)
{
	uint32_t value;

	memcpy(&value, where, sizeof(value));
	return ntohl(value);
}

bool flow_number(const uint8_t *frame, unsigned int len, uint32_t *number)
{
	if (len < ETH_HLEN + 8 || get32(frame + len - 8) != MAGIC)
		return false;
	*number = get32(frame + len - 4);
	return true;
}
