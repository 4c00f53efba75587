// SPDX-License-Identifier: GPL-2.0
#include <linux/ethtool.h>

#include <xnb/stats.h>

/* One line a value: its ethtool name, where it lies in struct xnb_queue_stats, and its guard. */
struct counter {
	char name[ETH_GSTRING_LEN];
	unsigned int offset;
	unsigned int syncp;
};

#define GUARDED(_name, _group, _field, _syncp) {			\
	_name, offsetof(struct xnb_queue_stats, _group._field),		\
	offsetof(struct xnb_queue_stats, _group._syncp) }
#define COUNTER(_name, _group, _field) GUARDED(_name, _group, _field, syncp)
#define DROPPED(_name, _reason) COUNTER(_name, from_guest, dropped[XNB_REASON_##_reason])
/* Nothing is ever sent without a copy, so these stay at 0. */
#define ALWAYS_ZERO(_name) { _name, UINT_MAX, 0 }

static const struct counter counters[] = {
	COUNTER("rx_gso_checksum_fixup", from_guest, gso_checksum_fixup),
	ALWAYS_ZERO("tx_zerocopy_sent"),
	ALWAYS_ZERO("tx_zerocopy_success"),
	ALWAYS_ZERO("tx_zerocopy_fail"),
	COUNTER("tx_frag_overflow", from_guest, frag_overflow),

	COUNTER("from_guest_polls", from_guest, polls),
	COUNTER("from_guest_batches", from_guest, batches),
	COUNTER("from_guest_copies", from_guest, copies),
	COUNTER("from_guest_events", from_guest_event, events),
	COUNTER("from_guest_spurious", from_guest_event, spurious),
	COUNTER("from_guest_parks", from_guest, parks),
	COUNTER("from_guest_park_empty", from_guest, park_empty),
	COUNTER("from_guest_notifies", completion, sent),
	COUNTER("from_guest_held", completion, held),
	COUNTER("from_guest_joined", completion, joined),
	COUNTER("from_guest_unneeded", completion, unneeded),
	COUNTER("from_guest_exit_idle", completion, exits[XNB_EXIT_IDLE]),
	COUNTER("from_guest_exit_count", completion, exits[XNB_EXIT_COUNT]),
	COUNTER("from_guest_exit_ring", completion, exits[XNB_EXIT_RING]),
	COUNTER("from_guest_exit_time", completion, exits[XNB_EXIT_TIME]),
	COUNTER("from_guest_timer_armed", from_guest_wake, armed),
	GUARDED("from_guest_timer_fired", from_guest_wake, fired, timer_syncp),
	GUARDED("from_guest_timer_idle", from_guest_wake, idle, timer_syncp),
	COUNTER("from_guest_rate_waits", from_guest, rate_waits),
	COUNTER("from_guest_drop_memory", from_guest, no_memory),
	COUNTER("from_guest_drop_copy", from_guest, copy_error),
	COUNTER("from_guest_drop_protocol", from_guest, protocol),
	DROPPED("from_guest_drop_runt", RUNT),
	DROPPED("from_guest_drop_length", LENGTH),
	DROPPED("from_guest_drop_slots", SLOTS),
	DROPPED("from_guest_drop_multicast", MULTICAST),
	DROPPED("from_guest_drop_gso_size", GSO_SIZE),

	COUNTER("to_guest_polls", to_guest, polls),
	COUNTER("to_guest_batches", to_guest, batches),
	COUNTER("to_guest_copies", to_guest, copies),
	COUNTER("to_guest_events", to_guest_event, events),
	COUNTER("to_guest_spurious", to_guest_event, spurious),
	COUNTER("to_guest_notifies", data, sent),
	COUNTER("to_guest_held", data, held),
	COUNTER("to_guest_joined", data, joined),
	COUNTER("to_guest_unneeded", data, unneeded),
	COUNTER("to_guest_exit_idle", data, exits[XNB_EXIT_IDLE]),
	COUNTER("to_guest_exit_count", data, exits[XNB_EXIT_COUNT]),
	COUNTER("to_guest_exit_ring", data, exits[XNB_EXIT_RING]),
	COUNTER("to_guest_exit_time", data, exits[XNB_EXIT_TIME]),
	COUNTER("to_guest_timer_armed", to_guest_wake, armed),
	GUARDED("to_guest_timer_fired", to_guest_wake, fired, timer_syncp),
	GUARDED("to_guest_timer_idle", to_guest_wake, idle, timer_syncp),
	COUNTER("to_guest_remote", kick, remote),
	COUNTER("to_guest_copy_error", to_guest, copy_error),
	COUNTER("to_guest_slot_waits", to_guest, slot_waits),
	COUNTER("to_guest_drained", to_guest, drained),
	COUNTER("to_guest_stalls", to_guest, stalls),
};

