// SPDX-License-Identifier: GPL-2.0
/*
 * The flow of a frame, against named frames and against a second reading: expect() asks for single
 * bytes, any of which may be missing, and takes the first of the allowed types whose bytes are
 * all there. Every frame lies in memory of just its length, so that the sanitizer watches its end.
 */
#include <stdlib.h>

#include <xnb/flow.h>
#include <tap.h>

#define TYPE_IPV4 XEN_NETIF_CTRL_HASH_TYPE_IPV4
#define TYPE_IPV4_TCP XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP
#define TYPE_IPV6 XEN_NETIF_CTRL_HASH_TYPE_IPV6
#define TYPE_IPV6_TCP XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP
#define TYPES_ALL (TYPE_IPV4 | TYPE_IPV4_TCP | TYPE_IPV6 | TYPE_IPV6_TCP | \
		   XNB_FLOW_IPV4_UDP | XNB_FLOW_IPV6_UDP)

#define TCP 6
#define UDP 17
#define ICMP 1
#define HOP_BY_HOP 0
#define FRAGMENT 44

#define DONT_FRAGMENT 0x4000
#define MORE_FRAGMENTS 0x2000

#define FRAME_MAX 200

struct frame {
	unsigned int len;
	u8 bytes[FRAME_MAX];
};

static void put_u8(struct frame *frame, u8 value)
{
	frame->bytes[frame->len++] = value;
}

static void put_u16(struct frame *frame, u16 value)
{
	put_u8(frame, value >> 8);
	put_u8(frame, value & 0xff);
}

/* So many bytes, all different from those of other puts. */
static void put_run(struct frame *frame, u8 first, unsigned int count)
{
	while (count--)
		put_u8(frame, first++);
}

static struct frame ethernet(unsigned int tags, u16 type)
{
	static const u16 tag_types[] = { 0x88a8, 0x8100, 0x8100 };
	struct frame frame = {};

	put_run(&frame, 0xe0, 12);
	for (; tags; tags--) {
		put_u16(&frame, tag_types[ARRAY_SIZE(tag_types) - tags]);
		put_u16(&frame, 0x0800);
	}
	put_u16(&frame, type);
	return frame;
}

/* Addresses are 0x10 to 0x17, ports 0x50 to 0x53. */
static struct frame ipv4(unsigned int tags, unsigned int words, u16 fragment, u8 protocol)
{
	struct frame frame = ethernet(tags, 0x0800);

	put_u8(&frame, 0x40 | words);
	put_run(&frame, 0xa0, 5);
	put_u16(&frame, fragment);
	put_u8(&frame, 64);
	put_u8(&frame, protocol);
	put_u16(&frame, 0);
	put_run(&frame, 0x10, 8);
	put_run(&frame, 0xc0, words > 5 ? 4 * words - 20 : 0);
	put_run(&frame, 0x50, 20);
	return frame;
}

/* Addresses are 0x10 to 0x2f, ports 0x50 to 0x53. */
static struct frame ipv6(unsigned int tags, u8 next)
{
	struct frame frame = ethernet(tags, 0x86dd);

	put_u8(&frame, 0x6f);
	put_run(&frame, 0xa0, 5);
	put_u8(&frame, next);
	put_u8(&frame, 64);
	put_run(&frame, 0x10, 32);
	put_run(&frame, 0x50, 20);
	return frame;
}

static struct xnb_flow parse(const u8 *bytes, unsigned int len, u32 types)
{
	struct xnb_flow flow;
	u8 *frame = malloc(len ? len : 1);

	memcpy(frame, bytes, len);
	memset(&flow, 0xaa, sizeof(flow));
	xnb_flow_parse(len ? frame : frame + 1, len, types, &flow);
	free(frame);
	return flow;
}

/* @addresses bytes from 0x10 on, then @ports from 0x50 on. */
static bool tuple_is(const struct xnb_flow *flow, unsigned int addresses, unsigned int ports)
{
	unsigned int i;

	if (flow->bytes != addresses + ports)
		return false;
	for (i = 0; i < flow->bytes; i++)
		if (flow->tuple[i] != (i < addresses ? 0x10 + i : 0x50 + i - addresses))
			return false;
	return true;
}

static void flow_is(struct frame frame, u32 types, u32 type, unsigned int addresses,
		    unsigned int ports, const char *name)
{
	struct xnb_flow flow = parse(frame.bytes, frame.len, types);

	if (!ok(flow.type == type && tuple_is(&flow, addresses, ports), "%s", name))
		diag("type %x, %u bytes", flow.type, flow.bytes);
}

