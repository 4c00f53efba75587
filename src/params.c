// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include <xnb/limits.h>
#include <xnb/params.h>
#include <xnb/rss.h>

#define TIMEOUT_MSECS_MAX (3600 * 1000)

struct xnb_params xnb_params = {
	.separate_tx_rx_irq = true,
	.rx_drain_timeout_msecs = 10000,
	.rx_stall_timeout_msecs = 60000,
	.fatal_skb_slots = 20,
	.hash_cache_size = 64,
	.provides_xdp_headroom = true,
	.tx_usecs = XNB_COALESCE_USECS,
	.tx_frames = XNB_COALESCE_FRAMES,
	.adaptive_tx = true,
	.rx_usecs = XNB_COALESCE_USECS,
	.rx_frames = XNB_COALESCE_FRAMES,
	.adaptive_rx = true,
	.rss_udp_ports = true,
	.rebalance = true,
	.rebalance_msecs = XNB_BALANCE_MSECS,
	.rebalance_percent = XNB_BALANCE_PERCENT,
	.to_guest_cpu = XNB_HOME_AUTO,
};

struct param_range {
	unsigned int *value;
	unsigned int min;
	unsigned int max;
};

static int set_range(const char *text, const struct kernel_param *param)
{
	const struct param_range *range = param->arg;
	unsigned int value;
	int err;

	err = kstrtouint(text, 0, &value);
	if (err || value < range->min || value > range->max) {
		pr_err("%s=%.32s refused: a number from %u to %u is needed\n", param->name, text,
		       range->min, range->max);
		return -EINVAL;
	}
	WRITE_ONCE(*range->value, value);
	return 0;
}

static int get_range(char *text, const struct kernel_param *param)
{
	const struct param_range *range = param->arg;

	return sysfs_emit(text, "%u\n", READ_ONCE(*range->value));
}

static int set_switch(const char *text, const struct kernel_param *param)
{
	bool value;

	if (text && kstrtobool(text, &value)) {
		pr_err("%s=%.32s refused: a number from 0 to 1 is needed\n", param->name, text);
		return -EINVAL;
	}
	return param_set_bool(text, param);
}

static const struct kernel_param_ops range_ops = { .set = set_range, .get = get_range };
static const struct kernel_param_ops switch_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = set_switch,
	.get = param_get_bool,
};

static int set_home(const char *text, const struct kernel_param *param)
{
	int mode = __sysfs_match_string(xnb_home_modes, XNB_HOME_MODES, text);

	if (mode < 0) {
		pr_err("%s=%.32s refused: auto, local or home is needed\n", param->name, text);
		return -EINVAL;
	}
	WRITE_ONCE(*(unsigned int *)param->arg, mode);
	return 0;
}

static int get_home(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%s\n", xnb_home_modes[READ_ONCE(*(unsigned int *)param->arg)]);
}

static const struct kernel_param_ops home_ops = { .set = set_home, .get = get_home };

module_param_cb(separate_tx_rx_irq, &switch_ops, &xnb_params.separate_tx_rx_irq, 0644);
__MODULE_PARM_TYPE(separate_tx_rx_irq, "bool");
MODULE_PARM_DESC(separate_tx_rx_irq, "offer one event channel a direction (default 1)");

static struct param_range drain_timeout_range = {
	&xnb_params.rx_drain_timeout_msecs, 0, TIMEOUT_MSECS_MAX
};
module_param_cb(rx_drain_timeout_msecs, &range_ops, &drain_timeout_range, 0444);
__MODULE_PARM_TYPE(rx_drain_timeout_msecs, "uint");
MODULE_PARM_DESC(rx_drain_timeout_msecs,
		 "drop a packet that waited so long for the guest's buffers, 0 to 3600000 (default 10000)");

static struct param_range stall_timeout_range = {
	&xnb_params.rx_stall_timeout_msecs, 0, TIMEOUT_MSECS_MAX
};
module_param_cb(rx_stall_timeout_msecs, &range_ops, &stall_timeout_range, 0444);
__MODULE_PARM_TYPE(rx_stall_timeout_msecs, "uint");
MODULE_PARM_DESC(rx_stall_timeout_msecs,
		 "carrier off when the guest posts no buffers for so long, 0 never, to 3600000 (default 60000)");

static struct param_range max_queues_range = {
	&xnb_params.max_queues, 0, XNB_QUEUES_MAX
};
module_param_cb(max_queues, &range_ops, &max_queues_range, 0644);
__MODULE_PARM_TYPE(max_queues, "uint");
MODULE_PARM_DESC(max_queues,
		 "queues offered to a guest, 0 one a CPU but at most 8, to 64 (default 0)");

static struct param_range fatal_skb_slots_range = {
	&xnb_params.fatal_skb_slots, 0, 255
};
module_param_cb(fatal_skb_slots, &range_ops, &fatal_skb_slots_range, 0444);
__MODULE_PARM_TYPE(fatal_skb_slots, "uint");
MODULE_PARM_DESC(fatal_skb_slots,
		 "a frame in more than so many slots after its first disables the interface, 18 to 255, less is 18 (default 20)");

static struct param_range hash_cache_size_range = {
	&xnb_params.hash_cache_size, 0, 65536
};
module_param_cb(hash_cache_size, &range_ops, &hash_cache_size_range, 0644);
__MODULE_PARM_TYPE(hash_cache_size, "uint");
MODULE_PARM_DESC(hash_cache_size,
		 "accepted, no effect: no hash is cached (default 64)");

module_param_cb(provides_xdp_headroom, &switch_ops, &xnb_params.provides_xdp_headroom, 0644);
__MODULE_PARM_TYPE(provides_xdp_headroom, "bool");
MODULE_PARM_DESC(provides_xdp_headroom, "accepted, no effect yet (default 1)");

