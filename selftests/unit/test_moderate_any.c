// SPDX-License-Identifier: GPL-2.0
/* Moderation for any arrivals and any settings: a second reading, and what must always hold. */
#include <xnb/moderate.h>
#include <tap.h>

#define USEC 1000ULL
#define ROOM XNB_RING_SLOTS

/* The same decisions read once more, from all conditions at once; sums in 128 bits. */
struct reading {
	__int128 last, began, deadline;
	s64 gap;
	u32 unasked, held, misses, skip;
};

static void read_arrival(struct reading *r, __int128 now, u32 packets, u32 usecs)
{
	__int128 pause = usecs * 4000 > 100000 ? usecs * 4000 : 100000;
	/* The clock wraps as that of the policy does. */
	u64 elapsed = (u64)now - (u64)r->last;
	u32 all = packets + r->unasked;
	s64 sample, weight;

	r->unasked = 0;
	r->last = now;
	if (elapsed >= packets * pause) {
		r->gap = pause;
		return;
	}
	if (all < packets)
		all = packets;
	weight = all > 4 ? 4 : all;
	sample = elapsed > U32_MAX ? U32_MAX / all : elapsed / all;
	r->gap += (sample - r->gap) * weight / 4;
}

static void read_verdict(struct reading *r, bool in_vain)
{
	if (in_vain) {
		r->misses += r->misses < 8;
		r->skip = 1 << r->misses;
	} else {
		r->misses = r->misses > 2 ? r->misses - 2 : 0;
	}
}

static enum xnb_exit read_publish(struct reading *r, const struct xnb_coalesce *c, u64 now,
				  u32 packets, u32 room)
{
	u64 refill = c->usecs > 50 ? 100000 : c->usecs * 2000;
	bool company = r->held, exit[XNB_EXITS] = {};
	enum xnb_exit first = XNB_HOLD, i;

	read_arrival(r, now, packets, c->usecs);
	if (!company) {
		r->began = now;
		r->deadline = (u64)(now + c->usecs * 1000);
	}
	r->held += packets;
	exit[XNB_EXIT_IDLE] = c->adaptive && (r->skip || (u64)(now + r->gap) >= r->deadline);
	exit[XNB_EXIT_COUNT] = c->frames && r->held >= c->frames;
	exit[XNB_EXIT_TIME] = now >= r->deadline;
	exit[XNB_EXIT_RING] = (__int128)room * r->gap < refill;
	if (c->adaptive)
		r->skip = r->skip > packets ? r->skip - packets : 0;
	for (i = XNB_EXITS - 1; i > XNB_HOLD; i--)
		if (exit[i] && !(i == XNB_EXIT_RING && exit[XNB_EXIT_TIME]))
			first = i;
	if (company && first != XNB_HOLD)
		read_verdict(r, false);
	return first;
}

static bool same(const struct xnb_moderate *m, const struct reading *r)
{
	return m->gap_ns == r->gap && m->held == r->held && m->misses == r->misses &&
	       m->skip == r->skip && m->last_ns == (u64)r->last &&
	       (!m->held || m->deadline_ns == (u64)r->deadline);
}

/* Settings at random, the limits among them. */
static struct xnb_coalesce any_settings(struct prng *prng)
{
	static const u32 usecs[] = { 0, 1, 50, XNB_COALESCE_USECS, 200, XNB_COALESCE_USECS_MAX };
	static const u32 frames[] = { 0, 1, XNB_COALESCE_FRAMES, XNB_COALESCE_FRAMES_MAX };

	return (struct xnb_coalesce){
		.usecs = usecs[prng_range(prng, 0, ARRAY_SIZE(usecs) - 1)],
		.frames = frames[prng_range(prng, 0, ARRAY_SIZE(frames) - 1)],
		.adaptive = prng_once_in(prng, 2),
	};
}

static u64 any_step(struct prng *prng)
{
	if (prng_once_in(prng, 50))
		return prng_range(prng, 0, 1ULL << 40);
	if (prng_once_in(prng, 5))
		return prng_range(prng, 0, 400 * USEC);
	return prng_range(prng, 0, 30 * USEC);
}

