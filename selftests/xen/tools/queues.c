// SPDX-License-Identifier: GPL-2.0
/*
 * queues IFNAME: what the kernel tells of an interface's queues, in its order, a line for each:
 *
 *	rx|tx QUEUE-ID NAPI-ID IRQ
 *
 * NAPI-ID is 0 where the queue has no NAPI context, IRQ is - where that has no interrupt. Exit
 * status 4: this kernel does not tell (it does since Linux 6.8).
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define QUEUES_MAX	256
#define MESSAGE_MAX	65536
#define SECONDS_MAX	10
#define DOES_NOT_TELL	4

/* Of linux/netdev.h, which not every system has. */
enum {
	NETDEV_CMD_QUEUE_GET = 10,
	NETDEV_CMD_NAPI_GET = 11,
};

enum {
	NETDEV_A_NAPI_IFINDEX = 1,
	NETDEV_A_NAPI_ID = 2,
	NETDEV_A_NAPI_IRQ = 3,
};

enum {
	NETDEV_A_QUEUE_ID = 1,
	NETDEV_A_QUEUE_IFINDEX = 2,
	NETDEV_A_QUEUE_TYPE = 3,
	NETDEV_A_QUEUE_NAPI_ID = 4,
};

enum {
	NETDEV_QUEUE_TYPE_RX,
	NETDEV_QUEUE_TYPE_TX,
};

struct request {
	struct nlmsghdr nl;
	struct genlmsghdr genl;
	struct nlattr attr;
	char value[16];
};

struct queue {
	uint32_t id;
	uint32_t type;
	uint32_t napi;
	uint32_t irq;
	bool has_irq;
};

static struct queue queues[QUEUES_MAX];
static unsigned int count;
static uint16_t family;

static void die(const char *what, int err)
{
	fprintf(stderr, "queues: %s%s%s\n", what, err ? ": " : "", err ? strerror(err) : "");
	exit(1);
}

static void does_not_tell(void)
{
	fprintf(stderr, "queues: this kernel does not tell\n");
	exit(DOES_NOT_TELL);
}

/* False when the message has no such attribute of this size. */
static bool find(const struct nlmsghdr *nl, uint16_t type, void *value, size_t size)
{
	const char *at = (const char *)NLMSG_DATA(nl) + GENL_HDRLEN;
	const char *end = (const char *)nl + nl->nlmsg_len;
	struct nlattr attr;

	while (end - at >= NLA_HDRLEN) {
		memcpy(&attr, at, sizeof(attr));
		if (attr.nla_len < NLA_HDRLEN || attr.nla_len > end - at)
			die("an answer makes no sense", 0);
		if ((attr.nla_type & NLA_TYPE_MASK) == type && attr.nla_len == NLA_HDRLEN + size) {
			memcpy(value, at + NLA_HDRLEN, size);
			return true;
		}
		if (NLA_ALIGN(attr.nla_len) > end - at)
			break;
		at += NLA_ALIGN(attr.nla_len);
	}
	return false;
}

static void note_family(const struct nlmsghdr *nl)
{
	if (!find(nl, CTRL_ATTR_FAMILY_ID, &family, sizeof(family)))
		die("the family has no id", 0);
}

static void note_queue(const struct nlmsghdr *nl)
{
	struct queue *queue = &queues[count];

	if (count == QUEUES_MAX)
		die("too many queues", 0);
	if (!find(nl, NETDEV_A_QUEUE_ID, &queue->id, sizeof(queue->id)) ||
	    !find(nl, NETDEV_A_QUEUE_TYPE, &queue->type, sizeof(queue->type)))
		die("a queue has no id or no type", 0);
	find(nl, NETDEV_A_QUEUE_NAPI_ID, &queue->napi, sizeof(queue->napi));
	count++;
}

