/* SPDX-License-Identifier: GPL-2.0 */
/* The Toeplitz hash of receive side scaling. */
#ifndef XNB_TOEPLITZ_H
#define XNB_TOEPLITZ_H

#include <xnb/base.h>
#include <xnb/flow.h>

/* The longest key of the protocol; with a shorter one the rest is 0. */
#define XNB_TOEPLITZ_KEY_BYTES 40

#define XNB_TOEPLITZ_NIBBLES (2 * XNB_FLOW_BYTES)

/**
 * struct xnb_toeplitz - a key, and what it makes of each half byte of the input
 * @key: the key
 * @nibble: by position and value
 */
struct xnb_toeplitz {
	u8 key[XNB_TOEPLITZ_KEY_BYTES];
	u32 nibble[XNB_TOEPLITZ_NIBBLES][16];
};

/**
 * xnb_toeplitz_set_key() - prepare a key
 * @toeplitz: filled
 * @key: the key
 *
 * Pure: any context.
 */
void xnb_toeplitz_set_key(struct xnb_toeplitz *toeplitz,
			  const u8 key[static XNB_TOEPLITZ_KEY_BYTES]);

/**
 * xnb_toeplitz_hash() - hash a flow
 * @toeplitz: a prepared key
 * @flow: the input, up to XNB_FLOW_BYTES bytes
 *
 * Pure: any context. Return: the hash, 0 for a flow without bytes.
 */
u32 xnb_toeplitz_hash(const struct xnb_toeplitz *toeplitz, const struct xnb_flow *flow);

#endif
