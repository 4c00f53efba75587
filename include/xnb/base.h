/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam of the pure room: the only header through which src/policy sees the
 * outside. In user space the unit tests supply <xen/interface/io/netif.h> from
 * the kernel's headers.
 */
#ifndef XNB_BASE_H
#define XNB_BASE_H

#ifdef __KERNEL__

#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/if_ether.h>
#include <linux/math64.h>

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/if_ether.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define U32_MAX UINT32_MAX
#define BIT(n) (1UL << (n))

#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#define max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define unlikely(x) __builtin_expect(!!(x), 0)
#define fallthrough __attribute__((__fallthrough__))

static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	return (u64)((unsigned __int128)a * b / c);
}

#endif

#include <xen/interface/io/netif.h>

#endif
