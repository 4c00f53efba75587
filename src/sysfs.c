// SPDX-License-Identifier: GPL-2.0
#include <linux/capability.h>
#include <linux/kernel.h>
#include <linux/rtnetlink.h>
#include <linux/timekeeping.h>

#include <xnb/sysfs.h>
#include <xnb/vif.h>

/* A file: which direction, and which value of it. */
struct coalesce_attr {
	struct device_attribute attr;
	bool data;
	enum { USECS, FRAMES, ADAPTIVE, RATE, HOLD, MODE } value;
};

static const struct coalesce_attr *to_coalesce_attr(const struct device_attribute *attr)
{
	return container_of(attr, struct coalesce_attr, attr);
}

static struct xnb_coalesce *settings(struct xnb_vif *vif, unsigned int queue, bool data)
{
	struct xnb_coalesce_pair *pair = &vif->home[queue].coalesce;

	return data ? &pair->data : &pair->work;
}

static u32 get_value(const struct xnb_coalesce *coalesce, const struct coalesce_attr *file)
{
	switch (file->value) {
	case USECS:
		return coalesce->usecs;
	case FRAMES:
		return coalesce->frames;
	default:
		return coalesce->adaptive;
	}
}

static void set_value(struct xnb_coalesce *coalesce, const struct coalesce_attr *file, u32 value)
{
	switch (file->value) {
	case USECS:
		coalesce->usecs = value;
		break;
	case FRAMES:
		coalesce->frames = value;
		break;
	default:
		coalesce->adaptive = value;
		break;
	}
}

static ssize_t setting_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct coalesce_attr *file = to_coalesce_attr(attr);
	struct xnb_vif *vif = netdev_priv(to_net_dev(dev));
	unsigned int i;
	int len = 0;

	for (i = 0; i < vif->max_queues; i++) {
		struct xnb_coalesce coalesce = xnb_coalesce_read(settings(vif, i, file->data));

		len += sysfs_emit_at(buf, len, "%s%u", i ? " " : "", get_value(&coalesce, file));
	}
	return len + sysfs_emit_at(buf, len, "\n");
}

static const char *parse(const char *text, const struct coalesce_attr *file, u32 *value)
{
	struct xnb_coalesce probe = {};

	if (kstrtou32(text, 10, value))
		return "a number is needed";
	if (file->value == ADAPTIVE && *value > 1)
		return "0 or 1 is needed";
	set_value(&probe, file, *value);
	return xnb_coalesce_fault(&probe);
}

/* One value for all queues; ethtool --per-queue sets one of them. */
static ssize_t setting_store(struct device *dev, struct device_attribute *attr, const char *buf,
			     size_t count)
{
	const struct coalesce_attr *file = to_coalesce_attr(attr);
	struct net_device *net = to_net_dev(dev);
	struct xnb_vif *vif = netdev_priv(net);
	const char *fault;
	unsigned int i;
	u32 value;

	if (!ns_capable(dev_net(net)->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	fault = parse(buf, file, &value);
	if (fault) {
		if (net_ratelimit())
			netdev_err(net, "%s=%.*s refused: %s\n", attr->attr.name,
				   (int)min_t(size_t, strcspn(buf, "\n"), 32), buf, fault);
		return -EINVAL;
	}

	/* The device may be on its way out, with rtnl held, waiting for us. */
	if (!rtnl_trylock())
		return restart_syscall();
	for (i = 0; i < vif->max_queues; i++) {
		struct xnb_coalesce *stored = settings(vif, i, file->data);
		struct xnb_coalesce coalesce = *stored;

		set_value(&coalesce, file, value);
		xnb_coalesce_write(stored, &coalesce);
	}
	rtnl_unlock();
	return count;
}

static const struct xnb_moderate *state_of(const struct xnb_queue *queue, bool data)
{
	return data ? &queue->to.hold.moderate : &queue->from.park.moderate;
}

/* Whether events wait at this rate. */
static bool holds(const struct xnb_coalesce *coalesce, u32 rate)
{
	return coalesce->usecs &&
	       (!coalesce->adaptive || (u64)rate * coalesce->usecs > USEC_PER_SEC);
}

static const char *mode(const struct xnb_coalesce *coalesce, u32 rate)
{
	if (!coalesce->usecs)
		return "off";
	if (!coalesce->adaptive)
		return "static";
	return holds(coalesce, rate) ? "hold" : "idle";
}

static int emit_state(char *buf, int len, const struct coalesce_attr *file,
		      const struct xnb_coalesce *coalesce, u32 rate)
{
	switch (file->value) {
	case RATE:
		return sysfs_emit_at(buf, len, "%u", rate);
	case HOLD:
		return sysfs_emit_at(buf, len, "%u", holds(coalesce, rate) ? coalesce->usecs : 0);
	default:
		return sysfs_emit_at(buf, len, "%s", mode(coalesce, rate));
	}
}

/* What the policy makes of the traffic, a word for each connected queue. */
static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct coalesce_attr *file = to_coalesce_attr(attr);
	struct xnb_vif *vif = netdev_priv(to_net_dev(dev));
	struct xnb_queue_set *set;
	unsigned int i;
	int len = 0;

	rcu_read_lock();
	set = rcu_dereference(vif->set);
	for (i = 0; set && i < set->count; i++) {
		struct xnb_coalesce coalesce = xnb_coalesce_read(settings(vif, i, file->data));
		u32 rate = xnb_moderate_rate(state_of(set->queue[i], file->data), &coalesce,
					     ktime_get_ns());

		len += sysfs_emit_at(buf, len, "%s", i ? " " : "");
		len += emit_state(buf, len, file, &coalesce, rate);
	}
	rcu_read_unlock();
	return len + sysfs_emit_at(buf, len, "\n");
}

#define SETTING(_name, _data, _value)						\
	static struct coalesce_attr _name = {					\
		__ATTR(_name, 0644, setting_show, setting_store), _data, _value	\
	}
#define STATE(_name, _data, _value)						\
	static struct coalesce_attr _name = {					\
		__ATTR(_name, 0444, state_show, NULL), _data, _value		\
	}

SETTING(tx_usecs, true, USECS);
SETTING(tx_frames, true, FRAMES);
SETTING(adaptive_tx, true, ADAPTIVE);
STATE(tx_rate, true, RATE);
STATE(tx_hold, true, HOLD);
STATE(tx_mode, true, MODE);
SETTING(rx_usecs, false, USECS);
SETTING(rx_frames, false, FRAMES);
SETTING(adaptive_rx, false, ADAPTIVE);
STATE(rx_rate, false, RATE);
STATE(rx_hold, false, HOLD);
STATE(rx_mode, false, MODE);

static struct attribute *coalesce_attrs[] = {
	&tx_usecs.attr.attr,
	&tx_frames.attr.attr,
	&adaptive_tx.attr.attr,
	&tx_rate.attr.attr,
	&tx_hold.attr.attr,
	&tx_mode.attr.attr,
	&rx_usecs.attr.attr,
	&rx_frames.attr.attr,
	&adaptive_rx.attr.attr,
	&rx_rate.attr.attr,
	&rx_hold.attr.attr,
	&rx_mode.attr.attr,
	NULL
};

const struct attribute_group xnb_sysfs_coalesce = {
	.name = "coalesce",
	.attrs = coalesce_attrs,
};
