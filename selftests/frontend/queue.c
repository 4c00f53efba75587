// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base.h"
#include "queue.h"

_Static_assert(sizeof(struct tx_request) == 12, "slots from the guest have 12 bytes");
_Static_assert(sizeof(struct rx_response) == 8, "slots to the guest have 8 bytes");
_Static_assert(sizeof(struct extra) == 8, "an extra fits into either");

void queue_create(struct queue *q, int events, bool split)
{
	memset(q, 0, sizeof(*q));
	q->events = events;
	q->tx = ring_alloc(&q->tx_page);
	q->rx = ring_alloc(&q->rx_page);
	q->tx_port = events_bind(events);
	q->rx_port = split ? events_bind(events) : q->tx_port;
}

void queue_destroy(struct queue *q)
{
	unsigned int i;

	page_free(&q->tx_page);
	page_free(&q->rx_page);
	for (i = 0; i < RING_SLOTS; i++) {
		page_free(&q->tx_buffer[i]);
		page_free(&q->rx_buffer[i]);
	}
}

struct tx_request *tx_slot(struct queue *q, uint32_t index)
{
	return (struct tx_request *)q->tx->slot + index % RING_SLOTS;
}

/* The answer takes the place of the request. */
struct tx_response *tx_answer(struct queue *q, uint32_t index)
{
	return (struct tx_response *)tx_slot(q, index);
}

struct rx_request *rx_slot(struct queue *q, uint32_t index)
{
	return (struct rx_request *)q->rx->slot + index % RING_SLOTS;
}

struct rx_response *rx_answer(struct queue *q, uint32_t index)
{
	return (struct rx_response *)rx_slot(q, index);
}

static struct page *buffer_of(struct page *buffers, uint32_t index)
{
	struct page *page = &buffers[index % RING_SLOTS];

	if (!page->data)
		*page = page_alloc();
	return page;
}

void queue_fill(struct queue *q, unsigned int count)
{
	while (count--) {
		uint32_t index = q->rx_prod++;

		*rx_slot(q, index) = (struct rx_request){
			.id = index % RING_SLOTS, .gref = buffer_of(q->rx_buffer, index)->gref,
		};
	}
}

void queue_post(struct queue *q, unsigned int count)
{
	uint32_t old = q->rx_prod;

	queue_fill(q, count);
	ring_push(q->rx, old, q->rx_prod, q->events, q->rx_port);
}

/* Whether there is an answer; if not, an event will tell. */
static bool rx_any(struct queue *q)
{
	if (ring_answered(q->rx) != q->rx_cons)
		return true;
	ring_ask_event(q->rx, q->rx_cons + 1);
	return ring_answered(q->rx) != q->rx_cons;
}

/* The slots of a packet become visible together (netif.h leaves no other way to know its end). */
static const void *rx_take(struct queue *q, struct packet *packet)
{
	if (ring_answered(q->rx) == q->rx_cons)
		fault("half a packet: %u slots and no more", packet->slots);
	packet->slots++;
	return rx_answer(q, q->rx_cons++);
}

static uint16_t rx_take_data(struct queue *q, struct packet *packet)
{
	uint32_t index = q->rx_cons;
	struct rx_response answer = *(const struct rx_response *)rx_take(q, packet);

	if (answer.id != index % RING_SLOTS)
		fault("id of an answer: got %u, want %u", answer.id, index % RING_SLOTS);
	if (answer.status < 0)
		fault("a packet with status %d", answer.status);
	if (answer.offset + answer.status > PAGE_BYTES || packet->len + answer.status > FRAME_MAX)
		fault("%d bytes at %u, behind %u", answer.status, answer.offset, packet->len);
	memcpy(packet->data + packet->len,
	       (uint8_t *)q->rx_buffer[index % RING_SLOTS].data + answer.offset, answer.status);
	packet->len += answer.status;
	return answer.flags;
}

static void rx_take_extras(struct queue *q, struct packet *packet)
{
	struct extra *extra;

	do {
		if (packet->extras == EXTRAS_MAX)
			fault("more than %u extras", EXTRAS_MAX);
		extra = &packet->extra[packet->extras++];
		memcpy(extra, rx_take(q, packet), sizeof(*extra));
	} while (extra->flags & EXTRA_MORE);
}

bool queue_receive(struct queue *q, struct packet *packet)
{
	uint16_t flags;

	if (!rx_any(q))
		return false;
	packet->slots = 0;
	packet->extras = 0;
	packet->len = 0;
	packet->flags = rx_take_data(q, packet);
	if (packet->flags & RX_EXTRA_INFO)
		rx_take_extras(q, packet);
	for (flags = packet->flags; flags & RX_MORE_DATA; )
		flags = rx_take_data(q, packet);
	queue_post(q, packet->slots);
	return true;
}

const struct extra *packet_extra(const struct packet *packet, uint8_t type)
{
	unsigned int i;

	for (i = 0; i < packet->extras; i++)
		if (packet->extra[i].type == type)
			return &packet->extra[i];
	return NULL;
}

static struct tx_request *tx_put(struct queue *q, int16_t due)
{
	uint32_t index = q->tx_prod++;

	q->due[index % RING_SLOTS] = due;
	return tx_slot(q, index);
}

static void tx_put_data(struct queue *q, const void *data, unsigned int len, uint16_t size,
			uint16_t flags)
{
	uint32_t index = q->tx_prod;
	struct page *page = buffer_of(q->tx_buffer, index);

	memcpy(page->data, data, len);
	*tx_put(q, RSP_OKAY) = (struct tx_request){
		.gref = page->gref, .id = index % RING_SLOTS, .size = size, .flags = flags,
	};
}

static void tx_put_extra(struct queue *q, const struct extra *extra, bool more)
{
	struct extra copy = *extra;

	copy.flags = more ? EXTRA_MORE : 0;
	memcpy(tx_put(q, RSP_NULL), &copy, sizeof(copy));
}

/* The first slot's size is the whole packet's, and extras come behind it. */
void queue_send(struct queue *q, const void *frame, unsigned int len, uint16_t flags,
		const struct extra *extras, unsigned int count)
{
	unsigned int offset, piece, i;
	uint32_t old = q->tx_prod;

	for (offset = 0; offset < len; offset += piece) {
		uint16_t own = offset ? 0 : flags | (count ? TX_EXTRA_INFO : 0);

		piece = len - offset < PAGE_BYTES ? len - offset : PAGE_BYTES;
		if (offset + piece < len)
			own |= TX_MORE_DATA;
		tx_put_data(q, (const uint8_t *)frame + offset, piece, offset ? piece : len, own);
		for (i = 0; !offset && i < count; i++)
			tx_put_extra(q, &extras[i], i + 1 < count);
	}
	ring_push(q->tx, old, q->tx_prod, q->events, q->tx_port);
}

void queue_check_sent(struct queue *q, double seconds)
{
	if (!ring_wait(q->tx, q->tx_prod, seconds))
		fault("answers: got %u, want %u", ring_answered(q->tx), q->tx_prod);
	for (; q->tx_cons != q->tx_prod; q->tx_cons++) {
		const struct tx_response *answer = tx_answer(q, q->tx_cons);
		unsigned int slot = q->tx_cons % RING_SLOTS;

		if (answer->status != q->due[slot])
			fault("status of an answer: got %d, want %d", answer->status, q->due[slot]);
		if (q->due[slot] != RSP_NULL && answer->id != slot)
			fault("id of an answer: got %u, want %u", answer->id, slot);
	}
}
