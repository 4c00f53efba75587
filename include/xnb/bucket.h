/* SPDX-License-Identifier: GPL-2.0 */
/* A bucket of flows: what it carried, which queue it uses, and what of it is on its way. */
#ifndef XNB_BUCKET_H
#define XNB_BUCKET_H

#include <linux/compiler.h>
#include <linux/u64_stats_sync.h>
#include <asm/barrier.h>

#include <xnb/limits.h>

/**
 * struct xnb_bucket - a bucket
 * @syncp: makes a reader's view of @packets and @bytes whole on 32 bit
 * @packets: packets so far
 * @bytes: their bytes
 * @sent: packets handed to a queue
 * @queue: the queue they go to
 * @done: packets that left a queue
 * @end: index behind the last of them on the ring that it left by, which is that of @queue unless
 *	the first packet after a move was refused; then the next move waits in vain for a while
 *
 * The stack hands over the packets of a bucket by one and the same transmit queue for as long
 * as the guest is connected, see xnb_bucket_txq(). So the lock of that queue makes one sender
 * after the other, in the order in which the stack had them, the only writer of the first five.
 * @done and @end are written by the to-guest context of @queue: by another only when @queue was
 * changed, and that waits until everything that was sent is done, see xnb_bucket_is_quiet().
 */
struct xnb_bucket {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u32 sent;
	u16 queue;
	u32 done ____cacheline_aligned_in_smp;
	u32 end;
} ____cacheline_aligned_in_smp;

/**
 * xnb_bucket_of() - bucket of a hash
 * @hash: the hash
 *
 * Context: any. Return: 0 to XNB_BUCKETS - 1.
 */
static inline unsigned int xnb_bucket_of(u32 hash)
{
	return hash % XNB_BUCKETS;
}

/**
 * xnb_bucket_txq() - the transmit queue by which the stack hands over a bucket
 * @bucket: number of the bucket
 * @queues: connected queues
 *
 * Context: any. Return: number of the queue; not that of the ring which the packets go to.
 */
static inline u16 xnb_bucket_txq(unsigned int bucket, unsigned int queues)
{
	return bucket % queues;
}

/**
 * xnb_bucket_begin() - begin a connection
 * @bucket: nothing of it is on its way
 * @queue: the queue it uses
 *
 * Context: process, before anybody sends.
 */
static inline void xnb_bucket_begin(struct xnb_bucket *bucket, u16 queue)
{
	bucket->queue = queue;
	bucket->sent = 0;
	bucket->done = 0;
	bucket->end = 0;
}

/**
 * xnb_bucket_sent() - a packet is handed to the bucket's queue
 * @bucket: the bucket
 * @bytes: length of the packet
 *
 * Context: ndo_start_xmit on the bucket's transmit queue.
 */
static inline void xnb_bucket_sent(struct xnb_bucket *bucket, unsigned int bytes)
{
	bucket->sent++;
	u64_stats_update_begin(&bucket->syncp);
	u64_stats_inc(&bucket->packets);
	u64_stats_add(&bucket->bytes, bytes);
	u64_stats_update_end(&bucket->syncp);
}

/**
 * xnb_bucket_read() - what a bucket has carried
 * @bucket: the bucket
 * @packets: packets so far
 * @bytes: their bytes
 *
 * Context: any.
 */
static inline void xnb_bucket_read(const struct xnb_bucket *bucket, u64 *packets, u64 *bytes)
{
	unsigned int start;

	do {
		start = u64_stats_fetch_begin(&bucket->syncp);
		*packets = u64_stats_read(&bucket->packets);
		*bytes = u64_stats_read(&bucket->bytes);
	} while (u64_stats_fetch_retry(&bucket->syncp, start));
}

/**
 * xnb_bucket_done() - a packet left the queue, to the guest or to nowhere
 * @bucket: the bucket
 * @end: index behind everything that its queue has published
 *
 * Context: the to-guest NAPI of the bucket's queue.
 */
static inline void xnb_bucket_done(struct xnb_bucket *bucket, u32 end)
{
	bucket->end = end;
	/* Pairs with xnb_bucket_is_quiet(): who sees the count sees the index. */
	smp_store_release(&bucket->done, bucket->done + 1);
}

/**
 * xnb_bucket_is_quiet() - have all packets left the queue
 * @bucket: the bucket
 *
 * Then @bucket->end may be read, and @bucket->queue be changed.
 *
 * Context: as xnb_bucket_sent(). Return: whether they have.
 */
static inline bool xnb_bucket_is_quiet(const struct xnb_bucket *bucket)
{
	/* Pairs with xnb_bucket_done(). */
	return smp_load_acquire(&bucket->done) == bucket->sent;
}

#endif
