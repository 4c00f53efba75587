// SPDX-License-Identifier: GPL-2.0
/* When events are held and when a queue is parked: each reason by itself, and what is learnt. */
#include <xnb/moderate.h>
#include <tap.h>

#define USEC 1000ULL
#define ROOM XNB_RING_SLOTS

/* A clock that has run for a while. */
#define START (1000000 * USEC)

#define LONG_GAP (XNB_COALESCE_USECS * USEC)
#define TRIES_A_WAIT 256

/* Packets 10 us apart in the longest wait. */
#define A_WAIT (XNB_COALESCE_USECS / 10)

static const struct xnb_coalesce adaptive = {
	.usecs = XNB_COALESCE_USECS, .frames = XNB_COALESCE_FRAMES, .adaptive = true,
};

static const struct xnb_coalesce fixed = { .usecs = 100, .frames = 10 };

/* How a run of packets went. */
struct tally {
	unsigned int sent;
	unsigned int late;
	u64 longest_ns;
};

/* The timer, had it fired by now. */
static void play_timer(struct xnb_moderate *m, u64 now, struct tally *tally)
{
	if (!xnb_moderate_expired(m, now))
		return;
	xnb_moderate_sent_late(m);
	tally->late++;
}

/* Packets that come whatever we do, one each @gap. */
static struct tally steady(struct xnb_moderate *m, const struct xnb_coalesce *coalesce, u64 *now,
			   u64 gap, unsigned int packets)
{
	struct tally tally = {};

	while (packets--) {
		*now += gap;
		play_timer(m, *now - 1, &tally);
		if (xnb_moderate_publish(m, coalesce, *now, 1, ROOM) != XNB_HOLD) {
			xnb_moderate_sent(m);
			tally.sent++;
		}
	}
	return tally;
}

/* Messages of @size packets; the next one comes @gap after the event for the last. */
static struct tally ping_pong(struct xnb_moderate *m, u64 *now, u64 gap, unsigned int size,
			      unsigned int messages)
{
	struct tally tally = {};
	enum xnb_exit exit;
	unsigned int i;

	while (messages--) {
		*now += gap;
		for (i = 0; i < size; i++) {
			exit = xnb_moderate_publish(m, &adaptive, *now += i ? USEC : 0, 1, ROOM);
			if (exit != XNB_HOLD) {
				xnb_moderate_sent(m);
				tally.sent++;
			}
		}
		if (m->held) {
			*now = m->deadline_ns;
			play_timer(m, *now, &tally);
		}
	}
	return tally;
}

static void test_idle(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	is(xnb_moderate_publish(&m, &adaptive, now, 1, ROOM), XNB_EXIT_IDLE,
	   "the first packet is not held");
	xnb_moderate_sent(&m);
	is(steady(&m, &adaptive, &now, 1000 * USEC, 100).sent, 100, "nor any at 1,000 a second");
	is(steady(&m, &adaptive, &now, LONG_GAP, 100).sent, 100,
	   "nor where the next comes when the wait is over");
	steady(&m, &adaptive, &now, 50 * USEC, 20);
	xnb_moderate_sent(&m);
	xnb_moderate_publish(&m, &adaptive, now += 50 * USEC, 1, ROOM);
	is(xnb_moderate_publish(&m, &adaptive, now += 50 * USEC, 1, ROOM), XNB_EXIT_IDLE,
	   "50 us apart: the second goes at once, the third would be late");
}

static void test_pause(void)
{
	static const u64 pauses[] = { 4 * LONG_GAP, 1000 * USEC, 5000000 * USEC };
	struct xnb_moderate m;
	unsigned int i;
	u64 now = START;

	for (i = 0; i < ARRAY_SIZE(pauses); i++) {
		xnb_moderate_init(&m);
		steady(&m, &adaptive, &now, 2 * USEC, 1000);
		xnb_moderate_sent(&m);
		is(xnb_moderate_publish(&m, &adaptive, now += pauses[i], 1, ROOM), XNB_EXIT_IDLE,
		   "a burst, and %llu us: idle", (unsigned long long)(pauses[i] / USEC));
	}
	xnb_moderate_sent(&m);
	is(m.gap_ns, 4 * LONG_GAP, "the next burst has to prove itself");
	xnb_moderate_publish(&m, &(struct xnb_coalesce){ .adaptive = true }, now += 100 * USEC, 1,
			     ROOM);
	is(m.gap_ns, 100 * USEC, "no pause is shorter than 100 us");
}

