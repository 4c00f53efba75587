// SPDX-License-Identifier: GPL-2.0
/*
 * Send data made from a seed and verify every byte at the other end.
 *
 *	xfer serve PORT
 *	xfer tcp  [-r] [-t SECONDS] HOST PORT BYTES [SEED]
 *	xfer tcp  [-r] -u FILE HOST PORT 0 [SEED]
 *	xfer udp  [-r] [-t SECONDS] HOST PORT FROM TO STEP [SEED]
 *
 * The data goes to the server, or with -r from the server to us. Udp sends one
 * datagram of each size FROM, FROM + STEP ... TO. Exit status 0 only when all
 * bytes arrived right; one line on stdout says what was transferred. With -u the
 * data flows, at about 1 MB/s, until FILE exists.
 *
 * A TCP control connection carries the request and the receiver's verdicts, so
 * a lost datagram is sent again a few times and then reported.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define MAGIC		0x78666572u
#define BUF_SIZE	65536
#define UDP_MAX		65507
#define UDP_TRIES	5
/* After an outage TCP may be silent for as long again. */
#define IO_SECONDS	60
#define DATAGRAM_MS	500
#define ENDLESS		UINT64_MAX
#define ENDLESS_PIECE	16384
#define ENDLESS_PAUSE	10000	/* us after each piece */

enum mode { TCP_PUT, TCP_GET, UDP_PUT, UDP_GET };

/* Both ends are x86-64 builds of this file: no byte order to mind. */
struct request {
	uint32_t magic;
	uint32_t mode;
	uint64_t bytes;
	uint64_t seed;
	uint32_t from, to, step;
	uint32_t udp_port;
};

struct verdict {
	uint64_t bytes;
	uint32_t good;
	uint32_t resent;
};

/* The sender's word that datagram (size, attempt) is on its way; size ~0 ends. */
struct announce {
	uint32_t size;
	uint32_t attempt;
};

static uint8_t made[BUF_SIZE], got[BUF_SIZE];
static const char *until;

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "xfer: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static void die_errno(const char *what)
{
	die("%s: %s", what, strerror(errno));
}

static uint64_t next_word(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15ull;
	uint64_t z = *state;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void make_data(uint64_t *state, uint8_t *buf, size_t len)
{
	while (len) {
		uint64_t word = next_word(state);
		size_t n = len < sizeof(word) ? len : sizeof(word);

		memcpy(buf, &word, n);
		buf += n;
		len -= n;
	}
}

static void set_timeouts(int fd)
{
	struct timeval tv = { .tv_sec = IO_SECONDS };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
}

static void write_all(int fd, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die_errno("send");
		p += n;
		len -= n;
	}
}

/* As much as there is up to len: short only at the end of the stream. */
static size_t read_some(int fd, void *buf, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = recv(fd, (uint8_t *)buf + done, len - done, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die_errno("receive");
		if (!n)
			break;
		done += n;
	}
	return done;
}

static void read_all(int fd, void *buf, size_t len)
{
	if (read_some(fd, buf, len) != len)
		die("connection closed early");
}

/* Whether an endless transfer is to end: the client looks, the server is told. */
static bool ended(int fd)
{
	char byte;

	usleep(ENDLESS_PAUSE);
	if (until)
		return !access(until, F_OK);
	return !recv(fd, &byte, 1, MSG_DONTWAIT);
}

static uint64_t tcp_send(int fd, uint64_t bytes, uint64_t seed)
{
	size_t piece = bytes == ENDLESS ? ENDLESS_PIECE : BUF_SIZE;
	uint64_t done = 0;

	while (done < bytes) {
		size_t n = bytes - done < piece ? bytes - done : piece;

		make_data(&seed, made, n);
		write_all(fd, made, n);
		done += n;
		if (bytes == ENDLESS && ended(fd))
			break;
	}
	shutdown(fd, SHUT_WR);
	return done;
}

static struct verdict tcp_receive(int fd, uint64_t bytes, uint64_t seed)
{
	struct verdict v = { .good = 1 };
	bool told = false;

	while (v.bytes < bytes) {
		uint64_t left = bytes - v.bytes;
		size_t n = left < BUF_SIZE ? left : BUF_SIZE;
		size_t have = read_some(fd, got, n);

		make_data(&seed, made, n);
		if ((have != n && bytes != ENDLESS) || memcmp(made, got, have))
			v.good = 0;
		v.bytes += have;
		if (have != n)
			break;
		if (until && !told && !access(until, F_OK)) {
			shutdown(fd, SHUT_WR);
			told = true;
		}
	}
	/* The server ends an endless transfer only when it is told. */
	if (until && !told)
		v.good = 0;
	return v;
}

