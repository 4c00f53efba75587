/* SPDX-License-Identifier: GPL-2.0 */
/* How a test ends, and the time. */
#ifndef BASE_H
#define BASE_H

#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Print what failed and exit with status 2: the test itself is broken. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Print what is wrong and exit with status 1: the backend is. */
void fault(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
/* Print the difference; return 1. */
int wrong(const char *what, uint32_t got, uint32_t want);

/* A test by name; @prepare comes first, where it is not NULL. */
struct test {
	const char *name;
	int (*run)(unsigned int count);
	void (*prepare)(void);
};

/*
 * What main() of a program PROGRAM NAME COUNT does: run that test, @leave at the end whatever
 * happens. The list ends with a test without a name. Return: the exit status.
 */
int run_test(int argc, char **argv, const struct test *tests, void (*leave)(void));

double now(void);
int open_device(const char *path, int flags);

#endif
