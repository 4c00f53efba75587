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

static void test_data(void)
{
	is(xnb_slots_for_data(1514, 0, 1), 1, "no more than are posted");
	is(xnb_slots_for_data(9014, 1, 4), 3, "nor than remain beside the extra infos");
	is(xnb_slots_for_data(9014, 1, 256), 4, "else one more than are needed");
	is(xnb_slots_for_data(65226, 1, 256), 17, "also of a large frame");
	is(xnb_slots_for_data(65536, 1, 256), 17, "which has 17 at most");
	is(xnb_slots_for_data(65536 + 14, 2, 256), 17, "unless it needs");
	is(xnb_slots_for_data(70000, 0, 256), 18, "more");
}

/* Whatever is posted, there are enough for the data, and extra infos have theirs. */
static void test_every_ring(void)
{
	unsigned int len, extras, posted, bad = 0;

	for (len = 1; len <= 66000; len += 7) {
		for (extras = 0; extras <= 2; extras++) {
			for (posted = xnb_slots_needed(len, extras); posted <= 20; posted++) {
				unsigned int slots = xnb_slots_for_data(len, extras, posted);

				if (slots >= count_by_filling(len, 0) && slots + extras <= posted)
					continue;
				if (!bad++)
					diag("%u bytes, %u extras, %u posted", len, extras, posted);
			}
		}
	}
	is(bad, 0, "between what is needed and what is posted");
}

int main(void)
{
	test_boundaries();
	test_every_length();
	test_data();
	test_every_ring();
	return tap_done();
}
