/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Receive side scaling: the hash and the indirection table, and whose they are. A guest with a
 * control ring owns both while it has switched its hash on; for all others the host does.
 */
#ifndef XNB_RSS_H
#define XNB_RSS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>

#include <xnb/flow.h>
#include <xnb/steer.h>
#include <xnb/toeplitz.h>

/* What a guest may choose: all that the protocol knows. */
#define XNB_RSS_GUEST_TYPES (XEN_NETIF_CTRL_HASH_TYPE_IPV4 | XEN_NETIF_CTRL_HASH_TYPE_IPV4_TCP | \
			     XEN_NETIF_CTRL_HASH_TYPE_IPV6 | XEN_NETIF_CTRL_HASH_TYPE_IPV6_TCP)

/* What the host may choose. */
#define XNB_RSS_HOST_TYPES (XNB_RSS_GUEST_TYPES | XNB_FLOW_IPV4_UDP | XNB_FLOW_IPV6_UDP)

/**
 * struct xnb_rss_rules - what a packet is steered by; it never changes
 * @guest: the guest owns them
 * @types: flags of what is hashed
 * @table: the indirection table
 * @toeplitz: the key
 */
struct xnb_rss_rules {
	bool guest;
	u32 types;
	struct xnb_steer_table table;
	struct xnb_toeplitz toeplitz;
};

/**
 * struct xnb_rss_master - what one of the two masters has set
 * @types: flags of what is hashed
 * @key: the key
 * @table: the table
 */
struct xnb_rss_master {
	u32 types;
	u8 key[XNB_TOEPLITZ_KEY_BYTES];
	struct xnb_steer_table table;
};

/**
 * struct xnb_rss - of an interface
 * @lock: guards everything but the reading of @rules
 * @rules: those in force, one of @pool
 * @queues: connected queues, 0 for none
 * @fixed: the host's table was set by hand, and is not rebalanced
 * @host: the host's settings; kept over reconnects
 * @guest: the guest's; they end with its connection
 * @guest_on: the guest wants its hash
 * @pool: all rules, used in turn
 * @cookie: of each, the grace period after which nobody reads it
 * @current_rules: index of those in force
 */
struct xnb_rss {
	struct mutex lock; /* see above */
	struct xnb_rss_rules __rcu *rules;
	unsigned int queues;
	bool fixed;
	struct xnb_rss_master host;
	struct xnb_rss_master guest;
	bool guest_on;
	struct xnb_rss_rules *pool;
	unsigned long cookie[XNB_RSS_RULES];
	unsigned int current_rules;
};

/**
 * xnb_rss_init() - begin with a random key and the default table
 * @rss: zeroed
 * @types: what the host hashes, XNB_FLOW_* and XEN_NETIF_CTRL_HASH_TYPE_*
 *
 * Context: process. Return: 0 or -ENOMEM.
 */
int xnb_rss_init(struct xnb_rss *rss, u32 types);

/**
 * xnb_rss_release() - free what xnb_rss_init() took
 * @rss: nobody reads the rules any more
 *
 * Context: process.
 */
void xnb_rss_release(struct xnb_rss *rss);

/**
 * xnb_rss_connect() - begin a connection
 * @rss: the state
 * @queues: its queues, 1 to XNB_QUEUES_MAX
 *
 * A table that the host set by hand stays, and what it says of
 * queues that are not there is for those that are, modulo their number.
 *
 * Context: process; may wait for a grace period.
 */
void xnb_rss_connect(struct xnb_rss *rss, unsigned int queues);

/**
 * xnb_rss_disconnect() - end a connection, and with it what the guest has set
 * @rss: the state
 *
 * Context: process; may wait for a grace period.
 */
void xnb_rss_disconnect(struct xnb_rss *rss);

/**
 * xnb_rss_lock() - begin a change
 * @rss: the state
 *
 * Context: process.
 */
static inline void xnb_rss_lock(struct xnb_rss *rss)
{
	mutex_lock(&rss->lock);
}

/**
 * xnb_rss_unlock() - end a change
 * @rss: the state
 *
 * Context: process.
 */
static inline void xnb_rss_unlock(struct xnb_rss *rss)
{
	mutex_unlock(&rss->lock);
}

/**
 * xnb_rss_publish() - make what the masters have set the rules, at once and as a whole
 * @rss: the state, locked
 *
 * Context: process; may wait for a grace period.
 */
void xnb_rss_publish(struct xnb_rss *rss);

/**
 * xnb_rss_guest_owns() - is the guest the owner
 * @rss: the state, locked
 *
 * A guest that hashes nothing leaves the steering to the host (netif.h, SET_HASH_FLAGS).
 *
 * Context: process. Return: whether it is.
 */
static inline bool xnb_rss_guest_owns(const struct xnb_rss *rss)
{
	return rss->guest_on && rss->guest.types;
}

/**
 * xnb_rss_default_table() - spread the host's table evenly again
 * @rss: the state, locked
 *
 * Context: process; the caller publishes.
 */
void xnb_rss_default_table(struct xnb_rss *rss);

/**
 * xnb_rss_hash() - hash a packet
 * @rules: the rules
 * @skb: the packet, from its Ethernet header on
 * @types: what may be hashed
 * @type: set to the flag of what was hashed, 0 for nothing
 *
 * Context: any. Return: the hash.
 */
u32 xnb_rss_hash(const struct xnb_rss_rules *rules, const struct sk_buff *skb, u32 types,
		 u32 *type);

#endif
