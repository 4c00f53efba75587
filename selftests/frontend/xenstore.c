// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "xenstore.h"

enum xs_type {
	XS_READ = 2,
	XS_WRITE = 11,
	XS_RM = 13,
	XS_ERROR = 16,
};

struct xs_header {
	uint32_t type, req_id, tx_id, len;
};

static char answer[4097];

static void read_all(int fd, void *buf, size_t len)
{
	char *p = buf;

	while (len) {
		ssize_t n = read(fd, p, len);

		if (n <= 0)
			die("xenstore: %s", strerror(errno));
		p += n;
		len -= n;
	}
}

static bool xs_request(enum xs_type type, const char *path, const char *data, size_t len)
{
	static int bus = -1;
	size_t path_len = strlen(path) + 1;
	struct xs_header h = { .type = type, .len = path_len + len };
	char message[sizeof(h) + 4096];

	if (bus < 0)
		bus = open_device("/dev/xen/xenbus", 0);
	if (h.len > 4096)
		die("xenstore: %s is too long", path);
	memcpy(message, &h, sizeof(h));
	memcpy(message + sizeof(h), path, path_len);
	memcpy(message + sizeof(h) + path_len, data, len);
	if (write(bus, message, sizeof(h) + h.len) != (ssize_t)(sizeof(h) + h.len))
		die("xenstore: %s", strerror(errno));
	read_all(bus, &h, sizeof(h));
	if (h.len >= sizeof(answer))
		die("xenstore: a message of %u bytes", h.len);
	read_all(bus, answer, h.len);
	answer[h.len] = 0;
	return h.type != XS_ERROR;
}

void xs_write(const char *dir, const char *key, const char *format, ...)
{
	char path[160], value[512];
	va_list args;

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	va_start(args, format);
	vsnprintf(value, sizeof(value), format, args);
	va_end(args);
	if (!xs_request(XS_WRITE, path, value, strlen(value)))
		die("xenstore: cannot write %s: %s", path, answer);
}

const char *xs_read(const char *dir, const char *key)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	return xs_request(XS_READ, path, "", 0) ? answer : NULL;
}

void xs_rm(const char *path)
{
	xs_request(XS_RM, path, "", 0);
}

void xs_rm_key(const char *dir, const char *key)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", dir, key);
	xs_rm(path);
}