static struct param_range tx_usecs_range = {
	&xnb_params.tx_usecs, 0, XNB_COALESCE_USECS_MAX
};
module_param_cb(tx_usecs, &range_ops, &tx_usecs_range, 0644);
__MODULE_PARM_TYPE(tx_usecs, "uint");
MODULE_PARM_DESC(tx_usecs,
		 "longest wait of an event for data to the guest, microseconds, 0 to 10000 (default 64)");

static struct param_range tx_frames_range = {
	&xnb_params.tx_frames, 0, XNB_COALESCE_FRAMES_MAX
};
module_param_cb(tx_frames, &range_ops, &tx_frames_range, 0644);
__MODULE_PARM_TYPE(tx_frames, "uint");
MODULE_PARM_DESC(tx_frames,
		 "so many packets end that wait, 0 no limit, to 256 (default 32)");

module_param_cb(adaptive_tx, &switch_ops, &xnb_params.adaptive_tx, 0644);
__MODULE_PARM_TYPE(adaptive_tx, "bool");
MODULE_PARM_DESC(adaptive_tx, "wait only where the packet rate says that it pays (default 1)");

static struct param_range rx_usecs_range = {
	&xnb_params.rx_usecs, 0, XNB_COALESCE_USECS_MAX
};
module_param_cb(rx_usecs, &range_ops, &rx_usecs_range, 0644);
__MODULE_PARM_TYPE(rx_usecs, "uint");
MODULE_PARM_DESC(rx_usecs,
		 "longest wait of packets from the guest and of their completions, microseconds, 0 to 10000 (default 64)");

static struct param_range rx_frames_range = {
	&xnb_params.rx_frames, 0, XNB_COALESCE_FRAMES_MAX
};
module_param_cb(rx_frames, &range_ops, &rx_frames_range, 0644);
__MODULE_PARM_TYPE(rx_frames, "uint");
MODULE_PARM_DESC(rx_frames,
		 "so many packets end that wait, 0 no limit, to 256 (default 32)");

module_param_cb(adaptive_rx, &switch_ops, &xnb_params.adaptive_rx, 0644);
__MODULE_PARM_TYPE(adaptive_rx, "bool");
MODULE_PARM_DESC(adaptive_rx, "wait only where the packet rate says that it pays (default 1)");

module_param_cb(rss_udp_ports, &switch_ops, &xnb_params.rss_udp_ports, 0644);
__MODULE_PARM_TYPE(rss_udp_ports, "bool");
MODULE_PARM_DESC(rss_udp_ports, "the host's hash takes the ports of UDP, too (default 1)");

module_param_cb(rebalance, &switch_ops, &xnb_params.rebalance, 0644);
__MODULE_PARM_TYPE(rebalance, "bool");
MODULE_PARM_DESC(rebalance, "move flows from the busiest queue to the idlest (default 1)");

static struct param_range rebalance_msecs_range = {
	&xnb_params.rebalance_msecs, XNB_BALANCE_MSECS_MIN, XNB_BALANCE_MSECS_MAX
};
module_param_cb(rebalance_msecs, &range_ops, &rebalance_msecs_range, 0644);
__MODULE_PARM_TYPE(rebalance_msecs, "uint");
MODULE_PARM_DESC(rebalance_msecs,
		 "time between two looks at the load, milliseconds, 10 to 10000 (default 100)");

static struct param_range rebalance_percent_range = {
	&xnb_params.rebalance_percent, XNB_BALANCE_PERCENT_MIN, XNB_BALANCE_PERCENT_MAX
};
module_param_cb(rebalance_percent, &range_ops, &rebalance_percent_range, 0644);
__MODULE_PARM_TYPE(rebalance_percent, "uint");
MODULE_PARM_DESC(rebalance_percent,
		 "so much above the mean a queue may be, per cent, 1 to 1000 (default 10)");

module_param_cb(to_guest_cpu, &home_ops, &xnb_params.to_guest_cpu, 0644);
__MODULE_PARM_TYPE(to_guest_cpu, "charp");
MODULE_PARM_DESC(to_guest_cpu,
		 "CPU that works for data to the guest: local, the sender's; home, the queue's; auto, by load (default auto)");

unsigned int xnb_params_queues(void)
{
	unsigned int queues = READ_ONCE(xnb_params.max_queues);

	return queues ?: min_t(unsigned int, num_online_cpus(), XNB_QUEUES_DEFAULT);
}

struct xnb_coalesce_pair xnb_params_coalesce(void)
{
	return (struct xnb_coalesce_pair){
		.data = {
			.usecs = READ_ONCE(xnb_params.tx_usecs),
			.frames = READ_ONCE(xnb_params.tx_frames),
			.adaptive = READ_ONCE(xnb_params.adaptive_tx),
		},
		.work = {
			.usecs = READ_ONCE(xnb_params.rx_usecs),
			.frames = READ_ONCE(xnb_params.rx_frames),
			.adaptive = READ_ONCE(xnb_params.adaptive_rx),
		},
	};
}

u32 xnb_params_hash_types(void)
{
	if (READ_ONCE(xnb_params.rss_udp_ports))
		return XNB_RSS_HOST_TYPES;
	return XNB_RSS_GUEST_TYPES;
}

struct xnb_balance_settings xnb_params_balance(void)
{
	return (struct xnb_balance_settings){
		.rebalance = READ_ONCE(xnb_params.rebalance),
		.msecs = READ_ONCE(xnb_params.rebalance_msecs),
		.percent = READ_ONCE(xnb_params.rebalance_percent),
		.home = READ_ONCE(xnb_params.to_guest_cpu),
	};
}
