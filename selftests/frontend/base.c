// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base.h"

static void say(const char *format, va_list args)
{
	vprintf(format, args);
	printf("\n");
}

void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	exit(2);
}

void fault(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	exit(1);
}

int wrong(const char *what, uint32_t got, uint32_t want)
{
	printf("%s: got %u, want %u\n", what, got, want);
	return 1;
}

double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int open_device(const char *path, int flags)
{
	int fd = open(path, O_RDWR | O_CLOEXEC | flags);

	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

int run_test(int argc, char **argv, const struct test *tests, void (*leave)(void))
{
	const struct test *test;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (test = tests; argc == 3 && test->name; test++) {
		if (strcmp(argv[1], test->name))
			continue;
		atexit(leave);
		if (test->prepare)
			test->prepare();
		return test->run(atoi(argv[2]));
	}
	fprintf(stderr, "usage: %s", argv[0]);
	for (test = tests; test->name; test++)
		fprintf(stderr, "%c%s", test == tests ? ' ' : '|', test->name);
	fprintf(stderr, " COUNT\n");
	return 2;
}
