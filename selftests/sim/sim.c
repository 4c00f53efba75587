// SPDX-License-Identifier: GPL-2.0
/* One queue towards a guest: a backend, a ring with an event index, a timer, a guest. */
#include <stdlib.h>

#include "sim.h"

/* Delays are counted in steps of 100 ns up to 20 ms. */
#define STEP_NS 100
#define STEPS 200000

#define QUEUE (QUEUE_PACKETS + XNB_RING_SLOTS)

enum guest_state {
	GUEST_SLEEPS,
	GUEST_WAKES,
	GUEST_WORKS,
};

/* A packet that was published and is not taken yet. */
struct published {
	u64 since_ns;
	int client;
	bool waits;
};

struct sim {
	struct arrivals *arrivals;
	struct policy *policy;
	struct result result;
	/* Backend: packets that queue, and those of the pass that ends at @poll_ns. */
	int client[QUEUE_PACKETS];
	u32 first;
	u32 queued;
	u32 batch;
	u64 poll_ns;
	bool poll_wanted;
	/* Ring: what the guest has not taken, and slots that it has posted. */
	struct published ring[XNB_RING_SLOTS];
	u32 taken;
	u32 produced;
	u32 posted;
	/* Guest. @rsp_event and @settled as in the protocol, counted from 0. */
	enum guest_state guest;
	u64 guest_ns;
	u32 rsp_event;
	u32 settled;
	u32 unposted;
	/* The timer. */
	u64 timer_ns;
	u32 *delays;
};

static void delayed(struct sim *sim, u64 delay_ns)
{
	double us = (double)delay_ns / USEC;

	sim->delays[min_t(u64, delay_ns / STEP_NS, STEPS - 1)]++;
	if (us > sim->result.max_us)
		sim->result.max_us = us;
}

/* Whoever waited in the ring waits no more. */
static void end_waits(struct sim *sim, u64 now_ns)
{
	u32 i;

	for (i = sim->taken; i != sim->produced; i++) {
		struct published *packet = &sim->ring[i % XNB_RING_SLOTS];

		if (packet->waits)
			delayed(sim, now_ns - packet->since_ns);
		packet->waits = false;
	}
}

static void send(struct sim *sim, u64 now_ns, bool late)
{
	end_waits(sim, now_ns);
	sim->result.events++;
	sim->settled = sim->produced;
	sim->policy->sent(sim->policy, now_ns, late);
	if (sim->guest == GUEST_SLEEPS) {
		sim->guest = GUEST_WAKES;
		sim->guest_ns = now_ns + WAKE_NS;
	}
}

/* A timer that is too late stays if it cannot be had sooner. */
static void arm(struct sim *sim, u64 now_ns, u64 at)
{
	u64 due = max_t(u64, at, now_ns + XNB_TIMER_AHEAD_NS);

	if (sim->timer_ns < at || sim->timer_ns > due)
		sim->timer_ns = due;
}

static bool event_wanted(const struct sim *sim)
{
	return sim->produced - sim->rsp_event < sim->produced - sim->settled;
}

static void publish(struct sim *sim, u64 now_ns)
{
	struct policy *policy = sim->policy;
	bool wanted;
	u32 i;

	for (i = 0; i < sim->batch; i++) {
		sim->ring[sim->produced++ % XNB_RING_SLOTS] = (struct published){
			.since_ns = now_ns,
			.client = sim->client[sim->first++ % QUEUE_PACKETS],
			.waits = true,
		};
	}
	sim->queued -= sim->batch;
	sim->posted -= sim->batch;
	wanted = event_wanted(sim);
	if (!wanted) {
		end_waits(sim, now_ns);
		sim->settled = sim->produced;
		policy->unasked(policy, now_ns, sim->batch);
	} else if (policy->publish(policy, now_ns, sim->batch, sim->posted)) {
		send(sim, now_ns, false);
	} else if (sim->queued && !sim->posted) {
		/* A queue that waits for slots never holds. */
		send(sim, now_ns, false);
	}
	sim->batch = 0;
}

/* When the poll wants to come back, or 0. */
static u64 wake_time(struct policy *policy, u64 now_ns)
{
	if (policy->held)
		return policy->deadline_ns;
	return policy->foresee ? policy->foresee(policy, now_ns) : 0;
}

static void begin_poll(struct sim *sim, u64 now_ns)
{
	sim->poll_wanted = false;
	sim->batch = min_t(u32, min_t(u32, sim->queued, sim->posted), POLL_PACKETS);
	sim->poll_ns = now_ns + POLL_NS + sim->batch * POLL_PACKET_NS;
}

