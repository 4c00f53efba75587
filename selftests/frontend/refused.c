// SPDX-License-Identifier: GPL-2.0
/* Announcements that no backend may connect to. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostile.h"

#define ERROR_DIR	"/local/domain/0/error/backend/vif/0/7"
#define QUEUES		"multi-queue-num-queues"
#define NOT_A_COUNT	QUEUES " is not from 1 to 4"

static void full_beyond_belief(void)
{
	front.queue[0].tx->req_prod = RING_SLOTS + 1;
}

static void produced_backwards(void)
{
	front.queue[0].rx->rsp_prod = 1000;
	front.queue[0].rx->req_prod = 999;
}

static void control_full_beyond_belief(void)
{
	front.ctrl.ring->req_prod = CTRL_SLOTS + 1;
}

/* @value in place of what stood at @key, or nothing there; what the backend has to say. */
struct lie {
	const char *key;
	const char *value;
	const char *error;
	void (*spoil)(void);
};

static const struct lie lies[] = {
	{ QUEUES, "0", NOT_A_COUNT, NULL },
	{ QUEUES, "5", NOT_A_COUNT, NULL },
	{ QUEUES, "-1", NOT_A_COUNT, NULL },
	{ QUEUES, "2147483648", NOT_A_COUNT, NULL },
	{ QUEUES, "18446744073709551617", NOT_A_COUNT, NULL },
	{ QUEUES, "8abc", NOT_A_COUNT, NULL },
	{ QUEUES, "", NOT_A_COUNT, NULL },
	{ QUEUES, " 2", NOT_A_COUNT, NULL },
	{ QUEUES, "2", "reading ring references", NULL },
	{ "request-rx-copy", NULL, "request-rx-copy is not set", NULL },
	{ "request-rx-copy", "0", "request-rx-copy is not set", NULL },
	{ "tx-ring-ref", NULL, "reading ring references", NULL },
	{ "rx-ring-ref", "x", "reading ring references", NULL },
	{ "rx-ring-ref", "4294967295", "connecting to the guest", NULL },
	{ "tx-ring-ref", "4000000", "connecting to the guest", NULL },
	{ "event-channel", NULL, "reading event channels", NULL },
	{ "event-channel", "0", "connecting to the guest", NULL },
	{ "event-channel", "4000000", "connecting to the guest", NULL },
	{ "tx-ring", "with more requests than it holds", "connecting to the guest",
	  full_beyond_belief },
	{ "rx-ring", "with more answers than requests", "connecting to the guest",
	  produced_backwards },
	{ NULL },
};

static const struct lie control_lies[] = {
	{ "ctrl-ring-ref", "x", "reading", NULL },
	{ "ctrl-ring-ref", "4294967296", "reading", NULL },
	{ "ctrl-ring-ref", "4294967295", "connecting to the guest", NULL },
	{ "ctrl-ring-ref", "4000000", "connecting to the guest", NULL },
	{ "event-channel-ctrl", NULL, "reading", NULL },
	{ "event-channel-ctrl", "-1", "reading", NULL },
	{ "event-channel-ctrl", "0", "connecting to the guest", NULL },
	{ "event-channel-ctrl", "4000000", "connecting to the guest", NULL },
	{ "control ring", "with more requests than it holds", "connecting to the guest",
	  control_full_beyond_belief },
	{ NULL },
};

static int interrupts(void)
{
	FILE *list = fopen("/proc/interrupts", "r");
	char line[1024];
	int count = 0;

	while (list && fgets(line, sizeof(line), list))
		count += !!strstr(line, VIF);
	if (list)
		fclose(list);
	return count;
}

static void tell(const struct lie *lie, bool control)
{
	plug();
	front.control = control;
	front_announce(&front);
	if (lie->spoil)
		lie->spoil();
	else if (lie->value)
		xs_write(front.dir, lie->key, "%s", lie->value);
	else
		xs_rm_key(front.dir, lie->key);
	xs_rm(ERROR_DIR "/error");
	xs_write(front.dir, "state", "%d", CONNECTED);
}

/* The kernel's own word on a ring may come first. */
static const char *last_error(const char *wanted)
{
	double end = now() + SECONDS;
	const char *error;

	do {
		error = xs_read(ERROR_DIR, "error");
		if (error && strstr(error, wanted))
			return error;
		usleep(10000);
	} while (now() < end);
	return NULL;
}

static int check(const struct lie *lie)
{
	const char *value = lie->value ?: "missing", *error;

	if (!front_wait_state(&front, CLOSING, SECONDS)) {
		printf("connected in spite of %s '%s'\n", lie->key, value);
		return 1;
	}
	error = last_error(lie->error);
	printf("%s '%s': %s\n", lie->key, value, error ?: "it is not told why");
	if (!error)
		return 1;
	return interrupts() ? wrong("interrupts", interrupts(), 0) : 0;
}

static int tell_all(const struct lie *first, bool control, unsigned int count)
{
	const struct lie *lie;

	while (count--) {
		for (lie = first; lie->key; lie++) {
			tell(lie, control);
			if (check(lie))
				return 1;
			front_unplug(&front);
		}
	}
	return 0;
}

int refused(unsigned int count)
{
	return tell_all(lies, false, count);
}

int refused_control(unsigned int count)
{
	return tell_all(control_lies, true, count);
}
