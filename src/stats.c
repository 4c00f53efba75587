// SPDX-License-Identifier: GPL-2.0
#include <linux/ethtool.h>

#include <xnb/stats.h>

/* One line a value: its ethtool name and where the counter lies in struct xnb_queue_stats. */
struct counter {
	char name[ETH_GSTRING_LEN];
	unsigned int offset;
	bool from_guest;
};

#define FROM_GUEST(_name, _field) \
	{ _name, offsetof(struct xnb_queue_stats, from_guest._field), true }
#define TO_GUEST(_name, _field) \
	{ _name, offsetof(struct xnb_queue_stats, to_guest._field), false }
#define DROPPED(_name, _reason) FROM_GUEST(_name, dropped[XNB_REASON_##_reason])
/* Nothing is ever sent without a copy, so these stay at 0. */
#define ALWAYS_ZERO(_name) { _name, UINT_MAX, false }

static const struct counter counters[] = {
	FROM_GUEST("rx_gso_checksum_fixup", gso_checksum_fixup),
	ALWAYS_ZERO("tx_zerocopy_sent"),
	ALWAYS_ZERO("tx_zerocopy_success"),
	ALWAYS_ZERO("tx_zerocopy_fail"),
	FROM_GUEST("tx_frag_overflow", frag_overflow),
	FROM_GUEST("from_guest_polls", polls),
	FROM_GUEST("from_guest_batches", batches),
	FROM_GUEST("from_guest_copies", copies),
	FROM_GUEST("from_guest_notifies", notifies),
	FROM_GUEST("from_guest_rate_waits", rate_waits),
	FROM_GUEST("from_guest_drop_memory", no_memory),
	FROM_GUEST("from_guest_drop_copy", copy_error),
	FROM_GUEST("from_guest_drop_protocol", protocol),
	DROPPED("from_guest_drop_runt", RUNT),
	DROPPED("from_guest_drop_length", LENGTH),
	DROPPED("from_guest_drop_slots", SLOTS),
	DROPPED("from_guest_drop_multicast", MULTICAST),
	DROPPED("from_guest_drop_gso_size", GSO_SIZE),
	TO_GUEST("to_guest_polls", polls),
	TO_GUEST("to_guest_batches", batches),
	TO_GUEST("to_guest_copies", copies),
	TO_GUEST("to_guest_notifies", notifies),
	TO_GUEST("to_guest_copy_error", copy_error),
	TO_GUEST("to_guest_slot_waits", slot_waits),
	TO_GUEST("to_guest_drained", drained),
	TO_GUEST("to_guest_stalls", stalls),
};

void xnb_stats_init(struct xnb_queue_stats *stats)
{
	u64_stats_init(&stats->from_guest.syncp);
	u64_stats_init(&stats->to_guest.syncp);
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
	const struct u64_stats_sync *syncp;

	if (counter->offset == UINT_MAX)
		return 0;
	syncp = counter->from_guest ? &stats->from_guest.syncp : &stats->to_guest.syncp;
	return read_counter(syncp, (const void *)stats + counter->offset);
}

void xnb_stats_ethtool_add(const struct xnb_queue_stats *stats, u64 *to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(counters); i++)
		to[i] += read_one(stats, &counters[i]);
}
