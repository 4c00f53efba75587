/* SPDX-License-Identifier: GPL-2.0 */
/* The home CPU of a queue: where its events come, spread over the CPUs. */
#ifndef XNB_AFFINITY_H
#define XNB_AFFINITY_H

#include <linux/types.h>

struct xnb_queue;

/**
 * struct xnb_affinity - the home of a queue
 * @given: the queue has a CPU of its own
 * @chosen: that CPU
 * @displaced: it went away, and the events with it
 * @home: the CPU where the events come, -1 when nobody knows; ours, an administrator's or the
 *	kernel's choice
 * @shown: the home that the stack was told
 */
struct xnb_affinity {
	bool given;
	unsigned int chosen;
	bool displaced;
	int home;
	int shown;
};

/**
 * xnb_affinity_allows() - whether work may be put on a CPU
 * @cpu: the CPU
 *
 * Context: any. Return: false for one that is offline, or isolated (isolcpus=).
 */
bool xnb_affinity_allows(unsigned int cpu);

/**
 * xnb_affinity_begin() - give a queue the CPU that has the fewest
 * @queue: bound; nobody has moved its events yet
 *
 * Only CPUs where new interrupts go (irqaffinity=) and work may be put count, if there are any.
 *
 * Context: process, under rtnl.
 */
void xnb_affinity_begin(struct xnb_queue *queue);

/**
 * xnb_affinity_end() - give it back, if there is one
 * @queue: the queue
 *
 * Context: process, under rtnl.
 */
void xnb_affinity_end(struct xnb_queue *queue);

/**
 * xnb_affinity_follow() - see where the events of a queue come by now
 * @queue: between xnb_affinity_begin() and xnb_affinity_end()
 *
 * Follows what an administrator set, and goes back to a chosen CPU that went away with the events
 * and is there again. An absence between two calls goes unnoticed.
 *
 * Context: process.
 */
void xnb_affinity_follow(struct xnb_queue *queue);

#endif
