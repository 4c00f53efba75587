// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>

#include <xnb/params.h>
#include <xnb/vif.h>

/* A guest that never tells about posted buffers is looked at this often. */
#define NO_NOTIFY_TIMEOUT_MSECS 30

static struct xnb_vif *owner_vif(struct xnb_owner *owner)
{
	return container_of(owner, struct xnb_vif, owner);
}

/* The carrier is on while a guest is connected, behaves, and takes packets on all queues. */
static void update_carrier(struct xnb_vif *vif)
{
	lockdep_assert_held(&vif->carrier_lock);
	if (vif->leaving)
		return;
	if (vif->connected && !vif->stalled_queues && !READ_ONCE(vif->owner.disabled))
		netif_carrier_on(vif->owner.dev);
	else
		netif_carrier_off(vif->owner.dev);
}

static void set_connected(struct xnb_vif *vif, bool connected)
{
	unsigned long flags;

	spin_lock_irqsave(&vif->carrier_lock, flags);
	vif->connected = connected;
	update_carrier(vif);
	spin_unlock_irqrestore(&vif->carrier_lock, flags);
}

void xnb_vif_leave(struct xnb_vif *vif)
{
	unsigned long flags;

	spin_lock_irqsave(&vif->carrier_lock, flags);
	vif->leaving = true;
	spin_unlock_irqrestore(&vif->carrier_lock, flags);
}

static void stalled(struct xnb_owner *owner, bool stalled)
{
	struct xnb_vif *vif = owner_vif(owner);
	unsigned long flags;

	spin_lock_irqsave(&vif->carrier_lock, flags);
	if (stalled)
		vif->stalled_queues++;
	else
		vif->stalled_queues--;
	update_carrier(vif);
	spin_unlock_irqrestore(&vif->carrier_lock, flags);
}

/*
 * The guest broke the protocol. Its interface goes quiet: polls do nothing, its events stay
 * masked, the carrier is off. Only a new interface revives it. One line, ever.
 */
static void fatal(struct xnb_owner *owner, enum xnb_reason reason)
{
	struct xnb_vif *vif = owner_vif(owner);
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&vif->carrier_lock, flags);
	first = !owner->disabled;
	WRITE_ONCE(owner->disabled, true);
	update_carrier(vif);
	spin_unlock_irqrestore(&vif->carrier_lock, flags);

	if (first)
		netdev_err(owner->dev, "guest broke the protocol (%s), interface disabled\n",
			   xnb_reason_text(reason));
}

static int init_steering(struct xnb_vif *vif)
{
	unsigned int i;
	int err;

	vif->bucket = kvcalloc(XNB_BUCKETS, sizeof(*vif->bucket), GFP_KERNEL);
	if (!vif->bucket)
		return -ENOMEM;
	for (i = 0; i < XNB_BUCKETS; i++)
		u64_stats_init(&vif->bucket[i].syncp);

	vif->balance.settings = xnb_params_balance();
	err = xnb_balance_init(vif);
	if (!err)
		err = xnb_rss_init(&vif->rss, xnb_params_hash_types());
	return err;
}

int xnb_vif_init(struct xnb_vif *vif, struct net_device *dev, struct xenbus_device *xdev,
		 unsigned int handle, unsigned int max_queues)
{
	unsigned int i;

	vif->max_queues = max_queues;
	vif->home = kvcalloc(max_queues, sizeof(*vif->home), GFP_KERNEL);
	if (!vif->home || init_steering(vif)) {
		xnb_vif_release(vif);
		return -ENOMEM;
	}
	vif->initial = xnb_params_coalesce();
	for (i = 0; i < max_queues; i++) {
		xnb_stats_init(&vif->home[i].stats);
		vif->home[i].coalesce = vif->initial;
	}

	vif->owner.dev = dev;
	vif->owner.domid = xdev->otherend_id;
	vif->owner.fatal_tails = max_t(unsigned int, xnb_params.fatal_skb_slots,
				       XNB_TAIL_SLOTS_MAX);
	vif->owner.fatal = fatal;
	vif->owner.stalled = stalled;
	xnb_rate_init(&vif->owner.rate);
	vif->xdev = xdev;
	vif->handle = handle;
	vif->offered = max_queues;
	spin_lock_init(&vif->carrier_lock);
	return 0;
}

