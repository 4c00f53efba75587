/* SPDX-License-Identifier: GPL-2.0 */
/* The rate limit of an interface: one bucket for all its queues. */
#ifndef XNB_RATE_H
#define XNB_RATE_H

#include <linux/spinlock.h>

#include <xnb/credit.h>
#include <xnb/request.h>

/**
 * struct xnb_rate - a rate limit
 * @lock: guards @credit; taken in softirq and process context, nothing nests inside
 * @limited: whether there is a limit at all; read without the lock
 * @credit: the bucket
 */
struct xnb_rate {
	spinlock_t lock; /* see above */
	bool limited;
	struct xnb_credit credit;
};

/**
 * xnb_rate_init() - begin without a limit
 * @rate: the rate limit
 *
 * Context: process.
 */
void xnb_rate_init(struct xnb_rate *rate);

/**
 * xnb_rate_set() - change the limit; takes effect with the next packet
 * @rate: the rate limit
 * @bytes: bytes an interval, 0 for unlimited
 * @interval_us: microseconds of the interval, 0 for unlimited
 *
 * Context: process.
 */
void xnb_rate_set(struct xnb_rate *rate, u32 bytes, u32 interval_us);

/**
 * xnb_rate_take() - ask for leave to pass a packet of the guest
 * @rate: the rate limit
 * @request: the packet, charged with its bytes on a network, see xnb_request_wire_bytes()
 *
 * Context: softirq. Return: 0 for leave, else nanoseconds to wait before asking again.
 */
u64 xnb_rate_take(struct xnb_rate *rate, const struct xnb_request *request);

#endif
