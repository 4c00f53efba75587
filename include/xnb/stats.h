/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of a queue. They belong to the interface and outlive every connection. */
#ifndef XNB_STATS_H
#define XNB_STATS_H

#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>

#include <xnb/request.h>

/**
 * struct xnb_from_guest_stats - written by the from-guest poll only
 * @syncp: makes a reader's view whole on 32 bit
 * @packets: packets given to the stack
 * @bytes: their bytes
 * @batches: groups of packets fetched by one hypercall
 * @copies: grant copy operations
 * @polls: NAPI polls
 * @notifies: events sent to the guest for completions
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
	u64_stats_t notifies;
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
 * @notifies: events sent to the guest for data
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
	u64_stats_t notifies;
	u64_stats_t copy_error;
	u64_stats_t slot_waits;
	u64_stats_t drained;
	u64_stats_t stalls;
};

/**
 * struct xnb_queue_stats - counters of one queue number
 * @from_guest: guest to host
 * @to_guest: host to guest
 */
struct xnb_queue_stats {
	struct xnb_from_guest_stats from_guest ____cacheline_aligned_in_smp;
	struct xnb_to_guest_stats to_guest ____cacheline_aligned_in_smp;
};

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
