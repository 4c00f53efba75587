// SPDX-License-Identifier: GPL-2.0
/*
 * The token bucket against exact arithmetic: the reference counts byte-nanoseconds in
 * 128 bits, so nothing is ever rounded in it.
 */
#include <xnb/credit.h>
#include <tap.h>

#define SECOND 1000000000ULL
#define BURST_MIN XNB_CREDIT_BURST_MIN
#define PACKET_MAX 65535

#define u128 unsigned __int128

struct reference {
	u64 bytes;
	u64 interval_ns;
	u64 stamp_ns;
	u128 level;	/* tokens times interval_ns */
};

static u64 burst(u64 bytes)
{
	return bytes > BURST_MIN ? bytes : BURST_MIN;
}

static void reference_set(struct reference *ref, u32 bytes, u32 interval_us, u64 now_ns)
{
	ref->bytes = bytes;
	ref->interval_ns = interval_us * 1000ULL;
	ref->stamp_ns = now_ns;
	ref->level = (u128)burst(bytes) * ref->interval_ns;
}

static void reference_refill(struct reference *ref, u64 now_ns)
{
	u128 full = (u128)burst(ref->bytes) * ref->interval_ns;

	ref->level += (u128)(now_ns - ref->stamp_ns) * ref->bytes;
	if (ref->level > full)
		ref->level = full;
	ref->stamp_ns = now_ns;
}

static void test_unlimited(void)
{
	static const u32 rates[][2] = { { 0, 0 }, { 0, 50000 }, { 1000, 0 } };
	struct xnb_credit credit;
	unsigned int i, k, bad = 0;

	for (i = 0; i < 3; i++) {
		xnb_credit_set(&credit, rates[i][0], rates[i][1], 5);
		for (k = 0; k < 100000; k++)
			bad += xnb_credit_take(&credit, PACKET_MAX, 5) != 0;
	}
	is(bad, 0, "no bytes, no interval or neither: no limit");
}

static void test_burst(void)
{
	struct xnb_credit credit;

	xnb_credit_set(&credit, 1000, 50000, 0);
	ok(!xnb_credit_take(&credit, BURST_MIN, 0), "a slow bucket starts with its smallest burst");
	ok(xnb_credit_take(&credit, 1, 0) >= 1, "and then it is empty");

	xnb_credit_set(&credit, 10 * BURST_MIN, 50000, 0);
	ok(!xnb_credit_take(&credit, 10 * BURST_MIN - 1, 0), "a fast one starts with an interval");
	ok(!xnb_credit_take(&credit, 1, 0), "to its last byte");
	ok(xnb_credit_take(&credit, 1, 0) >= 1, "and then it is empty");

	xnb_credit_set(&credit, 1000, 50000, 7);
	xnb_credit_take(&credit, 10000, 7);
	ok(!xnb_credit_take(&credit, BURST_MIN, 7 + 1000 * SECOND), "an idle bucket is full again");
	ok(xnb_credit_take(&credit, 1, 7 + 1000 * SECOND) >= 1, "and holds no more than that");

	xnb_credit_set(&credit, 1000, 50000, 0);
	xnb_credit_take(&credit, BURST_MIN, 0);
	xnb_credit_set(&credit, 2000, 50000, 0);
	ok(!xnb_credit_take(&credit, BURST_MIN, 0), "setting a rate fills the bucket");
	ok(!xnb_credit_take(&credit, 0, 0), "nothing costs nothing");
}

static void test_wait(void)
{
	struct xnb_credit credit;
	u64 wait;

	/* 1000 bytes in 50 ms: a byte takes 50 us. */
	xnb_credit_set(&credit, 1000, 50000, 0);
	xnb_credit_take(&credit, BURST_MIN, 0);
	wait = xnb_credit_take(&credit, 100, 0);
	ok(wait >= 5000000 && wait <= 5000001, "100 bytes are 5 ms away");
	ok(xnb_credit_take(&credit, 100, 4900000) >= 1, "too early");
	ok(!xnb_credit_take(&credit, 100, wait), "in time");
	ok(xnb_credit_take(&credit, 1, wait) >= 1, "and no byte more");
}

/* Random rates, packets and pauses, the clock anywhere in 64 bits. */
struct drift {
	unsigned int too_early;
	unsigned int too_late;
	unsigned int bad_wait;
};

static void check_take(struct xnb_credit *credit, struct reference *ref, unsigned int calls,
		       u32 len, u64 now, struct drift *drift)
{
	u128 cost = (u128)len * ref->interval_ns;
	/* A call may win the time of a fraction of a byte, at most a nanosecond. */
	u128 slack = (u128)calls * ref->bytes + ref->interval_ns;
	struct xnb_credit later;
	u64 wait;

	reference_refill(ref, now);
	wait = xnb_credit_take(credit, len, now);
	if (wait) {
		later = *credit;
		drift->too_late += ref->level > cost + slack;
		drift->bad_wait += xnb_credit_take(&later, len, now + wait) != 0;
		return;
	}
	drift->too_early += ref->level + slack < cost;
	ref->level = ref->level > cost ? ref->level - cost : 0;
}

