// SPDX-License-Identifier: GPL-2.0
/*
 * The parser of guest requests, against named cases and against a second reading of
 * the rules: expect() below collects every fault of a packet in ring order and judges
 * at the end, while the parser judges as it walks.
 */
#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>

#include <xnb/request.h>
#include <tap.h>

#define FATAL_TAILS 20
#define PAGE XNB_SLOT_BYTES
#define MORE XEN_NETTXF_more_data
#define EXTRA XEN_NETTXF_extra_info

/* A ring on the heap, so that the sanitizer watches its ends. */
static struct xen_netif_tx_request *ring;
static u32 cons, prod;

static void start_ring(u32 index)
{
	memset(ring, 0, XNB_RING_SLOTS * sizeof(*ring));
	cons = index;
	prod = index;
}

static void put(u32 size, u32 offset, u32 flags)
{
	ring[prod++ % XNB_RING_SLOTS] = (struct xen_netif_tx_request){
		.gref = prod, .offset = offset, .flags = flags, .id = prod, .size = size,
	};
}

static void put_extra(u8 type, u8 flags, u8 gso_type, u16 gso_size)
{
	struct xen_netif_extra_info extra = { .type = type, .flags = flags };

	extra.u.gso.type = gso_type;
	extra.u.gso.size = gso_size;
	memcpy(&ring[prod++ % XNB_RING_SLOTS], &extra, sizeof(extra));
}

static void put_tails(unsigned int count, u32 size)
{
	while (count--)
		put(size, 0, count ? MORE : 0);
}

/* Slots the parser must not touch are poisoned while it runs. */
static enum xnb_verdict parse_with(unsigned int fatal_tails, struct xnb_request *out)
{
	enum xnb_verdict verdict;
	u32 i;

	ASAN_POISON_MEMORY_REGION(ring, XNB_RING_SLOTS * sizeof(*ring));
	for (i = cons; i != prod; i++)
		ASAN_UNPOISON_MEMORY_REGION(&ring[i % XNB_RING_SLOTS], sizeof(*ring));
	memset(out, 0xa5, sizeof(*out));
	verdict = xnb_request_parse(ring, cons, prod, fatal_tails, out);
	ASAN_UNPOISON_MEMORY_REGION(ring, XNB_RING_SLOTS * sizeof(*ring));
	return verdict;
}

static enum xnb_verdict parse(struct xnb_request *out)
{
	return parse_with(FATAL_TAILS, out);
}

static void verdict_is(enum xnb_verdict verdict, enum xnb_reason reason, const char *name)
{
	struct xnb_request out;
	enum xnb_verdict got = parse(&out);

	if (!ok(got == verdict && out.reason == reason, "%s", name))
		diag("verdict %d, reason %d (%s); want %d, %d", got, out.reason,
		     xnb_reason_text(out.reason), verdict, reason);
}

static void packet_is(unsigned int slots, unsigned int head_len, const char *name)
{
	struct xnb_request out;
	enum xnb_verdict got = parse(&out);

	if (!ok(got == XNB_PACKET && out.slots == slots && out.head_len == head_len, "%s", name))
		diag("verdict %d, reason %d, slots %u, head %u", got, out.reason, out.slots,
		     out.head_len);
}

static void test_empty(void)
{
	start_ring(0);
	verdict_is(XNB_EMPTY, XNB_REASON_NONE, "an empty ring");
	start_ring(0xffffffff);
	verdict_is(XNB_EMPTY, XNB_REASON_NONE, "an empty ring at the last index");
}

