// SPDX-License-Identifier: GPL-2.0
/* A control ring in bad hands. After each of these the ring works as ever, or a new one does. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

#define QUEUES		4
#define SILENCE		0.3	/* s in which no answer comes that may not */
#define NO_TYPE		200
#define STORM_MAX	20000	/* requests a second that a CPU may be kept at */

static void still_works(void)
{
	tell_all();
	probe_table();
}

/* Nothing on such a ring is a request. */
static void publish_impossible(uint32_t ahead)
{
	double end = now() + SILENCE;
	uint32_t before;

	start(QUEUES);
	still_works();
	before = ring_answered(front.ctrl.ring);
	ring_push(front.ctrl.ring, front.ctrl.prod, front.ctrl.prod + ahead, front.events,
		  front.ctrl.port);
	events_kick(front.events, front.ctrl.port);
	do
		events_wait(front.events, end - now());
	while (now() < end);
	if (ring_answered(front.ctrl.ring) != before)
		fault("%u answers to requests that cannot be",
		      ring_answered(front.ctrl.ring) - before);
	front_unplug(&front);
}

int impossible(unsigned int count)
{
	static const uint32_t ahead[] = { CTRL_SLOTS + 1, 1000, 0x7fffffff, 0x80000000, -1U };
	unsigned int i;

	for (i = 0; i < count * ARRAY_SIZE(ahead); i++)
		publish_impossible(ahead[i % ARRAY_SIZE(ahead)]);
	start(QUEUES);
	still_works();
	printf("%u impossible producers\n", i);
	return 0;
}

/* Requests at once; their answers, in whatever order they come, by number of the request. */
static void exchange(struct ctrl_request *requests, unsigned int count,
		     struct ctrl_response *answers)
{
	bool here[CTRL_SLOTS] = { false };
	uint32_t old = front.ctrl.prod;
	struct ctrl_response answer;
	unsigned int i;

	for (i = 0; i < count; i++) {
		requests[i].id = old + i;
		ctrl_put(&front.ctrl, &requests[i]);
	}
	ctrl_push(&front.ctrl, old);
	ctrl_wait(&front.ctrl, SECONDS);
	while (ctrl_take(&front.ctrl, &answer)) {
		i = (uint16_t)(answer.id - old);
		if (i >= count || here[i] || answer.type != requests[i].type)
			fault("an answer to request %u of type %u, which is none", answer.id,
			      answer.type);
		here[i] = true;
		answers[i] = answer;
	}
}

/* One of every kind; what they set is what is set already. */
static uint32_t flood_request(unsigned int kind, struct ctrl_request *request)
{
	const struct {
		struct ctrl_request request;
		uint32_t status;
	} kinds[] = {
		{ { .type = GET_HASH_FLAGS }, CTRL_SUCCESS },
		{ { .type = SET_HASH_FLAGS, .data = { HASH_ALL } }, CTRL_SUCCESS },
		{ { .type = SET_HASH_KEY, .data = { key_page.gref, KEY_BYTES } }, CTRL_SUCCESS },
		{ { .type = SET_HASH_KEY, .data = { GREF_BAD, 1 } }, CTRL_INVALID_PARAMETER },
		{ { .type = GET_HASH_MAPPING_SIZE }, CTRL_SUCCESS },
		{ { .type = SET_HASH_MAPPING, .data = { table_page.gref, TABLE_MAX, 0 } },
		  CTRL_SUCCESS },
		{ { .type = SET_HASH_MAPPING, .data = { table_page.gref, TABLE_MAX, 1 } },
		  CTRL_BUFFER_OVERFLOW },
		{ { .type = SET_HASH_ALGORITHM, .data = { 9 } }, CTRL_INVALID_PARAMETER },
		{ { .type = NO_TYPE }, CTRL_NOT_SUPPORTED },
	};

	kind %= ARRAY_SIZE(kinds);
	*request = kinds[kind].request;
	return kinds[kind].status;
}

static void flood_once(void)
{
	struct ctrl_request requests[CTRL_SLOTS];
	struct ctrl_response answers[CTRL_SLOTS];
	uint32_t statuses[CTRL_SLOTS];
	unsigned int i;

	for (i = 0; i < CTRL_SLOTS; i++)
		statuses[i] = flood_request(rand() / 8, &requests[i]);
	exchange(requests, CTRL_SLOTS, answers);
	for (i = 0; i < CTRL_SLOTS; i++)
		if (answers[i].status != statuses[i])
			fault("request of type %u: status %u, want %u", requests[i].type,
			      answers[i].status, statuses[i]);
}

int flood(unsigned int count)
{
	unsigned int done;
	double begin;

	start(QUEUES);
	tell_all();
	begin = now();
	for (done = 0; done < count; done += CTRL_SLOTS)
		flood_once();
	printf("%u requests in %.2f s\n", done, now() - begin);
	probe_table();
	return 0;
}

