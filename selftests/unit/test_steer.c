// SPDX-License-Identifier: GPL-2.0
/*
 * The indirection table and its balance. Whatever the load, check() holds a result against what
 * the header promises; and where there are few flows, against every table that there could be.
 */
#include <xnb/steer.h>
#include <tap.h>

#define QUEUES_MAX XNB_QUEUES_MAX
#define BUCKETS XNB_BUCKETS
#define THRESHOLD 25

/* A table under a load, and what the last balance made of it. */
struct bench {
	struct xnb_steer_table table;
	struct xnb_steer_limits limits;
	u32 load[BUCKETS];
	bool stays[BUCKETS];
	struct xnb_steer_move moves[BUCKETS];
	unsigned int count;
	u32 before;
	u32 after;
	unsigned int broken;
};

static struct bench bench_of(unsigned int queues)
{
	struct bench bench = { .limits = { .queues = queues, .threshold = THRESHOLD } };

	xnb_steer_spread(&bench.table, queues);
	return bench;
}

static u32 queue_load(const struct bench *bench, unsigned int queue)
{
	unsigned int bucket;
	u32 sum = 0;

	for (bucket = 0; bucket < BUCKETS; bucket++)
		if (bench->table.queue[bucket] == queue)
			sum += bench->load[bucket];
	return sum;
}

static u32 busiest_load(const struct bench *bench)
{
	u32 sums[256] = {}, most = 0;
	unsigned int i;

	for (i = 0; i < BUCKETS; i++)
		sums[bench->table.queue[i]] += bench->load[i];
	for (i = 0; i < bench->limits.queues; i++)
		most = sums[i] > most ? sums[i] : most;
	return most;
}

static u32 total_load(const struct bench *bench)
{
	unsigned int bucket;
	u32 sum = 0;

	for (bucket = 0; bucket < BUCKETS; bucket++)
		if (bench->table.queue[bucket] < bench->limits.queues)
			sum += bench->load[bucket];
	return sum;
}

static u32 biggest_load(const struct bench *bench)
{
	unsigned int bucket;
	u32 most = 0;

	for (bucket = 0; bucket < BUCKETS; bucket++)
		if (bench->table.queue[bucket] < bench->limits.queues && bench->load[bucket] > most)
			most = bench->load[bucket];
	return most;
}

/* As many as the busiest queue may have: the threshold, or an elephant. */
static u32 allowed_load(const struct bench *bench)
{
	u64 mean_100 = (u64)total_load(bench) * 100 / bench->limits.queues;
	u64 allowed = mean_100 * (100 + bench->limits.threshold) / 10000;
	u32 biggest = biggest_load(bench);

	return allowed > biggest ? allowed : biggest;
}

static void fault(struct bench *bench, const char *what)
{
	if (!bench->broken++)
		diag("%u queues, %u moves: %s", bench->limits.queues, bench->count, what);
}

/* Without any one of the moves the busiest queue would have more. */
static void check_needed(struct bench *bench)
{
	unsigned int i;

	for (i = 0; i < bench->count; i++) {
		const struct xnb_steer_move *move = &bench->moves[i];

		bench->table.queue[move->bucket] = move->from;
		if (busiest_load(bench) <= bench->after)
			fault(bench, "a move makes nothing better");
		bench->table.queue[move->bucket] = move->to;
	}
}

/* Balances once and does the moves. */
static void balance(struct bench *bench)
{
	unsigned int i, queues = bench->limits.queues;
	bool moved[BUCKETS] = {};

	bench->before = busiest_load(bench);
	bench->count = xnb_steer_balance(&bench->table, bench->load, bench->stays, &bench->limits,
					 bench->moves);
	if (bench->count > BUCKETS)
		return fault(bench, "too many moves");
	for (i = 0; i < bench->count; i++) {
		const struct xnb_steer_move *move = &bench->moves[i];

		if (move->bucket >= BUCKETS || moved[move->bucket])
			return fault(bench, "a bucket moves twice");
		moved[move->bucket] = true;
		if (bench->stays[move->bucket])
			fault(bench, "what has to stay moves");
		if (move->from != bench->table.queue[move->bucket] || move->from >= queues)
			fault(bench, "not from there");
		if (move->to >= queues || move->to == move->from)
			fault(bench, "nowhere to");
		bench->table.queue[move->bucket] = move->to;
	}
	bench->after = busiest_load(bench);
}