static void test_head(void)
{
	struct xnb_request out;

	start_ring(7);
	put(60, 100, XEN_NETTXF_csum_blank);
	put(1000, 0, 0);
	packet_is(1, 60, "one slot is one packet; the next stays where it is");
	parse(&out);
	ok(out.len == 60 && !out.extras && !out.tails && !out.gso_size, "its plan");
	ok(out.csum_blank && !out.data_validated, "its blank checksum");

	start_ring(0);
	put(60, 0, XEN_NETTXF_data_validated | 0xfff0);
	parse(&out);
	ok(!out.csum_blank && out.data_validated,
	   "its vouched checksum; unknown flags mean nothing");

	start_ring(0);
	put(ETH_HLEN - 1, 0, 0);
	verdict_is(XNB_DROP, XNB_REASON_RUNT, "13 bytes");
	start_ring(0);
	put(0, 5000, 0);
	verdict_is(XNB_DROP, XNB_REASON_RUNT, "no bytes, at an impossible offset");
	start_ring(0);
	put(ETH_HLEN, 0, 0);
	packet_is(1, ETH_HLEN, "14 bytes");
	start_ring(0);
	put(PAGE, 0, 0);
	packet_is(1, PAGE, "a full page");
	start_ring(0);
	put(PAGE - 4000, 4000, 0);
	packet_is(1, PAGE - 4000, "up to the end of the page");
	start_ring(0);
	put(PAGE - 4000 + 1, 4000, 0);
	verdict_is(XNB_FATAL, XNB_REASON_PAGE, "one byte over the page");
	start_ring(0);
	put(0x200, 0xff00, 0);
	verdict_is(XNB_FATAL, XNB_REASON_PAGE, "size and offset whose 16-bit sum would wrap");
	start_ring(0);
	put(60, 0xffff, 0);
	verdict_is(XNB_FATAL, XNB_REASON_PAGE, "an offset far over the page");
}

static void test_tails(void)
{
	struct xnb_request out;

	start_ring(0);
	put(3000, 0, MORE);
	put(1000, 0, MORE);
	put(500, 96, 0);
	packet_is(3, 1500, "the head holds what the tails do not");
	parse(&out);
	ok(out.len == 3000 && out.tails == 2, "its length is that of the first slot");

	start_ring(0);
	put(3000, 0, MORE);
	verdict_is(XNB_FATAL, XNB_REASON_UNFINISHED, "the last slot says that more follows");

	start_ring(0);
	put(100, 0, MORE);
	put(101, 0, 0);
	verdict_is(XNB_DROP, XNB_REASON_LENGTH, "a tail longer than the packet");
	start_ring(0);
	put(100, 0, MORE);
	put(60, 0, MORE);
	put(41, 0, 0);
	verdict_is(XNB_DROP, XNB_REASON_LENGTH, "tails longer than the packet together");
	start_ring(0);
	put(100, 0, MORE);
	put(100, 0, 0);
	verdict_is(XNB_DROP, XNB_REASON_RUNT, "tails that leave nothing for the head");
	start_ring(0);
	put(100, 0, MORE);
	put(100 - ETH_HLEN + 1, 0, 0);
	verdict_is(XNB_DROP, XNB_REASON_RUNT, "tails that leave 13 bytes for the head");
	start_ring(0);
	put(100, 0, MORE);
	put(100 - ETH_HLEN, 0, 0);
	packet_is(2, ETH_HLEN, "tails that leave 14 bytes for the head");

	start_ring(0);
	put(100, 0, MORE);
	put_tails(5, 0);
	packet_is(6, 100, "tails without a byte");
	start_ring(0);
	put(3000, 0, MORE);
	put(2, PAGE - 1, 0);
	verdict_is(XNB_FATAL, XNB_REASON_PAGE, "a tail over its page");
	start_ring(0);
	put(3000, 0, MORE);
	put(0, PAGE, 0);
	packet_is(2, 3000, "a tail without a byte at the very end of its page");
	start_ring(0);
	put(2000, 3000, MORE);
	put(1000, 0, 0);
	packet_is(2, 1000, "a head whose wire size crosses the page, but its share does not");
	start_ring(0);
	put(3000, 3000, MORE);
	put(1000, 0, 0);
	verdict_is(XNB_FATAL, XNB_REASON_PAGE, "a head whose share crosses the page");
	start_ring(0);
	put(10, 0, MORE);
	put(3, PAGE - 1, 0);
	verdict_is(XNB_FATAL, XNB_REASON_PAGE, "a page fault outranks an earlier drop");
}