int storm(unsigned int count)
{
	struct ctrl_request requests[CTRL_SLOTS];
	struct ctrl_response answers[CTRL_SLOTS];
	unsigned int done, i;
	double begin, seconds;

	start(QUEUES);
	begin = now();
	for (done = 0; done < count; done += CTRL_SLOTS) {
		for (i = 0; i < CTRL_SLOTS; i++)
			requests[i] = (struct ctrl_request){ .type = NO_TYPE };
		exchange(requests, CTRL_SLOTS, answers);
	}
	seconds = now() - begin;
	printf("%u requests in %.0f ms\n", done, seconds * 1000);
	still_works();
	return done > seconds * STORM_MAX;
}

static uint32_t any_value(void)
{
	const uint32_t likely[] = {
		0, 1, 2, HASH_ALL, KEY_BYTES, KEY_BYTES + 1, TABLE_MAX - 1, TABLE_MAX, GREF_BAD,
		0x80000000, key_page.gref, table_page.gref, table_page.gref,
	};
	unsigned int which = rand() / 8 % (ARRAY_SIZE(likely) + 2);

	return which < ARRAY_SIZE(likely) ? likely[which] : rand() * 2654435761U;
}

static struct ctrl_request any_request(void)
{
	return (struct ctrl_request){
		.type = rand() / 8 % 8 ? rand() / 8 % 12 : rand() / 8,
		.data = { any_value(), any_value(), any_value() },
	};
}

int garbage(unsigned int ms)
{
	struct ctrl_request requests[CTRL_SLOTS];
	struct ctrl_response answers[CTRL_SLOTS];
	unsigned int count, i, done = 0, statuses[CTRL_BUFFER_OVERFLOW + 1] = { 0 };
	double end;

	start(QUEUES);
	for (end = now() + ms / 1000.; now() < end; done += count) {
		fill_table(TABLE_MAX);
		((uint32_t *)table_page.data)[rand() / 8 % TABLE_MAX] = any_value();
		count = 1 + rand() / 8 % CTRL_SLOTS;
		for (i = 0; i < count; i++)
			requests[i] = any_request();
		exchange(requests, count, answers);
		for (i = 0; i < count; i++) {
			if (answers[i].status > CTRL_BUFFER_OVERFLOW)
				fault("status %u of a request of type %u", answers[i].status,
				      requests[i].type);
			statuses[answers[i].status]++;
		}
	}
	printf("%u requests: %u obeyed, %u unknown, %u invalid, %u too large\n", done, statuses[0],
	       statuses[1], statuses[2], statuses[3]);
	still_works();
	return 0;
}

static void random_pause(void)
{
	unsigned int spin = rand() / 8 % 5000;

	while (spin--)
		__asm__ __volatile__("pause");
}

static void *take_back(void *page)
{
	page_free(page);
	return NULL;
}

/* The request and the revocation start at one time; which is first, only luck tells. */
static uint32_t ask_and_revoke(uint16_t type, uint32_t size)
{
	struct page page = page_alloc();
	struct ctrl_request request = { .type = type, .data = { page.gref, size } };
	struct ctrl_response response;
	pthread_t thread;

	memset(page.data, 0, PAGE_BYTES);
	ctrl_put(&front.ctrl, &request);
	pthread_create(&thread, NULL, take_back, &page);
	random_pause();
	ctrl_push(&front.ctrl, front.ctrl.prod - 1);
	ctrl_wait(&front.ctrl, SECONDS);
	pthread_join(thread, NULL);
	ctrl_take(&front.ctrl, &response);
	return response.status;
}

int revoked(unsigned int count)
{
	unsigned int i, statuses[CTRL_INVALID_PARAMETER + 1] = { 0 };
	uint32_t status;

	start(QUEUES);
	tell_all();
	for (i = 0; i < count; i++) {
		status = i % 2 ? ask_and_revoke(SET_HASH_KEY, KEY_BYTES) :
				 ask_and_revoke(SET_HASH_MAPPING, TABLE_MAX);
		if (status != CTRL_SUCCESS && status != CTRL_INVALID_PARAMETER)
			fault("status of a request whose page went away: %u", status);
		statuses[status]++;
	}
	still_works();
	printf("%u pages were read, %u were gone\n", statuses[CTRL_SUCCESS],
	       statuses[CTRL_INVALID_PARAMETER]);
	return 0;
}

/* A word that another thread changes for and back while the backend works. */
static struct flips {
	uint32_t *word;
	uint32_t value[2];
} flips;

static enum { FLIPS_OFF, FLIPS_ON, FLIPS_STOP, FLIPS_END } flips_state;