void xnb_vif_release(struct xnb_vif *vif)
{
	unsigned int i;

	for (i = 0; vif->home && i < vif->max_queues; i++)
		if (vif->home[i].pool)
			page_pool_destroy(vif->home[i].pool);
	xnb_rss_release(&vif->rss);
	xnb_balance_release(vif);
	kvfree(vif->bucket);
	kvfree(vif->home);
}

static struct xnb_queue_set *rtnl_set(struct xnb_vif *vif)
{
	return rtnl_dereference(vif->set);
}

static void start_set(struct xnb_queue_set *set)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		xnb_queue_start(set->queue[i]);
}

static void stop_set(struct xnb_queue_set *set)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		xnb_queue_stop(set->queue[i]);
}

/* Nobody but us knows of the queues afterwards, not even the tail of a poll. */
static void retire_set(struct xnb_queue_set *set)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		xnb_queue_retire(set->queue[i]);
	synchronize_net();
}

static void free_set(struct xnb_vif *vif, struct xnb_queue_set *set)
{
	unsigned int i;

	for (i = 0; i < set->count; i++)
		xnb_queue_free(set->queue[i], vif->xdev);
	kfree(set);
}

static struct xnb_queue_home *queue_home(struct xnb_vif *vif, unsigned int id)
{
	struct xnb_queue_home *home = &vif->home[id];
	struct page_pool *pool;

	if (!home->pool) {
		pool = xnb_from_guest_pool();
		if (IS_ERR(pool))
			return ERR_CAST(pool);
		home->pool = pool;
	}
	return home;
}

static struct xnb_queue *create_queue(struct xnb_vif *vif, unsigned int id,
				      const struct xnb_queue_config *config)
{
	struct xnb_queue_home *home = queue_home(vif, id);

	if (IS_ERR(home))
		return ERR_CAST(home);
	return xnb_queue_create(&vif->owner, vif->xdev, home, id, config);
}

static struct xnb_queue_set *create_set(struct xnb_vif *vif, const struct xnb_vif_config *config)
{
	struct xnb_queue_set *set;
	struct xnb_queue *queue;

	set = kzalloc(struct_size(set, queue, config->queues), GFP_KERNEL);
	if (!set)
		return ERR_PTR(-ENOMEM);

	for (set->count = 0; set->count < config->queues; set->count++) {
		queue = create_queue(vif, set->count, &config->queue[set->count]);
		if (IS_ERR(queue)) {
			free_set(vif, set);
			return ERR_CAST(queue);
		}
		set->queue[set->count] = queue;
	}
	return set;
}

static netdev_features_t guest_features(const struct xnb_vif_config *config)
{
	netdev_features_t features = 0;

	if (config->sg)
		features |= NETIF_F_SG | NETIF_F_FRAGLIST;
	if (config->sg && config->gso_v4)
		features |= NETIF_F_TSO;
	if (config->sg && config->gso_v6)
		features |= NETIF_F_TSO6;
	if (config->csum_v4)
		features |= NETIF_F_IP_CSUM;
	if (config->csum_v6)
		features |= NETIF_F_IPV6_CSUM;
	return features;
}

/* A guest that never notifies is polled, and cannot be told from a stalled one. */
static void set_timeouts(struct xnb_owner *owner, bool rx_notify)
{
	unsigned int drain = rx_notify ? xnb_params.rx_drain_timeout_msecs :
					 NO_NOTIFY_TIMEOUT_MSECS;
	unsigned int stall = rx_notify ? xnb_params.rx_stall_timeout_msecs : 0;

	owner->drain_timeout = msecs_to_jiffies(drain);
	owner->stall_timeout = msecs_to_jiffies(stall);
}

static int bind_set(struct xnb_vif *vif, struct xnb_queue_set *set,
		    const struct xnb_vif_config *config)
{
	unsigned int i;
	int err;

	err = netif_set_real_num_queues(vif->owner.dev, set->count, set->count);
	for (i = 0; !err && i < set->count; i++)
		err = xnb_queue_bind(set->queue[i], vif->xdev, &vif->home[i], &config->queue[i]);
	return err;
}

