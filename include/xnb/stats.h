/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a queue. They belong to the interface and outlive every connection. */
#ifndef XNB_STATS_H
#define XNB_STATS_H

#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>

#include <xnb/moderate.h>
#include <xnb/request.h>

/**
 * struct xnb_hold_stats - written by the NAPI context that owns the events
 * @syncp: makes a reader's view whole on 32 bit
 * @sent: events sent to the guest
 * @held: waits begun
 * @joined: publications that found an event waiting and needed none of their own
 * @unneeded: held events that were never sent, as the guest had found everything by itself
 * @exits: why events were sent, by enum xnb_exit
 *
 * All publications that the guest wanted an event for: @sent + @joined + @unneeded, and one
 * more while an event is held.
 */
struct xnb_hold_stats {
	struct u64_stats_sync syncp;
	u64_stats_t sent;
	u64_stats_t held;
	u64_stats_t joined;
	u64_stats_t unneeded;
	u64_stats_t exits[XNB_EXITS];
};

/**
 * struct xnb_wake_stats - a timer
 * @syncp: for @armed, written by the NAPI context
 * @timer_syncp: for the rest, written by the timer
 * @armed: times it was started
 * @fired: times it expired
 * @idle: of these, those when nothing was awaited any more
 */
struct xnb_wake_stats {
	struct u64_stats_sync syncp;
	struct u64_stats_sync timer_syncp;
	u64_stats_t armed;
	u64_stats_t fired;
	u64_stats_t idle;
};

/**
 * struct xnb_kick_stats - written by who has won the to-guest NAPI context
 * @syncp: makes a reader's view whole on 32 bit
 * @remote: times it was woken on another CPU than the sender's
 */
struct xnb_kick_stats {
	struct u64_stats_sync syncp;
	u64_stats_t remote;
};

/**
 * struct xnb_event_stats - events from the guest, written by the interrupt handler
 * @syncp: makes a reader's view whole on 32 bit
 * @events: events with work behind them
 * @spurious: events with nothing new behind them
 */
struct xnb_event_stats {
	struct u64_stats_sync syncp;
	u64_stats_t events;
	u64_stats_t spurious;
};

/**
 * struct xnb_from_guest_stats - written by the from-guest poll only
 * @syncp: makes a reader's view whole on 32 bit
 * @packets: packets given to the stack
 * @bytes: their bytes
 * @batches: groups of packets fetched by one hypercall
 * @copies: grant copy operations
 * @polls: NAPI polls
 * @parks: times the guest was not asked to tell about its next request
 * @park_empty: looks by the timer that found nothing, after which the guest was asked again
 * @gso_checksum_fixup: segmentation frames whose blank-checksum flag the guest forgot
 * @frag_overflow: packets in more slots than an skb has fragments
 * @no_memory: packets dropped for want of memory
 * @copy_error: packets dropped because a grant could not be copied
 * @protocol: packets dropped because their headers belie their flags
 * @rate_waits: times the rate limit stopped the queue
 * @dropped: packets dropped by the parser, by reason
 */
struct xnb_from_guest_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t batches;
	u64_stats_t copies;
	u64_stats_t polls;
	u64_stats_t parks;
	u64_stats_t park_empty;
	u64_stats_t gso_checksum_fixup;
	u64_stats_t frag_overflow;
	u64_stats_t no_memory;
	u64_stats_t copy_error;
	u64_stats_t protocol;
	u64_stats_t rate_waits;
	u64_stats_t dropped[XNB_REASON_COUNT];
};

/**
 * struct xnb_to_guest_stats - written by the to-guest poll only
 * @syncp: makes a reader's view whole on 32 bit
 * @packets: packets published to the guest
 * @bytes: their bytes
 * @batches: groups of packets sent by one hypercall
 * @copies: grant copy operations
 * @polls: NAPI polls
 * @copy_error: copies that failed; the guest is told which slot is void
 * @slot_waits: times the queue ran out of the guest's slots
 * @drained: packets dropped because they waited longer than rx_drain_timeout_msecs
 * @stalls: times the guest was declared stalled
 */
struct xnb_to_guest_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t batches;
	u64_stats_t copies;
	u64_stats_t polls;
	u64_stats_t copy_error;
	u64_stats_t slot_waits;
	u64_stats_t drained;
	u64_stats_t stalls;
};

/**
 * struct xnb_queue_stats - counters of one queue number
 * @from_guest: guest to host
 * @completion: its events to the guest
 * @from_guest_wake: its timer
 * @from_guest_event: the guest's events for it
 * @to_guest: host to guest
 * @data: its events to the guest
 * @to_guest_wake: its timer
 * @to_guest_event: the guest's events for it
 * @kick: its wake-ups by senders
 */
struct xnb_queue_stats {
	struct xnb_from_guest_stats from_guest ____cacheline_aligned_in_smp;
	struct xnb_hold_stats completion;
	struct xnb_wake_stats from_guest_wake;
	struct xnb_event_stats from_guest_event;
	struct xnb_to_guest_stats to_guest ____cacheline_aligned_in_smp;
	struct xnb_hold_stats data;
	struct xnb_wake_stats to_guest_wake;
	struct xnb_event_stats to_guest_event;
	struct xnb_kick_stats kick;
};

/**
 * xnb_stats_count() - add 1 to a counter
 * @syncp: of the structure that holds it
 * @counter: the counter
 *
 * Context: the one that the structure says writes it.
 */
static inline void xnb_stats_count(struct u64_stats_sync *syncp, u64_stats_t *counter)
{
	u64_stats_update_begin(syncp);
	u64_stats_inc(counter);
	u64_stats_update_end(syncp);
}

/**
 * xnb_stats_exit() - count a decision of the moderation policy
 * @stats: counters of the events
 * @exit: the decision
 * @was_held: an event was waiting already
 *
 * Context: the owning NAPI.
 */
void xnb_stats_exit(struct xnb_hold_stats *stats, enum xnb_exit exit, bool was_held);

/**
 * xnb_stats_wake_fired() - count an expired timer
 * @stats: counters of the timer
 * @awaited: somebody waited for it
 *
 * Context: the timer.
 */
void xnb_stats_wake_fired(struct xnb_wake_stats *stats, bool awaited);

/**
 * xnb_stats_init() - prepare zeroed counters
 * @stats: counters of a queue
 *
 * Context: process, before the interface is registered.
 */
void xnb_stats_init(struct xnb_queue_stats *stats);

/**
 * xnb_stats_link() - add a queue to the standard link statistics
 * @stats: counters of a queue
 * @link: added to; "rx" of the interface is from the guest, "tx" is to it
 *
 * Context: any; does not sleep.
 */
void xnb_stats_link(const struct xnb_queue_stats *stats, struct rtnl_link_stats64 *link);

/**
 * xnb_stats_ethtool_count() - number of ethtool -S values
 *
 * Constant while the module is loaded. Context: any. Return: the number.
 */
unsigned int xnb_stats_ethtool_count(void);

/**
 * xnb_stats_ethtool_names() - names of the ethtool -S values
 * @to: room for xnb_stats_ethtool_count() names of ETH_GSTRING_LEN bytes
 *
 * The first five are the names that tools know from every version of this driver.
 *
 * Context: any.
 */
void xnb_stats_ethtool_names(u8 *to);

/**
 * xnb_stats_ethtool_add() - add a queue to the ethtool -S values
 * @stats: counters of a queue
 * @to: xnb_stats_ethtool_count() values, in the order of the names
 *
 * Context: any; does not sleep.
 */
void xnb_stats_ethtool_add(const struct xnb_queue_stats *stats, u64 *to);

#endif
