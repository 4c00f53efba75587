/* SPDX-License-Identifier: GPL-2.0 */
/* Looking for requests by a timer, in place of the guest's events. */
#ifndef XNB_PARK_H
#define XNB_PARK_H

#include <xnb/channel.h>
#include <xnb/coalesce.h>
#include <xnb/stats.h>

/**
 * struct xnb_park - whether a queue is parked: its guest need not tell about each request
 * @moderate: the policy's state; held while parked
 * @coalesce: its settings; they change under rtnl while this runs
 * @channel: names the queue in traces
 * @stats: counters
 * @found: packets since the last decision
 *
 * Owned by the NAPI context of the direction.
 */
struct xnb_park {
	struct xnb_moderate moderate;
	const struct xnb_coalesce *coalesce;
	const struct xnb_channel *channel;
	struct xnb_from_guest_stats *stats;
	u32 found;
};

/**
 * xnb_park_init() - prepare; not parked
 * @park: @park->coalesce, channel and stats are set
 *
 * Context: process.
 */
void xnb_park_init(struct xnb_park *park);

/**
 * xnb_park_until() - no work is left: how to learn of more
 * @park: the state; @park->found is taken
 *
 * Context: the owning NAPI. Return: ktime_get_ns() when to look again at the latest, or 0 to
 * ask the guest for an event.
 */
u64 xnb_park_until(struct xnb_park *park);

/**
 * xnb_park_slots() - after how many requests a guest tells in spite of being parked
 * @park: the state
 *
 * Context: any. Return: 1 to XNB_PARK_SLOTS.
 */
static inline unsigned int xnb_park_slots(const struct xnb_park *park)
{
	u32 frames = READ_ONCE(park->coalesce->frames);

	return frames ? min_t(u32, frames, XNB_PARK_SLOTS) : XNB_PARK_SLOTS;
}

#endif
