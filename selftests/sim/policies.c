// SPDX-License-Identifier: GPL-2.0
/* The real policy and its rivals, all behind one face. */
#include "sim.h"

/* How often the AIC formula measures. The paper's group did once a second. */
#define AIC_SAMPLE_NS (100 * MSEC)
#define AIC_BUFFERS 64
#define AIC_SLACK 1.2

/* The climber compares samples of so many events; less than a tenth is no difference. */
#define CLIMB_EVENTS 64
#define CLIMB_TURNS 2

static const u32 profile_usecs[] = { 1, 8, 64, 128, 256 };
#define PROFILE_FRAMES 256

static bool publish_none(struct policy *policy, u64 now_ns, u32 packets, u32 room)
{
	(void)policy;
	(void)now_ns;
	(void)packets;
	(void)room;
	return true;
}

static void sent_none(struct policy *policy, u64 now_ns, bool late)
{
	(void)late;
	policy->held = false;
	policy->waiting = 0;
	policy->event_ns = now_ns;
}

static void unasked_none(struct policy *policy, u64 now_ns, u32 packets)
{
	(void)policy;
	(void)now_ns;
	(void)packets;
}

/* Events at the ticks of a clock and at no other time. */
static bool publish_ticks(struct policy *policy, u64 now_ns, u32 packets, u32 room)
{
	(void)packets;
	(void)room;
	if (policy->held)
		return now_ns >= policy->deadline_ns;
	policy->held = true;
	policy->deadline_ns = (now_ns / policy->interval_ns + 1) * policy->interval_ns;
	return false;
}

/* Events no closer than an interval; after a pause at once. */
static bool publish_spaced(struct policy *policy, u64 now_ns, u32 packets, u32 room)
{
	(void)packets;
	(void)room;
	policy->held = true;
	policy->deadline_ns = policy->event_ns + policy->interval_ns;
	return now_ns >= policy->deadline_ns;
}

/* Interrupt frequency = max(rate x slack / buffers, lowest). */
static void aic_learn(struct policy *policy, u64 now_ns, u32 packets)
{
	double rate, hz;

	policy->packets += packets;
	if (now_ns - policy->sample_ns < AIC_SAMPLE_NS)
		return;
	rate = policy->packets * 1e9 / (now_ns - policy->sample_ns);
	hz = max_t(double, rate * AIC_SLACK / AIC_BUFFERS, policy->lowest_hz);
	policy->interval_ns = 1e9 / hz;
	policy->packets = 0;
	policy->sample_ns = now_ns;
}

static bool publish_aic(struct policy *policy, u64 now_ns, u32 packets, u32 room)
{
	aic_learn(policy, now_ns, packets);
	return publish_spaced(policy, now_ns, packets, room);
}

/* 1: better, -1: worse, 0: the same within a tenth. */
static int compare(u32 now, u32 before)
{
	if ((u64)now * 10 > (u64)before * 11)
		return 1;
	return (u64)now * 10 < (u64)before * 9 ? -1 : 0;
}

/* One step along the profiles; the end of the road is a turn as well. */
static void climb(struct policy *policy)
{
	int next = policy->profile + policy->step;

	if (next < 0 || next >= (int)ARRAY_SIZE(profile_usecs)) {
		policy->step = -policy->step;
		policy->turns++;
		return;
	}
	policy->profile = next;
}

/* More packets are better; with as many packets, fewer events. Parked until the load changes. */
static void climb_decide(struct policy *policy, u64 now_ns)
{
	u64 elapsed = max_t(u64, now_ns - policy->sample_ns, 1);
	u32 packets = policy->packets * MSEC / elapsed;
	u32 events = policy->events * MSEC * 100 / elapsed;
	int load = compare(packets, policy->packets_a_ms);
	int verdict = load ? load : -compare(events, policy->events_a_ms);

	if (policy->turns >= CLIMB_TURNS) {
		if (load)
			policy->turns = 0;
	} else if (verdict < 0) {
		policy->step = -policy->step;
		policy->turns++;
	}
	if (policy->turns < CLIMB_TURNS)
		climb(policy);
	policy->packets_a_ms = packets;
	policy->events_a_ms = events;
	policy->packets = 0;
	policy->events = 0;
	policy->sample_ns = now_ns;
}

