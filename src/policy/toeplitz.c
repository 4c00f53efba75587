// SPDX-License-Identifier: GPL-2.0
#include <xnb/toeplitz.h>

/* What the eight bits of an input byte select: the bits of the key from there on. */
#define WINDOW_BYTES 5

static u64 window(const u8 *key)
{
	u64 bits = 0;
	unsigned int i;

	for (i = 0; i < WINDOW_BYTES; i++)
		bits = bits << 8 | key[i];
	return bits;
}

/* @bits: the window, moved so that its last 32 bits are those of the lowest bit of the nibble. */
static void fill_nibble(u32 nibble[static 16], u64 bits)
{
	unsigned int bit, below;

	nibble[0] = 0;
	for (bit = 1; bit < 16; bit <<= 1, bits >>= 1)
		for (below = 0; below < bit; below++)
			nibble[bit + below] = nibble[below] ^ (u32)bits;
}

void xnb_toeplitz_set_key(struct xnb_toeplitz *toeplitz,
			  const u8 key[static XNB_TOEPLITZ_KEY_BYTES])
{
	unsigned int i;

	memcpy(toeplitz->key, key, XNB_TOEPLITZ_KEY_BYTES);
	for (i = 0; i < XNB_FLOW_BYTES; i++) {
		fill_nibble(toeplitz->nibble[2 * i], window(key + i) >> 5);
		fill_nibble(toeplitz->nibble[2 * i + 1], window(key + i) >> 1);
	}
}

u32 xnb_toeplitz_hash(const struct xnb_toeplitz *toeplitz, const struct xnb_flow *flow)
{
	unsigned int i;
	u32 hash = 0;

	for (i = 0; i < flow->bytes; i++)
		hash ^= toeplitz->nibble[2 * i][flow->tuple[i] >> 4] ^
			toeplitz->nibble[2 * i + 1][flow->tuple[i] & 0xf];
	return hash;
}
