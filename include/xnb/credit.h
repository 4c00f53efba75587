/* SPDX-License-Identifier: GPL-2.0 */
/* A token bucket: so many bytes in so many microseconds (xenstore key "rate"). */
#ifndef XNB_CREDIT_H
#define XNB_CREDIT_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * struct xnb_credit - a token bucket
 * @bytes: bytes that one interval brings; 0 means unlimited
 * @interval_ns: length of the interval in nanoseconds
 * @tokens: bytes that may be sent now
 * @stamp_ns: time up to which @tokens was brought, on the caller's monotonic clock
 */
struct xnb_credit {
	u64 bytes;
	u64 interval_ns;
	u64 tokens;
	u64 stamp_ns;
};

/**
 * xnb_credit_set() - set the rate and fill the bucket
 * @credit: the bucket
 * @bytes: bytes an interval, 0 for unlimited, at most 2^32 - 1
 * @interval_us: microseconds of the interval, 0 for unlimited, at most 2^32 - 1
 * @now_ns: monotonic time
 *
 * Pure; the caller serialises. Any context.
 */
void xnb_credit_set(struct xnb_credit *credit, u32 bytes, u32 interval_us, u64 now_ns);

/**
 * xnb_credit_is() - whether a bucket has this rate already
 * @credit: the bucket
 * @bytes: as for xnb_credit_set()
 * @interval_us: as for xnb_credit_set()
 *
 * Pure; the caller serialises. Any context.
 */
bool xnb_credit_is(const struct xnb_credit *credit, u32 bytes, u32 interval_us);

/**
 * xnb_credit_take() - ask for leave to pass a packet
 * @credit: the bucket
 * @len: bytes of the packet, at most XNB_CREDIT_BURST_MIN
 * @now_ns: monotonic time, not before any earlier call's
 *
 * The bucket fills continuously and holds the larger of one interval and
 * XNB_CREDIT_BURST_MIN, so every packet passes in the end.
 *
 * Pure; the caller serialises. Any context.
 *
 * Return: 0 when the packet may pass (its bytes are taken), else nanoseconds to wait
 * before it is worth asking again, at least 1.
 */
u64 xnb_credit_take(struct xnb_credit *credit, u32 len, u64 now_ns);

#endif
