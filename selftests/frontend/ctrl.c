// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "base.h"
#include "ctrl.h"

/* As long as the patience of Windows' driver. */
#define ASK_SECONDS	5

_Static_assert(sizeof(struct ctrl_request) == 16, "a request has 16 bytes");
_Static_assert(sizeof(struct ctrl_response) == 12, "an answer has 12 bytes");

void ctrl_create(struct ctrl *c, int events)
{
	*c = (struct ctrl){ .events = events, .worst = c->worst };
	c->ring = ring_alloc(&c->page);
	c->port = events_bind(events);
}

void ctrl_destroy(struct ctrl *c)
{
	page_free(&c->page);
}

struct ctrl_request *ctrl_slot(struct ctrl *c, uint32_t index)
{
	return (struct ctrl_request *)c->ring->slot + index % CTRL_SLOTS;
}

void ctrl_put(struct ctrl *c, const struct ctrl_request *request)
{
	*ctrl_slot(c, c->prod++) = *request;
}

void ctrl_push(struct ctrl *c, uint32_t old)
{
	ring_ask_event(c->ring, c->prod);
	ring_push(c->ring, old, c->prod, c->events, c->port);
}

bool ctrl_take(struct ctrl *c, struct ctrl_response *response)
{
	uint32_t answered = ring_answered(c->ring);

	if (answered == c->cons)
		return false;
	if (answered - c->cons > c->prod - c->cons)
		fault("%u control answers to %u requests", answered - c->cons, c->prod - c->cons);
	memcpy(response, ctrl_slot(c, c->cons++), sizeof(*response));
	return true;
}

void ctrl_wait(struct ctrl *c, double seconds)
{
	double end = now() + seconds;

	do {
		if (events_wait(c->events, end - now()) == c->port &&
		    ring_answered(c->ring) == c->prod)
			return;
	} while (now() < end);
	fault("%u of %u control requests answered, %s event", ring_answered(c->ring) - c->cons,
	      c->prod - c->cons, ring_answered(c->ring) == c->prod ? "without an" : "no");
}

struct ctrl_response ctrl_ask(struct ctrl *c, uint16_t type, uint32_t data0, uint32_t data1,
			      uint32_t data2)
{
	struct ctrl_request request = {
		.id = 0x8000 + 7 * c->prod, .type = type, .data = { data0, data1, data2 },
	};
	struct ctrl_response response;
	double start;

	ctrl_put(c, &request);
	start = now();
	ctrl_push(c, c->prod - 1);
	ctrl_wait(c, ASK_SECONDS);
	if (now() - start > c->worst)
		c->worst = now() - start;
	if (!ctrl_take(c, &response) || response.id != request.id || response.type != type)
		fault("answer to request %u of type %u: request %u, type %u", request.id, type,
		      response.id, response.type);
	return response;
}
