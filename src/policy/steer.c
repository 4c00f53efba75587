// SPDX-License-Identifier: GPL-2.0
#include <xnb/steer.h>

/*
 * A move may bring packets of a flow out of order, and load is measured with noise. The moves have
 * to lessen the busiest queue by this part of what the threshold tolerates, or the crumbs beside
 * an elephant would move for ever.
 */
#define WORTH_PART 4

/* Twice the moves that any load should take: an end all the same. */
#define STEPS_MAX (2 * XNB_BUCKETS)

/* Where the buckets would be, and what the queues would have. */
struct trial {
	const u32 *load;
	const bool *stays;
	unsigned int queues;
	u8 queue[XNB_BUCKETS];
	u32 sum[XNB_QUEUES_MAX];
};

void xnb_steer_spread(struct xnb_steer_table *table, unsigned int queues)
{
	unsigned int bucket;

	table->size = XNB_BUCKETS;
	for (bucket = 0; bucket < XNB_BUCKETS; bucket++)
		table->queue[bucket] = bucket % queues;
}

/* Returns the sum of the loads that take part. */
static u32 begin_trial(struct trial *trial, const struct xnb_steer_table *table, const u32 *load,
		       const bool *stays, unsigned int queues)
{
	unsigned int bucket, queue;
	u32 total = 0;

	trial->load = load;
	trial->stays = stays;
	trial->queues = queues;
	for (queue = 0; queue < queues; queue++)
		trial->sum[queue] = 0;
	for (bucket = 0; bucket < XNB_BUCKETS; bucket++) {
		trial->queue[bucket] = table->queue[bucket];
		if (table->queue[bucket] >= queues)
			continue;
		trial->sum[table->queue[bucket]] += load[bucket];
		total += load[bucket];
	}
	return total;
}

static bool may_leave(const struct trial *trial, unsigned int bucket, unsigned int queue)
{
	return trial->queue[bucket] == queue && !trial->stays[bucket];
}

static void move(struct trial *trial, unsigned int bucket, u8 to)
{
	trial->sum[trial->queue[bucket]] -= trial->load[bucket];
	trial->sum[to] += trial->load[bucket];
	trial->queue[bucket] = to;
}

static unsigned int busiest(const struct trial *trial)
{
	unsigned int queue, found = 0;

	for (queue = 1; queue < trial->queues; queue++)
		if (trial->sum[queue] > trial->sum[found])
			found = queue;
	return found;
}

static unsigned int idlest(const struct trial *trial)
{
	unsigned int queue, found = 0;

	for (queue = 1; queue < trial->queues; queue++)
		if (trial->sum[queue] < trial->sum[found])
			found = queue;
	return found;
}

/*
 * What the busier of two queues would have above the idler's present load after @load went from
 * one to the other: @gap or more if that helps neither.
 */
static u32 rest(u32 load, u32 gap)
{
	return load < gap ? max_t(u32, load, gap - load) : gap;
}

/* Moves the bucket that evens out two queues best; of two such ones that with less load. */
static bool give(struct trial *trial, unsigned int from, unsigned int to)
{
	u32 gap = trial->sum[from] - trial->sum[to], least = gap, now;
	unsigned int bucket, found = XNB_BUCKETS;

	for (bucket = 0; bucket < XNB_BUCKETS; bucket++) {
		if (!may_leave(trial, bucket, from))
			continue;
		now = rest(trial->load[bucket], gap);
		if (now > least || now == gap ||
		    (now == least && trial->load[bucket] >= trial->load[found]))
			continue;
		least = now;
		found = bucket;
	}
	if (found == XNB_BUCKETS)
		return false;
	move(trial, found, to);
	return true;
}