/* A guest at work asks for nothing; then it is done, and much later one packet comes. */
static void test_pause_behind_unasked(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 2 * USEC, 1000);
	xnb_moderate_unasked(&m, 10000);
	is(xnb_moderate_publish(&m, &adaptive, now += 50000 * USEC, 1, ROOM), XNB_EXIT_IDLE,
	   "a lone packet is not held because of those nobody asked for");
}

static void test_burst(void)
{
	struct xnb_moderate m;
	struct tally tally;
	u64 now = START;

	xnb_moderate_init(&m);
	tally = steady(&m, &adaptive, &now, 10 * USEC, 1000);
	diag("10 us apart: %u and %u late events for 1000 packets", tally.sent, tally.late);
	ok(tally.sent + tally.late <= 1000 / (A_WAIT - 1) &&
	   tally.sent + tally.late >= 1000 / (A_WAIT + 2), "10 us apart: an event a wait");
	xnb_moderate_init(&m);
	tally = steady(&m, &adaptive, &now, USEC / 2, 32000);
	ok(tally.sent >= 1000 && tally.sent <= 1010, "0.5 us apart: the count limits first");
	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 1000 * USEC, 5);
	is(xnb_moderate_publish(&m, &adaptive, now += 40 * USEC, 4, ROOM), XNB_HOLD,
	   "four packets are a burst at once");
	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 1000 * USEC, 5);
	tally = steady(&m, &adaptive, &now, 5 * USEC, 10);
	ok(tally.sent >= 4 && tally.sent <= 6, "one by one it takes a handful");
}

static void test_count(void)
{
	struct xnb_moderate m;
	struct xnb_coalesce coalesce = adaptive;
	u64 now = START;

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, USEC, 200);
	xnb_moderate_sent(&m);
	now += (XNB_COALESCE_FRAMES - 1) * USEC;
	is(xnb_moderate_publish(&m, &adaptive, now, XNB_COALESCE_FRAMES - 1, ROOM), XNB_HOLD,
	   "one below the count is held");
	is(xnb_moderate_publish(&m, &adaptive, now += USEC, 1, ROOM), XNB_EXIT_COUNT,
	   "the count is not");
	xnb_moderate_sent(&m);
	coalesce.frames = 0;
	is(xnb_moderate_publish(&m, &coalesce, now += 100 * USEC, 200, ROOM), XNB_HOLD,
	   "frames 0: no count");
}

static void test_ring(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	steady(&m, &fixed, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, &fixed, now += 10 * USEC, 1, 10), XNB_HOLD,
	   "room for twice the time that a refill takes");
	is(xnb_moderate_publish(&m, &fixed, now += 10 * USEC, 1, 9), XNB_EXIT_RING,
	   "room for less: the guest has to refill");
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, &fixed, now += 10 * USEC, 1, 0), XNB_EXIT_RING,
	   "and with no room");
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, &(struct xnb_coalesce){ .usecs = 20 }, now += 10 * USEC, 1, 4),
	   XNB_HOLD, "a short wait needs less room");
	/* 128 gaps of 2^25 ns are 2^32. */
	xnb_moderate_sent(&m);
	is(xnb_moderate_publish(&m, &(struct xnb_coalesce){ .usecs = XNB_COALESCE_USECS_MAX },
				now += 4ULL << 25, 4, 128), XNB_HOLD, "long waits: no overflow");
}

static void test_time(void)
{
	struct xnb_moderate m;
	u64 now = START, first;

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	first = now += 10 * USEC;
	is(xnb_moderate_publish(&m, &adaptive, first, 1, ROOM), XNB_HOLD, "held");
	is(m.deadline_ns, first + LONG_GAP, "for the time from the first packet");
	is(xnb_moderate_publish(&m, &adaptive, now += 20 * USEC, 1, ROOM), XNB_HOLD, "still held");
	is(m.deadline_ns, first + LONG_GAP, "a second packet does not move it");
	ok(!xnb_moderate_expired(&m, m.deadline_ns - 1), "not over just before");
	ok(xnb_moderate_expired(&m, m.deadline_ns), "over then");
	xnb_moderate_sent(&m);
	ok(!xnb_moderate_expired(&m, m.deadline_ns), "nothing is over once it was sent");
	xnb_moderate_publish(&m, &fixed, now += 20 * USEC, 1, ROOM);
	is(xnb_moderate_publish(&m, &fixed, m.deadline_ns, 1, ROOM), XNB_EXIT_TIME,
	   "a late timer: the packet that comes first sends");
}