/* What guests of any age send, and what no guest does (feature TX-10..13, hostile T04..T06). */
static void test_slot_limits(void)
{
	struct xnb_request out;
	unsigned int tails;

	for (tails = 15; tails <= 24; tails++) {
		enum xnb_verdict want = tails <= 18 ? XNB_PACKET :
			tails <= FATAL_TAILS ? XNB_DROP : XNB_FATAL;

		start_ring(tails);
		put(100 + tails, 0, MORE);
		put_tails(tails, 1);
		is(parse(&out), want, "%u slots after the head", tails);
		if (want == XNB_DROP)
			ok(out.slots == tails + 1 && out.reason == XNB_REASON_SLOTS,
			   "every slot of it is answered");
		if (want == XNB_FATAL)
			ok(!out.slots && out.reason == XNB_REASON_TOO_MANY_SLOTS, "none of it is");
	}

	start_ring(0);
	put(0xffff, 0, MORE);
	put_tails(15, PAGE);
	packet_is(16, 0xffff - 15 * PAGE, "the largest length a slot can name");
	start_ring(0);
	put(65536 + 2000 - 65536, 0, MORE);
	put_tails(16, PAGE);
	verdict_is(XNB_DROP, XNB_REASON_LENGTH, "a frame of 64 KiB and more, whose length wrapped");
	start_ring(3);
	put(2000, 0, MORE);
	put_tails(255, 1);
	verdict_is(XNB_FATAL, XNB_REASON_TOO_MANY_SLOTS, "a ring full of one frame");
	start_ring(3);
	put(60000, 0, MORE);
	put_tails(255, 0);
	is(parse_with(255, &out), XNB_DROP, "the same where the parameter allows it");
	is(out.slots, 256, "all of its slots are answered");
	start_ring(3);
	put(2000, 0, MORE);
	put_tails(19, 0);
	is(parse_with(XNB_TAIL_SLOTS_MAX, &out), XNB_FATAL, "19 slots at the strictest parameter");
	start_ring(3);
	put(2000, 0, MORE);
	put_tails(18, 0);
	is(parse_with(XNB_TAIL_SLOTS_MAX, &out), XNB_PACKET, "18 slots at the strictest parameter");
}

static void gso(u8 type, u16 size, u8 extra_type, u8 flags)
{
	start_ring(100);
	put(3000, 0, EXTRA | MORE | XEN_NETTXF_csum_blank);
	put_extra(extra_type, flags, type, size);
	put(1400, 0, 0);
}

static void test_gso(void)
{
	const u8 gso_extra = XEN_NETIF_EXTRA_TYPE_GSO;
	struct xnb_request out;

	gso(XEN_NETIF_GSO_TYPE_TCPV4, 1448, gso_extra, 0);
	packet_is(3, 1600, "a segmentation frame");
	parse(&out);
	ok(out.extras == 1 && out.tails == 1 && out.gso_size == 1448 &&
	   out.gso_type == XEN_NETIF_GSO_TYPE_TCPV4, "its plan, IPv4");
	gso(XEN_NETIF_GSO_TYPE_TCPV6, 0xffff, gso_extra, 0);
	parse(&out);
	ok(out.gso_size == 0xffff && out.gso_type == XEN_NETIF_GSO_TYPE_TCPV6, "its plan, IPv6");
	gso(XEN_NETIF_GSO_TYPE_NONE, 1448, gso_extra, 0);
	verdict_is(XNB_FATAL, XNB_REASON_GSO, "segmentation of type none");
	gso(3, 1448, gso_extra, 0);
	verdict_is(XNB_FATAL, XNB_REASON_GSO, "segmentation of an unknown type");
	gso(XEN_NETIF_GSO_TYPE_TCPV4, 0, gso_extra, 0);
	verdict_is(XNB_FATAL, XNB_REASON_GSO, "segments without a byte");
	gso(XEN_NETIF_GSO_TYPE_TCPV4, XNB_GSO_SIZE_MIN - 1, gso_extra, 0);
	verdict_is(XNB_DROP, XNB_REASON_GSO_SIZE, "segments too small");
	gso(XEN_NETIF_GSO_TYPE_TCPV4, XNB_GSO_SIZE_MIN, gso_extra, 0);
	packet_is(3, 1600, "segments just large enough");
}

