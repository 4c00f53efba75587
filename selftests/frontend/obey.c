// SPDX-License-Identifier: GPL-2.0
/*
 * A frontend that does what the lines of its input say, and nothing by itself: a guest that
 * posts no buffers, tells nothing, or dies. Each line is answered by one on the output.
 *
 *	state N		write its state
 *	post N		post receive buffers; send an event when the backend asked for one
 *	send N		N frames of 100 bytes to the interface from this side of it
 *	received	how many frames the backend has delivered in all
 *	late N		send a frame, post its buffer after N ms without an event; the answer
 *			is how many us later the frame is there, -1 when it is not
 *	reconnect N	N times a new start out of Connected, as after a crash, and a
 *			connect; the answer is how many succeeded
 *	want N		an event for the Nth answer from now
 *	wantrx N	the same for frames
 *	request N	N packets of one request each, one by one; runt, length, slots,
 *			multicast, segments, grant, checksum: packets that are dropped for
 *			this; fragments, unflagged: that are counted; the answer is how many
 *			of their slots came back as errors
 *	burst N		N such packets at once
 *	spoil N		post buffers that cannot be written
 *	split N		before it connects: two channels
 *	kick N		N events that nothing has moved for; kickrx: of the other channel
 *	quit		close, and end
 */
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front.h"
#include "hostile.h"

#define ETHER_TEST	0x88b5	/* for local experiments */
#define FRAME_BYTES	100
#define LATE_SECONDS	0.2
#define NO_GRANT	4000000

static struct page pages[RING_SLOTS];

static uint32_t received(void)
{
	return __atomic_load_n(&front.rx->rsp_prod, __ATOMIC_ACQUIRE);
}

void fill_buffers(unsigned int count)
{
	while (count--) {
		uint32_t index = front.rx_prod++;
		struct page *page = &pages[index % RING_SLOTS];

		if (!page->data)
			*page = page_alloc();
		*rx_slot(&front, index) = (struct rx_request){
			.id = index % RING_SLOTS, .gref = page->gref,
		};
	}
}

void post_buffers(unsigned int count)
{
	uint32_t old = front.rx_prod;

	fill_buffers(count);
	ring_push(&front, front.rx, old, front.rx_prod);
}

void send_frames(unsigned int count)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_halen = ETH_ALEN, .sll_protocol = htons(ETHER_TEST),
		.sll_ifindex = if_nametoindex("vif0.7"), .sll_addr = { 2, 2, 2, 2, 2, 2 },
	};
	static const uint8_t frame[FRAME_BYTES] = {
		2, 2, 2, 2, 2, 2,	2, 2, 2, 2, 2, 3,	ETHER_TEST >> 8, ETHER_TEST & 0xff,
	};
	static int fd = -1;

	if (fd < 0)
		fd = socket(AF_PACKET, SOCK_RAW, 0);
	while (count--)
		if (sendto(fd, frame, sizeof(frame), 0, (struct sockaddr *)&to, sizeof(to)) < 0)
			die("sending: %s", strerror(errno));
}

static int late(unsigned int ms)
{
	uint32_t want = received() + 1;
	double start;

	send_frames(1);
	usleep(ms * 1000);
	fill_buffers(1);
	start = now();
	__atomic_store_n(&front.rx->req_prod, front.rx_prod, __ATOMIC_SEQ_CST);
	if (!ring_wait(front.rx, want, LATE_SECONDS))
		return -1;
	return (now() - start) * 1e6;
}

static unsigned int reconnect(unsigned int count)
{
	unsigned int n;

	for (n = 0; n < count; n++) {
		xs_write(front.dir, "state", "%d", INITIALISING);
		if (!front_wait_state(&front, INIT_WAIT, SECONDS) || !front_connect(&front))
			break;
	}
	return n;
}

static void spoil(unsigned int count)
{
	uint32_t old = front.rx_prod;

	fill_buffers(count);
	while (count--)
		rx_slot(&front, old + count)->gref = NO_GRANT;
	ring_push(&front, front.rx, old, front.rx_prod);
}

static void want(struct ring_page *ring, unsigned int count)
{
	__atomic_store_n(&ring->rsp_event, ring->rsp_prod + count, __ATOMIC_SEQ_CST);
}

static void kick(uint32_t port, unsigned int count)
{
	uint32_t ours = front.port;

	front.port = port;
	while (count--) {
		front_kick(&front);
		usleep(1000);
	}
	front.port = ours;
}

static bool do_verb(const char *verb, unsigned int *n)
{
	if (!strcmp(verb, "state"))
		xs_write(front.dir, "state", "%u", *n);
	else if (!strcmp(verb, "post"))
		post_buffers(*n);
	else if (!strcmp(verb, "spoil"))
		spoil(*n);
	else if (!strcmp(verb, "send"))
		send_frames(*n);
	else if (!strcmp(verb, "want"))
		want(front.tx, *n);
	else if (!strcmp(verb, "wantrx"))
		want(front.rx, *n);
	else if (!strcmp(verb, "split"))
		front_split(&front);
	else if (!strcmp(verb, "kick"))
		kick(front.port, *n);
	else if (!strcmp(verb, "kickrx"))
		kick(front.rx_port, *n);
	else if (!strcmp(verb, "late"))
		*n = late(*n);
	else if (!strcmp(verb, "reconnect"))
		*n = reconnect(*n);
	else if (!strcmp(verb, "received"))
		*n = received();
	else
		return false;
	return true;
}

int obey(unsigned int rx_notify)
{
	char line[64], verb[16];
	unsigned int n;

	announce();
	xs_write(front.dir, "feature-rx-notify", "%u", rx_notify);
	printf("announced\n");
	while (fgets(line, sizeof(line), stdin)) {
		n = 0;
		if (sscanf(line, "%15s %u", verb, &n) < 1)
			continue;
		if (!strcmp(verb, "quit"))
			break;
		if (!do_verb(verb, &n) && !request_verb(verb, &n))
			die("what is %s?", verb);
		printf("%d\n", (int)n);
	}
	return 0;
}
