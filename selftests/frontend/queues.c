// SPDX-License-Identifier: GPL-2.0
/* Several queues: each has its rings and its channels, and packets go both ways on all. */
#include <net/ethernet.h>
#include <poll.h>
#include <string.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "hostile.h"
#include "wire.h"

#define QUEUES		4
#define POSTED		64
#define LEN_MAX		6000	/* more than a slot */

static uint8_t sent[LEN_MAX], got[LEN_MAX + 1];

static unsigned int make_frame(unsigned int number)
{
	static const uint8_t header[ETH_HLEN] = {
		2, 2, 2, 2, 2, 2,	2, 2, 2, 2, 2, 3,	ETHER_TEST >> 8, ETHER_TEST & 0xff,
	};
	unsigned int len = 60 + rand() % (LEN_MAX - 60), i;

	memcpy(sent, header, sizeof(header));
	for (i = ETH_HLEN; i < len; i++)
		sent[i] = number + i * 7;
	return len;
}

/* A hash of the guest's own does not change the packet. */
static void from_guest(struct queue *q, int capture, unsigned int number)
{
	const struct extra hash = {
		.type = EXTRA_HASH, .hash = { .type = 1, .value = { 1, 2, 3, 4 } },
	};
	struct pollfd p = { .fd = capture, .events = POLLIN };
	unsigned int len = make_frame(number);
	ssize_t came;

	queue_send(q, sent, len, 0, &hash, number % 2);
	queue_check_sent(q, SECONDS);
	if (poll(&p, 1, SECONDS * 1000) <= 0)
		fault("frame %u from the guest is lost", number);
	came = recv(capture, got, sizeof(got), MSG_TRUNC);
	if (came != len || memcmp(got, sent, len))
		fault("frame %u from the guest: %zd bytes, want %u", number, came, len);
}

/* The host has packets of its own for the guest. */
static bool is_ours(const struct packet *packet)
{
	return packet->data[12] == ETHER_TEST >> 8 && packet->data[13] == (ETHER_TEST & 0xff);
}

static void to_guest(int sender, unsigned int number)
{
	double end = now() + SECONDS;
	unsigned int len = make_frame(number), i = 0;
	static struct packet packet;

	wire_send(sender, NULL, sent, len);
	while (!queue_receive(&front.queue[i], &packet) || !is_ours(&packet)) {
		i = (i + 1) % QUEUES;
		if (!i && !events_wait(front.events, end - now()) && now() > end)
			fault("frame %u to the guest is lost", number);
	}
	if (packet.len != len || memcmp(packet.data, sent, len))
		fault("frame %u to the guest: %u bytes, want %u", number, packet.len, len);
	if (packet.extras)
		fault("an extra of type %u for a guest that asked for none", packet.extra[0].type);
}

int queues(unsigned int count)
{
	int sender, capture;
	unsigned int i;

	plug();
	front.queues = QUEUES;
	front.split = true;
	front_announce(&front);
	if (!front_connect(&front))
		fault("the backend refuses %u queues", QUEUES);
	wire_up(VIF, LEN_MAX);
	for (i = 0; i < QUEUES; i++)
		queue_post(&front.queue[i], POSTED);
	sender = wire_sender(VIF);
	capture = wire_capture(VIF, ETHER_TEST);
	for (i = 0; i < count; i++) {
		from_guest(&front.queue[i % QUEUES], capture, i);
		to_guest(sender, i);
	}
	printf("%u frames each way, on %u queues\n", count, QUEUES);
	return 0;
}
