// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front.h"

#define STATE_SECONDS	60

bool front_wait_state(struct front *f, int state, double seconds)
{
	double end = now() + seconds;

	do {
		const char *text = xs_read(f->backend, "state");

		if (text && atoi(text) == state)
			return true;
		usleep(10000);
	} while (now() < end);
	return false;
}

void front_plug(struct front *f, int devid)
{
	memset(f, 0, sizeof(*f));
	f->devid = devid;
	snprintf(f->dir, sizeof(f->dir), "/local/domain/0/device/vif/%d", devid);
	snprintf(f->backend, sizeof(f->backend), "/local/domain/0/backend/vif/0/%d", devid);

	xs_write(f->dir, "backend", "%s", f->backend);
	xs_write(f->dir, "backend-id", "0");
	xs_write(f->dir, "state", "%d", INITIALISING);
	xs_write(f->backend, "frontend", "%s", f->dir);
	xs_write(f->backend, "frontend-id", "0");
	xs_write(f->backend, "online", "1");
	xs_write(f->backend, "handle", "%d", devid);
	xs_write(f->backend, "mac", "00:16:3e:00:07:%02x", devid & 0xff);
	xs_write(f->backend, "script", "none");
	xs_write(f->backend, "state", "%d", INITIALISING);
	if (!front_wait_state(f, INIT_WAIT, STATE_SECONDS))
		die("no backend for %s", f->backend);
	/* There is no hotplug script here that would. */
	xs_write(f->backend, "hotplug-status", "connected");
}

static void announce_queue(const struct queue *q, const char *dir, bool split)
{
	xs_write(dir, "tx-ring-ref", "%u", q->tx_page.gref);
	xs_write(dir, "rx-ring-ref", "%u", q->rx_page.gref);
	if (split) {
		xs_write(dir, "event-channel-tx", "%u", q->tx_port);
		xs_write(dir, "event-channel-rx", "%u", q->rx_port);
		xs_rm_key(dir, "event-channel");
	} else {
		xs_write(dir, "event-channel", "%u", q->tx_port);
		xs_rm_key(dir, "event-channel-tx");
		xs_rm_key(dir, "event-channel-rx");
	}
}

/* One queue has its keys in the device's own directory. */
static void announce_queues(struct front *f)
{
	char dir[80];
	unsigned int i;

	for (i = 0; i < f->announced; i++) {
		queue_create(&f->queue[i], f->events, f->split);
		if (f->announced == 1)
			strcpy(dir, f->dir);
		else
			snprintf(dir, sizeof(dir), "%s/queue-%u", f->dir, i);
		announce_queue(&f->queue[i], dir, f->split);
	}
	if (f->announced > 1)
		xs_write(f->dir, "multi-queue-num-queues", "%u", f->announced);
	else
		xs_rm_key(f->dir, "multi-queue-num-queues");
}

static void announce_control(struct front *f)
{
	if (!f->control) {
		xs_rm_key(f->dir, "ctrl-ring-ref");
		xs_rm_key(f->dir, "event-channel-ctrl");
		return;
	}
	ctrl_create(&f->ctrl, f->events);
	xs_write(f->dir, "ctrl-ring-ref", "%u", f->ctrl.page.gref);
	xs_write(f->dir, "event-channel-ctrl", "%u", f->ctrl.port);
}

void front_announce(struct front *f)
{
	f->events = events_open();
	f->announced = f->queues ? f->queues : 1;
	announce_queues(f);
	announce_control(f);
	xs_write(f->dir, "request-rx-copy", "1");
	xs_write(f->dir, "feature-rx-notify", "1");
	xs_write(f->dir, "feature-sg", "1");
}

bool front_connect(struct front *f)
{
	xs_write(f->dir, "state", "%d", CONNECTED);
	return front_wait_state(f, CONNECTED, STATE_SECONDS);
}

void front_forget(struct front *f)
{
	unsigned int i;

	if (!f->announced)
		return;
	close(f->events);
	for (i = 0; i < f->announced; i++)
		queue_destroy(&f->queue[i]);
	ctrl_destroy(&f->ctrl);
	f->announced = 0;
}

static void go_to(struct front *f, int state, int backend)
{
	xs_write(f->dir, "state", "%d", state);
	if (!front_wait_state(f, backend, STATE_SECONDS))
		fault("the backend does not follow to state %d", backend);
}

void front_close(struct front *f)
{
	go_to(f, CLOSING, CLOSING);
	go_to(f, CLOSED, CLOSED);
	front_forget(f);
	go_to(f, INITIALISING, INIT_WAIT);
}

static void wait_interface_gone(int devid)
{
	double end = now() + STATE_SECONDS;
	char path[64];

	snprintf(path, sizeof(path), "/sys/class/net/vif0.%d", devid);
	while (!access(path, F_OK) && now() < end)
		usleep(10000);
}

void front_unplug(struct front *f)
{
	int devid = f->devid;

	f->devid = 0;
	xs_write(f->backend, "online", "0");
	xs_write(f->dir, "state", "%d", CLOSED);
	front_wait_state(f, CLOSED, STATE_SECONDS);
	xs_rm(f->dir);
	xs_rm(f->backend);
	wait_interface_gone(devid);
	front_forget(f);
}
