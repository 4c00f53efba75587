/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A network frontend in user space: what a test puts on the rings is its own affair.
 *
 * It lives in the domain of the backend, as a device of that domain's own: xenstore,
 * grants and event channels work there as between two domains. One queue, one event
 * channel for both rings unless the caller writes other keys before front_connect().
 */
#ifndef FRONT_H
#define FRONT_H

#include <stdbool.h>
#include <stdint.h>

#define RING_SLOTS	256
#define PAGE_BYTES	4096

enum {
	TX_CSUM_BLANK = 1,
	TX_DATA_VALIDATED = 2,
	TX_MORE_DATA = 4,
	TX_EXTRA_INFO = 8,
};

enum {
	RSP_ERROR = -1,
	RSP_OKAY = 0,
	RSP_NULL = 1,
};

/* xenbus states */
enum {
	INITIALISING = 1,
	INIT_WAIT,
	INITIALISED,
	CONNECTED,
	CLOSING,
	CLOSED,
};

struct tx_request {
	uint32_t gref;
	uint16_t offset;
	uint16_t flags;
	uint16_t id;
	uint16_t size;
};

struct tx_response {
	uint16_t id;
	int16_t status;
};

struct rx_request {
	uint16_t id;
	uint16_t pad;
	uint32_t gref;
};

struct rx_response {
	uint16_t id;
	uint16_t offset;
	uint16_t flags;
	int16_t status;
};

/* A ring page as both sides see it; @slot begins at byte 64. */
struct ring_page {
	uint32_t req_prod, req_event, rsp_prod, rsp_event;
	uint8_t pad[48];
	uint8_t slot[];
};

/* A page that the backend may map or copy. */
struct page {
	uint32_t gref;
	void *data;
};

struct front {
	int devid;
	char dir[64], backend[64];
	struct page tx_page, rx_page;
	struct ring_page *tx, *rx;
	uint32_t tx_prod, tx_cons;
	uint32_t rx_prod, rx_cons;
	int events;		/* /dev/xen/evtchn */
	uint32_t port, rx_port;
};

/* Print what failed and exit with status 2. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

double now(void);
void xs_write(const char *dir, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The value, good until the next call, or NULL. */
const char *xs_read(const char *dir, const char *key);
void xs_rm(const char *path);

struct page page_alloc(void);

/* Create the device, as a toolstack does, and wait for the backend's offer. */
void front_plug(struct front *f, int devid);
/* Make rings and a channel and write them to xenstore. */
void front_announce(struct front *f);
/* Announce another channel for the ring of buffers. */
void front_split(struct front *f);
/* Say Connected and wait for the backend; false when it refuses. */
bool front_connect(struct front *f);
/* Close, and take the device away. */
void front_unplug(struct front *f);
bool front_wait_state(struct front *f, int state, double seconds);

struct tx_request *tx_slot(struct front *f, uint32_t index);
struct tx_response *tx_answer(struct front *f, uint32_t index);
struct rx_request *rx_slot(struct front *f, uint32_t index);
struct rx_response *rx_answer(struct front *f, uint32_t index);

/* Publish requests up to @prod; send an event, and return true, when the backend asked for one. */
bool ring_push(struct front *f, struct ring_page *ring, uint32_t old, uint32_t prod);
/* Send an event, asked for or not. */
void front_kick(struct front *f);
/* Spin until there is an event of the channel; false when none came in time. */
bool front_wait_event(struct front *f, double seconds);
/* Spin until rsp_prod is @prod; false when it took too long. */
bool ring_wait(struct ring_page *ring, uint32_t prod, double seconds);

#endif
