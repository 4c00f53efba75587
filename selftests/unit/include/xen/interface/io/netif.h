/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own netif.h for user space: slots and constants as they are, without
 * the ring macros and the hypervisor's types behind them.
 */
#ifndef UNIT_NETIF_H
#define UNIT_NETIF_H

/* Their headers' guards: both become empty. */
#define __XEN_PUBLIC_IO_RING_H__
#define __XEN_PUBLIC_GRANT_TABLE_H__
#define DEFINE_RING_TYPES(name, request, response) struct name##_sring

typedef uint32_t grant_ref_t;

#include_next <xen/interface/io/netif.h>

#endif