/* Balances, and looks at all that the header promises of any result. */
static void check(struct bench *bench)
{
	u64 mean = total_load(bench) / bench->limits.queues;
	u32 threshold = bench->limits.threshold;

	balance(bench);
	if (!bench->count)
		return;
	if (total_load(bench) < bench->limits.load_min)
		fault(bench, "moves under low load");
	if (bench->before * 100ULL <= mean * (100 + threshold))
		fault(bench, "moves within the threshold");
	if (bench->after >= bench->before)
		fault(bench, "the busiest queue has no less");
	/* Both quarters are rounded. */
	if ((bench->before - bench->after + 2) * 400ULL < mean * threshold)
		fault(bench, "less than a quarter of the threshold");
	check_needed(bench);
}

static void test_spread(void)
{
	unsigned int queues, bucket, bad = 0;
	struct xnb_steer_table table;
	u32 hash;

	for (queues = 1; queues <= QUEUES_MAX; queues++) {
		memset(&table, 0xaa, sizeof(table));
		xnb_steer_spread(&table, queues);
		bad += table.size != BUCKETS;
		for (bucket = 0; bucket < BUCKETS; bucket++)
			bad += table.queue[bucket] != bucket % queues;
	}
	is(bad, 0, "spread: bucket b to queue b modulo the queues, 1 to 64 of them");

	xnb_steer_spread(&table, 5);
	is(xnb_steer_bucket(&table, 0xfffffffe), 126, "a hash leads to its bucket");
	is(xnb_steer_queue(&table, 0xfffffffe, 3), 1, "and the bucket to its queue");
	table.queue[126] = 60;
	is(xnb_steer_queue(&table, 0xfffffffe, 3), 60, "whatever that is");
	table.size = 100;
	is(xnb_steer_bucket(&table, 107), 7, "a table of any size");
	table.size = 0;
	for (hash = 0, bad = 0; hash < 1000; hash++)
		bad += xnb_steer_queue(&table, hash * 0x9e3779b1, 7) != hash * 0x9e3779b1 % 7;
	is(bad, 0, "without a table: what remains");
}

/* So many buckets of a queue get this load, beside those that have some. */
static void load_queue(struct bench *bench, unsigned int queue, unsigned int buckets, u32 load)
{
	unsigned int bucket;

	for (bucket = 0; bucket < BUCKETS && buckets; bucket++) {
		if (bench->table.queue[bucket] != queue || bench->load[bucket])
			continue;
		bench->load[bucket] = load;
		buckets--;
	}
}

static void test_limits(void)
{
	struct bench bench = bench_of(4);

	balance(&bench);
	is(bench.count, 0, "no load, no moves");

	/* A mean of 1000. */
	load_queue(&bench, 0, 25, 50);
	load_queue(&bench, 1, 25, 40);
	load_queue(&bench, 2, 25, 40);
	load_queue(&bench, 3, 25, 30);
	balance(&bench);
	is(bench.count, 0, "a quarter above the mean is within the threshold");
	bench.load[0] += 4;
	balance(&bench);
	ok(bench.count && bench.after <= 1190, "a little more is not, and goes well below it");

	bench = bench_of(4);
	load_queue(&bench, 2, 32, 100);
	bench.limits.load_min = 3201;
	balance(&bench);
	is(bench.count, 0, "too little load");
	bench.limits.load_min = 3200;
	check(&bench);
	is(bench.after, 1000, "just enough: no more moves than to the threshold");
	is(bench.count, 22, "those");
	is(bench.broken, 0, "and each of them needed");

	bench = bench_of(4);
	bench.limits.threshold = 300;
	load_queue(&bench, 2, 32, 100);
	balance(&bench);
	is(bench.count, 0, "a threshold that one queue with everything does not exceed");
	bench.limits.threshold = 299;
	balance(&bench);
	ok(bench.count, "but one that it does");

	bench = bench_of(1);
	load_queue(&bench, 0, 128, 100);
	balance(&bench);
	is(bench.count, 0, "one queue has nowhere to move to");
}

