// SPDX-License-Identifier: GPL-2.0
/*
 * The layout of a packet over pages: every guest's way to cut a packet into slots must
 * fit into the pages there are, and no piece may cross a page.
 */
#include <xnb/place.h>
#include <tap.h>

#define PAGE XNB_SLOT_BYTES
#define SLOTS_MAX 64

struct layout {
	unsigned int pieces;
	unsigned int pages;
	u32 placed;
	u32 used;	/* bytes of the current page */
	u32 least;	/* bytes of the emptiest page but the last */
	bool broken;
};

static void place_slot(struct xnb_place *place, u32 len, struct layout *layout)
{
	while (len) {
		bool new_page;
		u32 piece = xnb_place_next(place, len, &new_page);

		layout->pieces++;
		if (new_page) {
			if (layout->pages && layout->used < layout->least)
				layout->least = layout->used;
			layout->pages++;
			layout->used = 0;
		}
		layout->used += piece;
		layout->placed += piece;
		layout->broken |= !piece || piece > len || layout->used > PAGE || !layout->pages;
		if (layout->broken)
			return;
		len -= piece;
	}
}

static struct layout lay_out_least(const u32 *slots, unsigned int count, u16 pages, u16 least)
{
	struct layout layout = { .least = PAGE };
	struct xnb_place place;
	u32 bytes = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		bytes += slots[i];
	xnb_place_begin(&place, bytes, pages, least);
	for (i = 0; i < count && !layout.broken; i++)
		place_slot(&place, slots[i], &layout);
	layout.broken |= layout.placed != bytes || layout.pages > pages || layout.least < least;
	return layout;
}

static struct layout lay_out(const u32 *slots, unsigned int count, u16 pages)
{
	return lay_out_least(slots, count, pages, 0);
}

static void layout_is(const u32 *slots, unsigned int count, u16 pages, unsigned int want_pieces,
		      unsigned int want_pages, const char *name)
{
	struct layout layout = lay_out(slots, count, pages);

	if (!ok(!layout.broken && layout.pieces == want_pieces && layout.pages == want_pages,
		"%s", name))
		diag("%u pieces on %u pages%s", layout.pieces, layout.pages,
		     layout.broken ? ", broken" : "");
}

static void test_cases(void)
{
	const u32 one[] = { 1500 };
	const u32 full[] = { PAGE, PAGE, PAGE };
	const u32 halves[] = { 2048, 2048, 2048, 2048 };
	const u32 large[] = { 3000, 3000, 3000, 3000 };
	const u32 bytes[] = { 1, 1, 1, 1, 1 };
	const u32 mixed[] = { 2000, PAGE };

	layout_is(one, 1, 1, 1, 1, "one piece on the only page");
	layout_is(full, 3, 3, 3, 3, "full slots fill full pages");
	layout_is(halves, 4, 17, 4, 2, "two halves share a page, uncut");
	layout_is(large, 4, 17, 4, 4, "while pages are spare no slot is cut");
	layout_is(large, 3, 3, 3, 3, "nor where the fewest pages are enough for that");
	layout_is(large, 4, 3, 6, 3, "else slots are cut until the rest is sure to fit");
	layout_is(bytes, 5, 17, 5, 1, "single bytes stay on one page");
	layout_is(mixed, 2, 2, 2, 2, "a full slot behind a short one goes to a page of its own");
}

static void test_least(void)
{
	const u32 short_first[] = { 13, PAGE, PAGE };
	const u32 enough[] = { 14, PAGE, PAGE };
	struct layout layout = lay_out_least(short_first, 3, 17, 14);

	ok(!layout.broken && layout.pieces == 5 && layout.pages == 3,
	   "what is less than the least is filled up");
	layout = lay_out_least(enough, 3, 17, 14);
	ok(!layout.broken && layout.pieces == 3 && layout.pages == 3, "and no more than that");
}

/* Slots as a guest could send them; a packet has at most 64 KiB. */
static unsigned int random_slots(struct prng *prng, u32 *slots, u32 *bytes)
{
	u32 max = prng_range(prng, 1, PAGE);
	u32 min = prng_once_in(prng, 2) ? 1 : max;
	unsigned int count = 0, limit = prng_range(prng, 1, SLOTS_MAX);

	*bytes = 0;
	while (count < limit) {
		slots[count] = prng_range(prng, min, max);
		if (*bytes + slots[count] > 65535)
			break;
		*bytes += slots[count++];
	}
	return count;
}

static void test_random(void)
{
	struct prng prng = PRNG_INIT;
	unsigned int i, broken = 0, wasteful = 0, cut = 0;

	for (i = 0; i < 400000; i++) {
		u32 slots[SLOTS_MAX], bytes;
		unsigned int count = random_slots(&prng, slots, &bytes);
		unsigned int fewest = DIV_ROUND_UP(bytes, PAGE);
		struct layout tight = lay_out(slots, count, fewest);
		struct layout roomy = lay_out(slots, count, count + fewest);
		struct layout some = lay_out(slots, count, fewest + prng_range(&prng, 1, 20));
		struct layout least = lay_out_least(slots, count, fewest + 1,
						    prng_range(&prng, 1, PAGE));

		broken += tight.broken + roomy.broken + some.broken + least.broken;
		/* Cutting a slot costs at most one copy for each page that is begun. */
		wasteful += tight.pieces > count + tight.pages;
		cut += roomy.pieces != count;
	}
	is(broken, 0, "400000 packets fit into their pages, and no piece crosses one");
	is(wasteful, 0, "no more pieces than slots and pages");
	is(cut, 0, "with a page for each slot no slot is cut");
}

/* Every way to cut six small units, at the scale where units meet page ends. */
static void cut_up(u32 unit, u32 left, u32 *slots, unsigned int count, u16 extra,
		   unsigned int *bad)
{
	u32 piece;

	if (!left) {
		u32 bytes = 0;
		unsigned int i;

		for (i = 0; i < count; i++)
			bytes += slots[i];
		*bad += lay_out(slots, count, DIV_ROUND_UP(bytes, PAGE) + extra).broken;
		return;
	}
	for (piece = 1; piece <= left && piece * unit <= PAGE; piece++) {
		slots[count] = piece * unit;
		cut_up(unit, left - piece, slots, count + 1, extra, bad);
	}
}

static void test_every_cut(void)
{
	static const u32 units[] = {
		1, 511, 512, 513, 1023, 1024, 1025, 1365, 1366, 2047, 2048, 2049,
	};
	unsigned int i, bad = 0;
	u16 extra;
	u32 parts;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		for (parts = 1; parts <= 10; parts++)
			for (extra = 0; extra <= 2; extra++) {
				u32 slots[SLOTS_MAX];

				cut_up(units[i], parts, slots, 0, extra, &bad);
			}
	is(bad, 0, "every way to cut up to ten parts of many sizes fits");
}

int main(void)
{
	test_cases();
	test_least();
	test_random();
	test_every_cut();
	return tap_done();
}