static void *flip(void *arg)
{
	(void)arg;
	for (;;) {
		switch (__atomic_load_n(&flips_state, __ATOMIC_ACQUIRE)) {
		case FLIPS_ON:
			__atomic_store_n(flips.word, flips.value[0], __ATOMIC_RELAXED);
			__atomic_store_n(flips.word, flips.value[1], __ATOMIC_RELAXED);
			break;
		case FLIPS_STOP:
			__atomic_store_n(&flips_state, FLIPS_OFF, __ATOMIC_RELEASE);
			break;
		case FLIPS_OFF:
			usleep(100);
			break;
		case FLIPS_END:
			return NULL;
		}
	}
}

static void flips_go(void)
{
	__atomic_store_n(&flips_state, FLIPS_ON, __ATOMIC_RELEASE);
}

static void flips_halt(void)
{
	__atomic_store_n(&flips_state, FLIPS_STOP, __ATOMIC_RELEASE);
	while (__atomic_load_n(&flips_state, __ATOMIC_ACQUIRE) != FLIPS_OFF)
		usleep(10);
}

/*
 * The status is that of one of two requests, as if the other had never been. The answer takes
 * the request's place: of it only what @flips does not touch is the backend's.
 */
static struct ctrl_response flip_while(const struct ctrl_request *request)
{
	struct ctrl_response response;

	ctrl_put(&front.ctrl, request);
	flips_go();
	ctrl_push(&front.ctrl, front.ctrl.prod - 1);
	ctrl_wait(&front.ctrl, SECONDS);
	flips_halt();
	ctrl_take(&front.ctrl, &response);
	return response;
}

static void expect(const char *what, const struct ctrl_response *got, uint32_t one, uint32_t other)
{
	if (got->status != one && got->status != other)
		fault("%s that changes: status %u, want %u or %u", what, got->status, one, other);
}

static uint32_t *next_word(unsigned int word)
{
	return (uint32_t *)ctrl_slot(&front.ctrl, front.ctrl.prod) + word;
}

static void flip_type(void)
{
	struct ctrl_request request = { .type = GET_HASH_MAPPING_SIZE };
	struct ctrl_response got;

	flips = (struct flips){ next_word(0), { GET_HASH_MAPPING_SIZE << 16, NO_TYPE << 16 } };
	got = flip_while(&request);
	expect("a type", &got, CTRL_SUCCESS, CTRL_NOT_SUPPORTED);
	if (got.data != (got.status == CTRL_SUCCESS ? TABLE_MAX : 0))
		fault("a type that changes: status %u, data %u", got.status, got.data);
}

static void flip_length(void)
{
	struct ctrl_request request = {
		.type = SET_HASH_KEY, .data = { key_page.gref, KEY_BYTES },
	};
	struct ctrl_response got;

	flips = (struct flips){ next_word(2), { KEY_BYTES, PAGE_BYTES } };
	got = flip_while(&request);
	expect("a length", &got, CTRL_SUCCESS, CTRL_BUFFER_OVERFLOW);
}

static void flip_offset(void)
{
	struct ctrl_request request = {
		.type = SET_HASH_MAPPING, .data = { table_page.gref, TABLE_MAX, 0 },
	};
	struct ctrl_response got;

	/* Behind all of dom0's memory: an entry that is written there does not go unseen. */
	flips = (struct flips){ next_word(3), { 0, 0xf0000000 } };
	got = flip_while(&request);
	expect("an offset", &got, CTRL_SUCCESS, CTRL_BUFFER_OVERFLOW);
}

/* The table that is accepted is the one that was checked. */
static void flip_entry(void)
{
	struct ctrl_request request = {
		.type = SET_HASH_MAPPING, .data = { table_page.gref, TABLE_MAX, 0 },
	};
	struct ctrl_response got;
	uint32_t *entry = (uint32_t *)table_page.data + 77;

	flips = (struct flips){ entry, { 1, 0x10000 } };
	got = flip_while(&request);
	expect("an entry", &got, CTRL_SUCCESS, CTRL_INVALID_PARAMETER);
	*entry = 1;
}

int rewritten(unsigned int count)
{
	pthread_t thread;
	unsigned int i;

	start(QUEUES);
	tell_all();
	for (i = 0; i < TABLE_MAX; i++)
		((uint32_t *)table_page.data)[i] = 1;
	tell_table(TABLE_MAX, 0);
	pthread_create(&thread, NULL, flip, NULL);
	for (i = 0; i < count; i++) {
		flip_type();
		flip_length();
		flip_offset();
		flip_entry();
		if (i % 64 == 63)
			probe_table();
	}
	__atomic_store_n(&flips_state, FLIPS_END, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	probe_table();
	still_works();
	printf("%u requests changed while they were obeyed\n", 4 * count);
	return 0;
}
