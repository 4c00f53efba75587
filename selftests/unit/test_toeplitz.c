// SPDX-License-Identifier: GPL-2.0
/*
 * The hash against the values that the specification of receive side scaling publishes for its
 * verification, and against a reading of it bit by bit.
 */
#include <xnb/toeplitz.h>
#include <tap.h>

#define KEY_BYTES XNB_TOEPLITZ_KEY_BYTES

/* The key of those values. */
static const u8 published_key[KEY_BYTES] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* The key as one long number that loses its first bit with each bit of the input. */
static u32 reference_hash(const u8 *key, const struct xnb_flow *flow)
{
	unsigned int bit, i;
	u8 rest[KEY_BYTES];
	u32 hash = 0;

	memcpy(rest, key, KEY_BYTES);
	for (bit = 0; bit < flow->bytes * 8u; bit++) {
		if (flow->tuple[bit / 8] & (0x80 >> bit % 8))
			hash ^= (u32)rest[0] << 24 | rest[1] << 16 | rest[2] << 8 | rest[3];
		for (i = 0; i < KEY_BYTES; i++)
			rest[i] = rest[i] << 1 | (i + 1 < KEY_BYTES ? rest[i + 1] >> 7 : 0);
	}
	return hash;
}

/* Addresses as groups of 16 bits, source first. */
struct published {
	const char *name;
	u16 groups[16];
	u16 ports[2];
	u32 addresses_hash;
	u32 ports_hash;
};

#define PAIR(a, b) ((a) << 8 | (b))

static const struct published ipv4[] = {
	{ "66.9.149.187 to 161.142.100.80",
	  { PAIR(66, 9), PAIR(149, 187), PAIR(161, 142), PAIR(100, 80) },
	  { 2794, 1766 }, 0x323e8fc2, 0x51ccc178 },
	{ "199.92.111.2 to 65.69.140.83",
	  { PAIR(199, 92), PAIR(111, 2), PAIR(65, 69), PAIR(140, 83) },
	  { 14230, 4739 }, 0xd718262a, 0xc626b0ea },
	{ "24.19.198.95 to 12.22.207.184",
	  { PAIR(24, 19), PAIR(198, 95), PAIR(12, 22), PAIR(207, 184) },
	  { 12898, 38024 }, 0xd2d0a5de, 0x5c2b394a },
	{ "38.27.205.30 to 209.142.163.6",
	  { PAIR(38, 27), PAIR(205, 30), PAIR(209, 142), PAIR(163, 6) },
	  { 48228, 2217 }, 0x82989176, 0xafc7327f },
	{ "153.39.163.191 to 202.188.127.2",
	  { PAIR(153, 39), PAIR(163, 191), PAIR(202, 188), PAIR(127, 2) },
	  { 44251, 1303 }, 0x5d1809c5, 0x10e828a2 },
};

static const struct published ipv6[] = {
	{ "3ffe:2501:200:1fff::7 to 3ffe:2501:200:3::1",
	  { 0x3ffe, 0x2501, 0x200, 0x1fff, 0, 0, 0, 7, 0x3ffe, 0x2501, 0x200, 3, 0, 0, 0, 1 },
	  { 2794, 1766 }, 0x2cc18cd5, 0x40207d3d },
	{ "3ffe:501:8::260:97ff:fe40:efab to ff02::1",
	  { 0x3ffe, 0x501, 8, 0, 0x260, 0x97ff, 0xfe40, 0xefab, 0xff02, 0, 0, 0, 0, 0, 0, 1 },
	  { 14230, 4739 }, 0x0f0c461c, 0xdde51bbf },
	{ "3ffe:1900:4545:3:200:f8ff:fe21:67cf to fe80::200:f8ff:fe21:67cf",
	  { 0x3ffe, 0x1900, 0x4545, 3, 0x200, 0xf8ff, 0xfe21, 0x67cf,
	    0xfe80, 0, 0, 0, 0x200, 0xf8ff, 0xfe21, 0x67cf },
	  { 44251, 38024 }, 0x4b61e985, 0x02d1feef },
};