static void test_ipv4(void)
{
	flow_is(ipv4(0, 5, 0, TCP), TYPES_ALL, TYPE_IPV4_TCP, 8, 4, "IPv4 TCP");
	flow_is(ipv4(0, 5, 0, UDP), TYPES_ALL, XNB_FLOW_IPV4_UDP, 8, 4, "IPv4 UDP");
	flow_is(ipv4(0, 5, 0, ICMP), TYPES_ALL, TYPE_IPV4, 8, 0, "IPv4 without ports");
	flow_is(ipv4(0, 5, 0, TCP), TYPE_IPV4, TYPE_IPV4, 8, 0, "TCP, only addresses allowed");
	flow_is(ipv4(0, 5, 0, UDP), TYPE_IPV4 | TYPE_IPV4_TCP, TYPE_IPV4, 8, 0,
		"UDP, only TCP's ports allowed");
	flow_is(ipv4(0, 5, 0, TCP), TYPE_IPV4 | XNB_FLOW_IPV4_UDP, TYPE_IPV4, 8, 0,
		"TCP, only UDP's ports allowed");
	flow_is(ipv4(0, 5, 0, TCP), TYPE_IPV4_TCP, TYPE_IPV4_TCP, 8, 4, "only TCP allowed");
	flow_is(ipv4(0, 5, 0, UDP), TYPE_IPV4_TCP, 0, 0, 0, "and then UDP is nothing");
	flow_is(ipv4(0, 5, 0, TCP), 0, 0, 0, 0, "nothing allowed");
	flow_is(ipv4(0, 5, 0, TCP), TYPE_IPV6 | TYPE_IPV6_TCP | XNB_FLOW_IPV6_UDP, 0, 0, 0,
		"only IPv6 allowed");

	flow_is(ipv4(0, 6, 0, TCP), TYPES_ALL, TYPE_IPV4_TCP, 8, 4, "an option");
	flow_is(ipv4(0, 15, 0, UDP), TYPES_ALL, XNB_FLOW_IPV4_UDP, 8, 4, "all options");
	flow_is(ipv4(0, 4, 0, TCP), TYPES_ALL, 0, 0, 0, "a header that is too short");
	flow_is(ipv4(0, 0, 0, TCP), TYPES_ALL, 0, 0, 0, "a header of no length");

	flow_is(ipv4(0, 5, DONT_FRAGMENT, TCP), TYPES_ALL, TYPE_IPV4_TCP, 8, 4,
		"not to be fragmented is no fragment");
	flow_is(ipv4(0, 5, MORE_FRAGMENTS, TCP), TYPES_ALL, TYPE_IPV4, 8, 0, "the first fragment");
	flow_is(ipv4(0, 5, MORE_FRAGMENTS | 185, UDP), TYPES_ALL, TYPE_IPV4, 8, 0,
		"a fragment in the middle");
	flow_is(ipv4(0, 5, 1, UDP), TYPES_ALL, TYPE_IPV4, 8, 0, "the last fragment, little");
	flow_is(ipv4(0, 5, 0x1000, TCP), TYPES_ALL, TYPE_IPV4, 8, 0, "the last fragment, large");
	flow_is(ipv4(0, 5, 1, TCP), TYPE_IPV4_TCP, 0, 0, 0, "a fragment, only ports allowed");
}

static void test_ipv6(void)
{
	flow_is(ipv6(0, TCP), TYPES_ALL, TYPE_IPV6_TCP, 32, 4, "IPv6 TCP");
	flow_is(ipv6(0, UDP), TYPES_ALL, XNB_FLOW_IPV6_UDP, 32, 4, "IPv6 UDP");
	flow_is(ipv6(0, 58), TYPES_ALL, TYPE_IPV6, 32, 0, "IPv6 without ports");
	flow_is(ipv6(0, HOP_BY_HOP), TYPES_ALL, TYPE_IPV6, 32, 0, "extension headers hide ports");
	flow_is(ipv6(0, FRAGMENT), TYPES_ALL, TYPE_IPV6, 32, 0, "an IPv6 fragment");
	flow_is(ipv6(0, FRAGMENT), TYPE_IPV6_TCP, 0, 0, 0, "a fragment, only ports allowed");
	flow_is(ipv6(0, TCP), TYPE_IPV6, TYPE_IPV6, 32, 0, "TCP, only addresses allowed");
	flow_is(ipv6(0, UDP), TYPE_IPV6 | TYPE_IPV6_TCP, TYPE_IPV6, 32, 0,
		"UDP, only TCP's ports allowed");
	flow_is(ipv6(0, TCP), TYPE_IPV6 | XNB_FLOW_IPV6_UDP, TYPE_IPV6, 32, 0,
		"TCP, only UDP's ports allowed");
	flow_is(ipv6(0, TCP), TYPE_IPV4 | TYPE_IPV4_TCP | XNB_FLOW_IPV4_UDP, 0, 0, 0,
		"only IPv4 allowed");
}