/* The same with a bucket of any other queue in return, where none can be given for nothing. */
static bool exchange(struct trial *trial, unsigned int from)
{
	unsigned int mine, other, given = XNB_BUCKETS, taken = XNB_BUCKETS;
	u32 least = trial->sum[from], now, sum;
	u8 to;

	for (mine = 0; mine < XNB_BUCKETS; mine++) {
		if (!may_leave(trial, mine, from))
			continue;
		for (other = 0; other < XNB_BUCKETS; other++) {
			to = trial->queue[other];
			if (to == from || to >= trial->queues || trial->stays[other] ||
			    trial->load[other] >= trial->load[mine])
				continue;
			sum = trial->sum[to];
			now = sum + rest(trial->load[mine] - trial->load[other],
					 trial->sum[from] - sum);
			if (now >= least)
				continue;
			least = now;
			given = mine;
			taken = other;
		}
	}
	if (given == XNB_BUCKETS)
		return false;
	to = trial->queue[taken];
	move(trial, taken, from);
	move(trial, given, to);
	return true;
}

/* Until the busiest queue has no more than @goal, or nothing helps it. */
static void even_out(struct trial *trial, u32 goal)
{
	unsigned int steps, from;

	for (steps = 0; steps < STEPS_MAX; steps++) {
		from = busiest(trial);
		if (trial->sum[from] <= goal)
			return;
		if (!give(trial, from, idlest(trial)) && !exchange(trial, from))
			return;
	}
}

/* Takes back the moves without which no queue has more than @limit. */
static void take_back(struct trial *trial, const struct xnb_steer_table *table, u32 limit)
{
	unsigned int bucket;
	bool again;
	u8 home;

	/* A bucket that goes makes room for others to come home: once more, until none does. */
	do {
		again = false;
		for (bucket = 0; bucket < XNB_BUCKETS; bucket++) {
			home = table->queue[bucket];
			if (trial->queue[bucket] == home ||
			    trial->sum[home] + trial->load[bucket] > limit)
				continue;
			move(trial, bucket, home);
			again = true;
		}
	} while (again);
}

/*
 * What the busiest queue should have: the mean. But three even buckets for two queues are two for
 * one of them, and where noise chooses which one they must not be passed around. A load is even
 * when no bucket has half or twice as much as the others.
 */
static u32 find_share(const struct trial *trial, u32 total)
{
	u32 average, buckets = 0, mean = total / trial->queues;
	unsigned int bucket;

	for (bucket = 0; bucket < XNB_BUCKETS; bucket++)
		buckets += trial->queue[bucket] < trial->queues;
	if (!buckets)
		return mean;

	average = total / buckets;
	for (bucket = 0; bucket < XNB_BUCKETS; bucket++)
		if (trial->queue[bucket] < trial->queues &&
		    (trial->load[bucket] < average / 2 || trial->load[bucket] / 2 > average))
			return mean;
	return max_t(u32, mean, DIV_ROUND_UP(buckets, trial->queues) * average);
}

unsigned int xnb_steer_balance(const struct xnb_steer_table *table,
			       const u32 load[static XNB_BUCKETS],
			       const bool stays[static XNB_BUCKETS],
			       const struct xnb_steer_limits *limits,
			       struct xnb_steer_move moves[static XNB_BUCKETS])
{
	u32 total, share, before, goal, gain;
	unsigned int bucket, count = 0;
	struct trial trial;
	u64 tolerated;

	total = begin_trial(&trial, table, load, stays, limits->queues);
	share = find_share(&trial, total);
	before = trial.sum[busiest(&trial)];
	tolerated = mul_u64_u64_div_u64(share, limits->threshold, 100);
	if (total < limits->load_min || before <= share + tolerated)
		return 0;

	/* From just above the threshold the moves reach well below it: else none is worth it. */
	goal = before - (before - share) / WORTH_PART;
	goal = min_t(u64, goal, share + tolerated);
	even_out(&trial, goal);
	take_back(&trial, table, max_t(u32, goal, trial.sum[busiest(&trial)]));

	gain = before - trial.sum[busiest(&trial)];
	if (!gain || gain < tolerated / WORTH_PART)
		return 0;
	for (bucket = 0; bucket < XNB_BUCKETS; bucket++)
		if (trial.queue[bucket] != table->queue[bucket])
			moves[count++] = (struct xnb_steer_move){
				.bucket = bucket,
				.from = table->queue[bucket],
				.to = trial.queue[bucket],
			};
	return count;
}