static void test_foresee(void)
{
	struct xnb_coalesce slow = { .usecs = 40, .adaptive = true };
	struct xnb_coalesce single = { .usecs = 64, .frames = 1, .adaptive = true };
	struct xnb_coalesce lasting = { .usecs = 100, .adaptive = true };
	struct xnb_moderate m;
	u64 now = START, foreseen;

	xnb_moderate_init(&m);
	is(xnb_moderate_foresee(&m, &adaptive, now), 0, "foresee: nothing of an idle direction");
	steady(&m, &adaptive, &now, 50 * USEC, 200);
	if (m.held)
		steady(&m, &adaptive, &now, 50 * USEC, 1);
	foreseen = xnb_moderate_foresee(&m, &adaptive, now);
	ok(foreseen >= now + 49 * USEC + LONG_GAP, "foresee: not before the end of the next wait");
	ok(foreseen <= now + 51 * USEC + LONG_GAP + LONG_GAP / 8, "foresee: nor long after it");
	is(xnb_moderate_foresee(&m, &adaptive, foreseen - 1), foreseen, "foresee: until then");
	is(xnb_moderate_foresee(&m, &adaptive, foreseen), 0, "foresee: only once");
	is(xnb_moderate_foresee(&m, &fixed, now), 0, "foresee: nothing where each packet waits");
	is(xnb_moderate_foresee(&m, &slow, now), 0, "foresee: nothing where no packet waits");
	is(xnb_moderate_foresee(&m, &single, now), 0, "foresee: nothing where none may join");
	is(xnb_moderate_foresee(&m, &lasting, now), 0, "foresee: no long waits");
	m.skip = 1;
	is(xnb_moderate_foresee(&m, &adaptive, now), 0, "foresee: nothing where waits are in vain");
	m.skip = 0;
	xnb_moderate_unasked(&m, 1);
	is(xnb_moderate_foresee(&m, &adaptive, now), 0, "foresee: nothing for a guest at work");
	xnb_moderate_publish(&m, &adaptive, now += 50 * USEC, 1, ROOM);
	ok(m.held, "foresee: the packet that was foreseen waits");
	ok(m.deadline_ns <= foreseen, "foresee: not for longer");
	is(xnb_moderate_foresee(&m, &adaptive, now), 0, "foresee: nothing while one waits");

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 5 * USEC, 200);
	xnb_moderate_sent(&m);
	is(xnb_moderate_foresee(&m, &adaptive, now), 0, "foresee: not of packets that are close");
}

static void test_static(void)
{
	struct xnb_coalesce off = { .usecs = 0, .frames = 64 };
	struct xnb_coalesce slow = { .usecs = 200 };
	struct tally tally;
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	is(xnb_moderate_publish(&m, &fixed, now, 1, ROOM), XNB_HOLD,
	   "static: the first packet waits");
	xnb_moderate_sent(&m);
	tally = steady(&m, &fixed, &now, 1000 * USEC, 50);
	is(tally.sent, 0, "static: each lone packet waits");
	is(steady(&m, &fixed, &now, 1000 * USEC, 1).late, 1, "static: whatever was in vain");
	xnb_moderate_init(&m);
	is(steady(&m, &off, &now, USEC, 1000).sent, 1000, "static, usecs 0: every packet at once");
	off.adaptive = true;
	xnb_moderate_init(&m);
	is(steady(&m, &off, &now, USEC, 1000).sent, 1000,
	   "adaptive, usecs 0: every packet at once");
	xnb_moderate_init(&m);
	tally = steady(&m, &slow, &now, 50 * USEC, 1000);
	ok(tally.sent + tally.late <= 250, "static, 200 us: a fourth of the events at 50 us");
	off = (struct xnb_coalesce){ .usecs = 100, .frames = 1 };
	is(steady(&m, &off, &now, USEC, 1000).sent, 1000, "frames 1: every packet at once");
}

