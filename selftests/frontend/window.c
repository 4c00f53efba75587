// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest does at the worst moment. The backend, on CPU 0, is stopped there by the module
 * "window" while this frontend, on CPU 1, does it: see selftests/xen/window.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "front.h"
#include "hostile.h"
#include "wire.h"

#define STATE		"/sys/module/window/parameters/state"
#define BACKEND_CPU	0
#define OUR_CPU		1

/* A queue that waits for buffers looks at its timeouts each second: by then all is found. */
#define LOST_SECONDS	0.5

enum { GOES_ON, WANTED, STOPPED };

static int open_state(void)
{
	int fd = open(STATE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", STATE, strerror(errno));
	return fd;
}

static int window_state(void)
{
	int fd = open_state(), state = -1;
	char text[16] = "";

	if (read(fd, text, sizeof(text) - 1) > 0)
		sscanf(text, "%d", &state);
	close(fd);
	return state;
}

static void set_state(int state)
{
	int fd = open_state();

	if (dprintf(fd, "%d", state) < 0)
		die("%s: %s", STATE, strerror(errno));
	close(fd);
}

static void wait_stopped(void)
{
	double end = now() + SECONDS;

	while (window_state() != STOPPED)
		if (now() > end)
			die("the backend never came to the window");
}

/* Also sees that the backend has stood there all the time. */
static void let_go_on(void)
{
	int state = window_state();

	if (state != STOPPED)
		die("the window is in state %d", state);
	set_state(GOES_ON);
}

static void set_up_cpus(void)
{
	tie_interrupts("vif0.7-q0", BACKEND_CPU);
	tie_interrupts("evtchn:hostile", OUR_CPU);
	run_on_cpu(OUR_CPU);
}

static void *send_from_there(void *arg)
{
	run_on_cpu(BACKEND_CPU);
	send_frames(1);
	return arg;
}

/* The sender may be stopped with the backend, which polls as a part of the sending. */
static pthread_t begin_frame(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, send_from_there, NULL))
		die("no thread");
	return thread;
}

static void end_frame(pthread_t thread)
{
	pthread_join(thread, NULL);
}

/* Nothing can be lost when the guest is asked for an event all the same. */
static void push_unasked(struct ring_page *ring, uint32_t old, uint32_t prod)
{
	bool asked = ring_push(ring, old, prod, front.events, queue->tx_port);

	let_go_on();
	if (asked)
		die("an event was asked for: this is not the window");
}

int late_requests(unsigned int count)
{
	unsigned int i;

	set_up_cpus();
	for (i = 0; i < count; i++) {
		set_state(WANTED);
		send_one(i);
		wait_stopped();
		put_request(queue->tx_prod, i, SHORT);
		queue->tx_prod++;
		push_unasked(queue->tx, queue->tx_prod - 1, queue->tx_prod);
		if (!ring_wait(queue->tx, queue->tx_prod, LOST_SECONDS))
			return wrong("a wake-up is lost, answers", queue->tx->rsp_prod,
				     queue->tx_prod);
	}
	printf("%u requests came in the window\n", count);
	return 0;
}

int late_buffers(unsigned int count)
{
	pthread_t thread;
	unsigned int i;

	set_up_cpus();
	wire_wait_link(VIF, SECONDS);
	/* The first buffers of a ring are always told about. */
	queue_post(queue, 1);
	end_frame(begin_frame());
	if (!ring_wait(queue->rx, queue->rx_prod, SECONDS))
		die("no frame arrives");
	for (i = 0; i < count; i++) {
		set_state(WANTED);
		thread = begin_frame();
		wait_stopped();
		queue_fill(queue, 1);
		push_unasked(queue->rx, queue->rx_prod - 1, queue->rx_prod);
		end_frame(thread);
		if (!ring_wait(queue->rx, queue->rx_prod, LOST_SECONDS))
			return wrong("a wake-up is lost, frames", queue->rx->rsp_prod,
				     queue->rx_prod);
	}
	printf("%u buffers came in the window\n", count);
	return 0;
}

/* The backend stands where it has sent an event. */
static int look_behind_event(struct ring_page *ring, uint32_t prod)
{
	uint32_t seen;
	bool came;

	wait_stopped();
	came = events_spin(front.events, LOST_SECONDS);
	seen = ring_answered(ring);
	let_go_on();
	if (!came)
		return wrong("events", 0, 1);
	return seen == prod ? 0 : wrong("an event with nothing behind it, answers", seen, prod);
}

static void ask_for_event(struct ring_page *ring)
{
	ring_ask_event(ring, ring->rsp_prod + 1);
}

int early_answers(unsigned int count)
{
	unsigned int i;

	set_up_cpus();
	for (i = 0; i < count; i++) {
		ask_for_event(queue->tx);
		set_state(WANTED);
		send_one(i);
		if (look_behind_event(queue->tx, queue->tx_prod))
			return 1;
	}
	printf("%u events for answers\n", count);
	return 0;
}

int early_frames(unsigned int count)
{
	pthread_t thread;
	unsigned int i;

	set_up_cpus();
	wire_wait_link(VIF, SECONDS);
	for (i = 0; i < count; i++) {
		ask_for_event(queue->rx);
		queue_post(queue, 1);
		set_state(WANTED);
		thread = begin_frame();
		if (look_behind_event(queue->rx, queue->rx_prod))
			return 1;
		end_frame(thread);
	}
	printf("%u events for frames\n", count);
	return 0;
}
