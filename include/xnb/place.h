/* SPDX-License-Identifier: GPL-2.0 */
/* Where the pieces of a packet land: a guest's in our pages, and ours in a guest's. */
#ifndef XNB_PLACE_H
#define XNB_PLACE_H

#include <xnb/base.h>
#include <xnb/limits.h>

/**
 * struct xnb_place - lays a packet, or the paged part of one, out over pages
 * @left: bytes of the packet still to place
 * @room: bytes left in the current page
 * @pages_left: further pages that may be begun
 * @least: bytes that a page has at least when another is begun
 *
 * A copy must not cross a page on either side. A piece that does not fit into the rest of
 * the page costs a second copy, or a page that is not filled. Pages are cheap and copies
 * are not, so a new page is begun as long as the remaining bytes are sure to fit into the
 * pages that remain.
 */
struct xnb_place {
	u32 left;
	u16 room;
	u16 pages_left;
	u16 least;
};

/**
 * xnb_place_begin() - start the layout of a packet
 * @place: the state, owned by the caller
 * @bytes: bytes to place in all
 * @pages: pages (fragments, buffers) it may have, at least DIV_ROUND_UP(@bytes, XNB_SLOT_BYTES)
 * @least: bytes that every page but the last has to have, 0 to XNB_SLOT_BYTES
 *
 * Pure: any context.
 */
void xnb_place_begin(struct xnb_place *place, u32 bytes, u16 pages, u16 least);

/**
 * xnb_place_next() - place the next piece of the source
 * @place: the state
 * @len: bytes up to the end of the source slot or page, 1 to XNB_SLOT_BYTES, at most place->left
 * @new_page: set when the piece goes to the start of a new page, else it goes right
 *	behind the last one
 *
 * Pure: any context. Return: bytes of the piece, 1 to @len.
 */
u32 xnb_place_next(struct xnb_place *place, u32 len, bool *new_page);

#endif
