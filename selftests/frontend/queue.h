/* SPDX-License-Identifier: GPL-2.0 */
/* A queue: a ring for packets from the guest, one for packets to it, and their channels. */
#ifndef QUEUE_H
#define QUEUE_H

#include "share.h"

#define RING_SLOTS	256
#define FRAME_MAX	65536
#define EXTRAS_MAX	8

/* Flags of requests and of answers on the ring from the guest. */
enum {
	TX_CSUM_BLANK = 1,
	TX_DATA_VALIDATED = 2,
	TX_MORE_DATA = 4,
	TX_EXTRA_INFO = 8,
};

/* Flags on the ring to the guest. */
enum {
	RX_DATA_VALIDATED = 1,
	RX_CSUM_BLANK = 2,
	RX_MORE_DATA = 4,
	RX_EXTRA_INFO = 8,
};

enum {
	RSP_ERROR = -1,
	RSP_OKAY = 0,
	RSP_NULL = 1,
};

enum {
	EXTRA_GSO = 1,
	EXTRA_MULTICAST = 2,
	EXTRA_HASH = 4,
	EXTRA_MORE = 1,		/* a flag */
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

struct extra {
	uint8_t type;
	uint8_t flags;
	union {
		struct {
			uint16_t size;
			uint8_t type;
			uint8_t pad;
			uint16_t features;
		} gso;
		struct {
			uint8_t type;
			uint8_t algorithm;
			uint8_t value[4];	/* the lowest byte first */
		} hash;
	};
};

/*
 * Counters of the rings run freely; a slot is a counter modulo RING_SLOTS. Buffers belong to
 * slots, and a slot's number is the id of what is in it.
 */
struct queue {
	int events;
	uint32_t tx_port, rx_port;	/* one and the same where they are not split */
	struct page tx_page, rx_page;
	struct ring_page *tx, *rx;
	uint32_t tx_prod, tx_cons;
	uint32_t rx_prod, rx_cons;
	struct page tx_buffer[RING_SLOTS], rx_buffer[RING_SLOTS];
	int16_t due[RING_SLOTS];	/* status that the answer of a slot has to have */
};

/* A packet as it came, and what stood between its slots. */
struct packet {
	uint16_t flags;		/* of its first slot */
	unsigned int slots;	/* with extras */
	unsigned int extras;
	struct extra extra[EXTRAS_MAX];
	unsigned int len;
	uint8_t data[FRAME_MAX + PAGE_BYTES];
};

void queue_create(struct queue *q, int events, bool split);
/* Take all pages back. */
void queue_destroy(struct queue *q);

struct tx_request *tx_slot(struct queue *q, uint32_t index);
struct tx_response *tx_answer(struct queue *q, uint32_t index);
struct rx_request *rx_slot(struct queue *q, uint32_t index);
struct rx_response *rx_answer(struct queue *q, uint32_t index);

/* Fill slots with buffers, which the backend cannot see yet. */
void queue_fill(struct queue *q, unsigned int count);
/* The same, and publish them. */
void queue_post(struct queue *q, unsigned int count);
/*
 * Take the next packet, and give its buffers back at once. False: there is none, and an event
 * will come with the next. Half a packet, or an answer to another request, is a fault.
 */
bool queue_receive(struct queue *q, struct packet *packet);
/* The first extra of a type, or NULL. */
const struct extra *packet_extra(const struct packet *packet, uint8_t type);

/* Put a frame on the ring with @count extras behind its first slot, and publish it. */
void queue_send(struct queue *q, const void *frame, unsigned int len, uint16_t flags,
		const struct extra *extras, unsigned int count);
/* Wait for the answers to all that was sent; one that is not as it has to be is a fault. */
void queue_check_sent(struct queue *q, double seconds);

#endif
