/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every bound that a guest can run into, in one place. Sources: xen/interface/io/netif.h
 * for the protocol's own numbers; the rest are this driver's.
 */
#ifndef XNB_LIMITS_H
#define XNB_LIMITS_H

/* A ring is one 4 KiB page: 256 slots either way. The protocol has no larger one. */
#define XNB_RING_SLOTS 256

/* The control ring's slots are larger. */
#define XNB_CTRL_SLOTS 128

/* Slots, grants and copies are counted in Xen pages whatever the kernel's page size. */
#define XNB_SLOT_BYTES 4096

/* Slots after the head that every backend accepts (XEN_NETIF_NR_SLOTS_MIN). */
#define XNB_TAIL_SLOTS_MAX 18

/* Slots more than the fewest that a packet to the guest may take, when that saves copies. */
#define XNB_SLOTS_SPARE 1

/*
 * But no more than the fragments that Linux makes of a packet's slots (MAX_SKB_FRAGS, with the
 * 4 KiB pages of x86), unless it needs them.
 */
#define XNB_DATA_SLOTS 17

/* Packets of one poll whose data is fetched by one hypercall. */
#define XNB_BATCH_PACKETS 64

/* So many segments of one frame count as a packet of the budget. */
#define XNB_SEGMENTS_A_PACKET 16

/* Pages that a queue keeps for packets from the guest, beside those in use. */
#define XNB_POOL_PAGES 128

/*
 * A queue at its rate limit looks again at least, and at most, so often. The bucket holds more
 * than the shorter time brings.
 */
#define XNB_RATE_WAIT_NS_MIN (100 * 1000)
#define XNB_RATE_WAIT_NS_MAX (100 * 1000 * 1000)

/* A guest whose connects fail so often is not heard for a while. */
#define XNB_CONNECT_FAILURES 10
#define XNB_CONNECT_PAUSE_SECONDS 60

/* Grant copy operations of one hypercall. */
#define XNB_BATCH_COPIES 256

/*
 * Copies that one packet from the guest can take: a slot is cut at most once by the end of
 * the linear area or of a page.
 */
#define XNB_PACKET_COPIES (2 * (XNB_TAIL_SLOTS_MAX + 1) + 1)

/*
 * Bytes of a packet that are linear when it enters the stack, whatever the guest's slot
 * layout: enough for every header that a NIC driver reads without asking (XSA-423).
 */
#define XNB_LINEAR_BYTES 128

/* A head slot up to this size becomes the linear area as it is. */
#define XNB_LINEAR_BYTES_MAX 256

/* A TCP segment with its headers may be as large as the MTU, or as the frames of most NICs. */
#define XNB_JUMBO_BYTES 9216

/*
 * Smallest TCP segment a guest may ask for, and how many of one frame: it is cut at one go, in
 * which nobody else has the CPU. For a network of 576 bytes 123 are enough.
 */
#define XNB_GSO_SIZE_MIN 8
#define XNB_SEGMENTS_MAX 1024

/* Packets and bytes that wait in one queue towards the guest (XSA-392). */
#define XNB_TO_GUEST_PACKETS 512
#define XNB_TO_GUEST_BYTES (512 * 1024)

/*
 * Packets that a qdisc keeps beside those. The kernel's 1000 would take 24 KiB of memory for each
 * of the queues that an interface has room for, used or not.
 */
#define XNB_TX_QUEUE_LEN 512

/* The largest packet that the stack hands to us: a full IP packet and its Ethernet header. */
#define XNB_FRAME_MAX (65535 + 14 + 4)

/* Ranges of the coalescing settings. A wait of more than that is no coalescing any more. */
#define XNB_COALESCE_USECS_MAX 10000
#define XNB_COALESCE_FRAMES_MAX 256

/* Their defaults. */
#define XNB_COALESCE_USECS 64
#define XNB_COALESCE_FRAMES 32

/*
 * The kernel sets no timer of a Xen domain's closer than this (clock event device "xen"; dom0 may
 * be told otherwise by xen_timer_slop=), and Xen none closer than half of it (timer_slop=).
 */
#define XNB_TIMER_AHEAD_NS 100000

/* Time that a guest is given to notice an event and to refill its ring. */
#define XNB_REFILL_NS 50000

/* Waits in vain in a row that are remembered: at most 2^8 packets go without trying again. */
#define XNB_MISSES_MAX 8

/* Requests of a guest that is not to tell about each, after which it tells all the same. */
#define XNB_PARK_SLOTS 128

/* Buffers that a guest is asked for at once. */
#define XNB_REFILL_SLOTS 64

/* Queues of one interface. */
#define XNB_QUEUES_MAX 64
#define XNB_QUEUES_DEFAULT 8

/* Entries of an indirection table: netif.h leaves the number to us. */
#define XNB_BUCKETS 128

/* Looks at a control ring in so long, each for a request; then others have their turn. */
#define XNB_CTRL_REQUESTS 64
#define XNB_CTRL_MSECS 4

/*
 * Rules of receive side scaling kept in memory: the present ones, and others that readers may
 * still hold. Who changes them faster than readers let go waits (at most a grace period).
 */
#define XNB_RSS_RULES 6

/* Ranges and defaults of the rebalance. */
#define XNB_BALANCE_MSECS_MIN 10
#define XNB_BALANCE_MSECS_MAX 10000
#define XNB_BALANCE_MSECS 100
#define XNB_BALANCE_PERCENT_MIN 1
#define XNB_BALANCE_PERCENT_MAX 1000
#define XNB_BALANCE_PERCENT 10

/* Packets a second below which the load of the queues is nobody's bottleneck. */
#define XNB_BALANCE_RATE_MIN 2000

/* The largest packet always passes a rate limit in one piece. */
#define XNB_CREDIT_BURST_MIN (128 * 1024)

#endif