/* One frame of @len bytes, to be cut at @size. */
static void giant(u16 len, u16 size)
{
	u16 left;

	start_ring(100);
	put(len, 0, EXTRA | MORE | XEN_NETTXF_csum_blank);
	put_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0, XEN_NETIF_GSO_TYPE_TCPV4, size);
	for (left = len - 100; left > PAGE; left -= PAGE)
		put(PAGE, 0, MORE);
	put(left, 0, 0);
}

static void test_segments(void)
{
	giant(65535, 63);
	verdict_is(XNB_DROP, XNB_REASON_GSO_SIZE, "a frame in too many segments");
	giant(65535, 64);
	packet_is(18, 100, "a frame in just so many");
}

static void test_wire_bytes(void)
{
	struct xnb_request request = { .len = 42 };

	ok(xnb_request_wire_bytes(&request) == ETH_ZLEN, "on the wire: a small packet is padded");
	request.len = 1514;
	ok(xnb_request_wire_bytes(&request) == 1514, "on the wire: a packet");
	request = (struct xnb_request){ .len = 65535, .gso_size = 1448,
					.gso_type = XEN_NETIF_GSO_TYPE_TCPV4 };
	ok(xnb_request_wire_bytes(&request) == 65535 + 45 * 54, "on the wire: 45 segments more");
	request.gso_type = XEN_NETIF_GSO_TYPE_TCPV6;
	ok(xnb_request_wire_bytes(&request) == 65535 + 45 * 74, "on the wire: with IPv6 headers");
}

static void test_extras(void)
{
	struct xnb_request out;
	unsigned int type;

	for (type = 0; type < 256; type++) {
		bool known = type == XEN_NETIF_EXTRA_TYPE_HASH || type == XEN_NETIF_EXTRA_TYPE_XDP;
		bool multicast = type == XEN_NETIF_EXTRA_TYPE_MCAST_ADD ||
				 type == XEN_NETIF_EXTRA_TYPE_MCAST_DEL;

		if (type == XEN_NETIF_EXTRA_TYPE_GSO)
			continue;
		gso(XEN_NETIF_GSO_TYPE_TCPV4, 1448, type, 0);
		if (known)
			packet_is(3, 1600, "extra info of a known type is skipped");
		else if (multicast)
			verdict_is(XNB_DROP, XNB_REASON_MULTICAST, "multicast was not negotiated");
		else if (parse(&out) != XNB_FATAL || out.reason != XNB_REASON_EXTRA)
			break;
	}
	is(type, 256, "every unknown type of extra info is fatal");

	gso(XEN_NETIF_GSO_TYPE_TCPV4, 1448, XEN_NETIF_EXTRA_TYPE_GSO, XEN_NETIF_EXTRA_FLAG_MORE);
	ok(parse(&out) == XNB_FATAL, "a chain that runs into the next slot");
	start_ring(0);
	put(100, 0, EXTRA);
	verdict_is(XNB_FATAL, XNB_REASON_UNFINISHED, "extra info is announced and absent");
	start_ring(0);
	put(100, 0, EXTRA);
	for (type = 1; type < XNB_RING_SLOTS; type++)
		put_extra(XEN_NETIF_EXTRA_TYPE_HASH, XEN_NETIF_EXTRA_FLAG_MORE, 0, 0);
	verdict_is(XNB_FATAL, XNB_REASON_UNFINISHED, "a chain that never ends");

	start_ring(0);
	put(100, 0, EXTRA);
	put_extra(XEN_NETIF_EXTRA_TYPE_GSO, XEN_NETIF_EXTRA_FLAG_MORE, XEN_NETIF_GSO_TYPE_TCPV4, 8);
	put_extra(XEN_NETIF_EXTRA_TYPE_HASH, 0xfe | XEN_NETIF_EXTRA_FLAG_MORE, 9, 9);
	put_extra(XEN_NETIF_EXTRA_TYPE_GSO, 0xfe, XEN_NETIF_GSO_TYPE_TCPV6, 9);
	packet_is(4, 100, "three extra infos; unknown flags mean nothing");
	parse(&out);
	ok(out.extras == 3 && out.gso_size == 9 && out.gso_type == XEN_NETIF_GSO_TYPE_TCPV6,
	   "the last of two segmentations counts");
	start_ring(0);
	put(100, 0, 0);
	put_extra(0, 0xff, 0, 0);
	packet_is(1, 100, "without the flag the next slot is no extra info");
}

