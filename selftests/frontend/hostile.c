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
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front.h"
#include "hostile.h"

#define PAGES		32
#define ETHER_TEST	0x88b5	/* for local experiments */
#define INTERFACE	"vif0.7"

struct front front;
static struct page pages[PAGES];

/* Sets flags of the interface; returns those it had. */
static int interface_flags(int set)
{
	struct ifreq ifr = { .ifr_name = INTERFACE };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), flags;

	if (ioctl(fd, SIOCGIFFLAGS, &ifr))
		die(INTERFACE ": %s", strerror(errno));
	flags = ifr.ifr_flags;
	ifr.ifr_flags |= set;
	if (set && ioctl(fd, SIOCSIFFLAGS, &ifr))
		die(INTERFACE " up: %s", strerror(errno));
	close(fd);
	return flags;
}

void wait_link(void)
{
	double end = now() + SECONDS;

	while (!(interface_flags(0) & IFF_RUNNING)) {
		if (now() > end)
			die("no link");
		usleep(10000);
	}
}

static void leave(void)
{
	if (front.devid)
		front_unplug(&front);
}

void announce(void)
{
	front_plug(&front, DEVID);
	interface_flags(IFF_UP);
	front_announce(&front);
}

static void start(void)
{
	announce();
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
	*tx_slot(&front, index) = (struct tx_request){
		.gref = page->gref, .id = id, .size = size,
	};
}

void send_one(uint16_t id)
{
	uint32_t old = front.tx_prod++;

	put_request(old, id, SHORT);
	ring_push(&front, front.tx, old, front.tx_prod);
}

int wrong(const char *what, uint32_t got, uint32_t want)
{
	printf("%s: got %u, want %u\n", what, got, want);
	return 1;
}

static int check_answers(uint32_t from, uint32_t to)
{
	for (; from != to; from++) {
		struct tx_response *rsp = tx_answer(&front, from);
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
	while (front.tx_prod < count) {
		uint32_t from = front.tx_prod, to = from + 1 + rand() % PAGES, i;

		for (i = from; i != to; i++)
			put_request(i, i * 7 + 3, 60 + i % 1000);
		front.tx_prod = to;
		ring_push(&front, front.tx, from, to);
		if (!ring_wait(front.tx, to, SECONDS))
			return wrong("answered requests", front.tx->rsp_prod, to);
		if (front.tx->rsp_prod != to)
			return wrong("answers", front.tx->rsp_prod, to);
		if (check_answers(from, to))
			return 1;
	}
	printf("%u requests answered\n", front.tx_prod);
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
		if (!ring_wait(front.tx, front.tx_prod, SECONDS))
			return wrong("a wake-up is lost, answers", front.tx->rsp_prod,
				     front.tx_prod);
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
		__atomic_store_n(&front.tx->rsp_event, front.tx_prod + 1, __ATOMIC_SEQ_CST);
		send_one(i);
		if (!front_wait_event(&front, SECONDS))
			return wrong("no event, answers", front.tx->rsp_prod, front.tx_prod);
		if (__atomic_load_n(&front.tx->rsp_prod, __ATOMIC_ACQUIRE) != front.tx_prod)
			return wrong("an event with nothing behind it, answers",
				     front.tx->rsp_prod, front.tx_prod);
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

static int open_capture(void)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETHER_TEST),
		.sll_ifindex = if_nametoindex(INTERFACE),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETHER_TEST));

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("capture: %s", strerror(errno));
	return fd;
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
	int capture = open_capture();
	uint8_t frame[2 * PAGE_BYTES];
	pthread_t thread;

	pthread_create(&thread, NULL, flip, NULL);
	for (i = 0; i < count; i++) {
		struct pollfd p = { .fd = capture, .events = POLLIN };
		uint32_t index = front.tx_prod++;
		ssize_t len;

		put_request(index, index, SHORT);
		flip_this(&tx_slot(&front, index)->size);
		ring_push(&front, front.tx, index, front.tx_prod);
		if (poll(&p, 1, SECONDS * 1000) <= 0)
			return wrong("frames that arrived", i, i + 1);
		flip_this(NULL);
		len = recv(capture, frame, sizeof(frame), MSG_TRUNC);
		if (check_frame(frame, len, index))
			return 1;
		lengths[len == LONG]++;
		if (!ring_wait(front.tx, front.tx_prod, SECONDS))
			return wrong("answers", front.tx->rsp_prod, front.tx_prod);
	}
	__atomic_store_n(&flips_end, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	printf("%u frames were short, %u long\n", lengths[0], lengths[1]);
	return 0;
}

static unsigned int spurious_events(void)
{
	FILE *list = popen("ethtool -S " INTERFACE, "r");
	unsigned int value = 0;
	char line[128];

	while (list && fgets(line, sizeof(line), list))
		sscanf(line, " from_guest_spurious: %u", &value);
	if (list)
		pclose(list);
	return value;
}

/* A producer that goes to and fro is new at each event, and none of them brings anything. */
static int storm(unsigned int count)
{
	unsigned int i, spurious;

	for (i = 0; i < count; i++) {
		__atomic_store_n(&front.rx->req_prod, 1 + i % 2, __ATOMIC_SEQ_CST);
		front_kick(&front);
		usleep(1000);
	}
	spurious = spurious_events();
	/* Those that Xen holds back were never delivered; of the others two were for progress. */
	if (spurious < 10)
		return wrong("spurious events", spurious, count - 2);
	printf("%u of %u events were spurious, the others were held back\n", spurious, count);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(unsigned int count);
	} tests[] = {
		{ "answers", answers }, { "races", races }, { "events", events },
		{ "flips", flips }, { "storm", storm }, { "refused", refused },
		{ "obey", obey }, { "late-requests", late_requests },
		{ "late-buffers", late_buffers }, { "early-answers", early_answers },
		{ "early-frames", early_frames }, { NULL },
	};
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; argc == 3 && tests[i].name; i++) {
		if (strcmp(argv[1], tests[i].name))
			continue;
		atexit(leave);
		if (tests[i].run != refused && tests[i].run != obey)
			start();
		return tests[i].run(atoi(argv[2]));
	}
	fprintf(stderr, "usage: hostile WHAT COUNT\n");
	return 2;
}