static void test_few(void)
{
	struct bench bench = bench_of(4);

	bench.load[6] = 1000000;
	balance(&bench);
	is(bench.count, 0, "all load on one bucket stays there");

	bench = bench_of(4);
	load_queue(&bench, 0, 4, 100);
	load_queue(&bench, 1, 2, 100);
	load_queue(&bench, 2, 1, 100);
	load_queue(&bench, 3, 1, 100);
	check(&bench);
	is(bench.count, 2, "eight equal flows: two moves");
	is(bench.after, 200, "to two flows each");

	bench = bench_of(2);
	load_queue(&bench, 0, 2, 200);
	load_queue(&bench, 1, 2, 100);
	check(&bench);
	is(bench.after, 300, "where no move helps, an exchange may");
	is(bench.count, 2, "of two buckets");

	bench = bench_of(4);
	load_queue(&bench, 0, 1, 6000);
	load_queue(&bench, 0, 1, 1000);
	load_queue(&bench, 1, 3, 600);
	balance(&bench);
	ok(bench.count == 1 && bench.after == 6000 && bench.moves[0].bucket,
	   "of two buckets one moves away, and that is the lesser one");

	bench = bench_of(2);
	load_queue(&bench, 0, 2, 0x7fffffff);
	load_queue(&bench, 0, 1, 1);
	check(&bench);
	is(bench.after, 0x80000000U, "loads that need all 32 bits");
	is(bench.broken, 0, "and the result is as it should be");
}

static void test_stays(void)
{
	struct bench bench = bench_of(2);

	/* 80 to 20: an elephant that goes would be the shortest way. */
	bench.load[0] = 40;
	load_queue(&bench, 0, 8, 5);
	load_queue(&bench, 1, 4, 5);
	balance(&bench);
	ok(bench.count && !bench.moves[0].bucket, "an elephant may go");

	bench = bench_of(2);
	bench.load[0] = 40;
	load_queue(&bench, 0, 8, 5);
	load_queue(&bench, 1, 4, 5);
	bench.stays[0] = true;
	check(&bench);
	is(bench.broken, 0, "an elephant that has to stay does");
	ok(bench.count && bench.after <= 60, "and others leave its queue");

	bench = bench_of(2);
	load_queue(&bench, 0, 64, 5);
	memset(bench.stays, true, sizeof(bench.stays));
	balance(&bench);
	is(bench.count, 0, "where all have to stay, none moves");
}

static void test_one_queue(void)
{
	unsigned int queues, bucket, bad = 0, broken = 0;

	for (queues = 2; queues <= QUEUES_MAX; queues++) {
		struct bench bench = bench_of(queues);

		for (bucket = 0; bucket < BUCKETS; bucket++) {
			bench.table.queue[bucket] = queues - 1;
			bench.load[bucket] = 1000;
		}
		check(&bench);
		bad += bench.after > DIV_ROUND_UP(BUCKETS, queues) * 1250;
		broken += bench.broken;
	}
	is(bad, 0, "all buckets on one queue of 2 to 64: spread to the threshold");
	is(broken, 0, "and no move too many");
}

static void test_even(void)
{
	unsigned int queues, round, bucket, moved = 0, noisy = 0;
	struct prng prng = PRNG_INIT;

	for (queues = 1; queues <= QUEUES_MAX; queues++) {
		struct bench bench = bench_of(queues);

		for (bucket = 0; bucket < BUCKETS; bucket++)
			bench.load[bucket] = 1000;
		balance(&bench);
		moved += bench.count;
		for (round = 0; round < 200; round++) {
			for (bucket = 0; bucket < BUCKETS; bucket++)
				bench.load[bucket] = prng_range(&prng, 800, 1200);
			balance(&bench);
			noisy += bench.count;
		}
	}
	is(moved, 0, "an even load lies still on 1 to 64 queues");
	is(noisy, 0, "and with a fifth of noise too, 200 rounds each");
}

