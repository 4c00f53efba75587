/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a backend has to do that was told this much, written a second time from netif.h and not
 * for speed.
 */
#ifndef RSS_H
#define RSS_H

#include "flow.h"

#define KEY_BYTES	40
#define TABLE_MAX	128

enum {
	ALGORITHM_NONE,
	ALGORITHM_TOEPLITZ,
};

/* Types of a hash; flags have the bit of that number. */
enum {
	HASH_IPV4,
	HASH_IPV4_TCP,
	HASH_IPV6,
	HASH_IPV6_TCP,
	HASH_TYPES,
	HASH_NONE = -1,
};

#define HASH_ALL	((1 << HASH_TYPES) - 1)

struct rss {
	unsigned int queues;
	uint32_t algorithm;
	uint32_t flags;
	uint8_t key[KEY_BYTES];
	uint32_t size;		/* 0: the hash modulo @queues */
	uint32_t table[TABLE_MAX];
};

uint32_t toeplitz(const uint8_t key[KEY_BYTES], const uint8_t *bytes, unsigned int len);

/* The type of hash that packets of a flow have, or HASH_NONE. */
int rss_type(const struct rss *rss, const struct flow *flow);
uint32_t rss_hash(const struct rss *rss, const struct flow *flow, int type);
unsigned int rss_queue(const struct rss *rss, uint32_t hash);

#endif
