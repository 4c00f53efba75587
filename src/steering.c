// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/rtnetlink.h>

#include <xnb/sysfs.h>
#include <xnb/vif.h>

static struct xnb_vif *dev_vif(struct device *dev)
{
	return netdev_priv(to_net_dev(dev));
}

static ssize_t owner_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct xnb_rss *rss = &dev_vif(dev)->rss;
	bool guest;

	xnb_rss_lock(rss);
	guest = xnb_rss_guest_owns(rss);
	xnb_rss_unlock(rss);
	return sysfs_emit(buf, "%s\n", guest ? "guest" : "host");
}
static DEVICE_ATTR_RO(owner);

/* The queue of each entry as it is in force, a guest's own table too. */
static ssize_t table_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct xnb_rss_rules *rules;
	unsigned int i;
	int len = 0;

	rcu_read_lock();
	rules = rcu_dereference(dev_vif(dev)->rss.rules);
	for (i = 0; i < rules->table.size; i++)
		len += sysfs_emit_at(buf, len, "%s%u", i ? " " : "", rules->table.queue[i]);
	rcu_read_unlock();
	return len + sysfs_emit_at(buf, len, "\n");
}
static DEVICE_ATTR_RO(table);

/* Who knows the key can choose packets that all meet in one queue. */
static ssize_t key_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	ssize_t len;

	rcu_read_lock();
	len = sysfs_emit(buf, "%*phC\n", XNB_TOEPLITZ_KEY_BYTES,
			 rcu_dereference(dev_vif(dev)->rss.rules)->toeplitz.key);
	rcu_read_unlock();
	return len;
}
static DEVICE_ATTR_ADMIN_RO(key);

/* A word for each bucket of the host's. */
static ssize_t show_buckets(struct device *dev, char *buf, bool in_bytes)
{
	const struct xnb_bucket *bucket = dev_vif(dev)->bucket;
	unsigned int i;
	int len = 0;

	for (i = 0; i < XNB_BUCKETS; i++) {
		u64 packets, bytes;

		xnb_bucket_read(&bucket[i], &packets, &bytes);
		len += sysfs_emit_at(buf, len, "%s%llu", i ? " " : "", in_bytes ? bytes : packets);
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

static ssize_t packets_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_buckets(dev, buf, false);
}
static DEVICE_ATTR_RO(packets);

static ssize_t bytes_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_buckets(dev, buf, true);
}
static DEVICE_ATTR_RO(bytes);

static ssize_t moves_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n", READ_ONCE(dev_vif(dev)->balance.moves));
}
static DEVICE_ATTR_RO(moves);

/* A word for each connected queue. */
static ssize_t show_cpus(struct device *dev, char *buf, int (*cpu_of)(const struct xnb_queue *))
{
	struct xnb_queue_set *set;
	unsigned int i;
	int len = 0;

	rcu_read_lock();
	set = rcu_dereference(dev_vif(dev)->set);
	for (i = 0; set && i < set->count; i++) {
		int cpu = cpu_of(set->queue[i]);

		len += sysfs_emit_at(buf, len, "%s", i ? " " : "");
		if (cpu < 0)
			len += sysfs_emit_at(buf, len, "local");
		else
			len += sysfs_emit_at(buf, len, "%d", cpu);
	}
	rcu_read_unlock();
	return len + sysfs_emit_at(buf, len, "\n");
}

static int home_cpu(const struct xnb_queue *queue)
{
	return READ_ONCE(queue->affinity.home);
}

static ssize_t home_cpus_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_cpus(dev, buf, home_cpu);
}
static DEVICE_ATTR_RO(home_cpus);

static int work_cpu(const struct xnb_queue *queue)
{
	return READ_ONCE(queue->to.kick.cpu);
}

static ssize_t work_cpus_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_cpus(dev, buf, work_cpu);
}
static DEVICE_ATTR_RO(work_cpus);

