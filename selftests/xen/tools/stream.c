// SPDX-License-Identifier: GPL-2.0
/*
 * A stream of UDP packets of flows that are not alike, and who watches their order.
 *
 *	stream send [-n PACKETS] [-r RATE] [-p PART/PARTS] [-e PACKET] DEV MAC FLOWS
 *	stream receive DEV FILE
 *
 * Send makes flows whose shares are as those of Zipf, exponent 1.1: PACKETS packets of them all,
 * RATE a second. Of several processes each PART sends the flows that are its own, so that no
 * flow has two senders. With -e an elephant, one more flow, gets 2 of 7 packets from PACKET on; who
 * sends all flows keeps their shares, however late it is. Prints the packets it sent, and the
 * largest share in per mille of the other flows.
 *
 * Each packet has the number of its flow and its own in it. Receive looks at them in the order
 * in which the guest's stack has them, until as many have come as FILE says, or it says so and none
 * has come for half a minute: a machine may stand still for seconds.
 * Prints "packets P flows F disordered D lost L missed M": D came behind a later one of their
 * flow, L never came, M were not looked at; and before that a line for each of the first D.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define EXPONENT	1.1
#define ELEPHANT_PART	2
#define ELEPHANT_OF	7
#define FLOWS_MAX	1024
/* Draws that are repeated; the least of 256 flows has thirty of them. */
#define DRAWS		65536
#define BATCH		16
#define MAGIC		0x5eed7a1e
#define IP_AT		14
#define UDP_AT		34
#define DATA_AT		42
#define FRAME_BYTES	60
/* Packets out of order that are shown one by one. */
#define SHOWN		20
#define PATIENCE	30
#define NSEC_PER_SEC	1000000000ull

#define RING_FRAME	256
#define RING_BLOCK	65536
#define RING_BLOCKS	512
#define RING_FRAMES	(RING_BLOCKS * (RING_BLOCK / RING_FRAME))

/* Both ends are x86-64 builds of this file: no byte order to mind. */
struct mark {
	uint32_t magic;
	uint32_t number;
	uint16_t flow;
};

struct sender {
	int fd;
	int flows;
	unsigned long packets;
	unsigned long rate;
	unsigned int part, parts;
	unsigned long elephant_from;
	uint8_t mac[6];
	uint16_t draw[DRAWS];
	uint32_t number[FLOWS_MAX + 1];
};

static struct sender sender = { .packets = 1000, .rate = 10000, .parts = 1, .elephant_from = -1 };

static void die(const char *what)
{
	fprintf(stderr, "stream: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t next_random(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return state >> 32;
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void checksum_ip(uint8_t *ip)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~sum);
}

static void make_frame(uint8_t *frame, int flow, const uint8_t *mac)
{
	uint8_t *ip = frame + IP_AT;

	memcpy(frame, mac, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01", 6);
	put16(frame + 12, ETHERTYPE_IP);
	ip[0] = 0x45;
	put16(ip + 2, FRAME_BYTES - IP_AT);
	ip[8] = 64;
	ip[9] = IPPROTO_UDP;
	/* 198.18.0.0/15 is for tests. */
	memcpy(ip + 12, "\xc6\x12\x00\x01\xc6\x13\x00\x01", 8);
	checksum_ip(ip);
	put16(frame + UDP_AT, 10000 + flow);
	put16(frame + UDP_AT + 2, 9);
	put16(frame + UDP_AT + 4, FRAME_BYTES - UDP_AT);
}

/* Fills the draws; returns the largest share in per mille. */
static double draw_flows(struct sender *s)
{
	double sum = 0, up_to = 1;
	int i, flow = 0;

	for (i = 0; i < s->flows; i++)
		sum += pow(i + 1, -EXPONENT);

	/* Each as often as it has to be, then shuffled. */
	for (i = 0; i < DRAWS; i++) {
		while (i * sum >= up_to * DRAWS && flow + 1 < s->flows)
			up_to += pow(++flow + 1, -EXPONENT);
		s->draw[i] = flow;
	}
	for (i = DRAWS - 1; i > 0; i--) {
		int other = next_random() % (i + 1);
		uint16_t drawn = s->draw[i];

		s->draw[i] = s->draw[other];
		s->draw[other] = drawn;
	}
	return 1000 / sum;
}

static void open_device(struct sender *s, const char *dev)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(dev) };

	s->fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (s->fd < 0 || bind(s->fd, (struct sockaddr *)&to, sizeof(to)))
		die(dev);
}

