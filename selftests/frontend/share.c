// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define domid_t uint16_t	/* which the header takes for granted */
#include <xen/evtchn.h>
#include <xen/gntalloc.h>

#include "base.h"
#include "share.h"

static int grants_open(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open_device("/dev/xen/gntalloc", 0);
	return fd;
}

struct page page_alloc(void)
{
	struct ioctl_gntalloc_alloc_gref grant = {
		.domid = 0, .flags = GNTALLOC_FLAG_WRITABLE, .count = 1,
	};
	int fd = grants_open();
	struct page page;

	if (ioctl(fd, IOCTL_GNTALLOC_ALLOC_GREF, &grant))
		die("granting a page: %s", strerror(errno));
	page.gref = grant.gref_ids[0];
	page.index = grant.index;
	page.data = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, grant.index);
	if (page.data == MAP_FAILED)
		die("mapping a granted page: %s", strerror(errno));
	return page;
}

void page_free(struct page *page)
{
	struct ioctl_gntalloc_dealloc_gref grant = { .index = page->index, .count = 1 };

	if (!page->data)
		return;
	if (munmap(page->data, PAGE_BYTES) ||
	    ioctl(grants_open(), IOCTL_GNTALLOC_DEALLOC_GREF, &grant))
		die("taking a page back: %s", strerror(errno));
	page->data = NULL;
}

struct ring_page *ring_alloc(struct page *page)
{
	struct ring_page *ring;

	*page = page_alloc();
	ring = page->data;
	memset(ring, 0, PAGE_BYTES);
	ring->req_event = 1;
	ring->rsp_event = 1;
	return ring;
}

uint32_t ring_answered(const struct ring_page *ring)
{
	return __atomic_load_n(&ring->rsp_prod, __ATOMIC_ACQUIRE);
}

bool ring_wait(struct ring_page *ring, uint32_t prod, double seconds)
{
	double end = now() + seconds;

	while ((int32_t)(ring_answered(ring) - prod) < 0)
		if (now() > end)
			return false;
	return true;
}

bool ring_push(struct ring_page *ring, uint32_t old, uint32_t prod, int events, uint32_t port)
{
	__atomic_store_n(&ring->req_prod, prod, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (prod - __atomic_load_n(&ring->req_event, __ATOMIC_RELAXED) >= prod - old)
		return false;
	events_kick(events, port);
	return true;
}

void ring_ask_event(struct ring_page *ring, uint32_t number)
{
	__atomic_store_n(&ring->rsp_event, number, __ATOMIC_SEQ_CST);
}

int events_open(void)
{
	return open_device("/dev/xen/evtchn", O_NONBLOCK);
}

uint32_t events_bind(int events)
{
	struct ioctl_evtchn_bind_unbound_port bind = { .remote_domain = 0 };
	int port = ioctl(events, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &bind);

	if (port < 0)
		die("event channel: %s", strerror(errno));
	return port;
}

void events_kick(int events, uint32_t port)
{
	struct ioctl_evtchn_notify notify = { .port = port };

	if (ioctl(events, IOCTL_EVTCHN_NOTIFY, &notify))
		die("notify: %s", strerror(errno));
}

/* An event that was read is masked until it is written back. */
static uint32_t events_take(int events)
{
	uint32_t port;

	if (read(events, &port, sizeof(port)) != sizeof(port)) {
		if (errno != EAGAIN)
			die("event channel: %s", strerror(errno));
		return 0;
	}
	if (write(events, &port, sizeof(port)) != sizeof(port))
		die("event channel: %s", strerror(errno));
	return port;
}

uint32_t events_wait(int events, double seconds)
{
	struct pollfd p = { .fd = events, .events = POLLIN };

	if (poll(&p, 1, seconds > 0 ? seconds * 1000 + 1 : 0) < 0)
		die("event channel: %s", strerror(errno));
	return events_take(events);
}

uint32_t events_spin(int events, double seconds)
{
	double end = now() + seconds;
	uint32_t port;

	while (!(port = events_take(events)))
		if (now() > end)
			return 0;
	return port;
}
