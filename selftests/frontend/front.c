// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define domid_t uint16_t	/* which the header takes for granted */
#include <xen/evtchn.h>
#include <xen/gntalloc.h>

#include "front.h"

#define STATE_SECONDS	60

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

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	exit(2);
}

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int open_device(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | flags);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

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

struct page page_alloc(void)
{
	struct ioctl_gntalloc_alloc_gref grant = {
		.domid = 0, .flags = GNTALLOC_FLAG_WRITABLE, .count = 1,
	};
	static int fd = -1;
	struct page page;

	if (fd < 0)
		fd = open_device("/dev/xen/gntalloc", 0);
	if (ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, &grant))
		die("granting a page: %s", strerror(errno));
	page.gref = grant.gref_ids[0];
	page.data = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, grant.index);
	if (page.data == MAP_FAILED)
		die("mapping a granted page: %s", strerror(errno));
	return page;
}

bool front_wait_state(struct front *f, int state, double seconds)
{
	double end = now() + seconds;

	do {
		const char *text = xs_read(f->backend, "state");

		if (text && atoi(text) == state)
			return true;
		usleep(10000);
	} while (now() < end);
	return false;
}

void front_plug(struct front *f, int devid)
{
	memset(f, 0, sizeof(*f));
	f->devid = devid;	/* never 0 while there is a device */
	snprintf(f->dir, sizeof(f->dir), "/local/domain/0/device/vif/%d", devid);
	snprintf(f->backend, sizeof(f->backend), "/local/domain/0/backend/vif/0/%d", devid);

	xs_write(f->dir, "backend", "%s", f->backend);
	xs_write(f->dir, "backend-id", "0");
	xs_write(f->dir, "state", "%d", INITIALISING);
	xs_write(f->backend, "frontend", "%s", f->dir);
	xs_write(f->backend, "frontend-id", "0");
	xs_write(f->backend, "online", "1");
	xs_write(f->backend, "handle", "%d", devid);
	xs_write(f->backend, "mac", "00:16:3e:00:07:%02x", devid & 0xff);
	xs_write(f->backend, "script", "none");
	xs_write(f->backend, "state", "%d", INITIALISING);
	if (!front_wait_state(f, INIT_WAIT, STATE_SECONDS))
		die("no backend for %s", f->backend);
	/* There is no hotplug script here that would. */
	xs_write(f->backend, "hotplug-status", "connected");
}

static void make_ring(struct page *page, struct ring_page **ring)
{
	*page = page_alloc();
	*ring = page->data;
	memset(page->data, 0, PAGE_BYTES);
	(*ring)->req_event = 1;
	(*ring)->rsp_event = 1;
}

static uint32_t new_port(struct front *f)
{
	struct ioctl_evtchn_bind_unbound_port bind = { .remote_domain = 0 };
	int port = ioctl(f->events, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &bind);

	if (port < 0)
		die("event channel: %s", strerror(errno));
	return port;
}

void front_announce(struct front *f)
{
	make_ring(&f->tx_page, &f->tx);
	make_ring(&f->rx_page, &f->rx);
	f->events = open_device("/dev/xen/evtchn", O_NONBLOCK);
	f->port = new_port(f);

	xs_write(f->dir, "tx-ring-ref", "%u", f->tx_page.gref);
	xs_write(f->dir, "rx-ring-ref", "%u", f->rx_page.gref);
	xs_write(f->dir, "event-channel", "%u", f->port);
	xs_write(f->dir, "request-rx-copy", "1");
	xs_write(f->dir, "feature-rx-notify", "1");
	xs_write(f->dir, "feature-sg", "1");
}

void front_split(struct front *f)
{
	char path[160];

	f->rx_port = new_port(f);
	snprintf(path, sizeof(path), "%s/event-channel", f->dir);
	xs_rm(path);
	xs_write(f->dir, "event-channel-tx", "%u", f->port);
	xs_write(f->dir, "event-channel-rx", "%u", f->rx_port);
}

bool front_connect(struct front *f)
{
	xs_write(f->dir, "state", "%d", CONNECTED);
	return front_wait_state(f, CONNECTED, STATE_SECONDS);
}

static void wait_interface_gone(int devid)
{
	double end = now() + STATE_SECONDS;
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/vif0.%d", devid);
	while (!access(path, F_OK) && now() < end)
		usleep(10000);
}

void front_unplug(struct front *f)
{
	int devid = f->devid;

	f->devid = 0;
	xs_write(f->backend, "online", "0");
	xs_write(f->dir, "state", "%d", CLOSED);
	front_wait_state(f, CLOSED, STATE_SECONDS);
	xs_rm(f->dir);
	xs_rm(f->backend);
	wait_interface_gone(devid);
}

struct tx_request *tx_slot(struct front *f, uint32_t index)
{
	return (struct tx_request *)f->tx->slot + index % RING_SLOTS;
}

/* The answer takes the place of the request. */
struct tx_response *tx_answer(struct front *f, uint32_t index)
{
	return (struct tx_response *)tx_slot(f, index);
}

struct rx_request *rx_slot(struct front *f, uint32_t index)
{
	return (struct rx_request *)f->rx->slot + index % RING_SLOTS;
}

struct rx_response *rx_answer(struct front *f, uint32_t index)
{
	return (struct rx_response *)rx_slot(f, index);
}

void front_kick(struct front *f)
{
	struct ioctl_evtchn_notify notify = { .port = f->port };

	if (ioctl(f->events, IOCTL_EVTCHN_NOTIFY, &notify))
		die("notify: %s", strerror(errno));
}

bool ring_push(struct front *f, struct ring_page *ring, uint32_t old, uint32_t prod)
{
	__atomic_store_n(&ring->req_prod, prod, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (prod - __atomic_load_n(&ring->req_event, __ATOMIC_RELAXED) >= prod - old)
		return false;
	front_kick(f);
	return true;
}

bool front_wait_event(struct front *f, double seconds)
{
	double end = now() + seconds;
	uint32_t port;

	while (read(f->events, &port, sizeof(port)) != sizeof(port)) {
		if (errno != EAGAIN)
			die("event channel: %s", strerror(errno));
		if (now() > end)
			return false;
	}
	if (write(f->events, &port, sizeof(port)) != sizeof(port))
		die("event channel: %s", strerror(errno));
	return true;
}

bool ring_wait(struct ring_page *ring, uint32_t prod, double seconds)
{
	double end = now() + seconds;

	while ((int32_t)(__atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE) - prod) < 0)
		if (now() > end)
			return false;
	return true;
}