static void send_all(struct sender *s, struct mmsghdr *message, unsigned int count)
{
	unsigned int done = 0;
	int some;

	while (done < count) {
		some = sendmmsg(s->fd, message + done, count - done, 0);
		if (some < 0 && errno != EINTR)
			die("send");
		done += some < 0 ? 0 : some;
	}
}

/* Waits for the time at which so many packets of the stream should have been sent. */
static void keep_pace(const struct sender *s, const struct timespec *start, unsigned long packets)
{
	uint64_t ns = start->tv_nsec + packets * NSEC_PER_SEC / s->rate;
	struct timespec until = {
		.tv_sec = start->tv_sec + ns / NSEC_PER_SEC,
		.tv_nsec = ns % NSEC_PER_SEC,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static int choose_flow(const struct sender *s, unsigned long packet)
{
	if (packet >= s->elephant_from && packet % ELEPHANT_OF < ELEPHANT_PART)
		return s->flows;
	return s->draw[packet % DRAWS];
}

static unsigned long send_stream(struct sender *s)
{
	static uint8_t frame[BATCH][FRAME_BYTES];
	struct mmsghdr message[BATCH] = { 0 };
	unsigned long i, sent = 0;
	struct iovec vec[BATCH];
	unsigned int count = 0;
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (i = 0; i < s->packets; i++) {
		int flow = choose_flow(s, i);

		if (flow % s->parts == s->part) {
			struct mark mark = { MAGIC, s->number[flow]++, flow };

			make_frame(frame[count], flow, s->mac);
			memcpy(frame[count] + DATA_AT, &mark, sizeof(mark));
			vec[count] = (struct iovec){ frame[count], FRAME_BYTES };
			message[count].msg_hdr.msg_iov = &vec[count];
			message[count].msg_hdr.msg_iovlen = 1;
			count++;
			sent++;
		}
		if (count == BATCH || i + 1 == s->packets) {
			keep_pace(s, &start, i);
			send_all(s, message, count);
			count = 0;
		}
	}
	return sent;
}

static int run_sender(char **arg)
{
	unsigned int byte[6];
	double most;
	int i;

	open_device(&sender, arg[0]);
	if (sscanf(arg[1], "%2x:%2x:%2x:%2x:%2x:%2x", &byte[0], &byte[1], &byte[2], &byte[3],
		   &byte[4], &byte[5]) != 6)
		return 2;
	for (i = 0; i < 6; i++)
		sender.mac[i] = byte[i];
	sender.flows = atoi(arg[2]);
	if (sender.flows < 1 || sender.flows > FLOWS_MAX)
		return 2;
	most = draw_flows(&sender);
	printf("%lu %.0f\n", send_stream(&sender), most);
	return 0;
}

/* Of a flow: how many came, and the number behind the highest. */
struct seen {
	uint32_t packets;
	uint32_t next;
};

static struct seen seen[FLOWS_MAX + 1];
static unsigned long came, disordered;
static time_t last_came;

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void look_at(const uint8_t *frame, unsigned int bytes)
{
	struct mark mark;
	struct seen *flow;

	if (bytes < DATA_AT + sizeof(mark))
		return;
	memcpy(&mark, frame + DATA_AT, sizeof(mark));
	if (mark.magic != MAGIC || mark.flow > FLOWS_MAX)
		return;
	last_came = now();
	came++;
	flow = &seen[mark.flow];
	flow->packets++;
	if (mark.number >= flow->next) {
		flow->next = mark.number + 1;
		return;
	}
	if (disordered++ < SHOWN)
		printf("flow %u: %u after %u\n", mark.flow, mark.number, flow->next - 1);
}

static uint8_t *open_ring(const char *dev, int *fd)
{
	struct tpacket_req ring = {
		.tp_block_size = RING_BLOCK,
		.tp_block_nr = RING_BLOCKS,
		.tp_frame_size = RING_FRAME,
		.tp_frame_nr = RING_FRAMES,
	};
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = if_nametoindex(dev),
	};
	int version = TPACKET_V2;
	uint8_t *frames;

	*fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (*fd < 0 || setsockopt(*fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(*fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)))
		die("ring");
	frames = mmap(NULL, (size_t)RING_BLOCK * RING_BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED,
		      *fd, 0);
	if (frames == MAP_FAILED || bind(*fd, (struct sockaddr *)&at, sizeof(at)))
		die(dev);
	return frames;
}

static void report(int fd)
{
	unsigned long lost = 0, flows = 0;
	struct tpacket_stats stats = { 0 };
	socklen_t size = sizeof(stats);
	int i;

	for (i = 0; i <= FLOWS_MAX; i++) {
		lost += seen[i].next - seen[i].packets;
		flows += seen[i].packets > 0;
	}
	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
	printf("packets %lu flows %lu disordered %lu lost %lu missed %u\n", came, flows,
	       disordered, lost, stats.tp_drops);
}

/* Whether all have come that the file expects; without a number in it nobody knows yet. */
static bool all_came(const char *name)
{
	FILE *file = fopen(name, "r");
	unsigned long expected;
	bool told;

	if (!file)
		return false;
	told = fscanf(file, "%lu", &expected) == 1;
	fclose(file);
	return told && (came >= expected || now() > last_came + PATIENCE);
}

static int run_receiver(char **arg)
{
	unsigned int next = 0;
	uint8_t *frames;
	int fd;

	frames = open_ring(arg[0], &fd);
	last_came = now();
	puts("listening");
	fflush(stdout);
	for (;;) {
		struct tpacket2_hdr *frame = (void *)(frames + (size_t)next * RING_FRAME);

		if (!(__atomic_load_n(&frame->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) {
			struct pollfd p = { .fd = fd, .events = POLLIN };

			if (now() > last_came && all_came(arg[1]))
				break;
			/* Other packets may come, too. */
			poll(&p, 1, 100);
			continue;
		}
		look_at((uint8_t *)frame + frame->tp_mac, frame->tp_snaplen);
		__atomic_store_n(&frame->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		next = (next + 1) % RING_FRAMES;
	}
	report(fd);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: stream send [-n PACKETS] [-r RATE] [-p PART/PARTS] [-e PACKET]\n"
			"                   DEV MAC FLOWS\n"
			"       stream receive DEV FILE\n");
	return 2;
}

int main(int argc, char **argv)
{
	int opt;

	if (argc == 4 && !strcmp(argv[1], "receive"))
		return run_receiver(argv + 2);
	if (argc < 2 || strcmp(argv[1], "send"))
		return usage();
	optind = 2;
	while ((opt = getopt(argc, argv, "n:r:p:e:")) != -1) {
		if (opt == 'n')
			sender.packets = strtoul(optarg, NULL, 0);
		else if (opt == 'r')
			sender.rate = strtoul(optarg, NULL, 0);
		else if (opt == 'e')
			sender.elephant_from = strtoul(optarg, NULL, 0);
		else if (opt != 'p' || sscanf(optarg, "%u/%u", &sender.part, &sender.parts) != 2)
			return usage();
	}
	if (argc - optind != 3 || !sender.rate || !sender.parts)
		return usage();
	return run_sender(argv + optind);
}
