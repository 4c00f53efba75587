// SPDX-License-Identifier: GPL-2.0
#include <linux/ktime.h>
#include <linux/timekeeping.h>

#include <xnb/rate.h>

void xnb_rate_init(struct xnb_rate *rate)
{
	spin_lock_init(&rate->lock);
	xnb_rate_set(rate, 0, 0);
}

void xnb_rate_set(struct xnb_rate *rate, u32 bytes, u32 interval_us)
{
	spin_lock_bh(&rate->lock);
	/* The same limit again, as at a reconnect, brings no new bytes. */
	if (!xnb_credit_is(&rate->credit, bytes, interval_us))
		xnb_credit_set(&rate->credit, bytes, interval_us, ktime_get_ns());
	WRITE_ONCE(rate->limited, rate->credit.bytes);
	spin_unlock_bh(&rate->lock);
}

u64 xnb_rate_take(struct xnb_rate *rate, const struct xnb_request *request)
{
	u64 wait_ns;
	u32 len;

	if (likely(!READ_ONCE(rate->limited)))
		return 0;

	/* More than the bucket holds would never have leave. */
	len = min_t(u32, xnb_request_wire_bytes(request), XNB_CREDIT_BURST_MIN);
	/* The clock is read under the lock: the bucket's time must not run backwards. */
	spin_lock(&rate->lock);
	wait_ns = xnb_credit_take(&rate->credit, len, ktime_get_ns());
	spin_unlock(&rate->lock);
	return wait_ns;
}
