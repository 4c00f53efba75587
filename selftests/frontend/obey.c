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
 *	giants N	N frames, 10 at most, of one TCP stream at once, each of more than any
 *			network takes; the answer is how long the longest is that the stack gets,
 *			0 when it does not get all of their bytes
 *	spoil N		post buffers that cannot be written
 *	split N		before it connects: two channels
 *	kick N		N events that nothing has moved for; kickrx: of the other channel
 *	quit		close, and end
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "front.h"
#include "hostile.h"
#include "wire.h"

#define FRAME_BYTES	100
#define LATE_SECONDS	0.2
#define NO_GRANT	4000000

static unsigned int notifies;

static uint32_t received(void)
{
	return ring_answered(queue->rx);
}

void send_frames(unsigned int count)
{
	static const uint8_t frame[FRAME_BYTES] = {
		2, 2, 2, 2, 2, 2,	2, 2, 2, 2, 2, 3,	ETHER_TEST >> 8, ETHER_TEST & 0xff,
	};
	static int sender = -1;

	if (sender < 0)
		sender = wire_sender(VIF);
	while (count--)
		wire_send(sender, NULL, frame, sizeof(frame));
}

static int late(unsigned int ms)
{
	uint32_t want = received() + 1;
	double start;

	send_frames(1);
	usleep(ms * 1000);
	queue_fill(queue, 1);
	start = now();
	__atomic_store_n(&queue->rx->req_prod, queue->rx_prod, __ATOMIC_SEQ_CST);
	if (!ring_wait(queue->rx, want, LATE_SECONDS))
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
	uint32_t old = queue->rx_prod;

	queue_fill(queue, count);
	while (count--)
		rx_slot(queue, old + count)->gref = NO_GRANT;
	push_buffers(old, queue->rx_prod);
}

static void want(struct ring_page *ring, unsigned int count)
{
	ring_ask_event(ring, ring->rsp_prod + count);
}

static void kick(uint32_t port, unsigned int count)
{
	while (count--) {
		events_kick(front.events, port);
		usleep(1000);
	}
}

static void announce(void)
{
	front_announce(&front);
	xs_write(front.dir, "feature-rx-notify", "%u", notifies);
}

/* All that was announced, once more. */
static void split(void)
{
	front_forget(&front);
	front.split = true;
	announce();
}

static bool do_verb(const char *verb, unsigned int *n)
{
	if (!strcmp(verb, "state"))
		xs_write(front.dir, "state", "%u", *n);
	else if (!strcmp(verb, "post"))
		queue_post(queue, *n);
	else if (!strcmp(verb, "spoil"))
		spoil(*n);
	else if (!strcmp(verb, "send"))
		send_frames(*n);
	else if (!strcmp(verb, "want"))
		want(queue->tx, *n);
	else if (!strcmp(verb, "wantrx"))
		want(queue->rx, *n);
	else if (!strcmp(verb, "split"))
		split();
	else if (!strcmp(verb, "kick"))
		kick(queue->tx_port, *n);
	else if (!strcmp(verb, "kickrx"))
		kick(queue->rx_port, *n);
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

	notifies = rx_notify;
	plug();
	announce();
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
