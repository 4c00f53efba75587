// SPDX-License-Identifier: GPL-2.0
#include <linux/mm.h>
#include <linux/percpu.h>
#include <asm/xen/hypercall.h>
#include <xen/grant_table.h>
#include <xen/page.h>

#include <xnb/grant.h>

static struct xnb_grant_batch __percpu *batches;

int xnb_grant_init(void)
{
	batches = alloc_percpu(struct xnb_grant_batch);
	return batches ? 0 : -ENOMEM;
}

void xnb_grant_exit(void)
{
	free_percpu(batches);
}

/* What interrupts has come and gone before the interrupted goes on, so plain accesses will do. */
struct xnb_grant_batch *xnb_grant_begin(void)
{
	struct xnb_grant_batch *batch = this_cpu_ptr(batches);

	if (unlikely(READ_ONCE(batch->taken)))
		return NULL;
	WRITE_ONCE(batch->taken, true);
	barrier();
	batch->count = 0;
	return batch;
}

void xnb_grant_end(struct xnb_grant_batch *batch)
{
	barrier();
	WRITE_ONCE(batch->taken, false);
}

static void begin_op(struct gnttab_copy *op, u16 len, u16 flags)
{
	op->len = len;
	op->flags = flags;
	/* Xen overwrites it; what a failed hypercall did not reach must not look done. */
	op->status = GNTST_general_error;
}

static struct gnttab_copy *next_op(struct xnb_grant_batch *batch, u16 len, u16 flags)
{
	struct gnttab_copy *op = &batch->op[batch->count++];

	begin_op(op, len, flags);
	return op;
}

static void from_guest(struct gnttab_copy *op, domid_t domid, grant_ref_t gref, u16 offset,
		       void *to)
{
	op->source.u.ref = gref;
	op->source.domid = domid;
	op->source.offset = offset;
	op->dest.u.gmfn = virt_to_gfn(to);
	op->dest.domid = DOMID_SELF;
	op->dest.offset = offset_in_page(to) & (XNB_SLOT_BYTES - 1);
}

void xnb_grant_copy_from_guest(struct xnb_grant_batch *batch, domid_t domid, grant_ref_t gref,
			       u16 offset, void *to, u16 len)
{
	from_guest(next_op(batch, len, GNTCOPY_source_gref), domid, gref, offset, to);
}

bool xnb_grant_read(domid_t domid, grant_ref_t gref, void *to, u16 len)
{
	struct gnttab_copy op;

	begin_op(&op, len, GNTCOPY_source_gref);
	from_guest(&op, domid, gref, 0, to);
	return !HYPERVISOR_grant_table_op(GNTTABOP_copy, &op, 1) && op.status == GNTST_okay;
}

void xnb_grant_copy_to_guest(struct xnb_grant_batch *batch, domid_t domid, grant_ref_t gref,
			     u16 offset, struct page *page, unsigned int from, u16 len)
{
	struct gnttab_copy *op = next_op(batch, len, GNTCOPY_dest_gref);
	struct xen_page_foreign *foreign;

	/* Neighbours in a compound page need not be neighbours in the machine. */
	page += from >> PAGE_SHIFT;
	from = offset_in_page(from);

	foreign = xen_page_foreign(page);
	if (foreign) {
		/* A page of another domain is ours to read only through that domain's grant. */
		op->source.u.ref = foreign->gref;
		op->source.domid = foreign->domid;
		op->flags |= GNTCOPY_source_gref;
	} else {
		op->source.u.gmfn = xen_page_to_gfn(page) + (from >> XEN_PAGE_SHIFT);
		op->source.domid = DOMID_SELF;
	}
	op->source.offset = from & (XNB_SLOT_BYTES - 1);
	op->dest.u.ref = gref;
	op->dest.domid = domid;
	op->dest.offset = offset;
}

bool xnb_grant_commit(struct xnb_grant_batch *batch)
{
	unsigned int i;

	if (HYPERVISOR_grant_table_op(GNTTABOP_copy, batch->op, batch->count)) {
		for (i = 0; i < batch->count; i++)
			batch->op[i].status = GNTST_general_error;
		return false;
	}

	for (i = 0; i < batch->count; i++)
		if (unlikely(batch->op[i].status != GNTST_okay))
			return false;
	return true;
}