void xnb_stats_init(struct xnb_queue_stats *stats)
{
	u64_stats_init(&stats->from_guest.syncp);
	u64_stats_init(&stats->completion.syncp);
	u64_stats_init(&stats->from_guest_wake.syncp);
	u64_stats_init(&stats->from_guest_wake.timer_syncp);
	u64_stats_init(&stats->from_guest_event.syncp);
	u64_stats_init(&stats->to_guest.syncp);
	u64_stats_init(&stats->data.syncp);
	u64_stats_init(&stats->to_guest_wake.syncp);
	u64_stats_init(&stats->to_guest_wake.timer_syncp);
	u64_stats_init(&stats->to_guest_event.syncp);
	u64_stats_init(&stats->kick.syncp);
}

void xnb_stats_exit(struct xnb_hold_stats *stats, enum xnb_exit exit, bool was_held)
{
	u64_stats_update_begin(&stats->syncp);
	if (was_held)
		u64_stats_inc(&stats->joined);
	else if (exit == XNB_HOLD)
		u64_stats_inc(&stats->held);
	u64_stats_inc(&stats->exits[exit]);
	u64_stats_update_end(&stats->syncp);
}

void xnb_stats_wake_fired(struct xnb_wake_stats *stats, bool awaited)
{
	u64_stats_update_begin(&stats->timer_syncp);
	u64_stats_inc(&stats->fired);
	if (!awaited)
		u64_stats_inc(&stats->idle);
	u64_stats_update_end(&stats->timer_syncp);
}

static u64 read_counter(const struct u64_stats_sync *syncp, const u64_stats_t *counter)
{
	unsigned int start;
	u64 value;

	do {
		start = u64_stats_fetch_begin(syncp);
		value = u64_stats_read(counter);
	} while (u64_stats_fetch_retry(syncp, start));
	return value;
}

static void link_from_guest(const struct xnb_from_guest_stats *stats,
			    struct rtnl_link_stats64 *link)
{
	unsigned int reason;

	link->rx_packets += read_counter(&stats->syncp, &stats->packets);
	link->rx_bytes += read_counter(&stats->syncp, &stats->bytes);
	link->rx_dropped += read_counter(&stats->syncp, &stats->no_memory);
	link->rx_errors += read_counter(&stats->syncp, &stats->copy_error);
	link->rx_errors += read_counter(&stats->syncp, &stats->protocol);
	for (reason = 0; reason < XNB_REASON_COUNT; reason++)
		link->rx_errors += read_counter(&stats->syncp, &stats->dropped[reason]);
}

static void link_to_guest(const struct xnb_to_guest_stats *stats, struct rtnl_link_stats64 *link)
{
	link->tx_packets += read_counter(&stats->syncp, &stats->packets);
	link->tx_bytes += read_counter(&stats->syncp, &stats->bytes);
	link->tx_errors += read_counter(&stats->syncp, &stats->copy_error);
	link->tx_dropped += read_counter(&stats->syncp, &stats->drained);
}

void xnb_stats_link(const struct xnb_queue_stats *stats, struct rtnl_link_stats64 *link)
{
	link_from_guest(&stats->from_guest, link);
	link_to_guest(&stats->to_guest, link);
}

unsigned int xnb_stats_ethtool_count(void)
{
	return ARRAY_SIZE(counters);
}

void xnb_stats_ethtool_names(u8 *to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		memcpy(to + i * ETH_GSTRING_LEN, counters[i].name, ETH_GSTRING_LEN);
}

static u64 read_one(const struct xnb_queue_stats *stats, const struct counter *counter)
{
	if (counter->offset == UINT_MAX)
		return 0;
	return read_counter((const void *)stats + counter->syncp,
			    (const void *)stats + counter->offset);
}

void xnb_stats_ethtool_add(const struct xnb_queue_stats *stats, u64 *to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		to[i] += read_one(stats, &counters[i]);
}
