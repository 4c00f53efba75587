// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base.h"
#include "wire.h"

static void interface_ioctl(const char *name, unsigned long request, struct ifreq *ifr)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", name);
	if (ioctl(fd, request, ifr))
		die("%s: ioctl %#lx: %s", name, request, strerror(errno));
	close(fd);
}

void wire_up(const char *name, unsigned int mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };

	if (mtu)
		interface_ioctl(name, SIOCSIFMTU, &ifr);
	interface_ioctl(name, SIOCGIFFLAGS, &ifr);
	ifr.ifr_flags |= IFF_UP;
	interface_ioctl(name, SIOCSIFFLAGS, &ifr);
}

void wire_wait_link(const char *name, double seconds)
{
	double end = now() + seconds;
	struct ifreq ifr;

	for (;;) {
		interface_ioctl(name, SIOCGIFFLAGS, &ifr);
		if (ifr.ifr_flags & IFF_RUNNING)
			return;
		if (now() > end)
			die("%s has no link", name);
		usleep(10000);
	}
}

static int open_socket(const char *name, uint16_t ether_type)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ether_type),
		.sll_ifindex = if_nametoindex(name),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ether_type));

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		die("socket of %s: %s", name, strerror(errno));
	return fd;
}

int wire_sender(const char *name)
{
	int fd = open_socket(name, 0), on = 1;

	if (setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		die("socket of %s: %s", name, strerror(errno));
	return fd;
}

void wire_send(int sender, const struct virtio_net_hdr *offload, const void *frame,
	       unsigned int len)
{
	static const struct virtio_net_hdr none;
	struct iovec parts[] = {
		{ (void *)(offload ? offload : &none), sizeof(none) }, { (void *)frame, len },
	};

	if (writev(sender, parts, 2) != (ssize_t)(sizeof(none) + len))
		die("sending: %s", strerror(errno));
}

int wire_capture(const char *name, uint16_t ether_type)
{
	return open_socket(name, ether_type);
}

unsigned int wire_counter(const char *name, const char *counter)
{
	unsigned int value = 0;
	char line[128], key[64];
	FILE *list;

	snprintf(line, sizeof(line), "ethtool -S %s", name);
	list = popen(line, "r");
	snprintf(key, sizeof(key), " %s: %%u", counter);
	while (list && fgets(line, sizeof(line), list))
		sscanf(line, key, &value);
	if (list)
		pclose(list);
	return value;
}
