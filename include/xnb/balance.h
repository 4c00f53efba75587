/* SPDX-License-Identifier: GPL-2.0 */
/* Keeps the load of an interface's queues and of the CPUs even: a look every so often. */
#ifndef XNB_BALANCE_H
#define XNB_BALANCE_H

#include <linux/workqueue.h>

#include <xnb/bucket.h>
#include <xnb/home.h>

struct xnb_queue_set;
struct xnb_vif;

/**
 * struct xnb_balance_settings - what a person may set
 * @rebalance: buckets are moved
 * @msecs: milliseconds between two looks, XNB_BALANCE_MSECS_MIN to _MAX
 * @percent: load above the mean that is left alone, XNB_BALANCE_PERCENT_MIN to _MAX
 * @home: where the to-guest work is done
 *
 * Written under rtnl, field by field; in force with the next look.
 */
struct xnb_balance_settings {
	bool rebalance;
	unsigned int msecs;
	unsigned int percent;
	enum xnb_home_mode home;
};

/**
 * struct xnb_balance - of an interface
 * @settings: what a person has set
 * @work: the look
 * @asleep: there was no traffic, and nobody looks until there is some
 * @set: the connected queues
 * @packets: packets to the guest up to the last look
 * @last: packets and bytes of each bucket at the last look
 * @load: of each bucket lately, by packets and bytes
 * @sent: whether a bucket had packets between the last two looks
 * @idle_us: of each CPU, its idle time at the last look
 * @busy: of each CPU, per cent busy between the last two looks
 * @looked_us: time of the last look
 * @moves: buckets moved so far
 *
 * Everything below @asleep is the work's, between xnb_balance_begin() and xnb_balance_end().
 */
struct xnb_balance {
	struct xnb_balance_settings settings;
	struct delayed_work work;
	bool asleep;
	const struct xnb_queue_set *set;
	u64 packets;
	struct {
		u64 packets;
		u64 bytes;
	} last[XNB_BUCKETS];
	u32 load[XNB_BUCKETS];
	bool sent[XNB_BUCKETS];
	u64 *idle_us;
	u8 *busy;
	u64 looked_us;
	u64 moves;
};

/**
 * xnb_balance_init() - prepare
 * @vif: the interface, with default settings
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int xnb_balance_init(struct xnb_vif *vif);

/**
 * xnb_balance_release() - free what xnb_balance_init() took
 * @vif: disconnected
 *
 * Context: process.
 */
void xnb_balance_release(struct xnb_vif *vif);

/**
 * xnb_balance_begin() - a guest is connected
 * @vif: the interface, nobody sending yet
 * @set: the new queues, with homes
 *
 * Context: process, under rtnl.
 */
void xnb_balance_begin(struct xnb_vif *vif, const struct xnb_queue_set *set);

/**
 * xnb_balance_end() - it is no more
 * @vif: the interface, its queues unpublished and nobody sending
 *
 * Waits for a look that is under way.
 *
 * Context: process, under rtnl.
 */
void xnb_balance_end(struct xnb_vif *vif);

/**
 * __xnb_balance_wake() - have a look after an interval
 * @balance: asleep
 *
 * Context: any.
 */
void __xnb_balance_wake(struct xnb_balance *balance);

/**
 * xnb_balance_wake() - there is traffic
 * @balance: of the interface
 *
 * A packet that a look misses which is just going to sleep is no loss: the next one wakes it.
 *
 * Context: ndo_start_xmit.
 */
static inline void xnb_balance_wake(struct xnb_balance *balance)
{
	if (unlikely(READ_ONCE(balance->asleep)))
		__xnb_balance_wake(balance);
}

#endif