static void test_texts(void)
{
	unsigned int reason, other, bad = 0;

	for (reason = 0; reason < XNB_REASON_COUNT; reason++)
		for (other = 0; other < reason; other++)
			bad += !strcmp(xnb_reason_text(reason), xnb_reason_text(other));
	is(bad, 0, "every reason has a text of its own");
	ok(xnb_reason_text(XNB_REASON_COUNT) && xnb_reason_text(-1), "so has what is none");
}

/* The second reading. */
struct faults {
	enum xnb_reason fatal;
	enum xnb_reason drop;
};

static void found(struct faults *faults, bool is_fatal, enum xnb_reason reason)
{
	enum xnb_reason *first = is_fatal ? &faults->fatal : &faults->drop;

	if (!faults->fatal && !*first)
		*first = reason;
}

static const struct xen_netif_tx_request *slot_at(u32 index)
{
	return &ring[(cons + index) % XNB_RING_SLOTS];
}

static void judge_extra(const struct xen_netif_extra_info *extra, struct faults *faults,
			struct xnb_request *out)
{
	if (extra->type == XEN_NETIF_EXTRA_TYPE_NONE || extra->type >= XEN_NETIF_EXTRA_TYPE_MAX)
		found(faults, true, XNB_REASON_EXTRA);
	if (extra->type == XEN_NETIF_EXTRA_TYPE_MCAST_ADD ||
	    extra->type == XEN_NETIF_EXTRA_TYPE_MCAST_DEL)
		found(faults, false, XNB_REASON_MULTICAST);
	if (extra->type != XEN_NETIF_EXTRA_TYPE_GSO)
		return;
	if (extra->u.gso.type < 1 || extra->u.gso.type > 2 || extra->u.gso.size == 0)
		found(faults, true, XNB_REASON_GSO);
	else if (extra->u.gso.size < XNB_GSO_SIZE_MIN)
		found(faults, false, XNB_REASON_GSO_SIZE);
	out->gso_type = extra->u.gso.type;
	out->gso_size = extra->u.gso.size;
}

static enum xnb_verdict expect(unsigned int fatal_tails, struct xnb_request *out)
{
	u32 count = prod - cons, at = 1, sum = 0;
	struct faults faults = {};
	bool more;

	memset(out, 0, sizeof(*out));
	if (!count)
		return XNB_EMPTY;

	out->len = slot_at(0)->size;
	out->csum_blank = slot_at(0)->flags & XEN_NETTXF_csum_blank;
	out->data_validated = slot_at(0)->flags & XEN_NETTXF_data_validated;
	for (more = slot_at(0)->flags & EXTRA; more; at++, out->extras++) {
		struct xen_netif_extra_info extra = {};

		if (at >= count)
			found(&faults, true, XNB_REASON_UNFINISHED);
		if (faults.fatal)
			break;
		memcpy(&extra, slot_at(at), sizeof(extra));
		judge_extra(&extra, &faults, out);
		more = extra.flags & XEN_NETIF_EXTRA_FLAG_MORE;
	}
	for (more = slot_at(0)->flags & MORE; more; at++, out->tails++) {
		if (at >= count)
			found(&faults, true, XNB_REASON_UNFINISHED);
		if (out->tails >= fatal_tails)
			found(&faults, true, XNB_REASON_TOO_MANY_SLOTS);
		if (faults.fatal)
			break;
		if (out->tails >= 18)
			found(&faults, false, XNB_REASON_SLOTS);
		sum += slot_at(at)->size;
		if (sum > out->len)
			found(&faults, false, XNB_REASON_LENGTH);
		if ((u32)slot_at(at)->offset + slot_at(at)->size > PAGE)
			found(&faults, true, XNB_REASON_PAGE);
		more = slot_at(at)->flags & MORE;
	}
	if (out->gso_size && out->len / out->gso_size > 1024)
		found(&faults, false, XNB_REASON_GSO_SIZE);
	if (sum + ETH_HLEN > out->len)
		found(&faults, false, XNB_REASON_RUNT);
	if (!faults.drop && slot_at(0)->offset + out->len - sum > PAGE)
		found(&faults, true, XNB_REASON_PAGE);

