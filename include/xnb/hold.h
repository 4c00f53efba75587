/* SPDX-License-Identifier: GPL-2.0 */
/* Held events: the moderation policy, given a clock and a timer. */
#ifndef XNB_HOLD_H
#define XNB_HOLD_H

#include <linux/hrtimer.h>
#include <linux/netdevice.h>

#include <xnb/moderate.h>

/**
 * struct xnb_hold - the events of one direction of a queue
 * @moderate: the policy's state
 * @napi: the context that owns all this; the timer only schedules it
 * @timer: runs while an event is held, perhaps longer
 * @armed: @timer will schedule @napi again; cleared by the timer before it does
 *
 * No held event is forgotten: while one is held and @napi does not run, @armed is set. The
 * owner sets it before it lets go; the timer clears it before it schedules the owner, which
 * then finds it clear and sets it again if the event still has to wait.
 */
struct xnb_hold {
	struct xnb_moderate moderate;
	struct napi_struct *napi;
	struct hrtimer timer;
	bool armed;
};

/**
 * xnb_hold_init() - prepare
 * @hold: the state
 * @napi: the context that will own it
 *
 * Context: process.
 */
void xnb_hold_init(struct xnb_hold *hold, struct napi_struct *napi);

/**
 * xnb_hold_stop() - stop the timer
 * @hold: the state; its NAPI context is disabled. The caller sends what is held
 *
 * Context: process.
 */
void xnb_hold_stop(struct xnb_hold *hold);

/**
 * xnb_hold_publish() - packets were published and the guest wants an event
 * @hold: the state
 * @packets: how many, at least 1
 * @room: as for xnb_moderate_publish()
 *
 * Context: the owning NAPI. Return: true to send it now; false when it is held.
 */
bool xnb_hold_publish(struct xnb_hold *hold, unsigned int packets, unsigned int room);

/**
 * xnb_hold_expired() - is it time for a held event
 * @hold: the state
 *
 * To be asked in every poll, as the timer does no more than start one.
 *
 * Context: the owning NAPI. Return: true to send it now.
 */
bool xnb_hold_expired(struct xnb_hold *hold);

/**
 * xnb_hold_settle() - the event was sent or is no longer wanted
 * @hold: the state
 *
 * Context: the owning NAPI, or process after xnb_hold_stop().
 */
static inline void xnb_hold_settle(struct xnb_hold *hold)
{
	xnb_moderate_sent(&hold->moderate);
}

#endif
