// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the rings from the guest's side, by a frontend in user space.
 *
 *	hostile answers COUNT	every request is answered once, in order, with its own id
 *	hostile races COUNT	a request just when the backend goes to sleep is seen
 *	hostile events COUNT	each event comes, and what it tells of is there
 *	hostile flips COUNT	a size that changes under the backend's eyes: it believes
 *				one of the values and sticks to it
 *	hostile obey NOTIFY	do what the input says, see obey.c
 *	hostile storm COUNT	events for buffers that come and go are spurious, but for one
 *				lap of the ring
 *	hostile refused COUNT	rings and channels that cannot be used are not connected
 *	hostile refused-control COUNT
 *				nor are control rings
 *	hostile queues COUNT	several queues, each with its own channels: packets both ways
 *
 * With the module "window" loaded at the function in brackets, see window.c:
 *
 *	hostile late-requests COUNT	a request just before the backend sleeps is seen
 *					(xnb_ring_from_guest_arm)
 *	hostile late-buffers COUNT	a buffer just before it waits for one is seen
 *					(xnb_ring_to_guest_arm)
 *	hostile early-answers COUNT	at an event its cause is there
 *					(xnb_ring_from_guest_settle)
 *	hostile early-frames COUNT	(xnb_ring_to_guest_settle)
 *
 * Prints one line. Exit status: 0 right, 1 wrong, 2 the test itself failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <net/ethernet.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front.h"
#include "hostile.h"
#include "wire.h"

#define PAGES		32

struct front front;
struct queue *const queue = &front.queue[0];
static struct page pages[PAGES];

static void leave(void)
{
	if (front.devid)
		front_unplug(&front);
}

void plug(void)
{
	front_plug(&front, DEVID);
	wire_up(VIF, 0);
}

static void start(void)
{
	plug();
	front_announce(&front);
	if (!front_connect(&front))
		die("the backend refuses an honest frontend");
}

/* A frame whose bytes tell its number: byte k is number + k, behind the header. */
static void fill_frame(uint8_t *frame, unsigned int len, uint8_t number)
{
	unsigned int i;

	memset(frame, 0xff, ETH_ALEN);
	memset(frame + ETH_ALEN, 2, ETH_ALEN);
	frame[12] = ETHER_TEST >> 8;
	frame[13] = ETHER_TEST & 0xff;
	for (i = ETH_HLEN; i < len; i++)
		frame[i] = number + i;
}

void put_request(uint32_t index, uint16_t id, uint16_t size)
{
	struct page *page = &pages[index % PAGES];

	if (!page->data)
		*page = page_alloc();
	fill_frame(page->data, LONG, index);
	*tx_slot(queue, index) = (struct tx_request){
		.gref = page->gref, .id = id, .size = size,
	};
}

uint8_t *request_frame(uint32_t index)
{
	return pages[index % PAGES].data;
}

bool push_requests(uint32_t old, uint32_t prod)
{
	return ring_push(queue->tx, old, prod, queue->events, queue->tx_port);
}

bool push_buffers(uint32_t old, uint32_t prod)
{
	return ring_push(queue->rx, old, prod, queue->events, queue->rx_port);
}

void send_one(uint16_t id)
{
	uint32_t old = queue->tx_prod++;

	put_request(old, id, SHORT);
	push_requests(old, queue->tx_prod);
}

static int check_answers(uint32_t from, uint32_t to)
{
	for (; from != to; from++) {
		struct tx_response *rsp = tx_answer(queue, from);
		uint16_t id = from * 7 + 3;

		if (rsp->id != id)
			return wrong("id of an answer", rsp->id, id);
		if (rsp->status != RSP_OKAY)
			return wrong("status of an answer", rsp->status, RSP_OKAY);
	}
	return 0;
}

static int answers(unsigned int count)
{
	while (queue->tx_prod < count) {
		uint32_t from = queue->tx_prod, to = from + 1 + rand() % PAGES, i;

		for (i = from; i != to; i++)
			put_request(i, i * 7 + 3, 60 + i % 1000);
		queue->tx_prod = to;
		push_requests(from, to);
		if (!ring_wait(queue->tx, to, SECONDS))
			return wrong("answered requests", queue->tx->rsp_prod, to);
		if (queue->tx->rsp_prod != to)
			return wrong("answers", queue->tx->rsp_prod, to);
		if (check_answers(from, to))
			return 1;
	}
	printf("%u requests answered\n", queue->tx_prod);
	return 0;
}

void tie_interrupts(const char *name, int cpu)
{
	FILE *list = fopen("/proc/interrupts", "r"), *file;
	char line[1024], path[64];

	while (list && fgets(line, sizeof(line), list)) {
		if (!strstr(line, name))
			continue;
		snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list", atoi(line));
		file = fopen(path, "w");
		if (!file || fprintf(file, "%d", cpu) < 0 || fclose(file))
			die("%s: %s", path, strerror(errno));
	}
	fclose(list);
}

