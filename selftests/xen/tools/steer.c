// SPDX-License-Identifier: GPL-2.0
/*
 * Frames of many flows for a guest, and what should steer them; and the table that does.
 *
 *	steer send DEV MAC KEY FLOWS FRAMES SEED [KIND...]
 *	steer hash KEY INPUT
 *	steer table DEV QUEUE...
 *	steer shuffle DEV FILE USECS
 *
 * Send makes FLOWS flows of all kinds, whose addresses and ports come from SEED, and sends
 * FRAMES frames of them in turn to MAC. For each it prints a line: its length, which no other
 * has; the hash of its flow; its kind. Of a KIND that is named only the addresses are hashed.
 * Hash takes and prints bytes in hex. Table repeats the queues until the table is full. Shuffle
 * writes a table each USECS until FILE exists: a random one, and after each 16th the default one
 * for a while. Prints how many, how many entries they changed, and how many were refused: queues
 * may come and go meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY_BYTES	40
#define INPUT_MAX	36
#define TABLE_MAX	128
#define LENGTH_MIN	200
#define FRAME_MAX	1514
#define DEFAULT_EACH	16
#define DEFAULT_USECS	60000
#define TCP		6
#define UDP		17
#define ICMP		1
#define ETHERTYPE_QINQ	0x88a8

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

struct kind {
	const char *name;
	int version;
	uint8_t protocol;
	bool ports;
	bool fragment;
	int options;
	int tags;
};

static const struct kind kinds[] = {
	{ .name = "tcp4", .version = 4, .protocol = TCP, .ports = true },
	{ .name = "udp4", .version = 4, .protocol = UDP, .ports = true },
	{ .name = "tcp6", .version = 6, .protocol = TCP, .ports = true },
	{ .name = "udp6", .version = 6, .protocol = UDP, .ports = true },
	{ .name = "icmp4", .version = 4, .protocol = ICMP },
	{ .name = "fragment4", .version = 4, .protocol = UDP, .fragment = true },
	{ .name = "options4", .version = 4, .protocol = TCP, .ports = true, .options = 8 },
	{ .name = "vlan4", .version = 4, .protocol = TCP, .ports = true, .tags = 1 },
	{ .name = "qinq6", .version = 6, .protocol = TCP, .ports = true, .tags = 2 },
};

struct flow {
	const struct kind *kind;
	uint8_t source[16], dest[16];
	uint8_t ports[4];
};

static uint64_t random_state;

static void die(const char *what)
{
	fprintf(stderr, "steer: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t next_random(void)
{
	random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
	return random_state >> 32;
}

static void fill_random(uint8_t *at, int bytes)
{
	while (bytes--)
		*at++ = next_random() >> 13;
}

/* As the specification has it, bit by bit: another way than the driver's. */
static uint32_t bit_at(const uint8_t *bytes, int n)
{
	return bytes[n / 8] >> (7 - n % 8) & 1;
}

static uint32_t toeplitz(const uint8_t *key, const uint8_t *input, int bytes)
{
	uint32_t hash = 0, window;
	int i, j;

	for (i = 0; i < bytes * 8; i++) {
		window = 0;
		for (j = 0; j < 32; j++)
			window = window << 1 | bit_at(key, i + j);
		if (bit_at(input, i))
			hash ^= window;
	}
	return hash;
}

static int address_bytes(const struct flow *flow)
{
	return flow->kind->version == 4 ? 4 : 16;
}

static uint32_t hash_flow(const struct flow *flow, const uint8_t *key, bool ports)
{
	int bytes = address_bytes(flow);
	uint8_t input[INPUT_MAX];

	memcpy(input, flow->source, bytes);
	memcpy(input + bytes, flow->dest, bytes);
	memcpy(input + 2 * bytes, flow->ports, sizeof(flow->ports));
	return toeplitz(key, input, 2 * bytes + (ports ? sizeof(flow->ports) : 0));
}

/* 2001:db8::/32 and 198.18.0.0/15, which are for tests. */
static struct flow make_flow(unsigned int number)
{
	struct flow flow = { .kind = &kinds[number % ARRAY_SIZE(kinds)] };

