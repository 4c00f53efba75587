/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TAP for unit tests. Include it behind the header under test.
 *
 *   ok(condition, name...)       one test
 *   is(got, want, name...)       one test, both shown when they differ
 *   diag(text...)                a comment line
 *   return tap_done();           at the end of main(): the plan, and the exit status
 *
 * Where a test loops over thousands of cases, it counts the bad ones, shows the first
 * with diag() and ends in a single is(bad, 0, ...).
 */
#ifndef UNIT_TAP_H
#define UNIT_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

static unsigned int tap_count;
static unsigned int tap_failures;

static inline void tap_result(bool passed, const char *format, va_list args)
{
	tap_count++;
	if (!passed)
		tap_failures++;
	printf("%sok %u - ", passed ? "" : "not ", tap_count);
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
}

__attribute__((format(printf, 2, 3)))
static inline bool ok(bool passed, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_result(passed, format, args);
	va_end(args);
	return passed;
}

__attribute__((format(printf, 3, 4)))
static inline bool is(long long got, long long want, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tap_result(got == want, format, args);
	va_end(args);
	if (got != want)
		printf("# got %lld, want %lld\n", got, want);
	return got == want;
}

__attribute__((format(printf, 1, 2)))
static inline void diag(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static inline int tap_done(void)
{
	printf("1..%u\n", tap_count);
	return tap_failures ? 1 : 0;
}

/* The same numbers on every machine and in every run (xorshift64*). */
struct prng {
	uint64_t state;
};

#define PRNG_INIT { .state = 0x9e3779b97f4a7c15ULL }

static inline uint64_t prng_next(struct prng *prng)
{
	prng->state ^= prng->state >> 12;
	prng->state ^= prng->state << 25;
	prng->state ^= prng->state >> 27;
	return prng->state * 0x2545f4914f6cdd1dULL;
}

/* A number from min to max, both included. */
static inline uint64_t prng_range(struct prng *prng, uint64_t min, uint64_t max)
{
	return min + (prng_next(prng) >> 11) % (max - min + 1);
}

/* True once in that many calls. */
static inline bool prng_once_in(struct prng *prng, unsigned int calls)
{
	return prng_range(prng, 1, calls) == 1;
}

#endif