void run_on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d: %s", cpu, strerror(errno));
}

/* The backend sleeps a while after its last answer; when, only luck tells. */
static void random_pause(void)
{
	unsigned int spin = rand() % 20000;

	while (spin--)
		__asm__ __volatile__("pause");
}

static int races(unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		send_one(i);
		if (!ring_wait(queue->tx, queue->tx_prod, SECONDS))
			return wrong("a wake-up is lost, answers", queue->tx->rsp_prod,
				     queue->tx_prod);
		random_pause();
	}
	printf("%u requests answered\n", count);
	return 0;
}

/*
 * The event interrupts the CPU that sent it, and this one looks at once: so it sees an event
 * that comes before its cause.
 */
static int events(unsigned int count)
{
	unsigned int i;

	tie_interrupts("vif0.7-q0", 0);
	tie_interrupts("evtchn:hostile", 0);
	run_on_cpu(1);
	for (i = 0; i < count; i++) {
		ring_ask_event(queue->tx, queue->tx_prod + 1);
		send_one(i);
		if (!events_spin(front.events, SECONDS))
			return wrong("no event, answers", queue->tx->rsp_prod, queue->tx_prod);
		if (ring_answered(queue->tx) != queue->tx_prod)
			return wrong("an event with nothing behind it, answers",
				     queue->tx->rsp_prod, queue->tx_prod);
		random_pause();
	}
	printf("%u events\n", count);
	return 0;
}

static uint16_t *flipped;
static bool flips_end;

static void *flip(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&flips_end, __ATOMIC_RELAXED)) {
		uint16_t *size = __atomic_load_n(&flipped, __ATOMIC_ACQUIRE);

		if (!size)
			continue;
		__atomic_store_n(size, LONG, __ATOMIC_RELAXED);
		__atomic_store_n(size, SHORT, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void flip_this(uint16_t *size)
{
	__atomic_store_n(&flipped, size, __ATOMIC_RELEASE);
}

static int check_frame(const uint8_t *frame, ssize_t len, uint8_t number)
{
	ssize_t i;

	if (len != SHORT && len != LONG)
		return wrong("length of a frame", len, SHORT);
	for (i = ETH_HLEN; i < len; i++)
		if (frame[i] != (uint8_t)(number + i))
			return wrong("byte of a frame", frame[i], (uint8_t)(number + i));
	return 0;
}

static int flips(unsigned int count)
{
	unsigned int i, lengths[2] = { 0 };
	int capture = wire_capture(VIF, ETHER_TEST);
	uint8_t frame[2 * PAGE_BYTES];
	pthread_t thread;

	pthread_create(&thread, NULL, flip, NULL);
	for (i = 0; i < count; i++) {
		struct pollfd p = { .fd = capture, .events = POLLIN };
		uint32_t index = queue->tx_prod++;
		ssize_t len;

		put_request(index, index, SHORT);
		flip_this(&tx_slot(queue, index)->size);
		push_requests(index, queue->tx_prod);
		if (poll(&p, 1, SECONDS * 1000) <= 0)
			return wrong("frames that arrived", i, i + 1);
		flip_this(NULL);
		len = recv(capture, frame, sizeof(frame), MSG_TRUNC);
		if (check_frame(frame, len, index))
			return 1;
		lengths[len == LONG]++;
		if (!ring_wait(queue->tx, queue->tx_prod, SECONDS))
			return wrong("answers", queue->tx->rsp_prod, queue->tx_prod);
	}
	__atomic_store_n(&flips_end, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("%u frames were short, %u long\n", lengths[0], lengths[1]);
	return 0;
}

/* A producer that goes to and fro is new at each event, and none of them brings anything. */
static int storm(unsigned int count)
{
	unsigned int i, spurious;

	for (i = 0; i < count; i++) {
		__atomic_store_n(&queue->rx->req_prod, 1 + i % 2, __ATOMIC_SEQ_CST);
		events_kick(queue->events, queue->rx_port);
		usleep(1000);
	}
	spurious = wire_counter(VIF, "from_guest_spurious");
	/* Those that Xen holds back were never delivered; of the others two were for progress. */
	if (spurious < 10)
		return wrong("spurious events", spurious, count - 2);
	printf("%u of %u events were spurious, the others were held back\n", spurious, count);
	return 0;
}

static const struct test tests[] = {
	{ "answers", answers, start },
	{ "races", races, start },
	{ "events", events, start },
	{ "flips", flips, start },
	{ "storm", storm, start },
	{ "refused", refused, NULL },
	{ "refused-control", refused_control, NULL },
	{ "queues", queues, NULL },
	{ "obey", obey, NULL },
	{ "late-requests", late_requests, start },
	{ "late-buffers", late_buffers, start },
	{ "early-answers", early_answers, start },
	{ "early-frames", early_frames, start },
	{ NULL, NULL, NULL },
};

int main(int argc, char **argv)
{
	return run_test(argc, argv, tests, leave);
}