	fill_random(flow.source, sizeof(flow.source));
	fill_random(flow.dest, sizeof(flow.dest));
	fill_random(flow.ports, sizeof(flow.ports));
	if (flow.kind->version == 4) {
		flow.source[0] = 198;
		flow.source[1] = 18;
		flow.dest[0] = 198;
		flow.dest[1] = 19;
	} else {
		memcpy(flow.source, "\x20\x01\x0d\xb8", 4);
		memcpy(flow.dest, "\x20\x01\x0d\xb8", 4);
	}
	return flow;
}

static uint8_t *put16(uint8_t *at, unsigned int value)
{
	at[0] = value >> 8;
	at[1] = value;
	return at + 2;
}

static void checksum_ipv4(uint8_t *ip, int bytes)
{
	uint32_t sum = 0;
	int i;

	for (i = 0; i < bytes; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put16(ip + 10, ~sum);
}

static uint8_t *put_ipv4(uint8_t *ip, const struct flow *flow, int bytes)
{
	int header = 20 + flow->kind->options;

	ip[0] = 0x40 | header / 4;
	put16(ip + 2, bytes);
	put16(ip + 4, 1);
	put16(ip + 6, flow->kind->fragment ? 0x2000 : 0);
	ip[8] = 64;
	ip[9] = flow->kind->protocol;
	memcpy(ip + 12, flow->source, 4);
	memcpy(ip + 16, flow->dest, 4);
	/* Options: no operation. */
	memset(ip + 20, 1, flow->kind->options);
	checksum_ipv4(ip, header);
	return ip + header;
}

static uint8_t *put_ipv6(uint8_t *ip, const struct flow *flow, int bytes)
{
	ip[0] = 0x60;
	put16(ip + 4, bytes - 40);
	ip[6] = flow->kind->protocol;
	ip[7] = 64;
	memcpy(ip + 8, flow->source, 16);
	memcpy(ip + 24, flow->dest, 16);
	return ip + 40;
}

/* @frame: zeroes of the final length, of which the header is made. */
static void make_frame(uint8_t *frame, int length, const struct flow *flow, const uint8_t *mac)
{
	uint8_t *at = frame + 12;
	int tag;

	memcpy(frame, mac, 6);
	memcpy(frame + 6, "\x02\x00\x00\x00\x00\x01", 6);
	for (tag = 0; tag < flow->kind->tags; tag++) {
		at = put16(at, tag + 1 < flow->kind->tags ? ETHERTYPE_QINQ :
							 ETHERTYPE_VLAN);
		at = put16(at, 5 + tag);
	}
	if (flow->kind->version == 4) {
		at = put16(at, ETHERTYPE_IP);
		at = put_ipv4(at, flow, length - (at - frame));
	} else {
		at = put16(at, ETHERTYPE_IPV6);
		at = put_ipv6(at, flow, length - (at - frame));
	}
	memcpy(at, flow->ports, sizeof(flow->ports));
	/* TCP: the header's length, for receivers that check it. */
	if (flow->kind->protocol == TCP)
		at[12] = 0x50;
}

static void parse_hex(const char *text, uint8_t *bytes, int count)
{
	int i, used;

	for (i = 0; i < count; i++) {
		unsigned int value;

		if (sscanf(text, "%2x%n", &value, &used) != 1 || used != 2) {
			fprintf(stderr, "steer: %d bytes in hex are needed\n", count);
			exit(2);
		}
		bytes[i] = value;
		text += used + (text[used] == ':');
	}
}

static int open_packets(const char *dev)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(dev) };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)))
		die(dev);
	return fd;
}

static bool is_named(const char *name, char **names)
{
	for (; *names; names++)
		if (!strcmp(name, *names))
			return true;
	return false;
}

