/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "front.h"

#define DEVID	7
#define VIF	"vif0.7"
#define SECONDS	20	/* no answer by then: it is lost */
#define SHORT	100
#define LONG	1400

extern struct front front;
/* Its only queue, where it has one. */
extern struct queue *const queue;

/* A device that has announced nothing yet; its interface is up. */
void plug(void);
/* Ties the interrupts of that name to one CPU. */
void tie_interrupts(const char *name, int cpu);
void run_on_cpu(int cpu);

/* Puts one frame of one slot on the ring, not yet visible. */
void put_request(uint32_t index, uint16_t id, uint16_t size);
/* What is in it, LONG bytes. */
uint8_t *request_frame(uint32_t index);
/* The same, visible. */
void send_one(uint16_t id);
/* Publish; whether an event was asked for and sent. */
bool push_requests(uint32_t old, uint32_t prod);
bool push_buffers(uint32_t old, uint32_t prod);
/* A verb of requests.c: does it, and puts the answer into @n. */
bool request_verb(const char *verb, unsigned int *n);
/* Frames to the interface from this side of it. */
void send_frames(unsigned int count);

/* The tests that stand in files of their own. */
int refused(unsigned int count);
int refused_control(unsigned int count);
int queues(unsigned int count);
int obey(unsigned int rx_notify);
int late_requests(unsigned int count);
int late_buffers(unsigned int count);
int early_answers(unsigned int count);
int early_frames(unsigned int count);

#endif