/* 1 / rank^1.1 in millionths: x^1.1 as x times the tenth root of x, that by Newton's way. */
static u32 zipf_weight(unsigned int rank)
{
	double root = 1;
	int i;

	for (i = 0; i < 60; i++) {
		double r3 = root * root * root, r9 = r3 * r3 * r3;

		root -= (r9 * root - rank) / (10 * r9);
	}
	return 1e6 / (rank * root);
}

static void load_zipf(struct bench *bench, struct prng *prng)
{
	unsigned int rank;

	memset(bench->load, 0, sizeof(bench->load));
	for (rank = 1; rank <= 256; rank++)
		bench->load[prng_range(prng, 0, BUCKETS - 1)] += zipf_weight(rank);
}

static void test_zipf(void)
{
	unsigned int queues, round, above = 0, far = 0, again = 0, broken = 0;
	struct prng prng = PRNG_INIT;

	for (queues = 1; queues <= QUEUES_MAX; queues++) {
		for (round = 0; round < 100; round++) {
			struct bench bench = bench_of(queues);
			u32 allowed;

			load_zipf(&bench, &prng);
			check(&bench);
			allowed = allowed_load(&bench);
			above += queues <= 8 && bench.after > allowed;
			far += bench.after > allowed + total_load(&bench) / queues / 16;
			broken += bench.broken;
			balance(&bench);
			again += bench.count;
		}
	}
	is(above, 0, "zipf 1.1, 256 flows, up to 8 queues: within the threshold, or the elephant");
	is(far, 0, "up to 64 queues: but for what is not worth a move");
	is(broken, 0, "no move too many");
	is(again, 0, "and the result lies still");
}

/* An elephant among mice that make up the rest of 100 per cent. */
static void load_elephant(struct bench *bench, struct prng *prng, unsigned int percent, u32 noise)
{
	unsigned int bucket;

	for (bucket = 0; bucket < BUCKETS; bucket++)
		bench->load[bucket] = 10000 + prng_range(prng, 0, 2 * noise) - noise;
	bench->load[5] = (BUCKETS - 1) * 10000 / (100 - percent) * percent;
	bench->load[5] += bench->load[5] / 10000 * (prng_range(prng, 0, 2 * noise) - noise);
}

static void test_elephant(void)
{
	static const unsigned int queues[] = { 2, 3, 4, 6, 8, 12 };
	unsigned int i, bad = 0, early = 0, late = 0, broken = 0, round;
	struct prng prng = PRNG_INIT;

	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		struct bench bench = bench_of(queues[i]);

		load_elephant(&bench, &prng, 60, 0);
		check(&bench);
		/* Half of all with the threshold is more than the elephant: some mice stay. */
		bad += queues[i] > 2 && queue_load(&bench, bench.table.queue[5]) != bench.load[5];
		bad += bench.after > allowed_load(&bench);
		broken += bench.broken;

		bench = bench_of(queues[i]);
		for (round = 0; round < 1000; round++) {
			load_elephant(&bench, &prng, 60, 2000);
			balance(&bench);
			if (round < 50)
				early += bench.count;
			else
				late += bench.count;
		}
	}
	is(bad, 0, "an elephant ends alone on its queue");
	is(broken, 0, "and no move too many");
	ok(early && !late, "with noise it gets there in %u moves and then lies still", early);
}

/* Of all tables for a few flows: the least that the busiest queue has, and the fewest moves. */
struct best {
	u32 least;
	unsigned int fewest;
};

