// SPDX-License-Identifier: GPL-2.0
/*
 * How long a message to another host and its answer take.
 *
 *	rtt serve udp|tcp PORT
 *	rtt udp|tcp HOST PORT COUNT [PERCENTILE...]
 *
 * Sends COUNT messages of 14 bytes, each when the one before was answered, and
 * prints the percentiles of their round trips in microseconds on one line. A few
 * that go before them do not count. The answer is the message; one that is lost ends
 * the measurement, and the server of TCP has one client at a time. It counts messages
 * and not seconds: a clock that counts instructions makes a second long.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE		14
#define WARM_UP		100
#define COUNT_MAX	1000000
#define ANSWER_SECONDS	10

static void __attribute__((noreturn)) fail(const char *what)
{
	perror(what);
	exit(1);
}

static void __attribute__((noreturn)) usage(void)
{
	fputs("usage: rtt serve udp|tcp PORT\n"
	      "       rtt udp|tcp HOST PORT COUNT [PERCENTILE...]\n", stderr);
	exit(2);
}

static int socket_of(const char *protocol)
{
	int fd, one = 1;

	if (!strcmp(protocol, "udp"))
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	else if (!strcmp(protocol, "tcp"))
		fd = socket(AF_INET, SOCK_STREAM, 0);
	else
		usage();
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)))
		fail("rtt: socket");
	return fd;
}

static struct sockaddr_in address_of(const char *host, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	if (!address.sin_port || !inet_aton(host, &address.sin_addr))
		usage();
	return address;
}

static void no_delay(int fd)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)))
		fail("rtt: TCP_NODELAY");
}

static void __attribute__((noreturn)) serve_udp(int fd)
{
	struct sockaddr_in from;
	char message[MESSAGE];

	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(fd, message, sizeof(message), 0,
				       (struct sockaddr *)&from, &size);

		if (len > 0)
			sendto(fd, message, len, 0, (struct sockaddr *)&from, size);
	}
}

static void __attribute__((noreturn)) serve_tcp(int fd)
{
	char message[MESSAGE];

	if (listen(fd, SOMAXCONN))
		fail("rtt: listen");
	for (;;) {
		int client = accept(fd, NULL, NULL);
		ssize_t len;

		if (client < 0)
			continue;
		no_delay(client);
		while ((len = recv(client, message, sizeof(message), 0)) > 0)
			if (send(client, message, len, 0) < 0)
				break;
		close(client);
	}
}

static void __attribute__((noreturn)) serve(const char *protocol, const char *port)
{
	struct sockaddr_in address = address_of("0.0.0.0", port);
	int fd = socket_of(protocol);

	signal(SIGPIPE, SIG_IGN);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail("rtt: bind");
	if (!strcmp(protocol, "udp"))
		serve_udp(fd);
	serve_tcp(fd);
}

static double percent_of(const char *text)
{
	char *end;
	double percent = strtod(text, &end);

	if (*end || !(percent > 0 && percent < 100))
		usage();
	return percent;
}

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static double round_trip(int fd)
{
	char message[MESSAGE] = { 0 };
	double since = microseconds();

	if (send(fd, message, sizeof(message), 0) != sizeof(message))
		fail("rtt: send");
	if (recv(fd, message, sizeof(message), MSG_WAITALL) != sizeof(message))
		fail("rtt: no answer");
	return microseconds() - since;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int connected(const char *protocol, const char *host, const char *port)
{
	struct timeval patience = { .tv_sec = ANSWER_SECONDS };
	struct sockaddr_in address = address_of(host, port);
	int fd = socket_of(protocol);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail("rtt: connect");
	if (!strcmp(protocol, "tcp"))
		no_delay(fd);
	return fd;
}

int main(int argc, char **argv)
{
	int fd, i, count, rank;
	double *took;
	char *end;

	if (argc == 4 && !strcmp(argv[1], "serve"))
		serve(argv[2], argv[3]);
	if (argc < 5)
		usage();
	count = strtol(argv[4], &end, 10);
	if (*end || count < 1 || count > COUNT_MAX)
		usage();
	for (i = 5; i < argc; i++)
		percent_of(argv[i]);
	took = calloc(count, sizeof(*took));
	if (!took)
		fail("rtt: memory");

	fd = connected(argv[1], argv[2], argv[3]);
	for (i = 0; i < WARM_UP; i++)
		round_trip(fd);
	for (i = 0; i < count; i++)
		took[i] = round_trip(fd);

	qsort(took, count, sizeof(*took), compare);
	for (i = 5; i < argc; i++) {
		rank = ceil(count * percent_of(argv[i]) / 100);
		printf("%.1f%c", took[rank - 1], argv[i + 1] ? ' ' : '\n');
	}
	return 0;
}