/* However long the peer thinks, at most one message in 257 is late, after a few at first. */
static void test_ping_pong(void)
{
	unsigned int bad = 0, size, lone_late = 0;
	struct xnb_moderate m;
	struct tally tally;
	u64 now = START, gap;

	for (size = 1; size <= 3; size++) {
		for (gap = 0; gap < 400 * USEC; gap += 7 * USEC + 1) {
			xnb_moderate_init(&m);
			ping_pong(&m, &now, gap, size, 4 * TRIES_A_WAIT);
			tally = ping_pong(&m, &now, gap, size, 40 * TRIES_A_WAIT);
			if (tally.late > 40 * size) {
				if (!bad++)
					diag("gap %u, %u packets: %u late", (u32)gap, size,
					     tally.late);
			}
			if (size == 1 && gap >= 4 * LONG_GAP)
				lone_late += tally.late;
		}
	}
	is(bad, 0, "ping-pong: one wait in 256 packets at most");
	is(lone_late, 0, "ping-pong after pauses: none");
}

static void test_back_off(void)
{
	struct xnb_moderate m;
	struct tally tally;
	unsigned int i, wrong = 0;
	u64 now = START;

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	m.misses = 0;
	for (i = 1; i <= XNB_MISSES_MAX + 2; i++) {
		/* A wait in vain, and then the rest at once. */
		wrong += xnb_moderate_publish(&m, &adaptive, now += 10 * USEC, 1, ROOM) != XNB_HOLD;
		now = m.deadline_ns;
		xnb_moderate_sent_late(&m);
		wrong += m.misses != min_t(u32, i, XNB_MISSES_MAX);
		tally = steady(&m, &adaptive, &now, 10 * USEC, 1U << m.misses);
		wrong += tally.sent != 1U << m.misses;
	}
	is(wrong, 0, "each wait in vain doubles what goes at once, up to 256");
	is(steady(&m, &adaptive, &now, 10 * USEC, 9).sent, 1, "then one more try, which pays");
	is(m.misses, XNB_MISSES_MAX - 2, "and makes up for two");
	steady(&m, &adaptive, &now, 10 * USEC, 100);
	is(m.misses, 0, "soon it is forgotten");

	xnb_moderate_init(&m);
	ping_pong(&m, &now, 30 * USEC, 1, 10 * TRIES_A_WAIT);
	tally = steady(&m, &adaptive, &now, 10 * USEC, 1000);
	ok(tally.sent <= TRIES_A_WAIT + 1000 / 7, "after a ping-pong a stream is held again");
	xnb_moderate_unasked(&m, 0);
	m.skip = 100;
	xnb_moderate_publish(&m, &adaptive, now += 10 * USEC, 60, ROOM);
	xnb_moderate_sent(&m);
	is(m.skip, 40, "packets count, not events");
	xnb_moderate_publish(&m, &adaptive, now += 10 * USEC, 60, ROOM);
	is(m.skip, 0, "and not below none");
}

/* What a wait brought decides what it was worth. */
static void test_judgement(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	xnb_moderate_publish(&m, &fixed, now, 1, ROOM);
	xnb_moderate_publish(&m, &fixed, now += 49 * USEC, 1, ROOM);
	xnb_moderate_sent_late(&m);
	is(m.misses, 1, "nobody in the second half: in vain");
	is(m.held, 0, "and sent");
	xnb_moderate_publish(&m, &fixed, now += 1000 * USEC, 1, ROOM);
	xnb_moderate_publish(&m, &fixed, now += 50 * USEC, 1, ROOM);
	xnb_moderate_sent_late(&m);
	is(m.misses, 0, "somebody then: not");
	m.misses = 5;
	xnb_moderate_publish(&m, &fixed, now += 1000 * USEC, 1, ROOM);
	xnb_moderate_publish(&m, &fixed, now += USEC, 9, ROOM);
	is(m.misses, 3, "ended by company: not");
	xnb_moderate_sent(&m);
	xnb_moderate_publish(&m, &fixed, now += 1000 * USEC, 10, ROOM);
	is(m.misses, 3, "no wait, no judgement");
}

static void test_unasked(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	xnb_moderate_publish(&m, &adaptive, now += 10 * USEC, 1, ROOM);
	xnb_moderate_unasked(&m, 9);
	xnb_moderate_unasked(&m, 10);
	is(m.held, 0, "a guest that works by itself: nothing is held");
	is(xnb_moderate_publish(&m, &adaptive, now += 200 * USEC, 1, ROOM), XNB_HOLD,
	   "the packets it took count for the rate");
	is(m.gap_ns, 10 * USEC, "all of them");
	is(m.unasked, 0, "once");
}