static bool publish_climb(struct policy *policy, u64 now_ns, u32 packets, u32 room)
{
	(void)room;
	policy->packets += packets;
	policy->waiting += packets;
	if (!policy->held) {
		policy->held = true;
		policy->deadline_ns = now_ns + profile_usecs[policy->profile] * USEC;
	}
	return policy->waiting >= PROFILE_FRAMES || now_ns >= policy->deadline_ns;
}

static void sent_climb(struct policy *policy, u64 now_ns, bool late)
{
	sent_none(policy, now_ns, late);
	if (++policy->events >= CLIMB_EVENTS)
		climb_decide(policy, now_ns);
}

static void unasked_count(struct policy *policy, u64 now_ns, u32 packets)
{
	(void)now_ns;
	policy->packets += packets;
}

static bool publish_real(struct policy *policy, u64 now_ns, u32 packets, u32 room)
{
	bool hold = xnb_moderate_publish(&policy->moderate, &policy->coalesce, now_ns, packets,
					 room) == XNB_HOLD;

	policy->held = hold;
	policy->deadline_ns = policy->moderate.deadline_ns;
	return !hold;
}

static void sent_real(struct policy *policy, u64 now_ns, bool late)
{
	(void)now_ns;
	if (late)
		xnb_moderate_sent_late(&policy->moderate);
	else
		xnb_moderate_sent(&policy->moderate);
	policy->held = false;
}

static void unasked_real(struct policy *policy, u64 now_ns, u32 packets)
{
	(void)now_ns;
	xnb_moderate_unasked(&policy->moderate, packets);
	policy->held = false;
}

static u64 foresee_real(struct policy *policy, u64 now_ns)
{
	return xnb_moderate_foresee(&policy->moderate, &policy->coalesce, now_ns);
}

#define REAL(family, text, usecs_, frames_, adaptive_) \
	{ .name = family, .setting = text, .publish = publish_real, .sent = sent_real, \
	  .unasked = unasked_real, .foresee = foresee_real, \
	  .coalesce = { .usecs = usecs_, .frames = frames_, .adaptive = adaptive_ } }
#define SIMPLE(family, text, publish_, interval, lowest) \
	{ .name = family, .setting = text, .publish = publish_, .sent = sent_none, \
	  .unasked = unasked_none, .interval_ns = interval, .lowest_hz = lowest }

static struct policy all[] = {
	SIMPLE("none", "-", publish_none, 0, 0),
	SIMPLE("ticks", "1000/s", publish_ticks, 1000 * USEC, 0),
	SIMPLE("spaced", "4000/s", publish_spaced, 250 * USEC, 0),
	REAL("static", "50/32", 50, 32, false),
	REAL("static", "64/32", 64, 32, false),
	REAL("static", "100/64", 100, 64, false),
	REAL("static", "200/64", 200, 64, false),
	{ .name = "AIC", .setting = "lif 1000", .publish = publish_aic, .sent = sent_none,
	  .unasked = aic_learn, .interval_ns = 1000 * USEC, .lowest_hz = 1000 },
	{ .name = "AIC", .setting = "lif 8000", .publish = publish_aic, .sent = sent_none,
	  .unasked = aic_learn, .interval_ns = 125 * USEC, .lowest_hz = 8000 },
	{ .name = "climber", .setting = "5 profiles", .publish = publish_climb,
	  .sent = sent_climb, .unasked = unasked_count },
	REAL("ours", "50/32", 50, 32, true),
	REAL("ours", "64/32", XNB_COALESCE_USECS, XNB_COALESCE_FRAMES, true),
	REAL("ours", "100/64", 100, 64, true),
	REAL("ours", "200/64", 200, 64, true),
};

struct policy *policies(unsigned int *count)
{
	*count = ARRAY_SIZE(all);
	return all;
}

void policy_start(struct policy *policy)
{
	xnb_moderate_init(&policy->moderate);
	policy->held = false;
	policy->deadline_ns = 0;
	policy->event_ns = 0;
	policy->sample_ns = 0;
	policy->waiting = 0;
	policy->packets = 0;
	policy->events = 0;
	policy->packets_a_ms = 0;
	policy->events_a_ms = 0;
	policy->profile = 0;
	policy->step = 1;
	policy->turns = 0;
	if (policy->lowest_hz)
		policy->interval_ns = 1000 * MSEC / policy->lowest_hz;
}
