// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>

#include <xnb/announce.h>
#include <xnb/params.h>

#define QUEUES_KEY "multi-queue-max-queues"

/* No text: the key is removed. */
struct text_key {
	const char *name;
	const char *text;
};

static int write_all(struct xenbus_device *xdev, struct xenbus_transaction xbt,
		     const struct text_key *key, unsigned int count)
{
	char *state = xenbus_read(xbt, xdev->nodename, "state", NULL);
	unsigned int i;
	int err;

	/* A folder that is gone must not come back. */
	if (IS_ERR(state))
		return PTR_ERR(state);
	kfree(state);
	for (i = 0; i < count; i++) {
		err = key[i].text ? xenbus_write(xbt, xdev->nodename, key[i].name, key[i].text) :
				    xenbus_rm(xbt, xdev->nodename, key[i].name);
		if (err)
			return err;
	}
	return 0;
}

/* A transaction fails with -EAGAIN when somebody else changed what it touched. */
static int write_keys(struct xenbus_device *xdev, const struct text_key *key, unsigned int count)
{
	struct xenbus_transaction xbt;
	unsigned int tries = 10;
	int err;

	do {
		err = xenbus_transaction_start(&xbt);
		if (err)
			return err;
		err = write_all(xdev, xbt, key, count);
		if (err) {
			xenbus_transaction_end(xbt, true);
			return err;
		}
		err = xenbus_transaction_end(xbt, false);
	} while (err == -EAGAIN && --tries);
	return err;
}

int xnb_announce_write(struct xenbus_device *xdev)
{
	const struct text_key offers[] = {
		{ "feature-sg", "1" },
		{ "feature-gso-tcpv4", "1" },
		{ "feature-gso-tcpv6", "1" },
		{ "feature-ipv6-csum-offload", "1" },
		{ "feature-rx-copy", "1" },
		{ "feature-rx-flip", "0" },
		{ "feature-xdp-headroom", "0" },
		{ "feature-multicast-control", "0" },
		{ "feature-dynamic-multicast-control", "0" },
		{ "feature-split-event-channels",
		  READ_ONCE(xnb_params.separate_tx_rx_irq) ? "1" : "0" },
		{ "feature-ctrl-ring", "1" },
	};

	return write_keys(xdev, offers, ARRAY_SIZE(offers));
}

int xnb_announce_key(struct xenbus_device *xdev, const char *name, const char *text)
{
	const struct text_key key = { name, text };
	int err = write_keys(xdev, &key, 1);

	return err == -ENOENT ? 0 : err;
}

void xnb_announce_offer(struct work_struct *work)
{
	struct xnb_vif *vif = container_of(work, struct xnb_vif, offer_work);
	unsigned int queues = READ_ONCE(vif->offered);
	char text[12];
	int err;

	if (queues == vif->announced)
		return;
	scnprintf(text, sizeof(text), "%u", queues);
	err = xnb_announce_key(vif->xdev, QUEUES_KEY, text);
	if (err)
		dev_warn(&vif->xdev->dev, "%s queues are not offered: %d\n", text, err);
	else
		vif->announced = queues;
}

/* Reads an unsigned decimal and nothing else. -ENOENT: no such key. -EINVAL: no such number. */
static int read_number(const char *dir, const char *key, u32 *value)
{
	char *text = xenbus_read(XBT_NIL, dir, key, NULL);
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	err = kstrtou32(text, 10, value);
	kfree(text);
	return err ? -EINVAL : 0;
}

static bool read_flag(const char *dir, const char *key)
{
	u32 value;

	return !read_number(dir, key, &value) && value;
}

static int read_queue(struct xenbus_device *xdev, const char *dir,
		      struct xnb_queue_config *queue)
{
	u32 shared_port;
	int err;

	err = read_number(dir, "tx-ring-ref", &queue->tx_ring_ref);
	if (!err)
		err = read_number(dir, "rx-ring-ref", &queue->rx_ring_ref);
	if (err) {
		xenbus_dev_fatal(xdev, err, "reading ring references");
		return err;
	}

	queue->split = !read_number(dir, "event-channel-tx", &queue->tx_port) &&
		       !read_number(dir, "event-channel-rx", &queue->rx_port);
	err = read_number(dir, "event-channel", &shared_port);
	/* Guests leave the keys of earlier connections behind: what is not offered is one. */
	if (queue->split && (err || read_flag(xdev->nodename, "feature-split-event-channels")))
		return 0;
	if (err) {
		xenbus_dev_fatal(xdev, err, "reading event channels");
		return err;
	}
	queue->split = false;
	queue->tx_port = shared_port;
	return 0;
}

