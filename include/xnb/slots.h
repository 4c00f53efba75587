/* SPDX-License-Identifier: GPL-2.0 */
/* How many ring slots a packet needs towards the guest. */
#ifndef XNB_SLOTS_H
#define XNB_SLOTS_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * xnb_slots_needed() - fewest ring slots of one packet towards the guest
 * @len: bytes of the packet, at least 1
 * @extras: extra infos that go with it
 *
 * Exact for a packet whose slots are full but for the last.
 *
 * Pure: any context. Return: the number of slots, extras included.
 */
static inline unsigned int xnb_slots_needed(unsigned int len, unsigned int extras)
{
	return DIV_ROUND_UP(len, XNB_SLOT_BYTES) + extras;
}

/**
 * xnb_slots_for_data() - ring slots that the data of one packet may take
 * @len: bytes of the packet, at least 1
 * @extras: extra infos that go with it
 * @posted: slots the guest has posted, at least xnb_slots_needed()
 *
 * A slot more than are needed saves copies. Never more than are posted (XSA-392), nor than a
 * frontend takes, see XNB_DATA_SLOTS.
 *
 * Pure: any context. Return: the number of slots, without extras.
 */
static inline unsigned int xnb_slots_for_data(unsigned int len, unsigned int extras,
					      unsigned int posted)
{
	unsigned int fewest = xnb_slots_needed(len, 0);
	unsigned int most = max_t(unsigned int, fewest, XNB_DATA_SLOTS);

	most = min_t(unsigned int, most, fewest + XNB_SLOTS_SPARE);
	return min_t(unsigned int, most, posted - extras);
}

#endif
