// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/kernel_stat.h>
#include <linux/mm.h>
#include <linux/rtnetlink.h>
#include <linux/tick.h>
#include <linux/timekeeping.h>

#include <xnb/balance.h>
#include <xnb/trace.h>
#include <xnb/vif.h>

/* A packet by itself is as much work as the copying of so many bytes. */
#define PACKET_BYTES 4096

/* A look counts as much as all those before it, so that a passing burst moves nothing. */
#define FORGET_SHIFT 1

/* The unit of load, so that the sum of all fits in 32 bit at any speed. */
#define LOAD_BYTES 256
#define LOAD_MAX (U32_MAX / XNB_BUCKETS)

static struct xnb_vif *balance_vif(struct xnb_balance *balance)
{
	return container_of(balance, struct xnb_vif, balance);
}

static unsigned long interval(const struct xnb_balance *balance)
{
	return msecs_to_jiffies(READ_ONCE(balance->settings.msecs));
}

/* Not on the sender's CPU, whose work is to be taken away when that is busy. */
static void look_later(struct xnb_balance *balance)
{
	queue_delayed_work(system_dfl_wq, &balance->work, interval(balance));
}

void __xnb_balance_wake(struct xnb_balance *balance)
{
	if (xchg(&balance->asleep, false))
		look_later(balance);
}

static void look_at_bucket(struct xnb_balance *balance, const struct xnb_bucket *bucket,
			   unsigned int number)
{
	u64 packets, bytes, load;

	xnb_bucket_read(bucket, &packets, &bytes);
	load = (packets - balance->last[number].packets) * PACKET_BYTES + bytes -
	       balance->last[number].bytes;
	load = min_t(u64, load / LOAD_BYTES, LOAD_MAX);
	balance->sent[number] = packets != balance->last[number].packets;
	balance->load[number] = (balance->load[number] >> FORGET_SHIFT) +
				(load >> FORGET_SHIFT);
	balance->last[number].packets = packets;
	balance->last[number].bytes = bytes;
}

static void look_at_buckets(struct xnb_vif *vif)
{
	unsigned int i;

	for (i = 0; i < XNB_BUCKETS; i++)
		look_at_bucket(&vif->balance, &vif->bucket[i], i);
}

/* Whether anything was sent since the last look. */
static bool has_traffic(struct xnb_vif *vif)
{
	struct rtnl_link_stats64 link = {};
	unsigned int i;
	bool any;

	for (i = 0; i < vif->balance.set->count; i++)
		xnb_stats_link(vif->balance.set->queue[i]->stats, &link);
	any = link.tx_packets != vif->balance.packets;
	vif->balance.packets = link.tx_packets;
	return any;
}

/*
 * How long a CPU has rested since the last look. Where the kernel does not tell, nobody is busy,
 * and all work stays where it is. A CPU whose tasks wait for a disk rests too, and the kernel's
 * times may run backwards.
 */
static u64 rested_us(struct xnb_balance *balance, unsigned int cpu, u64 elapsed_us)
{
	u64 idle_us = get_cpu_idle_time_us(cpu, NULL), before_us = balance->idle_us[cpu];

	if (idle_us == U64_MAX)
		return elapsed_us;
	idle_us += get_cpu_iowait_time_us(cpu, NULL);
	balance->idle_us[cpu] = idle_us;
	return idle_us > before_us ? idle_us - before_us : 0;
}

static void look_at_cpus(struct xnb_balance *balance)
{
	u64 now_us = ktime_to_us(ktime_get());
	u64 elapsed_us = max_t(u64, now_us - balance->looked_us, 1);
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		u64 rest_us = rested_us(balance, cpu, elapsed_us);

		balance->busy[cpu] = 100 - min(rest_us * 100 / elapsed_us, 100ULL);
	}
	balance->looked_us = now_us;
}

static int least_busy_cpu(const struct xnb_balance *balance, int but)
{
	int cpu, best = but;

	for_each_online_cpu(cpu) {
		if (cpu == but || !xnb_affinity_allows(cpu))
			continue;
		if (best == but || balance->busy[cpu] < balance->busy[best])
			best = cpu;
	}
	return best;
}

/* Whose home is the sender's, and the sender is busy, goes to another CPU. */
static int auto_cpu(const struct xnb_balance *balance, const struct xnb_kick *kick, int home)
{
	int sender = READ_ONCE(kick->sender);
	struct xnb_home_load load = { .remote = kick->cpu != XNB_KICK_LOCAL };
	int other = home;

	/* One queue has no work to do side by side, and each wake-up costs. */
	if (balance->set->count == 1)
		return XNB_KICK_LOCAL;
	if (home == sender)
		other = load.remote ? kick->cpu : least_busy_cpu(balance, sender);
	if (other == sender || !cpu_online(other))
		return XNB_KICK_LOCAL;
	load.sender = balance->busy[sender];
	load.home = balance->busy[other];
	return xnb_home_is_better(&load) ? other : XNB_KICK_LOCAL;
}

static int choose_cpu(const struct xnb_balance *balance, const struct xnb_kick *kick, int home)
{
	if (home < 0)
		return XNB_KICK_LOCAL;
	switch (READ_ONCE(balance->settings.home)) {
	case XNB_HOME_AUTO:
		return auto_cpu(balance, kick, home);
	case XNB_HOME_HOME:
		return home;
	default:
		return XNB_KICK_LOCAL;
	}
}