static void test_park_static(void)
{
	struct xnb_coalesce coalesce = { .usecs = 100 };
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	is(xnb_moderate_park(&m, &coalesce, now, 0), XNB_EXIT_IDLE, "park: nothing found, ask");
	is(xnb_moderate_park(&m, &coalesce, now, 1), XNB_HOLD,
	   "park, static: parked behind a packet");
	is(m.deadline_ns, now + 100 * USEC, "for the time");
	ok(m.held, "which is to say held");
	is(xnb_moderate_park(&m, &coalesce, now += 60 * USEC, 0), XNB_HOLD,
	   "woken for another reason");
	is(xnb_moderate_park(&m, &coalesce, now += 20 * USEC, 3), XNB_HOLD,
	   "even if that finds some");
	is(m.deadline_ns, START + 100 * USEC, "the time stays");
	is(xnb_moderate_park(&m, &coalesce, now += 20 * USEC, 0), XNB_EXIT_IDLE,
	   "an empty look: ask");
	ok(!m.held, "not parked any more");
	is(m.misses, 0, "what was found early counts");
	xnb_moderate_park(&m, &coalesce, now, 1);
	is(xnb_moderate_park(&m, &coalesce, now += 100 * USEC, 1), XNB_HOLD,
	   "found some: once more");
	is(m.misses, 1, "though one packet is not worth a look");
	xnb_moderate_park(&m, &coalesce, now += 100 * USEC, 2);
	is(m.misses, 0, "two are");
	coalesce.usecs = 0;
	is(xnb_moderate_park(&m, &coalesce, now += 100 * USEC, 2), XNB_EXIT_TIME, "usecs 0: ask");
	ok(!m.held, "and not parked");
}

/* Requests that come whatever we do, looked at when the policy says. Return: events asked for. */
static unsigned int park_steady(struct xnb_moderate *m, u64 *now, u64 gap, unsigned int packets)
{
	unsigned int asked = 0, found;

	while (packets) {
		u64 next = *now + gap;

		if (m->held)
			next = max_t(u64, next, m->deadline_ns);
		else
			asked++;
		found = min_t(u64, gap ? (next - *now) / gap : 1, packets);
		*now = next;
		packets -= found;
		xnb_moderate_park(m, &adaptive, *now, found);
	}
	return asked;
}

static void test_park_adaptive(void)
{
	struct xnb_moderate m;
	unsigned int asked, i, bad = 0;
	u64 now = START, gap;

	xnb_moderate_init(&m);
	is(park_steady(&m, &now, 1000 * USEC, 100), 100,
	   "park, adaptive: lone packets are asked for");
	is(park_steady(&m, &now, LONG_GAP / 2 + 1, 100), 100,
	   "also where only one is due at the next look");
	asked = park_steady(&m, &now, 10 * USEC, 10000);
	ok(asked < 10, "10 us apart: %u are, of 10000", asked);
	xnb_moderate_init(&m);
	park_steady(&m, &now, LONG_GAP / 3, 200);
	ok(m.held, "three due: parked");
	now += 2 * LONG_GAP;
	is(xnb_moderate_park(&m, &(struct xnb_coalesce){ .usecs = 100, .frames = 1 }, now, 9),
	   XNB_EXIT_COUNT, "park, frames 1: the guest tells about each packet");

	/* One request, the next one @gap after the answer. */
	for (gap = USEC; gap < 200 * USEC; gap += 3 * USEC) {
		unsigned int parked = 0;

		xnb_moderate_init(&m);
		for (i = 0; i < 20 * TRIES_A_WAIT; i++) {
			now += gap;
			if (m.held) {
				now = max_t(u64, now, m.deadline_ns);
				parked += i > 4 * TRIES_A_WAIT;
			}
			xnb_moderate_park(&m, &adaptive, now, 1);
		}
		bad += parked > 16;
	}
	is(bad, 0, "a ping-pong of the guest is parked once in 256 at most");
}

