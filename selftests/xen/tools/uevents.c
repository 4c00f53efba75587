// SPDX-License-Identifier: GPL-2.0
/*
 * Print the kernel's uevents as they come, a line each: ACTION@DEVPATH KEY=VALUE ...
 * The line "listening" comes first.
 */
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
	char event[8192];
	ssize_t len, i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("uevents");
		return 1;
	}
	puts("listening");
	while ((len = recv(fd, event, sizeof(event) - 1, 0)) > 0) {
		for (i = 0; i < len - 1; i++)
			if (!event[i])
				event[i] = ' ';
		event[len] = 0;
		puts(event);
	}
	return 1;
}
