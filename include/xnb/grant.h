/* SPDX-License-Identifier: GPL-2.0 */
/* Grant copies, gathered and made by one hypercall. Nothing of a guest is ever mapped here. */
#ifndef XNB_GRANT_H
#define XNB_GRANT_H

#include <linux/mm_types.h>
#include <xen/interface/grant_table.h>

#include <xnb/limits.h>

/**
 * struct xnb_grant_batch - copies waiting for their hypercall
 * @taken: a poll has it
 * @count: operations gathered
 * @op: the operations; after the hypercall their status
 *
 * One a CPU, as a CPU makes one hypercall at a time. The poll that has taken it alone touches it.
 */
struct xnb_grant_batch {
	bool taken;
	unsigned int count;
	struct gnttab_copy op[XNB_BATCH_COPIES];
};

/**
 * xnb_grant_init() - make the batches
 *
 * Context: process, before any queue is made. Return: 0 or -ENOMEM.
 */
int xnb_grant_init(void);

/**
 * xnb_grant_exit() - free them
 *
 * Context: process, no queue is left.
 */
void xnb_grant_exit(void);

/**
 * xnb_grant_begin() - take this CPU's batch
 *
 * Bottom halves stay off until xnb_grant_end(), so no other poll runs on this CPU. But netpoll
 * polls from any context, also from one that has interrupted a poll.
 *
 * Context: a poll. Return: an empty batch; or NULL, for netpoll only, when a poll of this CPU has
 * it.
 */
struct xnb_grant_batch *xnb_grant_begin(void);

/**
 * xnb_grant_end() - give it back
 * @batch: of xnb_grant_begin()
 *
 * Context: the same poll.
 */
void xnb_grant_end(struct xnb_grant_batch *batch);

/**
 * xnb_grant_room() - operations that still fit
 * @batch: the batch
 *
 * Context: the poll that has taken it. Return: a number of operations.
 */
static inline unsigned int xnb_grant_room(const struct xnb_grant_batch *batch)
{
	return XNB_BATCH_COPIES - batch->count;
}

/**
 * xnb_grant_copy_from_guest() - gather a copy out of a guest's page
 * @batch: the batch; the caller has checked that there is room
 * @domid: the guest
 * @gref: the guest's grant; any value, Xen checks it
 * @offset: byte offset in the granted page
 * @to: local address; @to to @to + @len - 1 lie in one Xen page
 * @len: bytes; @offset + @len is at most XNB_SLOT_BYTES
 *
 * Context: the poll that has taken it.
 */
void xnb_grant_copy_from_guest(struct xnb_grant_batch *batch, domid_t domid, grant_ref_t gref,
			       u16 offset, void *to, u16 len);

/**
 * xnb_grant_copy_to_guest() - gather a copy into a guest's page
 * @batch: the batch; the caller has checked that there is room
 * @domid: the guest
 * @gref: the guest's grant; any value, Xen checks it
 * @offset: byte offset in the granted page
 * @page: page that holds the data; it may be another domain's, mapped here
 * @from: offset of the data in @page; the data lies in one Xen page
 * @len: bytes; @offset + @len is at most XNB_SLOT_BYTES
 *
 * Context: the poll that has taken it.
 */
void xnb_grant_copy_to_guest(struct xnb_grant_batch *batch, domid_t domid, grant_ref_t gref,
			     u16 offset, struct page *page, unsigned int from, u16 len);

/**
 * xnb_grant_commit() - make the hypercall for all that is gathered
 * @batch: the batch; each op[].status is GNTST_okay or an error afterwards
 *
 * Never sleeps and never retries: GNTST_eagain (a paged-out guest page) is an error like
 * any other and costs the guest its packet. When the hypercall itself fails every
 * operation counts as failed (XSA-362, XSA-367). The caller resets @batch->count.
 *
 * Context: the poll that has taken it.
 *
 * Return: true when every operation succeeded.
 */
bool xnb_grant_commit(struct xnb_grant_batch *batch);

/**
 * xnb_grant_read() - copy the beginning of one page of a guest, now
 * @domid: the guest
 * @gref: the guest's grant; any value, Xen checks it
 * @to: local address; @to to @to + @len - 1 lie in one Xen page
 * @len: bytes, 1 to XNB_SLOT_BYTES
 *
 * Context: any. Return: whether it was copied.
 */
bool xnb_grant_read(domid_t domid, grant_ref_t gref, void *to, u16 len);

#endif
