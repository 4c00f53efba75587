// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the control ring and of what it controls, by a frontend in user space.
 *
 *	control vectors 1	the hash of these tests is the one that Microsoft published
 *	control operations 1	every request has the answer that netif.h names, and its effect
 *	control types 1		which packets are hashed, how, and where they go
 *	control windows COUNT	what Windows' driver does when it starts, changes, stops, reconnects
 *	control changes COUNT	new tables under traffic: each packet is where the old or the new
 *				table has it
 *	control impossible COUNT
 *				producers that cannot be
 *	control flood COUNT	so many requests, as fast as they are answered
 *	control storm COUNT	so many requests that cost nothing; the host does not answer them at
 *				any rate
 *	control garbage MS	any requests for so long
 *	control revoked COUNT	what a request points to is taken away meanwhile
 *	control rewritten COUNT	a request, or what it points to, changes while it is obeyed
 *
 * Prints one line. Exit status: 0 right, 1 wrong, 2 the test itself failed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control.h"
#include "wire.h"

#define POSTED		128
#define MTU		9000
/* Windows' driver looks for its answer so often, in a place where nothing else runs. */
#define ANSWER_MAX	0.1	/* s */

struct front front;
struct rss rss;
struct page key_page, table_page;
int sender = -1;

static void leave(void)
{
	if (front.devid)
		front_unplug(&front);
}

/* As Windows' driver writes them. */
static void announce(unsigned int queues)
{
	front.queues = queues;
	front.split = true;
	front.control = true;
	front_announce(&front);
	xs_write(front.dir, "multi-queue-num-queues", "%u", queues);
	xs_write(front.dir, "feature-gso-tcpv4", "1");
	xs_write(front.dir, "feature-gso-tcpv6", "1");
	xs_write(front.dir, "feature-no-csum-offload", "0");
	xs_write(front.dir, "feature-ipv6-csum-offload", "1");
	xs_write(front.dir, "request-multicast-control", "1");
}

void connect_again(unsigned int queues)
{
	unsigned int i;

	announce(queues);
	if (!front_connect(&front))
		fault("the backend refuses %u queues and a control ring", queues);
	wire_up(VIF, MTU);
	if (sender >= 0)
		close(sender);
	sender = wire_sender(VIF);
	for (i = 0; i < queues; i++)
		queue_post(&front.queue[i], POSTED);
	memset(&rss, 0, sizeof(rss));
	rss.queues = queues;
}

void start(unsigned int queues)
{
	const char *offer;

	front_plug(&front, DEVID);
	offer = xs_read(front.backend, "feature-ctrl-ring");
	if (!offer || strcmp(offer, "1"))
		fault("the backend offers no control ring");
	if (!key_page.data) {
		key_page = page_alloc();
		table_page = page_alloc();
	}
	connect_again(queues);
}

void ask(const char *what, uint16_t type, uint32_t data0, uint32_t data1, uint32_t data2,
	 uint32_t status, uint32_t data)
{
	struct ctrl_response got = ctrl_ask(&front.ctrl, type, data0, data1, data2);

	if (got.status != status || got.data != data)
		fault("%s (type %u: %#x %#x %#x): status %u, data %#x; want status %u, data %#x",
		      what, type, data0, data1, data2, got.status, got.data, status, data);
}

static void tell(uint16_t type, uint32_t data0, uint32_t data1, uint32_t data2)
{
	ask("a setting", type, data0, data1, data2, CTRL_SUCCESS, 0);
}

void tell_algorithm(uint32_t algorithm)
{
	tell(SET_HASH_ALGORITHM, algorithm, 0, 0);
	rss.algorithm = algorithm;
}

void tell_flags(uint32_t flags)
{
	tell(SET_HASH_FLAGS, flags, 0, 0);
	rss.flags = flags;
}

/* Octets that are not sent are 0. */
void tell_key(unsigned int len)
{
	tell(SET_HASH_KEY, key_page.gref, len, 0);
	memset(rss.key, 0, KEY_BYTES);
	memcpy(rss.key, key_page.data, len);
}

/* A new table is 0. */
void tell_size(uint32_t size)
{
	tell(SET_HASH_MAPPING_SIZE, size, 0, 0);
	rss.size = size;
	memset(rss.table, 0, sizeof(rss.table));
}

void tell_table(unsigned int count, unsigned int first)
{
	tell(SET_HASH_MAPPING, table_page.gref, count, first);
	memcpy(rss.table + first, table_page.data, count * sizeof(uint32_t));
}

void fill_key(unsigned int len)
{
	uint8_t *key = key_page.data;

	while (len--)
		*key++ = rand() >> 8;
}

void fill_table(unsigned int count)
{
	uint32_t *table = table_page.data;

	while (count--)
		*table++ = rand() / 8 % rss.queues;
}

void tell_all(void)
{
	fill_key(KEY_BYTES);
	fill_table(TABLE_MAX);
	tell_algorithm(ALGORITHM_TOEPLITZ);
	tell_size(TABLE_MAX);
	tell_table(TABLE_MAX, 0);
	tell_key(KEY_BYTES);
	tell_flags(HASH_ALL);
}

int judge_answers(const char *what)
{
	const char *clock = getenv("XNB_CLOCK");

	printf("%s; an answer took %.1f ms at most\n", what, front.ctrl.worst * 1000);
	return clock && !strcmp(clock, "insn") && front.ctrl.worst > ANSWER_MAX;
}

static const struct test tests[] = {
	{ "vectors", vectors, NULL },
	{ "operations", operations, NULL },
	{ "types", types, NULL },
	{ "windows", windows, NULL },
	{ "changes", changes, NULL },
	{ "impossible", impossible, NULL },
	{ "flood", flood, NULL },
	{ "storm", storm, NULL },
	{ "garbage", garbage, NULL },
	{ "revoked", revoked, NULL },
	{ "rewritten", rewritten, NULL },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_test(argc, argv, tests, leave);
}
