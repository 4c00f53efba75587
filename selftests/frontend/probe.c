// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "probe.h"
#include "wire.h"

#define CHUNK		32
#define LEN		100
#define SEARCHED	20000

static uint32_t next_number;

void probe_hash(const struct flow *flow, const struct packet *packet, int type)
{
	const struct extra *extra = packet_extra(packet, EXTRA_HASH);
	uint32_t want = rss_hash(&rss, flow, type), got;

	if (!extra && type == HASH_NONE)
		return;
	if (!extra || type == HASH_NONE)
		fault("a packet of kind %u with flags %#x, algorithm %u: %s", flow->kind, rss.flags,
		      rss.algorithm, extra ? "it is hashed" : "it is not hashed");
	if (extra->hash.algorithm != ALGORITHM_TOEPLITZ || extra->hash.type != type)
		fault("a packet of kind %u with flags %#x: algorithm %u, type %u; want 1, %d",
		      flow->kind, rss.flags, extra->hash.algorithm, extra->hash.type, type);
	got = extra->hash.value[0] | extra->hash.value[1] << 8 | extra->hash.value[2] << 16 |
	      (uint32_t)extra->hash.value[3] << 24;
	if (got != want)
		fault("hash of type %d: got %#x, want %#x", type, got, want);
}

static void check_packet(const struct flow *flow, const struct packet *packet, unsigned int queue,
			 unsigned int len)
{
	int type = rss_type(&rss, flow);
	uint32_t hash = rss_hash(&rss, flow, type);

	if (packet->len != len)
		fault("a packet of kind %u: %u bytes, want %u", flow->kind, packet->len, len);
	probe_hash(flow, packet, type);
	if (type != HASH_NONE && queue != rss_queue(&rss, hash))
		fault("hash %#x, table of %u: queue %u, want %u", hash, rss.size, queue,
		      rss_queue(&rss, hash));
}

/* A chunk that was sent: its packets by number. */
struct chunk {
	const struct flow *flows;
	uint32_t first;
	unsigned int count, len;
	unsigned int came;
	bool here[CHUNK];
};

static void look_at(struct chunk *chunk, const struct packet *packet, unsigned int queue)
{
	uint32_t number;

	/* Others use the interface too. */
	if (!flow_number(packet->data, packet->len, &number))
		return;
	number -= chunk->first;
	if (number >= chunk->count || chunk->here[number])
		fault("packet %d of %u came twice or late", (int)number, chunk->count);
	check_packet(&chunk->flows[number], packet, queue, chunk->len);
	chunk->here[number] = true;
	chunk->came++;
}

static void receive_chunk(struct chunk *chunk)
{
	double end = now() + SECONDS;
	static struct packet packet;
	unsigned int i;

	for (;;) {
		for (i = 0; i < rss.queues; i++)
			while (queue_receive(&front.queue[i], &packet))
				look_at(chunk, &packet, i);
		if (chunk->came == chunk->count)
			return;
		if (!events_wait(front.events, end - now()) && now() > end)
			fault("%u of %u packets came", chunk->came, chunk->count);
	}
}

static void send_chunk(const struct chunk *chunk)
{
	static uint8_t frame[FRAME_MAX];
	unsigned int i;

	for (i = 0; i < chunk->count; i++) {
		flow_frame(&chunk->flows[i], chunk->first + i, frame, chunk->len);
		wire_send(sender, NULL, frame, chunk->len);
	}
}

void probe_flows(const struct flow *flows, unsigned int count, unsigned int len)
{
	unsigned int done;

	for (done = 0; done < count; done += CHUNK) {
		struct chunk chunk = {
			.flows = flows + done, .first = next_number, .len = len,
			.count = count - done < CHUNK ? count - done : CHUNK,
		};

		next_number += chunk.count;
		send_chunk(&chunk);
		receive_chunk(&chunk);
	}
}

static void search_flows(struct flow *flows)
{
	unsigned int tries, have = 0, filled[TABLE_MAX] = { 0 };

	for (tries = 0; tries < SEARCHED && have < PROBE_FLOWS; tries++) {
		struct flow flow = flow_random(TCP4);
		uint32_t hash = rss_hash(&rss, &flow, HASH_IPV4_TCP);

		if (filled[hash % TABLE_MAX] < 2) {
			filled[hash % TABLE_MAX]++;
			flows[have++] = flow;
		}
	}
	while (have < PROBE_FLOWS)
		flows[have++] = flow_random(TCP4);
}

const struct flow *probe_table_flows(void)
{
	static struct flow flows[PROBE_FLOWS];
	static uint8_t key[KEY_BYTES];

	if (flows[0].source[0] && !memcmp(key, rss.key, KEY_BYTES))
		return flows;
	memcpy(key, rss.key, KEY_BYTES);
	search_flows(flows);
	return flows;
}

void probe_table(void)
{
	probe_flows(probe_table_flows(), PROBE_FLOWS, LEN);
}
