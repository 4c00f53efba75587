// SPDX-License-Identifier: GPL-2.0
#include "rss.h"

static bool bit_of(const uint8_t *bytes, unsigned int bit)
{
	return bytes[bit / 8] & 0x80 >> bit % 8;
}

/* Each bit of the input that is set adds the 32 bits of the key that begin at its place. */
uint32_t toeplitz(const uint8_t key[KEY_BYTES], const uint8_t *bytes, unsigned int len)
{
	unsigned int bit, i;
	uint32_t hash = 0;

	for (bit = 0; bit < 8 * len; bit++)
		for (i = 0; bit_of(bytes, bit) && i < 32; i++)
			if (bit + i < 8 * KEY_BYTES && bit_of(key, bit + i))
				hash ^= 0x80000000 >> i;
	return hash;
}

/* Of the types that are asked for and fit, the one that takes in most. */
int rss_type(const struct rss *rss, const struct flow *flow)
{
	int type = flow_is_v6(flow) ? HASH_IPV6 : HASH_IPV4;
	int with_ports = flow_is_v6(flow) ? HASH_IPV6_TCP : HASH_IPV4_TCP;

	if (rss->algorithm == ALGORITHM_NONE || flow->kind == ARP)
		return HASH_NONE;
	if (flow_is_tcp(flow) && rss->flags & 1 << with_ports)
		return with_ports;
	return rss->flags & 1 << type ? type : HASH_NONE;
}

uint32_t rss_hash(const struct rss *rss, const struct flow *flow, int type)
{
	uint8_t bytes[FLOW_BYTES];

	return toeplitz(rss->key, bytes,
			flow_bytes(flow, type == HASH_IPV4_TCP || type == HASH_IPV6_TCP, bytes));
}

unsigned int rss_queue(const struct rss *rss, uint32_t hash)
{
	return rss->size ? rss->table[hash % rss->size] : hash % rss->queues;
}