static void test_link(void)
{
	struct frame frame = ipv4(0, 5, 0, TCP);

	flow_is(ipv4(1, 5, 0, TCP), TYPES_ALL, TYPE_IPV4_TCP, 8, 4, "a VLAN tag");
	flow_is(ipv4(2, 15, 0, TCP), TYPES_ALL, TYPE_IPV4_TCP, 8, 4, "two, and all options");
	flow_is(ipv6(1, UDP), TYPES_ALL, XNB_FLOW_IPV6_UDP, 32, 4, "a VLAN tag before IPv6");
	flow_is(ipv6(2, TCP), TYPES_ALL, TYPE_IPV6_TCP, 32, 4, "two");
	flow_is(ipv4(3, 5, 0, TCP), TYPES_ALL, 0, 0, 0, "three tags are too many");
	flow_is(ethernet(0, 0x0806), TYPES_ALL, 0, 0, 0, "ARP");
	flow_is(ethernet(1, 0x0806), TYPES_ALL, 0, 0, 0, "ARP in a VLAN");

	frame.bytes[ETH_HLEN] = 0x65;
	flow_is(frame, TYPES_ALL, 0, 0, 0, "IPv6 that is called IPv4");
	frame = ipv6(0, TCP);
	frame.bytes[ETH_HLEN] = 0x45;
	flow_is(frame, TYPES_ALL, 0, 0, 0, "IPv4 that is called IPv6");

	frame = ipv4(2, 15, 0, TCP);
	frame.len = XNB_FLOW_FRAME_BYTES;
	flow_is(frame, TYPES_ALL, TYPE_IPV4_TCP, 8, 4, "XNB_FLOW_FRAME_BYTES is enough for IPv4");
	frame = ipv6(2, TCP);
	frame.len = XNB_FLOW_FRAME_BYTES;
	flow_is(frame, TYPES_ALL, TYPE_IPV6_TCP, 32, 4, "and for IPv6");
}

/* A frame that is cut off anywhere: nothing, then addresses, then ports as well. */
static void test_lengths(struct frame frame, struct xnb_flow whole, unsigned int addresses_end,
			 unsigned int ports_end, const char *name)
{
	unsigned int addresses = whole.bytes - 4, len, bad = 0;
	u32 addresses_type = addresses == 8 ? TYPE_IPV4 : TYPE_IPV6;

	for (len = 0; len <= frame.len; len++) {
		struct xnb_flow flow = parse(frame.bytes, len, TYPES_ALL);
		bool readable;

		if (len >= ports_end)
			readable = flow.type == whole.type && tuple_is(&flow, addresses, 4);
		else if (len >= addresses_end)
			readable = flow.type == addresses_type && tuple_is(&flow, addresses, 0);
		else
			readable = !flow.type && !flow.bytes;
		if (!readable && !bad++)
			diag("%u bytes: type %x, %u bytes", len, flow.type, flow.bytes);
	}
	is(bad, 0, "%s, cut off anywhere", name);
}

static void test_every_length(void)
{
	struct xnb_flow tcp4 = { .type = TYPE_IPV4_TCP, .bytes = 12 };
	struct xnb_flow udp4 = { .type = XNB_FLOW_IPV4_UDP, .bytes = 12 };
	struct xnb_flow tcp6 = { .type = TYPE_IPV6_TCP, .bytes = 36 };
	struct xnb_flow udp6 = { .type = XNB_FLOW_IPV6_UDP, .bytes = 36 };

	test_lengths(ipv4(0, 5, 0, TCP), tcp4, 34, 38, "IPv4 TCP");
	test_lengths(ipv4(1, 6, 0, UDP), udp4, 38, 46, "IPv4 UDP, an option, a tag");
	test_lengths(ipv4(2, 15, 0, TCP), tcp4, 42, 86, "IPv4 TCP, all options, two tags");
	test_lengths(ipv6(0, TCP), tcp6, 54, 58, "IPv6 TCP");
	test_lengths(ipv6(2, UDP), udp6, 62, 66, "IPv6 UDP, two tags");
}

/* A frame as what can be read of it: -1 for a byte that is not there. */
struct reading {
	const u8 *bytes;
	unsigned int len;
};

static int byte_at(const struct reading *r, unsigned int at)
{
	return at < r->len ? r->bytes[at] : -1;
}

static bool is_tag(const struct reading *r, unsigned int at)
{
	return (byte_at(r, at) == 0x81 && byte_at(r, at + 1) == 0x00) ||
	       (byte_at(r, at) == 0x88 && byte_at(r, at + 1) == 0xa8);
}