/* The stack shows by XPS where a queue is at home. Under rtnl: that reads the traffic classes. */
static void show_home(struct xnb_vif *vif, struct xnb_queue *queue)
{
	int home = queue->affinity.home;

	queue->affinity.shown = home;
	if (home >= 0)
		netif_set_xps_queue(vif->owner.dev, cpumask_of(home), queue->to.id);
}

static void look_at_homes(struct xnb_vif *vif, const struct xnb_queue_set *set)
{
	unsigned int i;

	look_at_cpus(&vif->balance);
	for (i = 0; i < set->count; i++) {
		struct xnb_queue *queue = set->queue[i];
		struct xnb_kick *kick = &queue->to.kick;

		xnb_affinity_follow(queue);
		if (queue->affinity.home != queue->affinity.shown && rtnl_trylock()) {
			show_home(vif, queue);
			rtnl_unlock();
		}
		WRITE_ONCE(kick->cpu, choose_cpu(&vif->balance, kick, queue->affinity.home));
	}
}

static bool may_rebalance(const struct xnb_vif *vif)
{
	const struct xnb_rss *rss = &vif->rss;

	return READ_ONCE(vif->balance.settings.rebalance) && rss->queues > 1 && !rss->fixed &&
	       !xnb_rss_guest_owns(rss);
}

/*
 * A bucket that was sent and has not gone where it should is never without packets on its way: it
 * stays, and others leave its queue instead. Return: whether there is one.
 */
static bool find_staying(struct xnb_vif *vif, bool stays[static XNB_BUCKETS])
{
	struct xnb_steer_table *table = &vif->rss.host.table;
	bool any = false;
	unsigned int i;

	for (i = 0; i < XNB_BUCKETS; i++) {
		u16 queue = READ_ONCE(vif->bucket[i].queue);

		stays[i] = vif->balance.sent[i] && queue != table->queue[i];
		if (!stays[i])
			continue;
		table->queue[i] = queue;
		any = true;
	}
	return any;
}

static void rebalance(struct xnb_vif *vif)
{
	struct xnb_balance *balance = &vif->balance;
	struct xnb_steer_limits limits = {
		.queues = vif->rss.queues,
		.threshold = READ_ONCE(balance->settings.percent),
		.load_min = XNB_BALANCE_RATE_MIN / MSEC_PER_SEC *
			    READ_ONCE(balance->settings.msecs) * (PACKET_BYTES / LOAD_BYTES),
	};
	struct xnb_steer_move moves[XNB_BUCKETS];
	bool stays[XNB_BUCKETS], any_stays;
	unsigned int count, i;

	any_stays = find_staying(vif, stays);
	count = xnb_steer_balance(&vif->rss.host.table, balance->load, stays, &limits, moves);
	for (i = 0; i < count; i++) {
		vif->rss.host.table.queue[moves[i].bucket] = moves[i].to;
		trace_xnb_move(vif->owner.dev, &moves[i], balance->load[moves[i].bucket]);
	}
	if (!count && !any_stays)
		return;
	WRITE_ONCE(balance->moves, balance->moves + count);
	xnb_rss_publish(&vif->rss);
}

/*
 * The queues stay for as long as the work may run: who takes them away ends it first, see
 * xnb_balance_end(). It waits for no rtnl, which its end is awaited under.
 */
static void look(struct work_struct *work)
{
	struct delayed_work *delayed = to_delayed_work(work);
	struct xnb_balance *balance = container_of(delayed, struct xnb_balance, work);
	struct xnb_vif *vif = balance_vif(balance);

	look_at_buckets(vif);
	if (!has_traffic(vif)) {
		/* What was heavy long ago is no reason to move it. */
		memset(balance->load, 0, sizeof(balance->load));
		WRITE_ONCE(balance->asleep, true);
		return;
	}
	look_at_homes(vif, balance->set);

	xnb_rss_lock(&vif->rss);
	if (may_rebalance(vif))
		rebalance(vif);
	xnb_rss_unlock(&vif->rss);
	look_later(balance);
}

int xnb_balance_init(struct xnb_vif *vif)
{
	struct xnb_balance *balance = &vif->balance;

	balance->idle_us = kcalloc(nr_cpu_ids, sizeof(*balance->idle_us), GFP_KERNEL);
	balance->busy = kcalloc(nr_cpu_ids, sizeof(*balance->busy), GFP_KERNEL);
	INIT_DELAYED_WORK(&balance->work, look);
	return balance->idle_us && balance->busy ? 0 : -ENOMEM;
}

void xnb_balance_release(struct xnb_vif *vif)
{
	kfree(vif->balance.busy);
	kfree(vif->balance.idle_us);
}

void xnb_balance_begin(struct xnb_vif *vif, const struct xnb_queue_set *set)
{
	struct xnb_balance *balance = &vif->balance;
	unsigned int i;

	balance->set = set;
	for (i = 0; i < XNB_BUCKETS; i++)
		xnb_bucket_begin(&vif->bucket[i], xnb_bucket_txq(i, set->count));
	look_at_buckets(vif);
	memset(balance->load, 0, sizeof(balance->load));
	look_at_cpus(balance);
	for (i = 0; i < set->count; i++) {
		struct xnb_kick *kick = &set->queue[i]->to.kick;

		show_home(vif, set->queue[i]);
		if (READ_ONCE(balance->settings.home) == XNB_HOME_HOME)
			WRITE_ONCE(kick->cpu, set->queue[i]->affinity.home);
	}
	WRITE_ONCE(balance->asleep, true);
}

void xnb_balance_end(struct xnb_vif *vif)
{
	cancel_delayed_work_sync(&vif->balance.work);
	vif->balance.set = NULL;
}