/* A boot loader's driver may come first, and the one that takes large frames after it. */
static void fit_mtu(struct xnb_vif *vif, bool sg)
{
	struct net_device *dev = vif->owner.dev;
	unsigned int mtu = dev->mtu;

	if (sg && vif->mtu_before)
		dev_set_mtu(dev, vif->mtu_before);
	else if (!sg && mtu > ETH_DATA_LEN && !dev_set_mtu(dev, ETH_DATA_LEN))
		vif->mtu_before = mtu;
}

static int publish_set(struct xnb_vif *vif, struct xnb_queue_set *set,
		       const struct xnb_vif_config *config)
{
	struct net_device *dev = vif->owner.dev;
	int err;

	set_timeouts(&vif->owner, config->rx_notify);
	err = bind_set(vif, set, config);
	if (err) {
		retire_set(set);
		return err;
	}

	vif->features = guest_features(config);
	netdev_update_features(dev);
	fit_mtu(vif, config->sg);

	xnb_rss_connect(&vif->rss, set->count);
	xnb_balance_begin(vif, set);
	if (netif_running(dev))
		start_set(set);
	rcu_assign_pointer(vif->set, set);
	set_connected(vif, true);
	return 0;
}

static int create_ctrl(struct xnb_vif *vif, const struct xnb_vif_config *config)
{
	struct xnb_ctrl *ctrl;

	if (!config->ctrl)
		return 0;
	ctrl = xnb_ctrl_create(&vif->owner, &vif->rss, vif->xdev, config->ctrl_ref);
	if (IS_ERR(ctrl))
		return PTR_ERR(ctrl);
	vif->ctrl = ctrl;
	return 0;
}

static void free_ctrl(struct xnb_vif *vif)
{
	xnb_ctrl_free(vif->ctrl, vif->xdev);
	vif->ctrl = NULL;
}

static int connect_set(struct xnb_vif *vif, const struct xnb_vif_config *config)
{
	struct xnb_queue_set *set = create_set(vif, config);
	int err;

	if (IS_ERR(set))
		return PTR_ERR(set);

	rtnl_lock();
	err = publish_set(vif, set, config);
	rtnl_unlock();
	if (err)
		free_set(vif, set);
	return err;
}

int xnb_vif_connect(struct xnb_vif *vif, const struct xnb_vif_config *config)
{
	int err;

	err = create_ctrl(vif, config);
	if (err)
		return err;
	err = connect_set(vif, config);
	if (err) {
		free_ctrl(vif);
		return err;
	}
	/* Last: its requests are about a connection. */
	if (vif->ctrl)
		err = xnb_ctrl_start(vif->ctrl, vif->xdev, config->ctrl_port);
	if (err)
		xnb_vif_disconnect(vif);
	return err;
}

/*
 * Unpublish, quiesce, free. After the grace period no sender has a queue in its hands; after
 * stop_set() no poll, timer or packet of ours is left; after retire_set() the queues are
 * nobody's. Counters and settings are the interface's and stay.
 */
void xnb_vif_disconnect(struct xnb_vif *vif)
{
	struct xnb_queue_set *set;

	if (vif->ctrl)
		xnb_ctrl_stop(vif->ctrl);
	rtnl_lock();
	set = rtnl_set(vif);
	if (set) {
		set_connected(vif, false);
		RCU_INIT_POINTER(vif->set, NULL);
		synchronize_net();
		xnb_balance_end(vif);
		stop_set(set);
		retire_set(set);
	}
	rtnl_unlock();
	if (set) {
		xnb_rss_disconnect(&vif->rss);
		free_set(vif, set);
	}
	free_ctrl(vif);
}

void xnb_vif_up(struct xnb_vif *vif)
{
	struct xnb_queue_set *set = rtnl_set(vif);

	if (set)
		start_set(set);
}

void xnb_vif_down(struct xnb_vif *vif)
{
	struct xnb_queue_set *set = rtnl_set(vif);

	if (set)
		stop_set(set);
}