static void put_groups(struct xnb_flow *flow, const u16 *groups, unsigned int count)
{
	for (; count; count--, groups++) {
		flow->tuple[flow->bytes++] = *groups >> 8;
		flow->tuple[flow->bytes++] = *groups & 0xff;
	}
}

static void test_published(const struct published *want, unsigned int groups)
{
	struct xnb_toeplitz toeplitz;
	struct xnb_flow flow = {};

	xnb_toeplitz_set_key(&toeplitz, published_key);
	put_groups(&flow, want->groups, groups);
	is(xnb_toeplitz_hash(&toeplitz, &flow), want->addresses_hash, "%s", want->name);
	is(reference_hash(published_key, &flow), want->addresses_hash, "bit by bit");
	put_groups(&flow, want->ports, 2);
	is(xnb_toeplitz_hash(&toeplitz, &flow), want->ports_hash, "with ports");
	is(reference_hash(published_key, &flow), want->ports_hash, "bit by bit");
}

static void fill_random(struct prng *prng, u8 *bytes, unsigned int count)
{
	while (count--)
		*bytes++ = prng_range(prng, 0, 255);
}

static void test_against_reference(void)
{
	struct prng prng = PRNG_INIT;
	struct xnb_toeplitz toeplitz;
	unsigned int i, k, bad = 0;
	u8 key[KEY_BYTES];

	for (i = 0; i < 2000; i++) {
		/* A shorter key ends in zeros. */
		unsigned int len = prng_once_in(&prng, 2) ? KEY_BYTES :
							    prng_range(&prng, 0, KEY_BYTES);

		memset(key, 0, KEY_BYTES);
		fill_random(&prng, key, len);
		xnb_toeplitz_set_key(&toeplitz, key);
		bad += memcmp(toeplitz.key, key, KEY_BYTES) != 0;
		for (k = 0; k < 50; k++) {
			struct xnb_flow flow = { .bytes = prng_range(&prng, 0, XNB_FLOW_BYTES) };

			fill_random(&prng, flow.tuple, XNB_FLOW_BYTES);
			if (xnb_toeplitz_hash(&toeplitz, &flow) == reference_hash(key, &flow))
				continue;
			if (!bad++)
				diag("key %u, %u bytes", i, flow.bytes);
		}
	}
	is(bad, 0, "2000 keys, 100000 flows of any length: as bit by bit");
}

/* Each bit of the input alone selects the 32 bits of the key at its place. */
static void test_every_bit(void)
{
	struct prng prng = PRNG_INIT;
	struct xnb_toeplitz toeplitz;
	unsigned int bit, i, bad = 0;
	u8 key[KEY_BYTES];

	fill_random(&prng, key, KEY_BYTES);
	xnb_toeplitz_set_key(&toeplitz, key);
	for (bit = 0; bit < XNB_FLOW_BYTES * 8; bit++) {
		struct xnb_flow flow = { .bytes = XNB_FLOW_BYTES };
		u32 want = 0;

		flow.tuple[bit / 8] = 0x80 >> bit % 8;
		for (i = bit; i < bit + 32; i++)
			want = want << 1 | (key[i / 8] >> (7 - i % 8) & 1);
		bad += xnb_toeplitz_hash(&toeplitz, &flow) != want;
	}
	is(bad, 0, "every bit of the input alone selects its part of the key");
}

static void test_nothing(void)
{
	struct xnb_flow flow = { .tuple = { 1, 2, 3, 4 } };
	struct xnb_toeplitz toeplitz;
	u8 key[KEY_BYTES] = {};

	xnb_toeplitz_set_key(&toeplitz, published_key);
	is(xnb_toeplitz_hash(&toeplitz, &flow), 0, "a flow without bytes has hash 0");
	xnb_toeplitz_set_key(&toeplitz, key);
	flow.bytes = XNB_FLOW_BYTES;
	is(xnb_toeplitz_hash(&toeplitz, &flow), 0, "nothing of a former key is left");
}

int main(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ipv4); i++)
		test_published(&ipv4[i], 4);
	for (i = 0; i < ARRAY_SIZE(ipv6); i++)
		test_published(&ipv6[i], 16);
	test_nothing();
	test_every_bit();
	test_against_reference();
	return tap_done();
}