static u32 any_packets(struct prng *prng)
{
	if (prng_once_in(prng, 200))
		return prng_range(prng, 1, 1 << 16);
	return prng_once_in(prng, 4) ? prng_range(prng, 1, 64) : 1;
}

/* For any arrivals: the second reading agrees, and no wait is longer than it may be. */
static void any_arrivals(u64 now, const char *name)
{
	unsigned int bad = 0, late = 0, full = 0, held = 0, i;
	struct prng prng = PRNG_INIT;
	struct xnb_coalesce coalesce;
	struct reading r = { .gap = 100000 };
	struct xnb_moderate m;

	xnb_moderate_init(&m);
	for (i = 0; i < 2000000; i++) {
		u32 packets = any_packets(&prng), room = prng_range(&prng, 0, ROOM);
		enum xnb_exit exit, want;

		if (i % 512 == 0)
			coalesce = any_settings(&prng);
		now += any_step(&prng);
		if (prng_once_in(&prng, 20)) {
			u32 unasked = prng_once_in(&prng, 10) ? U32_MAX - packets + 1 :
								prng_range(&prng, 0, 64);

			xnb_moderate_unasked(&m, unasked);
			r.unasked += unasked;
			r.held = 0;
		}
		if (xnb_moderate_expired(&m, now) && prng_once_in(&prng, 2)) {
			xnb_moderate_sent_late(&m);
			read_verdict(&r, (u64)r.last < (u64)(r.began + (r.deadline - r.began) / 2));
			r.held = 0;
		}
		exit = xnb_moderate_publish(&m, &coalesce, now, packets, room);
		want = read_publish(&r, &coalesce, now, packets, room);
		if (exit != want || !same(&m, &r)) {
			if (!bad++)
				diag("step %u: %d, want %d", i, exit, want);
		}
		if (exit != XNB_HOLD) {
			xnb_moderate_sent(&m);
			r.held = 0;
			continue;
		}
		held++;
		late += m.deadline_ns - now > XNB_COALESCE_USECS_MAX * USEC;
		full += coalesce.frames && m.held >= coalesce.frames;
	}
	is(bad, 0, "%s: the second reading agrees (%u held)", name, held);
	is(late, 0, "%s: a held event's deadline is in reach", name);
	is(full, 0, "%s: never as many held as the count", name);
}

/* The same for looks at the guest's requests. */
static void test_any_park(void)
{
	unsigned int bad = 0, parked = 0, i;
	struct prng prng = PRNG_INIT;
	struct reading r = { .gap = 100000 };
	struct xnb_coalesce coalesce;
	struct xnb_moderate m;
	u64 now = 0;

	xnb_moderate_init(&m);
	for (i = 0; i < 1000000; i++) {
		u32 packets = prng_once_in(&prng, 3) ? 0 : any_packets(&prng);
		enum xnb_exit want = XNB_EXIT_IDLE;

		if (i % 512 == 0)
			coalesce = any_settings(&prng);
		now += any_step(&prng);
		if (packets)
			read_arrival(&r, now, packets, coalesce.usecs);
		if (r.held && now < r.deadline) {
			r.held += packets;
			want = XNB_HOLD;
		} else {
			if (r.held)
				read_verdict(&r, r.held + packets < 3);
			r.held = 0;
			if (packets && !coalesce.usecs)
				want = XNB_EXIT_TIME;
			else if (packets && coalesce.frames == 1)
				want = XNB_EXIT_COUNT;
			else if (packets && !(coalesce.adaptive &&
					      (r.skip || 2 * r.gap > coalesce.usecs * 1000)))
				want = XNB_HOLD;
			if (packets && coalesce.usecs && coalesce.frames != 1 && coalesce.adaptive)
				r.skip = r.skip > packets ? r.skip - packets : 0;
			if (want == XNB_HOLD) {
				r.held = 1;
				r.deadline = now + coalesce.usecs * 1000;
			}
		}
		bad += xnb_moderate_park(&m, &coalesce, now, packets) != want || !same(&m, &r);
		parked += want == XNB_HOLD;
	}
	is(bad, 0, "park: the second reading agrees for any arrivals (%u parked)", parked);
}

int main(void)
{
	any_arrivals(0, "from 0");
	any_arrivals(0 - (1ULL << 36), "the clock wraps");
	test_any_park();
	return tap_done();
}
