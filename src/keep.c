// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include <xnb/announce.h>
#include <xnb/keep.h>
#include <xnb/params.h>

#define KEY "coalesce"

/* Six numbers and the blanks between, for a queue. */
#define QUEUE_TEXT 32

static bool same(const struct xnb_coalesce *a, const struct xnb_coalesce *b)
{
	return a->usecs == b->usecs && a->frames == b->frames && a->adaptive == b->adaptive;
}

static bool all_initial(const struct xnb_vif *vif)
{
	const struct xnb_coalesce_pair *initial = &vif->initial;
	unsigned int i;

	for (i = 0; i < vif->max_queues; i++)
		if (!same(&vif->home[i].coalesce.data, &initial->data) ||
		    !same(&vif->home[i].coalesce.work, &initial->work))
			return false;
	return true;
}

static char *print_settings(const struct xnb_vif *vif)
{
	size_t size = vif->max_queues * QUEUE_TEXT, len = 0;
	char *text = kmalloc(size, GFP_KERNEL);
	unsigned int i;

	for (i = 0; text && i < vif->max_queues; i++) {
		const struct xnb_coalesce_pair *pair = &vif->home[i].coalesce;

		len += scnprintf(text + len, size - len, "%s%u %u %u %u %u %u", i ? "," : "",
				 pair->data.usecs, pair->data.frames, pair->data.adaptive,
				 pair->work.usecs, pair->work.frames, pair->work.adaptive);
	}
	return text;
}

void xnb_keep_settings(struct xenbus_device *xdev, const struct xnb_vif *vif)
{
	char *text = NULL;
	int err;

	if (!all_initial(vif)) {
		text = print_settings(vif);
		if (!text)
			return;
	}
	err = xnb_announce_key(xdev, KEY, text);
	if (err)
		dev_warn(&xdev->dev, "coalescing settings are not kept: %d\n", err);
	kfree(text);
}

static int parse_queue(const char *text, struct xnb_coalesce_pair *pair)
{
	unsigned int adaptive_data, adaptive_work;

	if (sscanf(text, "%u %u %u %u %u %u", &pair->data.usecs, &pair->data.frames,
		   &adaptive_data, &pair->work.usecs, &pair->work.frames, &adaptive_work) != 6)
		return -EINVAL;
	pair->data.adaptive = adaptive_data;
	pair->work.adaptive = adaptive_work;
	return xnb_coalesce_fault(&pair->data) || xnb_coalesce_fault(&pair->work) ? -ERANGE : 0;
}

void xnb_keep_recall(struct xenbus_device *xdev, struct xnb_vif *vif)
{
	char *text = xenbus_read(XBT_NIL, xdev->nodename, KEY, NULL);
	char *next = text, *one;
	unsigned int i;

	if (IS_ERR(text))
		return;

	rtnl_lock();
	for (i = 0; i < vif->max_queues && (one = strsep(&next, ",")); i++) {
		struct xnb_coalesce_pair pair;

		if (parse_queue(one, &pair)) {
			dev_warn_ratelimited(&xdev->dev, KEY " ignored from queue %u on: \"%.32s\"\n",
					     i, one);
			break;
		}
		xnb_coalesce_write_pair(&vif->home[i].coalesce, &pair);
	}
	rtnl_unlock();
	kfree(text);
}
