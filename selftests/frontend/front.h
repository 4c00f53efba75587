/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest's network driver as a program in user space: what a test puts in xenstore, on the
 * rings and on the control ring is its own affair, and what comes back it sees as it came.
 *
 * It lives in the domain of the backend, as a device of that domain's own: xenstore, grants and
 * event channels work there as between two domains.
 *
 *	struct front f;
 *
 *	front_plug(&f, 7);
 *	f.queues = 4;
 *	f.control = true;
 *	front_announce(&f);
 *	xs_write(f.dir, "any-other-key", "1");
 *	if (front_connect(&f))
 *		queue_post(&f.queue[0], 64);
 *	front_unplug(&f);
 *
 * Whoever calls makes sure by atexit() that a plugged device is unplugged.
 */
#ifndef FRONT_H
#define FRONT_H

#include "base.h"
#include "ctrl.h"
#include "queue.h"
#include "xenstore.h"

#define QUEUES_MAX	64

/* xenbus states */
enum {
	INITIALISING = 1,
	INIT_WAIT,
	INITIALISED,
	CONNECTED,
	CLOSING,
	CLOSED,
};

struct front {
	int devid;		/* never 0 while there is a device */
	char dir[64], backend[64];
	/* What the next announcement is to have. */
	unsigned int queues;	/* 0 is 1 */
	bool split;		/* two channels for each queue */
	bool control;		/* a control ring */
	/* What the last one had. */
	int events;
	unsigned int announced;
	struct queue queue[QUEUES_MAX];
	struct ctrl ctrl;
};

/* Create the device, as a toolstack does, and wait for the backend's offer. */
void front_plug(struct front *f, int devid);
/* Make rings and channels and write them to xenstore. */
void front_announce(struct front *f);
/* Say Connected and wait for the backend; false when it refuses. */
bool front_connect(struct front *f);
/* Close in order, and wait for the backend's next offer. The keys stay, as drivers leave them. */
void front_close(struct front *f);
/* Forget the rings and channels of the last announcement, which the backend has let go. */
void front_forget(struct front *f);
/* Close, and take the device away. */
void front_unplug(struct front *f);
bool front_wait_state(struct front *f, int state, double seconds);

#endif
