/* SPDX-License-Identifier: GPL-2.0 */
/* What a frontend shares with its backend: pages, rings in them, and event channels. */
#ifndef SHARE_H
#define SHARE_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_BYTES	4096
/* Nobody has granted this. */
#define GREF_BAD	0xffffffffU

/* A page that the backend may map or copy. */
struct page {
	uint32_t gref;
	uint64_t index;
	void *data;
};

struct page page_alloc(void);
/* Take the grant back; a backend that still has the page mapped keeps it. */
void page_free(struct page *page);

/* A ring page as both sides see it; @slot begins at byte 64. */
struct ring_page {
	uint32_t req_prod, req_event, rsp_prod, rsp_event;
	uint8_t pad[48];
	uint8_t slot[];
};

struct ring_page *ring_alloc(struct page *page);
/* Spin until rsp_prod is @prod; false when it took too long. */
bool ring_wait(struct ring_page *ring, uint32_t prod, double seconds);
/*
 * Publish requests up to @prod, where the last time it was up to @old; send an event, and return
 * true, when the backend asked for one.
 */
bool ring_push(struct ring_page *ring, uint32_t old, uint32_t prod, int events, uint32_t port);
/* The backend's last word on how much it answered. */
uint32_t ring_answered(const struct ring_page *ring);
/* Ask for an event when answer number @number, counted from 1, is there. */
void ring_ask_event(struct ring_page *ring, uint32_t number);

/* All channels of a frontend are bound to one descriptor. */
int events_open(void);
/* A new channel that the backend may bind. */
uint32_t events_bind(int events);
/* Send an event, asked for or not. */
void events_kick(int events, uint32_t port);
/* Sleep until a channel has one: the channel, or 0 when none had in time. */
uint32_t events_wait(int events, double seconds);
/* The same without sleep, so that an event is seen the moment it comes. */
uint32_t events_spin(int events, double seconds);

#endif
