// SPDX-License-Identifier: GPL-2.0
/* Packets from the guest, as obey.c is told: good ones, and one of each kind that is dropped. */
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "flow.h"
#include "front.h"
#include "hostile.h"
#include "wire.h"

#define NO_GRANT	4000000

/* A frame that no network takes: a head and two tails. */
#define GIANT_TAIL	4000
#define GIANT_HEAD	3000
#define GIANT		(GIANT_HEAD + 2 * GIANT_TAIL)
#define GIANT_BYTES	(GIANT - ETH_HLEN - sizeof(struct ip6_hdr) - sizeof(struct tcphdr))

static struct tx_request *add(uint16_t size, uint16_t flags)
{
	uint32_t index = queue->tx_prod++;

	put_request(index, index, size);
	tx_slot(queue, index)->flags = flags;
	return tx_slot(queue, index);
}

static void add_extra(struct extra extra)
{
	memcpy(add(0, 0), &extra, sizeof(extra));
}

static void add_good(void)
{
	add(SHORT, 0);
}

static void add_runt(void)
{
	add(13, 0);
}

static void add_length(void)
{
	add(SHORT, TX_MORE_DATA);
	add(SHORT + 1, 0);
}

static void add_tails(unsigned int count)
{
	add(LONG, TX_MORE_DATA);
	while (--count)
		add(1, TX_MORE_DATA);
	add(1, 0);
}

static void add_slots(void)
{
	add_tails(19);
}

/* As many as pass, and more than an skb has fragments. */
static void add_fragments(void)
{
	add_tails(18);
}

static void add_multicast(void)
{
	add(SHORT, TX_EXTRA_INFO);
	add_extra((struct extra){ .type = EXTRA_MULTICAST });
}

static void add_segments(void)
{
	add(SHORT, TX_EXTRA_INFO | TX_CSUM_BLANK);
	add_extra((struct extra){ .type = EXTRA_GSO, .gso = { .type = 1, .size = 1 } });
}

/* Segmentation without the flag for a blank checksum; there is no TCP in it either. */
static void add_unflagged(void)
{
	add(SHORT, TX_EXTRA_INFO);
	add_extra((struct extra){ .type = EXTRA_GSO, .gso = { .type = 1, .size = 1000 } });
}

static void add_grant(void)
{
	add(SHORT, 0)->gref = NO_GRANT;
}

/* A checksum to fill in, in a packet of no protocol that has one. */
static void add_checksum(void)
{
	add(SHORT, TX_CSUM_BLANK);
}

/* The same in a TCP packet whose IP header ends before its fields do. */
static void add_header(void)
{
	uint32_t index = queue->tx_prod;
	uint8_t *ip;

	add(SHORT, TX_CSUM_BLANK);
	ip = request_frame(index) + ETH_HLEN;
	memset(ip, 0, SHORT - ETH_HLEN);
	ip[-2] = ETHERTYPE_IP >> 8;
	ip[-1] = ETHERTYPE_IP & 0xff;
	ip[0] = 0x40;
	ip[3] = SHORT - ETH_HLEN;
	ip[8] = 64;
	ip[9] = IPPROTO_TCP;
	ip[12] = 0x50;
}

static void add_slot(const uint8_t *data, unsigned int len, uint16_t size, uint16_t flags)
{
	uint32_t index = queue->tx_prod;

	add(size, flags);
	memcpy(request_frame(index), data, len);
}

/* A part of one TCP stream, not to be cut into segments: the stack may merge it with the next. */
static void add_giant(unsigned int number)
{
	static const struct flow flow = { .kind = TCP6, .source = { 0xfd }, .target = { 0xfd, 1 } };
	const uint32_t at = htonl(1 + number * GIANT_BYTES);
	static uint8_t frame[GIANT];
	uint8_t *tcp = frame + flow_tcp_offset(&flow);

	flow_frame(&flow, number, frame, GIANT);
	memcpy(tcp + offsetof(struct tcphdr, th_seq), &at, sizeof(at));
	tcp[13] = TH_ACK;
	add_slot(frame, GIANT_HEAD, GIANT, TX_MORE_DATA | TX_CSUM_BLANK);
	add_slot(frame + GIANT_HEAD, GIANT_TAIL, GIANT_TAIL, TX_MORE_DATA);
	add_slot(frame + GIANT_HEAD + GIANT_TAIL, GIANT_TAIL, GIANT_TAIL, 0);
}

/* Errors among the answers from @old on; -1 when they do not come. */
static int push(uint32_t old)
{
	int errors = 0;

	push_requests(old, queue->tx_prod);
	if (!ring_wait(queue->tx, queue->tx_prod, SECONDS))
		return -1;
	for (; old != queue->tx_prod; old++)
		errors += tx_answer(queue, old)->status == RSP_ERROR;
	return errors;
}

/* So many at once. Bytes of the longest frame that the stack gets, 0 when it gets too few. */
static int push_giants(unsigned int count)
{
	int capture = wire_capture(VIF, ETHERTYPE_IPV6), longest = 0, sum = 0;
	const struct timeval patience = { .tv_usec = 200000 };
	uint32_t old = queue->tx_prod;
	unsigned int i;
	ssize_t len;

	setsockopt(capture, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	for (i = 0; i < count; i++)
		add_giant(i);
	push(old);
	while ((len = recv(capture, NULL, 0, MSG_TRUNC)) > 0) {
		sum += len;
		longest = len > longest ? len : longest;
	}
	close(capture);
	return sum < (int)(count * GIANT_BYTES) ? 0 : longest;
}

/* One by one, so far apart that each begins anew. */
static int push_each(unsigned int count, void (*add_packet)(void))
{
	int errors = 0;

	while (count--) {
		uint32_t old = queue->tx_prod;

		add_packet();
		errors += push(old);
		usleep(1000);
	}
	return errors;
}

static const struct {
	const char *name;
	void (*add)(void);
} kinds[] = {
	{ "request", add_good }, { "runt", add_runt }, { "length", add_length },
	{ "slots", add_slots }, { "multicast", add_multicast }, { "segments", add_segments },
	{ "grant", add_grant }, { "checksum", add_checksum },
	{ "header", add_header },
	{ "fragments", add_fragments }, { "unflagged", add_unflagged }, { NULL },
};

bool request_verb(const char *verb, unsigned int *n)
{
	uint32_t old = queue->tx_prod;
	unsigned int i;

	for (i = 0; kinds[i].name; i++) {
		if (strcmp(verb, kinds[i].name))
			continue;
		*n = push_each(*n, kinds[i].add);
		return true;
	}
	if (!strcmp(verb, "giants")) {
		*n = push_giants(*n);
		return true;
	}
	if (strcmp(verb, "burst"))
		return false;
	for (i = 0; i < *n; i++)
		add_good();
	*n = push(old);
	return true;
}
