/* SPDX-License-Identifier: GPL-2.0 */
/* The indirection table: which queue a hash leads to, and how the load is kept even. */
#ifndef XNB_STEER_H
#define XNB_STEER_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * struct xnb_steer_table - buckets and their queues
 * @size: buckets, 1 to XNB_BUCKETS; 0: a hash leads to the queue that remains when it is divided
 *	by their number
 * @queue: the queue of each bucket
 */
struct xnb_steer_table {
	u16 size;
	u8 queue[XNB_BUCKETS];
};

/**
 * struct xnb_steer_move - a bucket changes its queue
 * @bucket: which
 * @from: its queue
 * @to: its next queue
 */
struct xnb_steer_move {
	u8 bucket;
	u8 from;
	u8 to;
};

/**
 * struct xnb_steer_limits - when the balance is worth a move
 * @queues: how many take part, 1 to XNB_QUEUES_MAX, from queue 0 on; buckets of others stay and do
 *	not count
 * @threshold: per cent that the busiest queue may have above the mean, 1 to 1000
 * @load_min: sum of all loads below which nothing is moved
 */
struct xnb_steer_limits {
	u8 queues;
	u16 threshold;
	u32 load_min;
};

/**
 * xnb_steer_bucket() - bucket of a hash
 * @table: the table; its size is not 0
 * @hash: the hash
 *
 * Pure: any context. Return: 0 to @table->size - 1.
 */
static inline unsigned int xnb_steer_bucket(const struct xnb_steer_table *table, u32 hash)
{
	return hash % table->size;
}

/**
 * xnb_steer_queue() - queue of a hash
 * @table: the table
 * @hash: the hash
 * @queues: number of queues, for a table without buckets
 *
 * Pure: any context. Return: the queue; as the table has it, whatever @queues is.
 */
static inline unsigned int xnb_steer_queue(const struct xnb_steer_table *table, u32 hash,
					   unsigned int queues)
{
	return table->size ? table->queue[xnb_steer_bucket(table, hash)] : hash % queues;
}

/**
 * xnb_steer_spread() - fill a table evenly
 * @table: gets XNB_BUCKETS buckets, bucket b for queue b modulo @queues
 * @queues: 1 to XNB_QUEUES_MAX
 *
 * Pure: any context.
 */
void xnb_steer_spread(struct xnb_steer_table *table, unsigned int queues);

/**
 * xnb_steer_balance() - find the moves that bring the load near even
 * @table: where the buckets are; its size is XNB_BUCKETS
 * @load: what each bucket has had lately; their sum fits in 32 bit
 * @stays: buckets that are not to move
 * @limits: when to move
 * @moves: the result, room for XNB_BUCKETS
 *
 * The fewest moves that get the busiest queue to within the threshold, or as near as whole
 * buckets allow: no move of the result is there that makes nothing better. None at all while the
 * load is low or within the threshold, or when they would lessen the busiest queue's load by less
 * than a quarter of what the threshold tolerates, so that an even load lies still. Bounded work:
 * each bucket is moved at most once.
 *
 * Pure: any context. Return: number of moves, 0 to XNB_BUCKETS.
 */
unsigned int xnb_steer_balance(const struct xnb_steer_table *table,
			       const u32 load[static XNB_BUCKETS],
			       const bool stays[static XNB_BUCKETS],
			       const struct xnb_steer_limits *limits,
			       struct xnb_steer_move moves[static XNB_BUCKETS]);

#endif
