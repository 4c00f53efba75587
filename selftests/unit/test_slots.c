// SPDX-License-Identifier: GPL-2.0
#include <xnb/slots.h>
#include <tap.h>

/* Fill one slot after the other, as a guest would see it. */
static unsigned int count_by_filling(unsigned int len, unsigned int extras)
{
	unsigned int slots = 0;

	while (len) {
		unsigned int piece = len < XNB_SLOT_BYTES ? len : XNB_SLOT_BYTES;

		len -= piece;
		slots++;
	}
	return slots + extras;
}

static void test_boundaries(void)
{
	is(xnb_slots_needed(1, 0), 1, "one byte takes one slot");
	is(xnb_slots_needed(XNB_SLOT_BYTES, 0), 1, "a full slot is one slot");
	is(xnb_slots_needed(XNB_SLOT_BYTES + 1, 0), 2, "a byte more is two");
	is(xnb_slots_needed(1514, 1), 2, "an extra info is a slot");
	is(xnb_slots_needed(65536 + 14, 2), 19, "the largest frame with two extra infos");
	ok(xnb_slots_needed(65536 + 14, 3) <= XNB_RING_SLOTS, "any frame fits into a ring");
}

static void test_every_length(void)
{
	unsigned int len, extras, bad = 0;

	for (len = 1; len <= 70000; len++) {
		for (extras = 0; extras <= 3; extras++) {
			if (xnb_slots_needed(len, extras) == count_by_filling(len, extras))
				continue;
			if (!bad++)
				diag("%u bytes, %u extras", len, extras);
		}
	}
	is(bad, 0, "every length to 70000 takes as many slots as filling them one by one");
}

int main(void)
{
	test_boundaries();
	test_every_length();
	return tap_done();
}
