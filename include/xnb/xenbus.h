/* SPDX-License-Identifier: GPL-2.0 */
/* The conversation with toolstack and guest over xenstore. */
#ifndef XNB_XENBUS_H
#define XNB_XENBUS_H

/**
 * xnb_xenbus_register() - offer the driver to the bus
 *
 * Context: process. Return: 0 or a negative errno.
 */
int xnb_xenbus_register(void);

/**
 * xnb_xenbus_unregister() - take it back; no interface is bound any more
 *
 * Context: process.
 */
void xnb_xenbus_unregister(void);

#endif