static void note_napi(const struct nlmsghdr *nl)
{
	unsigned int i;
	uint32_t id, irq;

	if (!find(nl, NETDEV_A_NAPI_ID, &id, sizeof(id)) || !id ||
	    !find(nl, NETDEV_A_NAPI_IRQ, &irq, sizeof(irq)))
		return;
	for (i = 0; i < count; i++) {
		if (queues[i].napi == id) {
			queues[i].irq = irq;
			queues[i].has_irq = true;
		}
	}
}

/* Return: the error of the last message, 0 or positive. */
static int hear(int fd, void (*note)(const struct nlmsghdr *nl))
{
	static union {
		struct nlmsghdr nl;
		char bytes[MESSAGE_MAX];
	} message;
	const struct nlmsghdr *nl;
	ssize_t got;
	int left, err;

	for (;;) {
		got = recv(fd, &message, sizeof(message), MSG_TRUNC);
		if (got < 0)
			die("no answer", errno);
		if (got > (ssize_t)sizeof(message))
			die("an answer is too long", 0);
		left = got;
		for (nl = &message.nl; NLMSG_OK(nl, left); nl = NLMSG_NEXT(nl, left)) {
			if (nl->nlmsg_type == NLMSG_ERROR || nl->nlmsg_type == NLMSG_DONE) {
				if (nl->nlmsg_len < NLMSG_LENGTH(sizeof(err)))
					die("an answer is too short", 0);
				memcpy(&err, NLMSG_DATA(nl), sizeof(err));
				return -err;
			}
			if (nl->nlmsg_len < NLMSG_LENGTH(GENL_HDRLEN))
				die("an answer is too short", 0);
			note(nl);
		}
	}
}

/* Return: as of hear(). */
static int ask(int fd, uint16_t type, uint8_t command, uint16_t flags, uint16_t attr,
	       const void *value, size_t size, void (*note)(const struct nlmsghdr *nl))
{
	struct request request = {
		.nl.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN) + NLA_HDRLEN + size,
		.nl.nlmsg_type = type,
		.nl.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
		.genl.cmd = command,
		.genl.version = 1,
		.attr.nla_len = NLA_HDRLEN + size,
		.attr.nla_type = attr,
	};

	memcpy(request.value, value, size);
	if (send(fd, &request, request.nl.nlmsg_len, 0) < 0)
		die("the question cannot be sent", errno);
	return hear(fd, note);
}

/* Only the kernel is heard on it. */
static int open_socket(void)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct timeval patience = { .tv_sec = SECONDS_MAX };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		die("no netlink socket", errno);
	return fd;
}

static void print_queues(void)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		printf("%s %u %u ", queues[i].type == NETDEV_QUEUE_TYPE_TX ? "tx" : "rx",
		       queues[i].id, queues[i].napi);
		if (queues[i].has_irq)
			printf("%u\n", queues[i].irq);
		else
			printf("-\n");
	}
}

int main(int argc, char **argv)
{
	static const char name[] = "netdev";
	uint32_t ifindex;
	int fd, err;

	if (argc != 2) {
		fprintf(stderr, "usage: queues IFNAME\n");
		return 2;
	}
	ifindex = if_nametoindex(argv[1]);
	if (!ifindex)
		die(argv[1], errno);

	fd = open_socket();
	err = ask(fd, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0, CTRL_ATTR_FAMILY_NAME, name,
		  sizeof(name), note_family);
	if (err == ENOENT)
		does_not_tell();
	if (err)
		die("no netlink family", err);

	err = ask(fd, family, NETDEV_CMD_QUEUE_GET, NLM_F_DUMP, NETDEV_A_QUEUE_IFINDEX, &ifindex,
		  sizeof(ifindex), note_queue);
	if (err == EOPNOTSUPP)
		does_not_tell();
	if (err)
		die("no list of queues", err);

	err = ask(fd, family, NETDEV_CMD_NAPI_GET, NLM_F_DUMP, NETDEV_A_NAPI_IFINDEX, &ifindex,
		  sizeof(ifindex), note_napi);
	if (err)
		die("no list of NAPI contexts", err);
	print_queues();
	return 0;
}