static uint64_t datagram_seed(const struct request *r, const struct announce *a)
{
	return r->seed + a->size * 1000ull + a->attempt;
}

/* One datagram of the announced content; others are late copies, or corrupt. */
static bool udp_receive_one(int udp, const struct request *r, const struct announce *a)
{
	uint64_t seed = datagram_seed(r, a);
	ssize_t n;

	make_data(&seed, made, a->size);
	for (;;) {
		n = recv(udp, got, sizeof(got), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		if ((size_t)n == a->size && !memcmp(made, got, n))
			return true;
	}
}

static void udp_receive(int ctrl, int udp, const struct request *r)
{
	struct timeval tv = { .tv_usec = DATAGRAM_MS * 1000 };
	struct announce a;
	uint32_t good;

	setsockopt(udp, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	for (;;) {
		read_all(ctrl, &a, sizeof(a));
		if (a.size == UINT32_MAX)
			return;
		if (a.size > UDP_MAX)
			die("datagram of %u bytes announced", a.size);
		good = udp_receive_one(udp, r, &a);
		write_all(ctrl, &good, sizeof(good));
	}
}

static bool udp_send_one(int ctrl, int udp, const struct request *r, struct announce a)
{
	uint64_t seed = datagram_seed(r, &a);
	uint32_t good;

	make_data(&seed, made, a.size);
	if (send(udp, made, a.size, 0) < 0 && errno != ENOBUFS)
		die_errno("send datagram");
	write_all(ctrl, &a, sizeof(a));
	read_all(ctrl, &good, sizeof(good));
	return good;
}

static struct verdict udp_send(int ctrl, int udp, const struct request *r)
{
	struct verdict v = { .good = 1 };
	struct announce a;
	uint64_t size;

	for (size = r->from; size <= r->to; size += r->step) {
		a.size = size;
		for (a.attempt = 0; a.attempt < UDP_TRIES; a.attempt++) {
			if (udp_send_one(ctrl, udp, r, a))
				break;
			v.resent++;
		}
		if (a.attempt == UDP_TRIES) {
			fprintf(stderr, "xfer: datagram of %u bytes lost or wrong\n", a.size);
			v.good = 0;
			break;
		}
		v.bytes += size;
	}
	a.size = UINT32_MAX;
	write_all(ctrl, &a, sizeof(a));
	return v;
}

static uint16_t port_of(const struct sockaddr_storage *ss)
{
	return ntohs(ss->ss_family == AF_INET6 ? ((struct sockaddr_in6 *)ss)->sin6_port :
						 ((struct sockaddr_in *)ss)->sin_port);
}

static void set_port(struct sockaddr_storage *ss, uint16_t port)
{
	if (ss->ss_family == AF_INET6)
		((struct sockaddr_in6 *)ss)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)ss)->sin_port = htons(port);
}

/* A datagram socket at the control connection's own address, port chosen. */
static int udp_socket(int ctrl, uint32_t *port)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int big = 1 << 20, fd;

	if (getsockname(ctrl, (struct sockaddr *)&ss, &len))
		die_errno("getsockname");
	set_port(&ss, 0);
	fd = socket(ss.ss_family, SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&ss, len))
		die_errno("datagram socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &big, sizeof(big));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &big, sizeof(big));
	set_timeouts(fd);
	if (getsockname(fd, (struct sockaddr *)&ss, &len))
		die_errno("getsockname");
	*port = port_of(&ss);
	return fd;
}

static void udp_connect(int ctrl, int udp, uint32_t port)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	if (getpeername(ctrl, (struct sockaddr *)&ss, &len))
		die_errno("getpeername");
	set_port(&ss, port);
	if (connect(udp, (struct sockaddr *)&ss, len))
		die_errno("connect datagram socket");
}

static void serve_one(int fd)
{
	struct verdict v = { 0 };
	struct request r;
	uint32_t port;
	int udp;

	set_timeouts(fd);
	read_all(fd, &r, sizeof(r));
	if (r.magic != MAGIC)
		die("not an xfer request");
	switch (r.mode) {
	case TCP_PUT:
		v = tcp_receive(fd, r.bytes, r.seed);
		write_all(fd, &v, sizeof(v));
		break;
	case TCP_GET:
		tcp_send(fd, r.bytes, r.seed);
		break;
	default:
		udp = udp_socket(fd, &port);
		write_all(fd, &port, sizeof(port));
		udp_connect(fd, udp, r.udp_port);
		if (r.mode == UDP_PUT) {
			udp_receive(fd, udp, &r);
		} else {
			v = udp_send(fd, udp, &r);
			write_all(fd, &v, sizeof(v));
		}
	}
}

