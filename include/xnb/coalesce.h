/* SPDX-License-Identifier: GPL-2.0 */
/* Coalescing settings: one stored value behind ethtool, sysfs and module parameters. */
#ifndef XNB_COALESCE_H
#define XNB_COALESCE_H

#include <linux/compiler.h>

#include <xnb/moderate.h>

/**
 * struct xnb_coalesce_pair - settings of a queue, kept over reconnects
 * @data: events for data to the guest; outside: tx
 * @work: work and completions for data from the guest; outside: rx
 *
 * Written under rtnl, field by field; read by the NAPI contexts without a lock.
 */
struct xnb_coalesce_pair {
	struct xnb_coalesce data;
	struct xnb_coalesce work;
};

/**
 * xnb_coalesce_read() - settings for one decision
 * @stored: the stored settings
 *
 * Context: any. Return: a copy that does not change under the decision.
 */
static inline struct xnb_coalesce xnb_coalesce_read(const struct xnb_coalesce *stored)
{
	return (struct xnb_coalesce){
		.usecs = READ_ONCE(stored->usecs),
		.frames = READ_ONCE(stored->frames),
		.adaptive = READ_ONCE(stored->adaptive),
	};
}

/**
 * xnb_coalesce_write() - store settings
 * @stored: the stored settings
 * @value: in range, see struct xnb_coalesce
 *
 * In force with the next decision.
 *
 * Context: process, under rtnl.
 */
static inline void xnb_coalesce_write(struct xnb_coalesce *stored,
				      const struct xnb_coalesce *value)
{
	WRITE_ONCE(stored->usecs, value->usecs);
	WRITE_ONCE(stored->frames, value->frames);
	WRITE_ONCE(stored->adaptive, value->adaptive);
}

/**
 * xnb_coalesce_write_pair() - store settings of both directions
 * @stored: the stored settings
 * @value: in range
 *
 * Context: process, under rtnl.
 */
static inline void xnb_coalesce_write_pair(struct xnb_coalesce_pair *stored,
					   const struct xnb_coalesce_pair *value)
{
	xnb_coalesce_write(&stored->data, &value->data);
	xnb_coalesce_write(&stored->work, &value->work);
}

/**
 * xnb_coalesce_fault() - what is wrong with settings
 * @value: settings that somebody asks for
 *
 * Context: any. Return: NULL when they are in range, else a text that names the range.
 */
const char *xnb_coalesce_fault(const struct xnb_coalesce *value);

#endif
