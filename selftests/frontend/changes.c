// SPDX-License-Identifier: GPL-2.0
/*
 * New tables under traffic. A packet is chosen its queue at some time between its send and its
 * receipt: the queue must be one that a table in force in between names. A table is in force from
 * some time after it was asked for and before that was answered.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"
#include "wire.h"

#define QUEUES		4
#define LEN		100
#define CHANGES_MAX	10000
#define LOG		1024
#define IN_FLIGHT	128
#define PACKETS_A_CHANGE 4
/* A pause leaves the CPUs time for others: who answers is one of them. */
#define BURST		16
#define PAUSE		1000	/* us */

static uint8_t tables[CHANGES_MAX + 1][TABLE_MAX];
static const struct flow *flows;
static uint32_t hashes[PROBE_FLOWS];

/* Tables by number: the last that was answered, and the last that was asked for. */
static unsigned int answered, asked;

/* What the sender writes before it sends, by number of the packet. */
static struct {
	unsigned int flow;
	unsigned int answered;
} log[LOG];

static unsigned int received, sharp, came_by[QUEUES];
static bool end_traffic;

static void *traffic(void *arg)
{
	static uint8_t frame[LEN];
	unsigned int number = 0, flow;

	(void)arg;
	while (!__atomic_load_n(&end_traffic, __ATOMIC_RELAXED)) {
		if (number - __atomic_load_n(&received, __ATOMIC_ACQUIRE) >= IN_FLIGHT) {
			usleep(200);
			continue;
		}
		flow = number * 7 % PROBE_FLOWS;
		log[number % LOG].flow = flow;
		log[number % LOG].answered = __atomic_load_n(&answered, __ATOMIC_ACQUIRE);
		flow_frame(&flows[flow], number++, frame, LEN);
		wire_send(sender, NULL, frame, LEN);
		if (number % BURST == 0)
			usleep(PAUSE);
	}
	return NULL;
}

static void check_packet(const struct packet *packet, unsigned int queue)
{
	unsigned int flow, bucket, table;
	uint32_t number;

	if (!flow_number(packet->data, packet->len, &number))
		return;
	flow = log[number % LOG].flow;
	bucket = hashes[flow] % TABLE_MAX;
	probe_hash(&flows[flow], packet, HASH_IPV4_TCP);
	for (table = log[number % LOG].answered; tables[table][bucket] != queue; table++)
		if (table == asked)
			fault("packet %u of table %u to %u: queue %u", number,
			      log[number % LOG].answered, asked, queue);
	sharp += asked - log[number % LOG].answered <= 1;
	came_by[queue]++;
	__atomic_store_n(&received, received + 1, __ATOMIC_RELEASE);
}

/* One of each queue, so that whoever waits for something else looks at it in between. */
static bool receive_some(void)
{
	static struct packet packet;
	bool any = false;
	unsigned int i;

	for (i = 0; i < QUEUES; i++) {
		if (!queue_receive(&front.queue[i], &packet))
			continue;
		check_packet(&packet, i);
		any = true;
	}
	return any;
}

/* A whole table, or some of it: the rest stays. */
static void next_table(void)
{
	unsigned int count = asked % 3 ? TABLE_MAX : 1 + rand() / 8 % TABLE_MAX;
	unsigned int first = rand() / 8 % (TABLE_MAX - count + 1), i;
	const uint32_t *entry = table_page.data;
	struct ctrl_request request = {
		.id = asked, .type = SET_HASH_MAPPING,
		.data = { table_page.gref, count, first },
	};

	fill_table(count);
	memcpy(tables[asked + 1], tables[asked], TABLE_MAX);
	for (i = 0; i < count; i++)
		tables[asked + 1][first + i] = entry[i];
	asked++;
	ctrl_put(&front.ctrl, &request);
	ctrl_push(&front.ctrl, front.ctrl.prod - 1);
}

static void await_answer(void)
{
	struct ctrl_response response;
	double start = now();

	while (!ctrl_take(&front.ctrl, &response)) {
		if (now() - start > SECONDS)
			fault("no answer to table %u", asked);
		if (!receive_some())
			events_wait(front.events, 0.01);
	}
	if (now() - start > front.ctrl.worst)
		front.ctrl.worst = now() - start;
	if (response.status != CTRL_SUCCESS || response.id != (uint16_t)(asked - 1))
		fault("table %u: status %u, id %u", asked, response.status, response.id);
	__atomic_store_n(&answered, asked, __ATOMIC_RELEASE);
}

static void await_packets(unsigned int count)
{
	double end = now() + SECONDS;
	unsigned int until = received + count;

	while (received < until) {
		if (now() > end)
			fault("packets do not come any more, after %u", received);
		if (!receive_some())
			events_wait(front.events, 0.01);
	}
}

static void prepare(void)
{
	unsigned int i;

	start(QUEUES);
	tell_all();
	for (i = 0; i < TABLE_MAX; i++)
		tables[0][i] = rss.table[i];
	flows = probe_table_flows();
	for (i = 0; i < PROBE_FLOWS; i++)
		hashes[i] = rss_hash(&rss, &flows[i], HASH_IPV4_TCP);
}

int changes(unsigned int count)
{
	char line[128];
	pthread_t thread;

	if (count > CHANGES_MAX)
		die("at most %u changes", CHANGES_MAX);
	prepare();
	pthread_create(&thread, NULL, traffic, NULL);
	await_packets(PROBE_FLOWS);
	while (asked < count) {
		next_table();
		await_answer();
		await_packets(PACKETS_A_CHANGE);
	}
	__atomic_store_n(&end_traffic, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	if (sharp < received / 2)
		die("%u of %u packets had more than two tables", received - sharp, received);
	snprintf(line, sizeof(line), "%u tables, %u packets: %u %u %u %u", count, received,
		 came_by[0], came_by[1], came_by[2], came_by[3]);
	return judge_answers(line);
}