static int serve(const char *port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(atoi(port)) };
	int on = 1, off = 0, fd, conn;

	signal(SIGCHLD, SIG_IGN);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd < 0)
		die_errno("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) || listen(fd, 64))
		die_errno("bind");
	for (;;) {
		conn = accept(fd, NULL, NULL);
		if (conn < 0)
			continue;
		if (!fork()) {
			close(fd);
			serve_one(conn);
			exit(0);
		}
		close(conn);
	}
}

static int dial(const char *host, const char *port)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;
	struct sockaddr_in *in = (struct sockaddr_in *)&ss;
	int fd;

	if (inet_pton(AF_INET, host, &in->sin_addr) == 1)
		ss.ss_family = AF_INET;
	else if (inet_pton(AF_INET6, host, &in6->sin6_addr) == 1)
		ss.ss_family = AF_INET6;
	else
		die("%s is no address", host);
	set_port(&ss, atoi(port));
	fd = socket(ss.ss_family, SOCK_STREAM, 0);
	if (fd < 0)
		die_errno("socket");
	set_timeouts(fd);
	if (connect(fd, (struct sockaddr *)&ss,
		    ss.ss_family == AF_INET ? sizeof(*in) : sizeof(*in6)))
		die_errno("connect");
	return fd;
}

static struct verdict transfer(int fd, struct request *r)
{
	struct verdict v;
	uint32_t port;
	int udp = -1;

	if (r->mode == UDP_PUT || r->mode == UDP_GET)
		udp = udp_socket(fd, &r->udp_port);
	write_all(fd, r, sizeof(*r));
	if (r->mode == TCP_GET)
		return tcp_receive(fd, r->bytes, r->seed);
	if (r->mode == TCP_PUT) {
		r->bytes = tcp_send(fd, r->bytes, r->seed);
		read_all(fd, &v, sizeof(v));
		return v;
	}
	read_all(fd, &port, sizeof(port));
	udp_connect(fd, udp, port);
	if (r->mode == UDP_PUT)
		return udp_send(fd, udp, r);
	udp_receive(fd, udp, r);
	read_all(fd, &v, sizeof(v));
	return v;
}

static int usage(void)
{
	fprintf(stderr, "usage: xfer serve PORT\n"
			"       xfer tcp [-r] [-t SECONDS] HOST PORT BYTES [SEED]\n"
			"       xfer tcp [-r] -u FILE HOST PORT 0 [SEED]\n"
			"       xfer udp [-r] [-t SECONDS] HOST PORT FROM TO STEP [SEED]\n");
	return 2;
}

static bool parse_sizes(struct request *r, bool udp, char **arg, int n)
{
	if (n < (udp ? 3 : 1) || n > (udp ? 4 : 2))
		return false;
	if (!udp) {
		r->bytes = strtoull(arg[0], NULL, 0);
		r->seed = n == 2 ? strtoull(arg[1], NULL, 0) : 1;
		return true;
	}
	r->from = strtoul(arg[0], NULL, 0);
	r->to = strtoul(arg[1], NULL, 0);
	r->step = strtoul(arg[2], NULL, 0);
	r->seed = n == 4 ? strtoull(arg[3], NULL, 0) : 1;
	return r->step && r->to <= UDP_MAX;
}

int main(int argc, char **argv)
{
	struct request r = { .magic = MAGIC };
	bool udp = argc > 1 && !strcmp(argv[1], "udp");
	unsigned int seconds = 120;
	bool reverse = false;
	struct verdict v;
	int opt;

	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc < 2 || (!udp && strcmp(argv[1], "tcp")))
		return usage();

	optind = 2;
	while ((opt = getopt(argc, argv, "+rt:u:")) != -1) {
		if (opt == 'r')
			reverse = true;
		else if (opt == 't')
			seconds = atoi(optarg);
		else if (opt == 'u' && !udp)
			until = optarg;
		else
			return usage();
	}
	if (argc - optind < 3 || !parse_sizes(&r, udp, argv + optind + 2, argc - optind - 2))
		return usage();
	r.mode = (udp ? UDP_PUT : TCP_PUT) + reverse;
	if (until)
		r.bytes = ENDLESS;

	if (!until)
		alarm(seconds);
	v = transfer(dial(argv[optind], argv[optind + 1]), &r);
	printf("%s bytes=%llu resent=%u\n", v.good ? "good" : "BAD",
	       (unsigned long long)v.bytes, v.resent);
	return !v.good || (!udp && r.bytes != ENDLESS && v.bytes != r.bytes);
}