static int read_queues(struct xenbus_device *xdev, struct xnb_vif_config *config)
{
	unsigned int i;
	char *dir;
	int err;

	/* One queue has its keys in the device's own directory. */
	if (config->queues == 1)
		return read_queue(xdev, xdev->otherend, &config->queue[0]);

	for (i = 0; i < config->queues; i++) {
		dir = kasprintf(GFP_KERNEL, "%s/queue-%u", xdev->otherend, i);
		if (!dir)
			return -ENOMEM;
		err = read_queue(xdev, dir, &config->queue[i]);
		kfree(dir);
		if (err)
			return err;
	}
	return 0;
}

static int read_ctrl(struct xenbus_device *xdev, struct xnb_vif_config *config)
{
	int err = read_number(xdev->otherend, "ctrl-ring-ref", &config->ctrl_ref);

	if (err == -ENOENT)
		return 0;
	if (!err)
		err = read_number(xdev->otherend, "event-channel-ctrl", &config->ctrl_port);
	if (err) {
		xenbus_dev_fatal(xdev, err, "reading ctrl-ring-ref and event-channel-ctrl");
		return err;
	}
	config->ctrl = true;
	return 0;
}

static int read_queue_count(struct xenbus_device *xdev, unsigned int max_queues, u32 *count)
{
	int err = read_number(xdev->otherend, "multi-queue-num-queues", count);

	if (err == -ENOENT) {
		*count = 1;
		return 0;
	}
	if (err || !*count || *count > max_queues) {
		xenbus_dev_fatal(xdev, -EINVAL, "multi-queue-num-queues is not from 1 to %u",
				 max_queues);
		return -EINVAL;
	}
	return 0;
}

struct xnb_vif_config *xnb_announce_read(struct xenbus_device *xdev, unsigned int max_queues)
{
	const char *dir = xdev->otherend;
	struct xnb_vif_config *config;
	u32 queues;
	int err;

	if (!read_flag(dir, "request-rx-copy")) {
		xenbus_dev_fatal(xdev, -EOPNOTSUPP, "request-rx-copy is not set");
		return ERR_PTR(-EOPNOTSUPP);
	}
	err = read_queue_count(xdev, max_queues, &queues);
	if (err)
		return ERR_PTR(err);

	config = kzalloc(struct_size(config, queue, queues), GFP_KERNEL);
	if (!config)
		return ERR_PTR(-ENOMEM);
	config->queues = queues;
	config->sg = read_flag(dir, "feature-sg");
	config->gso_v4 = read_flag(dir, "feature-gso-tcpv4");
	config->gso_v6 = read_flag(dir, "feature-gso-tcpv6");
	config->csum_v4 = !read_flag(dir, "feature-no-csum-offload");
	config->csum_v6 = read_flag(dir, "feature-ipv6-csum-offload");
	config->rx_notify = read_flag(dir, "feature-rx-notify");

	err = read_ctrl(xdev, config);
	if (!err)
		err = read_queues(xdev, config);
	if (err) {
		kfree(config);
		return ERR_PTR(err);
	}
	return config;
}

void xnb_announce_read_rate(struct xenbus_device *xdev, u32 *bytes, u32 *interval_us)
{
	char *text = xenbus_read(XBT_NIL, xdev->nodename, "rate", NULL);
	u64 many_bytes;
	char *second;

	*bytes = 0;
	*interval_us = 0;
	if (IS_ERR(text))
		return;

	second = strchr(text, ',');
	if (second)
		*second++ = '\0';
	if (!second || kstrtou64(text, 10, &many_bytes) || kstrtou32(second, 10, interval_us)) {
		dev_warn_ratelimited(&xdev->dev,
				     "rate ignored: \"bytes,microseconds\" is needed, to %llu and %u\n",
				     U64_MAX, U32_MAX);
		many_bytes = 0;
	}
	/* The same rate; where no microsecond is left it is more than any memory moves. */
	for (; many_bytes > U32_MAX; many_bytes /= 2)
		*interval_us /= 2;
	*bytes = many_bytes;
	kfree(text);
}