static struct best find_best(const struct bench *bench, const u8 *flows, unsigned int count,
			     u32 allowed)
{
	struct best best = { U32_MAX, BUCKETS };
	unsigned int tables = 1, i, k;

	for (k = 0; k < count; k++)
		tables *= bench->limits.queues;
	for (i = 0; i < tables; i++) {
		unsigned int rest = i, moves = 0;
		u32 sums[8] = {}, most = 0;

		for (k = 0; k < count; k++, rest /= bench->limits.queues) {
			u32 *sum = &sums[rest % bench->limits.queues];

			*sum += bench->load[flows[k]];
			most = *sum > most ? *sum : most;
			moves += bench->table.queue[flows[k]] != rest % bench->limits.queues;
		}
		best.least = most < best.least ? most : best.least;
		if (most <= allowed && moves < best.fewest)
			best.fewest = moves;
	}
	return best;
}

static void test_every_table(void)
{
	unsigned int i, k, within = 0, more = 0, many = 0, short_of = 0, worse = 0, broken = 0;
	struct prng prng = PRNG_INIT;

	for (i = 0; i < 4000; i++) {
		struct bench bench = bench_of(prng_range(&prng, 2, 4));
		unsigned int count = prng_range(&prng, 2, 7);
		struct best best;
		u32 allowed;
		u8 flows[7];

		for (k = 0; k < count; k++) {
			do
				flows[k] = prng_range(&prng, 0, BUCKETS - 1);
			while (bench.load[flows[k]]);
			bench.load[flows[k]] = prng_range(&prng, 1000, 10000);
		}
		allowed = allowed_load(&bench);
		best = find_best(&bench, flows, count, allowed);
		check(&bench);
		broken += bench.broken;
		worse += bench.after * 3ULL > best.least * 4ULL;
		if (bench.after <= allowed) {
			within++;
			more += bench.count > best.fewest;
			many += bench.count > best.fewest + 3;
		} else {
			short_of += best.least <= allowed;
		}
	}
	is(broken, 0, "few flows: no move too many");
	is(worse, 0, "never more than 4/3 of the least that any table gives");
	is(many, 0, "never more than three moves above the fewest");
	ok(more * 20 < within, "more than the fewest in %u of %u", more, within);
	ok(short_of * 100 < i, "above the threshold without need in %u of %u", short_of, i);
}

static void load_any(struct bench *bench, struct prng *prng)
{
	u32 shift = prng_range(prng, 40, 62), heavy = prng_range(prng, 1, 30), bucket;
	bool strays = prng_once_in(prng, 8), spread = prng_once_in(prng, 2);

	for (bucket = 0; bucket < BUCKETS; bucket++) {
		u32 load = prng_next(prng) >> shift;

		bench->load[bucket] = prng_once_in(prng, heavy) ? load : load / 64;
		if (!spread)
			bench->table.queue[bucket] = prng_range(prng, 0, bench->limits.queues - 1);
		if (strays && prng_once_in(prng, 3))
			bench->table.queue[bucket] = prng_range(prng, 0, 255);
	}
	bench->limits.threshold = prng_once_in(prng, 4) ? prng_range(prng, 1, 1000) :
							  prng_range(prng, 1, 50);
	if (prng_once_in(prng, 8))
		bench->limits.load_min = prng_range(prng, 0, 2 * total_load(bench));
}

static void test_any(void)
{
	unsigned int i, bucket, broken = 0, moved = 0;
	struct prng prng = PRNG_INIT;

	for (i = 0; i < 20000; i++) {
		struct bench bench = bench_of(prng_range(&prng, 1, QUEUES_MAX));

		load_any(&bench, &prng);
		for (bucket = 0; bucket < BUCKETS; bucket++)
			bench.stays[bucket] = i % 2 && !prng_range(&prng, 0, 3);
		check(&bench);
		broken += bench.broken;
		moved += bench.count != 0;
	}
	is(broken, 0, "any load on any table: every promise holds");
	ok(moved > 5000, "%u of %u moved something", moved, i);
}

int main(void)
{
	test_spread();
	test_limits();
	test_few();
	test_stays();
	test_one_queue();
	test_even();
	test_zipf();
	test_elephant();
	test_every_table();
	test_any();
	return tap_done();
}