static void end_poll(struct sim *sim, u64 now_ns)
{
	struct policy *policy = sim->policy;
	u64 at;

	sim->poll_ns = NEVER;
	if (sim->batch)
		publish(sim, now_ns);
	else if (policy->held && now_ns >= policy->deadline_ns)
		send(sim, now_ns, true);
	at = wake_time(policy, now_ns);
	if (at)
		arm(sim, now_ns, at);
	if ((sim->queued && sim->posted) || sim->poll_wanted)
		begin_poll(sim, now_ns);
}

static void want_poll(struct sim *sim, u64 now_ns)
{
	if (sim->poll_ns == NEVER)
		begin_poll(sim, now_ns);
	else
		sim->poll_wanted = true;
}

static void arrive(struct sim *sim, u64 now_ns)
{
	int client = arrivals_take(sim->arrivals);

	if (!sim->posted || sim->queued == QUEUE_PACKETS)
		sim->result.stalls++;
	if (sim->queued == QUEUE_PACKETS)
		return;
	sim->client[(sim->first + sim->queued++) % QUEUE_PACKETS] = client;
	if (sim->poll_ns == NEVER && sim->posted)
		begin_poll(sim, now_ns);
}

static void refill(struct sim *sim, u64 now_ns)
{
	bool was_dry = !sim->posted;

	sim->posted += sim->unposted;
	sim->unposted = 0;
	if (was_dry && sim->queued && sim->poll_ns == NEVER)
		begin_poll(sim, now_ns);
}

/* The guest looks at its ring: a packet is taken, or it asks for an event and sleeps. */
static void guest_step(struct sim *sim, u64 now_ns)
{
	struct published *packet = &sim->ring[sim->taken % XNB_RING_SLOTS];

	sim->guest = GUEST_WORKS;
	if (sim->taken != sim->produced) {
		if (packet->waits)
			delayed(sim, now_ns - packet->since_ns);
		packet->waits = false;
		sim->guest_ns = now_ns + GUEST_PACKET_NS;
		sim->taken++;
		sim->result.packets++;
		if (packet->client >= 0)
			arrivals_served(sim->arrivals, packet->client, sim->guest_ns);
		if (++sim->unposted == GUEST_REFILL)
			refill(sim, now_ns);
		return;
	}
	refill(sim, now_ns);
	sim->rsp_event = sim->taken + 1;
	sim->guest = GUEST_SLEEPS;
	sim->guest_ns = NEVER;
}

static u64 saturated_next(const struct sim *sim)
{
	if (!sim->arrivals->saturating)
		return arrivals_next(sim->arrivals);
	return sim->queued >= 2 * POLL_PACKETS ? NEVER : 0;
}

static u64 earliest(const struct sim *sim, u64 now_ns, u64 arrival)
{
	u64 next = min_t(u64, max_t(u64, arrival, now_ns), sim->poll_ns);

	return min_t(u64, next, min_t(u64, sim->guest_ns, sim->timer_ns));
}

static double quantile(const struct sim *sim, double share)
{
	u64 total = 0, seen = 0;
	u32 i;

	for (i = 0; i < STEPS; i++)
		total += sim->delays[i];
	for (i = 0; i < STEPS; i++) {
		seen += sim->delays[i];
		if (seen >= share * total)
			break;
	}
	return (double)i * STEP_NS / USEC;
}

static void step(struct sim *sim, u64 now_ns, u64 arrival)
{
	if (now_ns == sim->guest_ns) {
		guest_step(sim, now_ns);
	} else if (now_ns == sim->poll_ns) {
		end_poll(sim, now_ns);
	} else if (now_ns == sim->timer_ns) {
		sim->timer_ns = NEVER;
		if (sim->policy->held)
			want_poll(sim, now_ns + TIMER_POLL_NS);
	} else if (arrival <= now_ns) {
		arrive(sim, now_ns);
	}
}

struct result simulate(struct arrivals *arrivals, struct policy *policy, u32 packets)
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct result result;
	u64 now_ns = 0, arrival;

	sim->arrivals = arrivals;
	sim->policy = policy;
	sim->delays = calloc(STEPS, sizeof(*sim->delays));
	sim->posted = XNB_RING_SLOTS;
	sim->rsp_event = 1;
	sim->guest_ns = NEVER;
	sim->poll_ns = NEVER;
	sim->timer_ns = NEVER;
	arrivals_start(arrivals);
	policy_start(policy);
	while (sim->result.packets < packets) {
		arrival = saturated_next(sim);
		now_ns = earliest(sim, now_ns, arrival);
		step(sim, now_ns, arrival);
	}
	sim->result.p50_us = quantile(sim, 0.50);
	sim->result.p99_us = quantile(sim, 0.99);
	result = sim->result;
	free(sim->delays);
	free(sim);
	return result;
}