static void random_rate(struct prng *prng, u32 *bytes, u32 *interval_us)
{
	*bytes = 1 + (prng_next(prng) >> (32 + prng_range(prng, 0, 31)));
	*interval_us = 1 + (prng_next(prng) >> (32 + prng_range(prng, 0, 31)));
	if (!*bytes)
		*bytes = 0xffffffff;
	if (!*interval_us)
		*interval_us = 0xffffffff;
}

static void test_against_reference(void)
{
	struct prng prng = PRNG_INIT;
	struct drift drift = {};
	unsigned int i, k;

	for (i = 0; i < 4000; i++) {
		struct xnb_credit credit;
		struct reference ref;
		u32 bytes, interval_us;
		u64 now = prng_next(&prng) >> prng_range(&prng, 4, 40);

		random_rate(&prng, &bytes, &interval_us);
		xnb_credit_set(&credit, bytes, interval_us, now);
		reference_set(&ref, bytes, interval_us, now);
		for (k = 0; k < 300; k++) {
			now += prng_next(&prng) >> prng_range(&prng, 20, 63);
			check_take(&credit, &ref, k + 1, prng_range(&prng, 0, PACKET_MAX), now,
				   &drift);
		}
	}
	is(drift.too_early, 0, "no packet passes before the exact bucket lets it");
	is(drift.too_late, 0, "and none is held when the exact bucket lets it");
	is(drift.bad_wait, 0, "after the time it names the packet passes");
}

/* A greedy sender who asks again exactly when told to: what passes of what may. */
static double measured_ratio(u32 bytes, u32 interval_us, u32 len)
{
	struct xnb_credit credit;
	u64 now = 0, sent = 0;
	unsigned int calls;

	xnb_credit_set(&credit, bytes, interval_us, 0);
	while (!xnb_credit_take(&credit, PACKET_MAX, 0))
		;
	while (!xnb_credit_take(&credit, 1, 0))
		;
	for (calls = 0; calls < 20000 && now < 100 * SECOND; calls++) {
		u64 wait = xnb_credit_take(&credit, len, now);

		if (!wait)
			sent += len;
		now += wait;
	}
	return sent * (interval_us * 1000.0) / ((double)bytes * now);
}

static void test_rate(void)
{
	static const u32 mbits[] = { 1, 10, 100, 1000, 10000 };
	static const u32 lens[] = { 60, 61, 1514, 9014, PACKET_MAX };
	static const u32 intervals_us[] = { 100, 1000, 50000, 1000000 };
	unsigned int i, k, m, bad = 0;

	for (i = 0; i < 5; i++)
		for (k = 0; k < 5; k++)
			for (m = 0; m < 4; m++) {
				u32 bytes = (u64)mbits[i] * intervals_us[m] / 8;
				double ratio = measured_ratio(bytes, intervals_us[m], lens[k]);

				if (ratio > 0.95 && ratio < 1.05)
					continue;
				bad++;
				diag("%u Mb/s in %u us, %u B: %.4f of what is allowed", mbits[i],
				     intervals_us[m], lens[k], ratio);
			}
	is(bad, 0, "a greedy sender gets its rate within 5 %%, 1 Mb/s to 10 Gb/s");
}

/* Who asks all the time gets no more than who asks when told. */
static void test_impatience(void)
{
	static const u32 mbits[] = { 1, 100, 1000, 10000 };
	unsigned int i, bad = 0;

	for (i = 0; i < 4; i++) {
		struct xnb_credit credit;
		u64 now, sent = 0, allowed;

		xnb_credit_set(&credit, mbits[i] * 1000 / 8, 1000, 0);
		for (now = 0; now < SECOND / 10; now += 37)
			if (!xnb_credit_take(&credit, 60, now))
				sent += 60;
		allowed = BURST_MIN + mbits[i] * 12500ULL;
		if (sent <= allowed + allowed / 20)
			continue;
		bad++;
		diag("%u Mb/s: %llu of %llu bytes", mbits[i], (unsigned long long)sent,
		     (unsigned long long)allowed);
	}
	is(bad, 0, "asking every 37 ns brings no more than the rate");
}

static void test_is(void)
{
	struct xnb_credit credit;

	xnb_credit_set(&credit, 1000, 50, 5);
	ok(xnb_credit_is(&credit, 1000, 50), "the same rate");
	ok(!xnb_credit_is(&credit, 1001, 50), "other bytes");
	ok(!xnb_credit_is(&credit, 1000, 51), "another interval");
	ok(!xnb_credit_is(&credit, 0, 0), "no limit");
	xnb_credit_set(&credit, 0, 0, 5);
	ok(xnb_credit_is(&credit, 0, 0), "no limit as before");
	xnb_credit_set(&credit, 1000, 0, 5);
	ok(xnb_credit_is(&credit, 0, 0), "an interval of 0 is none either");
}

int main(void)
{
	test_is();
	test_unlimited();
	test_burst();
	test_wait();
	test_against_reference();
	test_rate();
	test_impatience();
	return tap_done();
}
