// SPDX-License-Identifier: GPL-2.0
/* When events are held: each exit by itself, and what must hold for any arrivals. */
#include <xnb/moderate.h>
#include <tap.h>

#define USEC 1000ULL
#define ROOM XNB_RING_SLOTS

/* Packets at a steady gap. Return: events sent at once; the hold timer is played too. */
static unsigned int steady(struct xnb_moderate *m, u64 *now, u64 gap, unsigned int packets)
{
	unsigned int events = 0;

	while (packets--) {
		*now += gap;
		if (m->held && *now > m->deadline_ns) {
			xnb_moderate_sent(m);
			events++;
		}
		if (xnb_moderate_publish(m, *now, 1, ROOM) != XNB_HOLD) {
			xnb_moderate_sent(m);
			events++;
		}
	}
	return events;
}

static void test_idle(void)
{
	struct xnb_moderate m;
	u64 now = 5;

	xnb_moderate_init(&m);
	is(xnb_moderate_publish(&m, now, 1, ROOM), XNB_EXIT_IDLE, "the first packet is not held");
	xnb_moderate_sent(&m);
	is(steady(&m, &now, 1000 * USEC, 100), 100, "nor any at 1,000 a second");
	is(steady(&m, &now, XNB_HOLD_NS, 100), 100, "nor where the next comes after the hold time");
}

static void test_pause(void)
{
	struct xnb_moderate m;
	u64 now = 5;

	xnb_moderate_init(&m);
	steady(&m, &now, 2 * USEC, 1000);
	xnb_moderate_sent(&m);
	now += XNB_GAP_NS_MAX;
	is(xnb_moderate_publish(&m, now, 1, ROOM), XNB_EXIT_IDLE, "after a pause it is idle again");
}

static void test_burst(void)
{
	struct xnb_moderate m;
	unsigned int events;
	u64 now = 5;

	xnb_moderate_init(&m);
	events = steady(&m, &now, 10 * USEC, 1000);
	diag("10 us apart: %u events for 1000 packets", events);
	ok(events >= 1000 / 8 && events <= 1000 / 4, "10 us apart: an event in about 50 us");
	xnb_moderate_init(&m);
	events = steady(&m, &now, USEC / 2, 64000);
	diag("0.5 us apart: %u events for 64000 packets", events);
	ok(events >= 1000 && events <= 1100, "0.5 us apart: the count limits first");
}

static void test_count(void)
{
	struct xnb_moderate m;
	u64 now = 5;

	xnb_moderate_init(&m);
	steady(&m, &now, USEC, 200);
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, now += USEC, XNB_HOLD_PACKETS - 1, ROOM), XNB_HOLD,
	   "one below the count is held");
	is(xnb_moderate_publish(&m, now += USEC, 1, ROOM), XNB_EXIT_COUNT, "the count is not");
}

static void test_ring(void)
{
	struct xnb_moderate m;
	u64 now = 5;

	xnb_moderate_init(&m);
	steady(&m, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, now += 10 * USEC, 1, 11), XNB_HOLD,
	   "room for more than two hold times");
	is(xnb_moderate_publish(&m, now += 10 * USEC, 1, 9), XNB_EXIT_RING,
	   "room for less: the guest has to refill");
	is(xnb_moderate_publish(&m, now += 10 * USEC, 1, 0), XNB_EXIT_RING, "and with no room");
}

static void test_time(void)
{
	struct xnb_moderate m;
	u64 now = 5;

	xnb_moderate_init(&m);
	steady(&m, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, now += 10 * USEC, 1, ROOM), XNB_HOLD, "held");
	is(m.deadline_ns, now + XNB_HOLD_NS, "until the hold time from the first packet");
	is(xnb_moderate_publish(&m, now += 20 * USEC, 1, ROOM), XNB_HOLD, "still held");
	is(m.deadline_ns, now - 20 * USEC + XNB_HOLD_NS, "a second packet does not move it");
	is(xnb_moderate_publish(&m, m.deadline_ns, 1, ROOM), XNB_EXIT_TIME, "then it goes out");
}

static void test_unasked(void)
{
	struct xnb_moderate m;
	u64 now = 5;

	xnb_moderate_init(&m);
	steady(&m, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	xnb_moderate_publish(&m, now += 10 * USEC, 1, ROOM);
	xnb_moderate_unasked(&m, 99);
	is(m.held, 0, "a guest that works by itself: nothing is held");
	is(xnb_moderate_publish(&m, now += 990 * USEC, 1, ROOM), XNB_HOLD,
	   "the packets it took count for the rate");
}

/* For any arrivals: never held without a deadline in reach, count and time always kept. */
static void test_any(void)
{
	unsigned int bad_deadline = 0, bad_count = 0, bad_gap = 0, i;
	struct prng prng = PRNG_INIT;
	struct xnb_moderate m;
	u64 now = 0;

	xnb_moderate_init(&m);
	for (i = 0; i < 1000000; i++) {
		enum xnb_exit exit;
		u64 step = prng_once_in(&prng, 50) ? prng_range(&prng, 0, 1ULL << 40) :
						     prng_range(&prng, 0, 60 * USEC);

		now += step;
		if (prng_once_in(&prng, 20))
			xnb_moderate_unasked(&m, prng_range(&prng, 1, 64));
		exit = xnb_moderate_publish(&m, now, prng_range(&prng, 1, 64),
					    prng_range(&prng, 0, ROOM));
		bad_gap += m.gap_ns > XNB_GAP_NS_MAX;
		if (exit != XNB_HOLD) {
			xnb_moderate_sent(&m);
			continue;
		}
		bad_deadline += m.deadline_ns <= now || m.deadline_ns > now + XNB_HOLD_NS;
		bad_count += m.held >= XNB_HOLD_PACKETS;
	}
	is(bad_deadline, 0, "a held event's deadline lies ahead, within the hold time");
	is(bad_count, 0, "never as many held as the count");
	is(bad_gap, 0, "the average gap stays in range");
}

int main(void)
{
	test_idle();
	test_pause();
	test_burst();
	test_count();
	test_ring();
	test_time();
	test_unasked();
	test_any();
	return tap_done();
}
