/* SPDX-License-Identifier: GPL-2.0 */
/* How many ring slots a packet takes towards the guest. */
#ifndef XNB_SLOTS_H
#define XNB_SLOTS_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * xnb_slots_needed() - ring slots of one packet towards the guest
 * @len: bytes of the packet, at least 1
 * @extras: extra infos that go with it
 *
 * Data is packed: every slot but the last is full. The producer in to_guest.c lays the
 * packet out by the same rule, so the number is exact, never an estimate (XSA-392 came
 * from an estimate).
 *
 * Pure: any context. Return: the number of slots, extras included.
 */
static inline unsigned int xnb_slots_needed(unsigned int len, unsigned int extras)
{
	return DIV_ROUND_UP(len, XNB_SLOT_BYTES) + extras;
}

#endif
