// SPDX-License-Identifier: GPL-2.0
/* When packets arrive: by a clock of their own, or because the last one was served. */
#include "sim.h"

#define LN2 0.69314718055994531

/* Logarithm of 0 < x <= 1. A library's may differ in the last bit from machine to machine. */
static double logarithm(double x)
{
	double t, power, sum = 0;
	int halves = 0, i;

	while (x < 0.70) {
		x *= 2;
		halves++;
	}
	t = (x - 1) / (x + 1);
	power = t;
	for (i = 1; i < 20; i += 2) {
		sum += power / i;
		power *= t * t;
	}
	return 2 * sum - halves * LN2;
}

/* Exponentially distributed. */
static u64 exponential(struct prng *prng, u64 mean_ns)
{
	double uniform = (double)((prng_next(prng) >> 11) + 1) / 9007199254740992.0;

	return (u64)(-logarithm(uniform) * (double)mean_ns);
}

static u64 open_gap(struct arrivals *arrivals)
{
	if (arrivals->saturating)
		return 0;
	if (arrivals->trace)
		return arrivals->trace[arrivals->position++ % arrivals->trace_len];
	if (!arrivals->burst)
		return exponential(&arrivals->prng, arrivals->gap_ns);
	if (arrivals->position++ % arrivals->burst)
		return exponential(&arrivals->prng, arrivals->gap_ns);
	return exponential(&arrivals->prng, arrivals->pause_ns);
}

void arrivals_start(struct arrivals *arrivals)
{
	u32 i;

	arrivals->prng = (struct prng)PRNG_INIT;
	arrivals->position = 0;
	for (i = 0; i < CLIENTS_MAX; i++) {
		arrivals->next_ns[i] = i < arrivals->clients ? i * THINK_NS : NEVER;
		arrivals->left[i] = arrivals->burst;
	}
	if (!arrivals->clients)
		arrivals->next_ns[0] = open_gap(arrivals);
}

static u32 earliest(const struct arrivals *arrivals)
{
	u32 i, best = 0;

	for (i = 1; i < arrivals->clients; i++)
		if (arrivals->next_ns[i] < arrivals->next_ns[best])
			best = i;
	return best;
}

u64 arrivals_next(const struct arrivals *arrivals)
{
	return arrivals->next_ns[earliest(arrivals)];
}

int arrivals_take(struct arrivals *arrivals)
{
	u32 client = earliest(arrivals);

	if (!arrivals->clients) {
		arrivals->next_ns[0] += open_gap(arrivals);
		return -1;
	}
	if (--arrivals->left[client]) {
		arrivals->next_ns[client] += BURST_GAP_NS;
		return -1;
	}
	arrivals->next_ns[client] = NEVER;
	return client;
}

/* The reply goes out, the peer thinks a little and sends its next message. */
void arrivals_served(struct arrivals *arrivals, int client, u64 now_ns)
{
	arrivals->left[client] = arrivals->burst;
	arrivals->next_ns[client] = now_ns + THINK_NS / 2 +
				    exponential(&arrivals->prng, THINK_NS / 2);
}
