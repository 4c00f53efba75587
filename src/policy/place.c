// SPDX-License-Identifier: GPL-2.0
#include <xnb/place.h>

void xnb_place_begin(struct xnb_place *place, u32 bytes, u16 pages, u16 least)
{
	place->left = bytes;
	place->room = 0;
	place->pages_left = pages;
	place->least = least;
}

u32 xnb_place_next(struct xnb_place *place, u32 len, bool *new_page)
{
	bool spare = DIV_ROUND_UP(place->left, XNB_SLOT_BYTES) <= place->pages_left;
	bool enough = XNB_SLOT_BYTES - place->room >= place->least;

	*new_page = !place->room || (len > place->room && spare && enough);
	if (*new_page) {
		place->pages_left--;
		place->room = XNB_SLOT_BYTES;
	}

	len = min_t(u32, len, place->room);
	place->room -= len;
	place->left -= len;
	return len;
}
