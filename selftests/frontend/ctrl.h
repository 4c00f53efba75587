/* SPDX-License-Identifier: GPL-2.0 */
/* The control ring: requests that the backend answers, one by one. */
#ifndef CTRL_H
#define CTRL_H

#include "share.h"

#define CTRL_SLOTS	128

enum ctrl_type {
	GET_HASH_FLAGS = 1,
	SET_HASH_FLAGS,
	SET_HASH_KEY,
	GET_HASH_MAPPING_SIZE,
	SET_HASH_MAPPING_SIZE,
	SET_HASH_MAPPING,
	SET_HASH_ALGORITHM,
	GET_GREF_MAPPING_SIZE,
	ADD_GREF_MAPPING,
	DEL_GREF_MAPPING,
};

enum ctrl_status {
	CTRL_SUCCESS,
	CTRL_NOT_SUPPORTED,
	CTRL_INVALID_PARAMETER,
	CTRL_BUFFER_OVERFLOW,
};

struct ctrl_request {
	uint16_t id;
	uint16_t type;
	uint32_t data[3];
};

struct ctrl_response {
	uint16_t id;
	uint16_t type;
	uint32_t status;
	uint32_t data;
};

struct ctrl {
	int events;
	uint32_t port;
	struct page page;
	struct ring_page *ring;
	uint32_t prod, cons;
	double worst;		/* the longest that ctrl_ask() waited, ever */
};

void ctrl_create(struct ctrl *c, int events);
void ctrl_destroy(struct ctrl *c);

struct ctrl_request *ctrl_slot(struct ctrl *c, uint32_t index);
/* Put a request on the ring, which the backend cannot see yet. */
void ctrl_put(struct ctrl *c, const struct ctrl_request *request);
/* Publish what was put since @old; one event is to come with the last answer. */
void ctrl_push(struct ctrl *c, uint32_t old);
/* The next answer; false: there is none. */
bool ctrl_take(struct ctrl *c, struct ctrl_response *response);
/* Sleep until all is answered and an event told so; anything else is a fault. */
void ctrl_wait(struct ctrl *c, double seconds);

/* One request and its answer, which has to be that request's. */
struct ctrl_response ctrl_ask(struct ctrl *c, uint16_t type, uint32_t data0, uint32_t data1,
			      uint32_t data2);

#endif