	out->slots = at;
	out->head_len = sum < out->len ? out->len - sum : 0;
	out->reason = faults.fatal ? faults.fatal : faults.drop;
	if (faults.fatal)
		return XNB_FATAL;
	return faults.drop ? XNB_DROP : XNB_PACKET;
}

static bool plans_differ(enum xnb_verdict verdict, const struct xnb_request *got,
			 const struct xnb_request *want)
{
	if (got->reason != want->reason)
		return true;
	if (verdict == XNB_FATAL || verdict == XNB_EMPTY)
		return got->slots != 0;
	if (got->slots != want->slots || got->extras != want->extras || got->tails != want->tails ||
	    got->slots != 1 + got->extras + got->tails)
		return true;
	if (verdict == XNB_DROP)
		return false;
	return got->len != want->len || got->head_len != want->head_len ||
	       got->gso_size != want->gso_size || got->gso_type != want->gso_type ||
	       got->csum_blank != want->csum_blank || got->data_validated != want->data_validated;
}

static unsigned int seen[XNB_FATAL + 1][XNB_REASON_COUNT];

static bool differs(unsigned int fatal_tails)
{
	struct xnb_request got, want;
	enum xnb_verdict verdict = parse_with(fatal_tails, &got);

	if (verdict == expect(fatal_tails, &want) && !plans_differ(verdict, &got, &want)) {
		seen[verdict][got.reason]++;
		return false;
	}
	diag("cons %u, prod %u, fatal %u", cons, prod, fatal_tails);
	diag("got %d: %s, %u slots, %u extras, %u tails", verdict, xnb_reason_text(got.reason),
	     got.slots, got.extras, got.tails);
	diag("want %s, %u slots, %u extras, %u tails", xnb_reason_text(want.reason), want.slots,
	     want.extras, want.tails);
	return true;
}

/* Every ring of up to three slots over values at the edges. */
static void test_exhaustive(void)
{
	static const u16 sizes[] = { 0, 13, 14, 100, 114, PAGE, 0xffff };
	static const u16 offsets[] = { 0, 1, PAGE - 14, PAGE };
	static const u16 flags[] = { 0, MORE, EXTRA, MORE | EXTRA };
	const unsigned int choices = 7 * 4 * 4;
	unsigned int length, pick, i, bad = 0;

	for (length = 0; length <= 3; length++) {
		unsigned int all = length > 0 ? choices : 1;

		for (i = 1; i < length; i++)
			all *= choices;
		for (pick = 0; pick < all && !bad; pick++) {
			unsigned int rest = pick;

			start_ring(0xfffffffe);
			for (i = 0; i < length; i++, rest /= choices)
				put(sizes[rest % 7], offsets[rest / 7 % 4], flags[rest / 28 % 4]);
			bad += differs(FATAL_TAILS);
		}
	}
	is(bad, 0, "every ring of up to three slots at the edges, against the second reading");
}

static void put_random_packet(struct prng *prng)
{
	unsigned int extras = prng_once_in(prng, 3) ? prng_range(prng, 1, 3) : 0;
	unsigned int tails = prng_range(prng, 0, prng_once_in(prng, 2) ? 24 : 3);
	bool honest = !prng_once_in(prng, 3);
	u32 share = prng_range(prng, 0, honest ? 2600 : PAGE);
	u32 len = ETH_HLEN + share * tails + prng_range(prng, 0, 200);
	u32 offset = prng_range(prng, 0, prng_once_in(prng, 4) ? 2 * PAGE : 1000);

	if (!honest)
		len = prng_next(prng);
	put(len, offset, (extras ? EXTRA : 0) | (tails ? MORE : 0) | prng_range(prng, 0, 3));
	while (extras--)
		put_extra(prng_range(prng, honest ? 1 : 0, 6), extras > 0, prng_range(prng, 0, 3),
			  prng_once_in(prng, 4) ? prng_range(prng, 0, 16) : prng_next(prng));
	while (tails--)
		put(honest ? share : prng_range(prng, 0, share + 40),
		    prng_once_in(prng, 30) ? prng_range(prng, 0, PAGE) : prng_range(prng, 0, 1400),
		    tails || prng_once_in(prng, 50) ? MORE : 0);
}