/* One candidate: allowed, and all its bytes there. */
static bool candidate(const struct reading *r, u32 types, u32 type, unsigned int addresses,
		      unsigned int bytes, unsigned int ports, struct xnb_flow *want)
{
	unsigned int i;

	*want = (struct xnb_flow){};
	if (!(types & type))
		return false;
	for (i = 0; i < bytes + (ports ? 4 : 0); i++) {
		int byte = byte_at(r, i < bytes ? addresses + i : ports + i - bytes);

		if (byte < 0) {
			*want = (struct xnb_flow){};
			return false;
		}
		want->tuple[i] = byte;
	}
	want->type = type;
	want->bytes = i;
	return true;
}

static struct xnb_flow expect(const u8 *bytes, unsigned int len, u32 types)
{
	struct reading r = { bytes, len };
	unsigned int tags, type = 12, ip, ports;
	struct xnb_flow want = {};
	bool whole;

	for (tags = 0; tags < 2 && is_tag(&r, type); tags++)
		type += 4;
	ip = type + 2;

	if (byte_at(&r, type) == 0x08 && byte_at(&r, type + 1) == 0x00) {
		if (byte_at(&r, ip) < 0x45 || byte_at(&r, ip) > 0x4f)
			return want;
		ports = ip + (byte_at(&r, ip) - 0x40) * 4;
		whole = byte_at(&r, ip + 7) == 0 && (byte_at(&r, ip + 6) & ~0xc0) == 0;
		if (whole && byte_at(&r, ip + 9) == TCP &&
		    candidate(&r, types, TYPE_IPV4_TCP, ip + 12, 8, ports, &want))
			return want;
		if (whole && byte_at(&r, ip + 9) == UDP &&
		    candidate(&r, types, XNB_FLOW_IPV4_UDP, ip + 12, 8, ports, &want))
			return want;
		candidate(&r, types, TYPE_IPV4, ip + 12, 8, 0, &want);
	} else if (byte_at(&r, type) == 0x86 && byte_at(&r, type + 1) == 0xdd) {
		if (byte_at(&r, ip) < 0x60 || byte_at(&r, ip) > 0x6f)
			return want;
		if (byte_at(&r, ip + 6) == TCP &&
		    candidate(&r, types, TYPE_IPV6_TCP, ip + 8, 32, ip + 40, &want))
			return want;
		if (byte_at(&r, ip + 6) == UDP &&
		    candidate(&r, types, XNB_FLOW_IPV6_UDP, ip + 8, 32, ip + 40, &want))
			return want;
		candidate(&r, types, TYPE_IPV6, ip + 8, 32, 0, &want);
	}
	return want;
}

/* Headers of every kind, some of their bytes changed, or nothing but random bytes. */
static struct frame random_frame(struct prng *prng)
{
	static const u8 protocols[] = { TCP, TCP, UDP, UDP, ICMP, HOP_BY_HOP, FRAGMENT };
	static const u16 fragments[] = { 0, 0, 0, DONT_FRAGMENT, MORE_FRAGMENTS, 0x8000, 1, 0x100 };
	u8 protocol = protocols[prng_range(prng, 0, ARRAY_SIZE(protocols) - 1)];
	u16 fragment = fragments[prng_range(prng, 0, ARRAY_SIZE(fragments) - 1)];
	unsigned int tags = prng_range(prng, 0, 3), changes;
	struct frame frame;

	if (prng_once_in(prng, 2))
		frame = ipv4(tags, prng_range(prng, 3, 15), fragment, protocol);
	else
		frame = ipv6(tags, protocol);
	changes = prng_once_in(prng, 10) ? frame.len : prng_range(prng, 0, 2);
	while (changes--)
		frame.bytes[prng_range(prng, 12, frame.len - 1)] = prng_range(prng, 0, 255);
	if (prng_once_in(prng, 3))
		frame.len = prng_range(prng, 0, frame.len);
	return frame;
}

static void test_random(void)
{
	unsigned int i, bad = 0, hashed = 0, ports = 0;
	struct prng prng = PRNG_INIT;

	for (i = 0; i < 500000; i++) {
		struct frame frame = random_frame(&prng);
		u32 types = prng_once_in(&prng, 2) ? TYPES_ALL : prng_next(&prng);
		struct xnb_flow flow = parse(frame.bytes, frame.len, types);
		struct xnb_flow want = expect(frame.bytes, frame.len, types);

		hashed += flow.bytes != 0;
		ports += flow.bytes % 8 == 4;
		if (flow.type == want.type && flow.bytes == want.bytes &&
		    !memcmp(flow.tuple, want.tuple, want.bytes))
			continue;
		if (!bad++)
			diag("frame %u: type %x, want %x", i, flow.type, want.type);
	}
	is(bad, 0, "500000 frames, many of them broken: as the second reading has it");
	ok(hashed > 150000 && ports > 50000, "%u of them hashed, %u with ports", hashed, ports);
}

int main(void)
{
	test_ipv4();
	test_ipv6();
	test_link();
	test_every_length();
	test_random();
	return tap_done();
}
