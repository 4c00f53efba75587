// SPDX-License-Identifier: GPL-2.0
#include <xnb/credit.h>

#define NSEC_A_USEC 1000

static u64 capacity(const struct xnb_credit *credit)
{
	return max_t(u64, credit->bytes, XNB_CREDIT_BURST_MIN);
}

void xnb_credit_set(struct xnb_credit *credit, u32 bytes, u32 interval_us, u64 now_ns)
{
	credit->bytes = interval_us ? bytes : 0;
	credit->interval_ns = (u64)interval_us * NSEC_A_USEC;
	credit->tokens = capacity(credit);
	credit->stamp_ns = now_ns;
}

bool xnb_credit_is(const struct xnb_credit *credit, u32 bytes, u32 interval_us)
{
	return credit->bytes == (interval_us ? bytes : 0) &&
	       credit->interval_ns == (u64)interval_us * NSEC_A_USEC;
}

static void refill(struct xnb_credit *credit, u64 now_ns)
{
	u64 missing = capacity(credit) - credit->tokens;
	u64 elapsed = now_ns - credit->stamp_ns;
	u64 fill_ns, brought;

	fill_ns = mul_u64_u64_div_u64(missing, credit->interval_ns, credit->bytes);
	if (elapsed > fill_ns) {
		credit->tokens += missing;
		credit->stamp_ns = now_ns;
		return;
	}

	/* Only the time that whole bytes took is used up, so that no rate is rounded away. */
	brought = mul_u64_u64_div_u64(elapsed, credit->bytes, credit->interval_ns);
	credit->tokens += brought;
	credit->stamp_ns += mul_u64_u64_div_u64(brought, credit->interval_ns, credit->bytes);
}

u64 xnb_credit_take(struct xnb_credit *credit, u32 len, u64 now_ns)
{
	u64 missing;

	if (!credit->bytes)
		return 0;

	refill(credit, now_ns);
	if (credit->tokens >= len) {
		credit->tokens -= len;
		return 0;
	}

	missing = len - credit->tokens;
	return mul_u64_u64_div_u64(missing, credit->interval_ns, credit->bytes) + 1;
}
