/* SPDX-License-Identifier: GPL-2.0 */
/* Module parameters. All are defaults for new interfaces or connections. */
#ifndef XNB_PARAMS_H
#define XNB_PARAMS_H

#include <linux/types.h>

#include <xnb/balance.h>
#include <xnb/coalesce.h>

/**
 * struct xnb_params - values of the module parameters, always within their ranges
 * @separate_tx_rx_irq: offer one event channel a direction
 * @rx_drain_timeout_msecs: how long a packet waits for the guest's buffers, 0 to 3600000
 * @rx_stall_timeout_msecs: how long a guest may post none, 0 (for ever) to 3600000
 * @max_queues: queues offered, 0 (as many as CPUs, at most XNB_QUEUES_DEFAULT) to
 *	XNB_QUEUES_MAX
 * @fatal_skb_slots: slots after the head that disable an interface, up to 255; smaller than
 *	XNB_TAIL_SLOTS_MAX means that
 * @hash_cache_size: accepted for the sake of existing configurations, 0 to 65536
 * @provides_xdp_headroom: accepted for the sake of existing configurations
 * @tx_usecs: see struct xnb_coalesce, for data to the guest
 * @tx_frames: the same
 * @adaptive_tx: the same
 * @rx_usecs: see struct xnb_coalesce, for work and completions for data from the guest
 * @rx_frames: the same
 * @adaptive_rx: the same
 * @rss_udp_ports: the host's hash takes the ports of UDP, too
 * @rebalance: buckets are moved
 * @rebalance_msecs: milliseconds between two looks at the load
 * @rebalance_percent: load above the mean that is left alone
 * @to_guest_cpu: enum xnb_home_mode
 */
struct xnb_params {
	bool separate_tx_rx_irq;
	unsigned int rx_drain_timeout_msecs;
	unsigned int rx_stall_timeout_msecs;
	unsigned int max_queues;
	unsigned int fatal_skb_slots;
	unsigned int hash_cache_size;
	bool provides_xdp_headroom;
	unsigned int tx_usecs;
	unsigned int tx_frames;
	bool adaptive_tx;
	unsigned int rx_usecs;
	unsigned int rx_frames;
	bool adaptive_rx;
	bool rss_udp_ports;
	bool rebalance;
	unsigned int rebalance_msecs;
	unsigned int rebalance_percent;
	unsigned int to_guest_cpu;
};

extern struct xnb_params xnb_params;

/**
 * xnb_params_queues() - queues to offer to a new interface
 *
 * Context: process. Return: 1 to XNB_QUEUES_MAX.
 */
unsigned int xnb_params_queues(void);

/**
 * xnb_params_coalesce() - coalescing settings of a new interface's queues
 *
 * Context: process. Return: settings in range.
 */
struct xnb_coalesce_pair xnb_params_coalesce(void);

/**
 * xnb_params_hash_types() - what a new interface hashes for the host
 *
 * Context: process. Return: flags.
 */
u32 xnb_params_hash_types(void);

/**
 * xnb_params_balance() - balance settings of a new interface
 *
 * Context: process. Return: settings in range.
 */
struct xnb_balance_settings xnb_params_balance(void);

#endif
