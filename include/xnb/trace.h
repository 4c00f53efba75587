/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: events/xen_netback in tracefs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM xen_netback

#if !defined(XNB_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define XNB_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include <xnb/hold.h>
#include <xnb/park.h>
#include <xnb/steer.h>

TRACE_DEFINE_ENUM(XNB_HOLD);
TRACE_DEFINE_ENUM(XNB_EXIT_IDLE);
TRACE_DEFINE_ENUM(XNB_EXIT_COUNT);
TRACE_DEFINE_ENUM(XNB_EXIT_RING);
TRACE_DEFINE_ENUM(XNB_EXIT_TIME);

#define XNB_TRACE_EXITS						\
	{ XNB_HOLD, "hold" }, { XNB_EXIT_IDLE, "idle" },	\
	{ XNB_EXIT_COUNT, "count" }, { XNB_EXIT_RING, "ring" },	\
	{ XNB_EXIT_TIME, "time" }

TRACE_EVENT(xnb_push,
	TP_PROTO(const struct xnb_hold *hold, unsigned int packets, unsigned int slots, u32 prod),
	TP_ARGS(hold, packets, slots, prod),
	TP_STRUCT__entry(
		__array(char, channel, XNB_CHANNEL_NAME)
		__field(bool, data)
		__field(unsigned int, packets)
		__field(unsigned int, slots)
		__field(u32, prod)
	),
	TP_fast_assign(
		memcpy(__entry->channel, hold->channel->name, XNB_CHANNEL_NAME);
		__entry->data = hold->data;
		__entry->packets = packets;
		__entry->slots = slots;
		__entry->prod = prod;
	),
	TP_printk("%s %s packets=%u slots=%u prod=%u", __entry->channel,
		  __entry->data ? "data" : "completions", __entry->packets, __entry->slots,
		  __entry->prod)
);

TRACE_EVENT(xnb_decide,
	TP_PROTO(const struct xnb_hold *hold, unsigned int packets, unsigned int room,
		 enum xnb_exit exit),
	TP_ARGS(hold, packets, room, exit),
	TP_STRUCT__entry(
		__array(char, channel, XNB_CHANNEL_NAME)
		__field(bool, data)
		__field(unsigned int, packets)
		__field(unsigned int, room)
		__field(u32, held)
		__field(u32, gap_ns)
		__field(u64, deadline_ns)
		__field(int, exit)
	),
	TP_fast_assign(
		memcpy(__entry->channel, hold->channel->name, XNB_CHANNEL_NAME);
		__entry->data = hold->data;
		__entry->packets = packets;
		__entry->room = room;
		__entry->held = hold->moderate.held;
		__entry->gap_ns = hold->moderate.gap_ns;
		__entry->deadline_ns = hold->moderate.deadline_ns;
		__entry->exit = exit;
	),
	TP_printk("%s %s packets=%u room=%u held=%u gap=%u deadline=%llu %s", __entry->channel,
		  __entry->data ? "data" : "completions", __entry->packets, __entry->room,
		  __entry->held, __entry->gap_ns, __entry->deadline_ns,
		  __print_symbolic(__entry->exit, XNB_TRACE_EXITS))
);

TRACE_EVENT(xnb_release,
	TP_PROTO(const struct xnb_hold *hold, bool wanted, enum xnb_exit exit),
	TP_ARGS(hold, wanted, exit),
	TP_STRUCT__entry(
		__array(char, channel, XNB_CHANNEL_NAME)
		__field(bool, data)
		__field(bool, wanted)
		__field(u32, held)
		__field(s64, late_ns)
		__field(int, exit)
	),
	TP_fast_assign(
		memcpy(__entry->channel, hold->channel->name, XNB_CHANNEL_NAME);
		__entry->data = hold->data;
		__entry->wanted = wanted;
		__entry->held = hold->moderate.held;
		__entry->late_ns = ktime_get_ns() - hold->moderate.deadline_ns;
		__entry->exit = exit;
	),
	TP_printk("%s %s held=%u late=%lld %s %s", __entry->channel,
		  __entry->data ? "data" : "completions", __entry->held, __entry->late_ns,
		  __print_symbolic(__entry->exit, XNB_TRACE_EXITS),
		  __entry->wanted ? "sent" : "unneeded")
);

TRACE_EVENT(xnb_park,
	TP_PROTO(const struct xnb_park *park, unsigned int found, enum xnb_exit exit),
	TP_ARGS(park, found, exit),
	TP_STRUCT__entry(
		__array(char, channel, XNB_CHANNEL_NAME)
		__field(unsigned int, found)
		__field(u32, gap_ns)
		__field(u64, deadline_ns)
		__field(int, exit)
	),
	TP_fast_assign(
		memcpy(__entry->channel, park->channel->name, XNB_CHANNEL_NAME);
		__entry->found = found;
		__entry->gap_ns = park->moderate.gap_ns;
		__entry->deadline_ns = park->moderate.deadline_ns;
		__entry->exit = exit;
	),
	TP_printk("%s found=%u gap=%u deadline=%llu %s", __entry->channel, __entry->found,
		  __entry->gap_ns, __entry->deadline_ns,
		  __entry->exit == XNB_HOLD ? "parked" : "asked")
);

TRACE_EVENT(xnb_move,
	TP_PROTO(const struct net_device *dev, const struct xnb_steer_move *move, u32 load),
	TP_ARGS(dev, move, load),
	TP_STRUCT__entry(
		__array(char, name, IFNAMSIZ)
		__field(u8, bucket)
		__field(u8, from)
		__field(u8, to)
		__field(u32, load)
	),
	TP_fast_assign(
		memcpy(__entry->name, dev->name, IFNAMSIZ);
		__entry->bucket = move->bucket;
		__entry->from = move->from;
		__entry->to = move->to;
		__entry->load = load;
	),
	TP_printk("%s bucket=%u from=%u to=%u load=%u", __entry->name, __entry->bucket,
		  __entry->from, __entry->to, __entry->load)
);

#endif

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH xnb
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
