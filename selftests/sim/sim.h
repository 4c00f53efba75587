/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the simulator share. Times are nanoseconds of a clock that starts at 0. */
#ifndef SIM_H
#define SIM_H

#include <xnb/moderate.h>
#include <tap.h>

#define USEC 1000ULL
#define MSEC (1000 * USEC)
#define NEVER UINT64_MAX

/* The backend: a softirq pass, a packet of it, packets of a pass, packets that may queue. */
#define POLL_NS 1500
#define POLL_PACKET_NS 700
#define POLL_PACKETS XNB_BATCH_PACKETS
#define QUEUE_PACKETS XNB_TO_GUEST_PACKETS

/* The guest: from event to work, a packet, packets between two refills of its ring. */
#define WAKE_NS 15000
#define GUEST_PACKET_NS 600
#define GUEST_REFILL 64

/* The poll that a timer schedules takes a while to come. */
#define TIMER_POLL_NS 1000

/* A burst of a closed loop is this tight, and its next one takes so long to come back. */
#define BURST_GAP_NS 2000
#define THINK_NS 20000

#define CLIENTS_MAX 32

/**
 * struct arrivals - who sends packets, and when
 * @name: of the class
 * @gap_ns: mean time between packets, of Poisson arrivals or within a burst
 * @burst: packets of a burst; closed loop: of a message
 * @pause_ns: mean time between bursts
 * @clients: closed loop: so many messages are under way
 * @trace: recorded gaps in nanoseconds, one packet each
 * @trace_len: how many
 * @saturating: there is always a packet
 */
struct arrivals {
	const char *name;
	u64 gap_ns;
	u32 burst;
	u64 pause_ns;
	u32 clients;
	const u32 *trace;
	u32 trace_len;
	bool saturating;
	/* The state of one run. */
	struct prng prng;
	u64 next_ns[CLIENTS_MAX];
	u32 left[CLIENTS_MAX];
	u32 position;
};

void arrivals_start(struct arrivals *arrivals);
u64 arrivals_next(const struct arrivals *arrivals);

/**
 * arrivals_take() - the packet of arrivals_next() arrives
 *
 * Return: the client to tell when the guest has it, or -1.
 */
int arrivals_take(struct arrivals *arrivals);
void arrivals_served(struct arrivals *arrivals, int client, u64 now_ns);

/**
 * struct policy - a way to decide when an event is sent
 * @name: of the family
 * @setting: as the table shows it
 * @publish: the guest wants an event: true to send it, else @deadline_ns is set if none waited
 * @sent: it was sent; late, when its time was over
 * @unasked: packets for a guest that is at work
 * @foresee: when nothing waits: a time for which to set the timer, or 0; NULL: never
 */
struct policy {
	const char *name;
	const char *setting;
	bool (*publish)(struct policy *policy, u64 now_ns, u32 packets, u32 room);
	void (*sent)(struct policy *policy, u64 now_ns, bool late);
	void (*unasked)(struct policy *policy, u64 now_ns, u32 packets);
	u64 (*foresee)(struct policy *policy, u64 now_ns);
	struct xnb_coalesce coalesce;
	u64 interval_ns;
	u64 lowest_hz;
	/* The state of one run. */
	struct xnb_moderate moderate;
	bool held;
	u64 deadline_ns;
	u64 event_ns;
	u64 sample_ns;
	u32 waiting;
	u32 packets;
	u32 events;
	u32 packets_a_ms;
	u32 events_a_ms;
	int profile;
	int step;
	int turns;
};

struct policy *policies(unsigned int *count);
void policy_start(struct policy *policy);

/**
 * struct result - one row of the table
 * @packets: that the guest got
 * @events: that it took
 * @stalls: packets that found no slot posted, or no place in the queue
 */
struct result {
	u32 packets;
	u32 events;
	u32 stalls;
	double p50_us;
	double p99_us;
	double max_us;
};

struct result simulate(struct arrivals *arrivals, struct policy *policy, u32 packets);

#endif
