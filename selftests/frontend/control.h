/* SPDX-License-Identifier: GPL-2.0 */
#ifndef CONTROL_H
#define CONTROL_H

#include "front.h"
#include "rss.h"

#define DEVID		7
#define VIF		"vif0.7"
#define SECONDS		20	/* no packet and no answer by then: it is lost */

extern struct front front;
/* What the backend was told and has accepted. */
extern struct rss rss;
/* Pages for what a request points to; each test fills them as it likes. */
extern struct page key_page, table_page;
/* For wire_send(). */
extern int sender;

/* A device whose driver asks for @queues queues and a control ring, connected. */
void start(unsigned int queues);
/* The same on a device that is plugged, after front_close() or anything like it. */
void connect_again(unsigned int queues);

/*
 * Ask for something, and say what it is if the answer has not this status or data. A request
 * that is not obeyed has no data, as netif.h has it.
 */
void ask(const char *what, uint16_t type, uint32_t data0, uint32_t data1, uint32_t data2,
	 uint32_t status, uint32_t data);

/* Requests that have to succeed; they change @rss too. */
void tell_algorithm(uint32_t algorithm);
void tell_flags(uint32_t flags);
void tell_key(unsigned int len);
void tell_size(uint32_t size);
void tell_table(unsigned int count, unsigned int first);
/* The sequence of Windows: algorithm, size, table, key, flags; table and key by chance. */
void tell_all(void);

void fill_key(unsigned int len);
void fill_table(unsigned int count);

/*
 * Print @what and how long the longest answer took; 1 when that is too long for a guest. Judged
 * only where instructions are the clock: elsewhere time is the host's.
 */
int judge_answers(const char *what);

/* The tests. */
int vectors(unsigned int count);
int operations(unsigned int count);
int types(unsigned int count);
int windows(unsigned int count);
int changes(unsigned int count);
int impossible(unsigned int count);
int flood(unsigned int count);
int storm(unsigned int count);
int garbage(unsigned int ms);
int revoked(unsigned int count);
int rewritten(unsigned int count);

#endif
