/* SPDX-License-Identifier: GPL-2.0 */
/* The events of one direction of a queue: the moderation policy, applied and counted. */
#ifndef XNB_HOLD_H
#define XNB_HOLD_H

#include <xnb/channel.h>
#include <xnb/coalesce.h>
#include <xnb/stats.h>

/**
 * struct xnb_hold - events for what is published on one ring
 * @moderate: the policy's state
 * @coalesce: its settings; they change under rtnl while this runs
 * @channel: where events go
 * @stats: counters
 * @data: events for data to the guest, not for completions; for tracing
 *
 * Owned by the NAPI context of the direction. No held event is forgotten: at the end of each
 * poll the owner asks xnb_hold_deadline(), or xnb_hold_wake(), and has itself woken then; each
 * poll asks xnb_hold_expired(); what is held at the end of all polls goes out by
 * xnb_hold_release().
 */
struct xnb_hold {
	struct xnb_moderate moderate;
	const struct xnb_coalesce *coalesce;
	struct xnb_channel *channel;
	struct xnb_hold_stats *stats;
	bool data;
};

/**
 * xnb_hold_init() - prepare
 * @hold: @hold->coalesce, channel, stats and data are set
 *
 * Context: process.
 */
void xnb_hold_init(struct xnb_hold *hold);

/**
 * xnb_hold_publish() - packets were published
 * @hold: the state
 * @wanted: the guest wants an event for them or for what is held
 * @packets: how many, at least 1
 * @room: as for xnb_moderate_publish(); not looked at unless @wanted
 *
 * Sends the event unless it waits or is not wanted.
 *
 * Context: the owning NAPI. Return: true when the question is settled (the caller moves the
 * ring's settled index); false when an event is held.
 */
bool xnb_hold_publish(struct xnb_hold *hold, bool wanted, unsigned int packets,
		      unsigned int room);

/**
 * xnb_hold_expired() - is it time for a held event
 * @hold: the state
 *
 * Context: the owning NAPI. Return: true when the caller has to read the guest's wish again
 * and to call xnb_hold_release().
 */
bool xnb_hold_expired(const struct xnb_hold *hold);

/**
 * xnb_hold_deadline() - when a held event goes out at the latest
 * @hold: the state
 *
 * Context: the owning NAPI. Return: ktime_get_ns() of it, or 0 when none is held.
 */
static inline u64 xnb_hold_deadline(const struct xnb_hold *hold)
{
	return hold->moderate.held ? hold->moderate.deadline_ns : 0;
}

/**
 * xnb_hold_wake() - when the owner wants to be woken for events
 * @hold: the state
 *
 * Context: the owning NAPI. Return: ktime_get_ns() at which a held event goes out at the latest;
 * when none is held, of one that is foreseen; or 0.
 */
u64 xnb_hold_wake(const struct xnb_hold *hold);

/**
 * xnb_hold_gather() - how many packets may come before the owner runs again
 * @hold: the state
 * @room: as for xnb_moderate_publish()
 *
 * Context: the owning NAPI. Return: see xnb_moderate_gather().
 */
unsigned int xnb_hold_gather(const struct xnb_hold *hold, unsigned int room);

/**
 * xnb_hold_release() - send a held event, if it is still wanted
 * @hold: the state; an event is held
 * @wanted: the guest still wants it
 * @exit: why now
 *
 * Context: the owning NAPI, or process when it is disabled. The question is settled
 * afterwards.
 */
void xnb_hold_release(struct xnb_hold *hold, bool wanted, enum xnb_exit exit);

#endif