/* Stores under rtnl, which must not be waited for in sysfs: the core may hold it. */
static ssize_t store(struct device *dev, struct device_attribute *attr, const char *text,
		     size_t count, const char *needed,
		     int (*set)(struct xnb_balance_settings *settings, const char *text))
{
	struct net_device *net = to_net_dev(dev);
	struct xnb_vif *vif = netdev_priv(net);
	int err;

	if (!ns_capable(dev_net(net)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	if (!rtnl_trylock())
		return restart_syscall();
	err = set(&vif->balance.settings, text);
	rtnl_unlock();
	if (!err)
		return count;
	if (net_ratelimit())
		netdev_err(net, "%s=%.*s refused: %s is needed\n", attr->attr.name,
			   (int)min_t(size_t, strcspn(text, "\n"), 32), text, needed);
	return -EINVAL;
}

static int set_number(const char *text, unsigned int min, unsigned int max, unsigned int *value)
{
	unsigned int number;

	if (kstrtouint(text, 10, &number) || number < min || number > max)
		return -EINVAL;
	WRITE_ONCE(*value, number);
	return 0;
}

static int set_rebalance(struct xnb_balance_settings *settings, const char *text)
{
	bool value;

	if (kstrtobool(text, &value))
		return -EINVAL;
	WRITE_ONCE(settings->rebalance, value);
	return 0;
}

static ssize_t rebalance_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	return store(dev, attr, buf, count, "0 or 1", set_rebalance);
}

static ssize_t rebalance_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_vif(dev)->balance.settings.rebalance));
}
static DEVICE_ATTR_RW(rebalance);

static int set_msecs(struct xnb_balance_settings *settings, const char *text)
{
	return set_number(text, XNB_BALANCE_MSECS_MIN, XNB_BALANCE_MSECS_MAX, &settings->msecs);
}

static ssize_t rebalance_msecs_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	return store(dev, attr, buf, count,
		     "a number from " __stringify(XNB_BALANCE_MSECS_MIN) " to "
		     __stringify(XNB_BALANCE_MSECS_MAX), set_msecs);
}

static ssize_t rebalance_msecs_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_vif(dev)->balance.settings.msecs));
}
static DEVICE_ATTR_RW(rebalance_msecs);

static int set_percent(struct xnb_balance_settings *settings, const char *text)
{
	return set_number(text, XNB_BALANCE_PERCENT_MIN, XNB_BALANCE_PERCENT_MAX,
			  &settings->percent);
}

static ssize_t rebalance_percent_store(struct device *dev, struct device_attribute *attr,
				       const char *buf, size_t count)
{
	return store(dev, attr, buf, count,
		     "a number from " __stringify(XNB_BALANCE_PERCENT_MIN) " to "
		     __stringify(XNB_BALANCE_PERCENT_MAX), set_percent);
}

static ssize_t rebalance_percent_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(dev_vif(dev)->balance.settings.percent));
}
static DEVICE_ATTR_RW(rebalance_percent);

static int set_home(struct xnb_balance_settings *settings, const char *text)
{
	int mode = __sysfs_match_string(xnb_home_modes, XNB_HOME_MODES, text);

	if (mode < 0)
		return mode;
	WRITE_ONCE(settings->home, mode);
	return 0;
}

static ssize_t to_guest_cpu_store(struct device *dev, struct device_attribute *attr,
				  const char *buf, size_t count)
{
	return store(dev, attr, buf, count, "auto, local or home", set_home);
}

static ssize_t to_guest_cpu_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  xnb_home_modes[READ_ONCE(dev_vif(dev)->balance.settings.home)]);
}
static DEVICE_ATTR_RW(to_guest_cpu);

static struct attribute *steering_attrs[] = {
	&dev_attr_owner.attr,
	&dev_attr_table.attr,
	&dev_attr_key.attr,
	&dev_attr_packets.attr,
	&dev_attr_bytes.attr,
	&dev_attr_moves.attr,
	&dev_attr_home_cpus.attr,
	&dev_attr_work_cpus.attr,
	&dev_attr_rebalance.attr,
	&dev_attr_rebalance_msecs.attr,
	&dev_attr_rebalance_percent.attr,
	&dev_attr_to_guest_cpu.attr,
	NULL
};

const struct attribute_group xnb_sysfs_rss = {
	.name = "rss",
	.attrs = steering_attrs,
};
