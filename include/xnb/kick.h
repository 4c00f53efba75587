/* SPDX-License-Identifier: GPL-2.0 */
/* Where a queue's to-guest work is done: on the CPU that sent, or on another one. */
#ifndef XNB_KICK_H
#define XNB_KICK_H

#include <linux/netdevice.h>
#include <linux/smp.h>

#include <xnb/stats.h>

/* No CPU: the one that sends. */
#define XNB_KICK_LOCAL -1

/**
 * struct xnb_kick - schedules a NAPI context for senders
 * @napi: the context
 * @stats: counters
 * @call: for the interrupt to the other CPU. It is in use only between the moment that a sender
 *	has won @napi, so that nobody else can, and the moment that it runs on the other CPU
 * @cpu: the other CPU, or XNB_KICK_LOCAL. Written by the balance, read without a lock
 * @sender: the CPU that last scheduled it; a hint
 */
struct xnb_kick {
	struct napi_struct *napi;
	struct xnb_kick_stats *stats;
	call_single_data_t call;
	int cpu;
	int sender;
};

/**
 * xnb_kick_init() - prepare
 * @kick: zeroed
 * @napi: the context
 * @stats: counters
 *
 * Context: process.
 */
void xnb_kick_init(struct xnb_kick *kick, struct napi_struct *napi, struct xnb_kick_stats *stats);

/**
 * xnb_kick() - there are packets
 * @kick: prepared
 *
 * Context: ndo_start_xmit, also with interrupts off.
 */
void xnb_kick(struct xnb_kick *kick);

#endif