static int send_frames(char **arg)
{
	int flows = atoi(arg[3]), frames = atoi(arg[4]), fd = open_packets(arg[0]), i;
	uint8_t mac[6], key[KEY_BYTES], frame[FRAME_MAX];
	struct flow *flow;

	if (flows < 1 || frames < 1 || LENGTH_MIN + frames > FRAME_MAX) {
		fprintf(stderr, "steer: up to %d frames\n", FRAME_MAX - LENGTH_MIN);
		return 2;
	}
	parse_hex(arg[1], mac, sizeof(mac));
	parse_hex(arg[2], key, sizeof(key));
	random_state = strtoull(arg[5], NULL, 0);
	flow = calloc(flows, sizeof(*flow));
	if (!flow)
		die("memory");
	for (i = 0; i < flows; i++)
		flow[i] = make_flow(i);
	for (i = 0; i < frames; i++) {
		const struct flow *f = &flow[i % flows];
		bool ports = f->kind->ports && !is_named(f->kind->name, arg + 6);

		memset(frame, 0, sizeof(frame));
		make_frame(frame, LENGTH_MIN + i, f, mac);
		if (send(fd, frame, LENGTH_MIN + i, 0) < 0)
			die("send");
		printf("%d %u %s\n", LENGTH_MIN + i, hash_flow(f, key, ports), f->kind->name);
	}
	return 0;
}

static int print_hash(char **arg)
{
	uint8_t key[KEY_BYTES], input[INPUT_MAX];
	int bytes = strlen(arg[1]) / 2;

	parse_hex(arg[0], key, sizeof(key));
	if (bytes > INPUT_MAX)
		return 2;
	parse_hex(arg[1], input, bytes);
	printf("%08x\n", toeplitz(key, input, bytes));
	return 0;
}

struct table {
	struct ethtool_rxfh request;
	uint32_t queue[TABLE_MAX];
};

/* @size: entries; 0: the default table. */
static int set_table(int fd, const char *dev, struct table *table, int size)
{
	struct ifreq ifr = { .ifr_data = (void *)table };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	table->request = (struct ethtool_rxfh){ .cmd = ETHTOOL_SRSSH, .indir_size = size };
	return ioctl(fd, SIOCETHTOOL, &ifr);
}

static int write_table(char **arg)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), given = 0, i;
	struct table table;

	while (arg[1 + given])
		given++;
	for (i = 0; i < TABLE_MAX; i++)
		table.queue[i] = atoi(arg[1 + i % given]);
	if (set_table(fd, arg[0], &table, TABLE_MAX))
		die(arg[0]);
	return 0;
}

static unsigned int count_queues(int fd, const char *dev)
{
	struct ethtool_rxnfc request = { .cmd = ETHTOOL_GRXRINGS };
	struct ifreq ifr = { .ifr_data = (void *)&request };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		die(dev);
	return request.data;
}

static int shuffle_tables(char **arg)
{
	unsigned long writes = 0, changes = 0, refused = 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), usecs = atoi(arg[2]);
	struct table table = { .queue = { 0 } };
	unsigned int i, queues;

	random_state = 1;
	for (; access(arg[1], F_OK); writes++) {
		bool spread = writes % DEFAULT_EACH == 0;

		queues = count_queues(fd, arg[0]);
		for (i = 0; i < TABLE_MAX; i++) {
			uint32_t queue = (spread ? i : next_random()) % queues;

			changes += table.queue[i] != queue;
			table.queue[i] = queue;
		}
		if (set_table(fd, arg[0], &table, spread ? 0 : TABLE_MAX)) {
			if (errno != EINVAL)
				die(arg[0]);
			refused++;
		}
		usleep(spread ? DEFAULT_USECS : usecs);
	}
	printf("%lu %lu %lu\n", writes, changes, refused);
	return 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: steer send DEV MAC KEY FLOWS FRAMES SEED [KIND...]\n"
			"       steer hash KEY INPUT\n"
			"       steer table DEV QUEUE...\n"
			"       steer shuffle DEV FILE USECS\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc >= 8 && !strcmp(verb, "send"))
		return send_frames(argv + 2);
	if (argc == 4 && !strcmp(verb, "hash"))
		return print_hash(argv + 2);
	if (argc >= 4 && !strcmp(verb, "table"))
		return write_table(argv + 2);
	if (argc == 5 && !strcmp(verb, "shuffle"))
		return shuffle_tables(argv + 2);
	return usage();
}