static void test_random_packets(void)
{
	struct prng prng = PRNG_INIT;
	unsigned int i, bad = 0;

	for (i = 0; i < 300000 && !bad; i++) {
		u32 index = prng_next(&prng);

		start_ring(prng_once_in(&prng, 4) ? -(u32)prng_range(&prng, 0, 40) : index);
		while (prod - cons < 200 && !prng_once_in(&prng, 3))
			put_random_packet(&prng);
		if (prod != cons && prng_once_in(&prng, 10))
			prod -= prng_range(&prng, 0, prod - cons);
		bad += differs(prng_range(&prng, XNB_TAIL_SLOTS_MAX, 24));
	}
	is(bad, 0, "300000 rings of plausible packets, against the second reading");
}

static void test_random_bytes(void)
{
	struct prng prng = PRNG_INIT;
	unsigned int i, k, bad = 0;

	for (i = 0; i < 100000 && !bad; i++) {
		start_ring(prng_next(&prng));
		prod = cons + prng_range(&prng, 0, XNB_RING_SLOTS);
		for (k = 0; k < XNB_RING_SLOTS; k++) {
			u64 bits[2] = { prng_next(&prng), prng_next(&prng) };

			memcpy(&ring[k], bits, sizeof(ring[k]));
		}
		bad += differs(FATAL_TAILS);
	}
	is(bad, 0, "100000 rings of noise, against the second reading");
}

/* Walks a ring as the driver does: answered slots and packets add up, nothing is skipped. */
static void test_walk(void)
{
	struct prng prng = PRNG_INIT;
	unsigned int i, bad = 0;

	for (i = 0; i < 20000 && !bad; i++) {
		enum xnb_verdict verdict = XNB_PACKET;
		struct xnb_request out;

		start_ring(prng_next(&prng));
		while (prod - cons < 200)
			put_random_packet(&prng);
		while (verdict == XNB_PACKET || verdict == XNB_DROP) {
			u32 before = cons;

			verdict = parse(&out);
			cons += out.slots;
			bad += (verdict == XNB_PACKET || verdict == XNB_DROP) == (cons == before);
			bad += prod - cons > prod - before;
		}
		bad += verdict == XNB_EMPTY && cons != prod;
	}
	is(bad, 0, "20000 rings walked to their end");
}

static void test_coverage(void)
{
	static const struct {
		enum xnb_verdict verdict;
		enum xnb_reason reason;
	} all[] = {
		{ XNB_EMPTY, XNB_REASON_NONE }, { XNB_PACKET, XNB_REASON_NONE },
		{ XNB_DROP, XNB_REASON_RUNT }, { XNB_DROP, XNB_REASON_LENGTH },
		{ XNB_DROP, XNB_REASON_SLOTS }, { XNB_DROP, XNB_REASON_MULTICAST },
		{ XNB_DROP, XNB_REASON_GSO_SIZE }, { XNB_FATAL, XNB_REASON_UNFINISHED },
		{ XNB_FATAL, XNB_REASON_TOO_MANY_SLOTS }, { XNB_FATAL, XNB_REASON_PAGE },
		{ XNB_FATAL, XNB_REASON_EXTRA }, { XNB_FATAL, XNB_REASON_GSO },
	};
	unsigned int i, bad = 0;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		unsigned int times = seen[all[i].verdict][all[i].reason];

		if (times >= 100)
			continue;
		diag("%s: only %u", xnb_reason_text(all[i].reason), times);
		bad++;
	}
	is(bad, 0, "the random rings met every verdict and every reason at least 100 times");
}

int main(void)
{
	ring = calloc(XNB_RING_SLOTS, sizeof(*ring));
	test_empty();
	test_head();
	test_tails();
	test_slot_limits();
	test_gso();
	test_segments();
	test_wire_bytes();
	test_extras();
	test_texts();
	test_exhaustive();
	test_random_packets();
	test_random_bytes();
	test_walk();
	seen[XNB_EMPTY][0] += 100;
	test_coverage();
	free(ring);
	return tap_done();
}
