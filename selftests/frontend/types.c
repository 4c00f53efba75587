// SPDX-License-Identifier: GPL-2.0
/* Which packets are hashed and how, for every set of flags; one slot, several, and offloads. */
#include <stdio.h>

#include "probe.h"
#include "wire.h"

#define QUEUES		4
#define FLOWS_OF_KIND	8
#define LONG		6000
#define GSO_BYTES	5000
#define GSO_SEGMENT	1400

static void probe_kinds(unsigned int len)
{
	struct flow flows[FLOWS_OF_KIND * FLOW_KINDS];
	unsigned int i;

	for (i = 0; i < FLOWS_OF_KIND * FLOW_KINDS; i++)
		flows[i] = flow_random(i % FLOW_KINDS);
	probe_flows(flows, FLOWS_OF_KIND * FLOW_KINDS, len);
}

/* A packet that the guest is to cut has two extras, in whatever order. */
static void check_large(const struct flow *flow, const struct packet *packet)
{
	const struct extra *gso = packet_extra(packet, EXTRA_GSO);

	if (packet->len != GSO_BYTES)
		fault("a large packet: %u bytes, want %u", packet->len, GSO_BYTES);
	if (!gso || gso->gso.size != GSO_SEGMENT || gso->gso.type != 1 + flow_is_v6(flow))
		fault("a large packet: segments of %u, type %u", gso ? gso->gso.size : 0,
		      gso ? gso->gso.type : 0);
	if (!(packet->flags & RX_CSUM_BLANK) || !(packet->flags & RX_DATA_VALIDATED))
		fault("a large packet: flags %#x", packet->flags);
	if (packet->extras != 1 + (rss_type(&rss, flow) != HASH_NONE))
		fault("a large packet: %u extras", packet->extras);
	probe_hash(flow, packet, rss_type(&rss, flow));
}

static void probe_large(enum flow_kind kind)
{
	struct flow flow = flow_random(kind);
	struct virtio_net_hdr offload = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = kind == TCP6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4,
		.hdr_len = flow_tcp_offset(&flow) + 20, .gso_size = GSO_SEGMENT,
		.csum_start = flow_tcp_offset(&flow), .csum_offset = 16,
	};
	static uint8_t frame[GSO_BYTES];
	static struct packet packet;
	double end = now() + SECONDS;
	unsigned int i = 0;
	uint32_t number;

	flow_frame(&flow, 0, frame, GSO_BYTES);
	wire_send(sender, &offload, frame, GSO_BYTES);
	while (!queue_receive(&front.queue[i], &packet) ||
	       !flow_number(packet.data, packet.len, &number)) {
		i = (i + 1) % QUEUES;
		if (!i && !events_wait(front.events, end - now()) && now() > end)
			fault("a large packet is lost");
	}
	check_large(&flow, &packet);
}

int types(unsigned int count)
{
	uint32_t flags;

	start(QUEUES);
	while (count--) {
		tell_all();
		for (flags = 0; flags <= HASH_ALL; flags++) {
			tell_flags(flags);
			probe_kinds(100);
		}
		probe_kinds(LONG);
		probe_large(TCP4);
		probe_large(TCP6);
		tell_flags(1 << HASH_IPV6_TCP);
		probe_large(TCP4);
		probe_large(TCP6);
	}
	return judge_answers("every kind of packet is hashed as its flags say");
}