static void test_gather(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	is(xnb_moderate_gather(&m, &adaptive, now, ROOM), 1, "gather: not while no event is held");
	steady(&m, &adaptive, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	xnb_moderate_publish(&m, &adaptive, now += 10 * USEC, 1, ROOM);
	is(xnb_moderate_gather(&m, &adaptive, now, ROOM), XNB_COALESCE_FRAMES - 1,
	   "gather: up to the count");
	is(xnb_moderate_gather(&m, &adaptive, now, 5), 5, "gather: no more than there is room for");
	is(xnb_moderate_gather(&m, &adaptive, now, 0), 1, "gather: at least one");
	is(xnb_moderate_gather(&m, &adaptive, m.deadline_ns - 21 * USEC, ROOM),
	   XNB_COALESCE_FRAMES - 1, "gather: two are due before the deadline");
	is(xnb_moderate_gather(&m, &adaptive, m.deadline_ns - 19 * USEC, ROOM), 1,
	   "gather: only one is");
	is(xnb_moderate_gather(&m, &adaptive, m.deadline_ns + USEC, ROOM), 1,
	   "gather: not when the wait is over");
	is(xnb_moderate_gather(&m, &(struct xnb_coalesce){ .usecs = 64 }, now, ROOM), ROOM,
	   "gather: without a count, as many as there is room for");
}

static void isnt_hold(enum xnb_exit exit)
{
	ok(exit != XNB_HOLD, "gathered: the wait is over");
}

/* Whether a wait was in vain is judged by when its packets came, not by their publication. */
static void test_gathered(void)
{
	struct xnb_moderate m;
	u64 now = START;

	xnb_moderate_init(&m);
	steady(&m, &adaptive, &now, 10 * USEC, 200);
	xnb_moderate_sent(&m);
	is(m.misses, 0, "gathered: nothing was in vain");
	xnb_moderate_publish(&m, &adaptive, now += 10 * USEC, 1, ROOM);
	xnb_moderate_gathered(&m, now + USEC);
	isnt_hold(xnb_moderate_publish(&m, &adaptive, m.deadline_ns, 9, ROOM));
	is(m.misses, 1, "gathered: all in the first half is in vain");
	xnb_moderate_sent(&m);
	m.skip = 0;
	now = m.deadline_ns;
	xnb_moderate_publish(&m, &adaptive, now += 5 * USEC, 1, ROOM);
	xnb_moderate_gathered(&m, m.deadline_ns - USEC);
	isnt_hold(xnb_moderate_publish(&m, &adaptive, m.deadline_ns, 9, ROOM));
	is(m.misses, 0, "gathered: one in the second half pays");
	xnb_moderate_sent(&m);
	is(m.came_ns, 0, "gathered: it is taken once");
}

static void test_refill(void)
{
	is(xnb_moderate_refill(&adaptive, 3, 1), 3, "refill: what the next packet needs");
	is(xnb_moderate_refill(&adaptive, 3, 40), 40, "refill: what those behind it need");
	is(xnb_moderate_refill(&adaptive, 3, 1000), XNB_REFILL_SLOTS, "refill: up to a limit");
	is(xnb_moderate_refill(&adaptive, 200, 1000), 200, "refill: never less than is needed");
	is(xnb_moderate_refill(&(struct xnb_coalesce){}, 3, 40), 3, "refill: no wait, no more");
}

static void test_rate(void)
{
	struct xnb_moderate m;
	u32 rate;
	u64 now = START;

	xnb_moderate_init(&m);
	is(xnb_moderate_rate(&m, &adaptive, now), 0, "rate: nothing yet");
	steady(&m, &adaptive, &now, 10 * USEC, 300);
	rate = xnb_moderate_rate(&m, &adaptive, now);
	ok(rate > 99900 && rate < 100100, "rate: %u packets a second, 10 us apart", rate);
	is(xnb_moderate_rate(&m, &adaptive, now + 4 * XNB_COALESCE_USECS * USEC - 1), rate,
	   "rate: a while later");
	is(xnb_moderate_rate(&m, &adaptive, now + 4 * XNB_COALESCE_USECS * USEC), 0,
	   "rate: after a pause");
	m.gap_ns = 0;
	is(xnb_moderate_rate(&m, &adaptive, now), 1000000000, "rate: no division by 0");
}

int main(void)
{
	test_gather();
	test_gathered();
	test_refill();
	test_rate();
	test_idle();
	test_pause();
	test_pause_behind_unasked();
	test_burst();
	test_count();
	test_ring();
	test_time();
	test_foresee();
	test_static();
	test_ping_pong();
	test_back_off();
	test_judgement();
	test_unasked();
	test_park_static();
	test_park_adaptive();
	return tap_done();
}
