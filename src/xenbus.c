// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <xen/xenbus.h>

#include <xnb/announce.h>
#include <xnb/keep.h>
#include <xnb/netdev.h>
#include <xnb/xenbus.h>

/* Guards the way from a device to its backend for uevent(), which comes at any time. */
static DEFINE_MUTEX(uevent_lock);

/*
 * struct backend - one device on the bus, from probe to remove
 * @state: our own idea of the state; xenstore may lag behind while the hotplug script runs
 * @reconfigured: the guest was answered Reconfigured and waits for Connected again
 * @failures: connects that failed lately
 * @last_failure: jiffies of the last
 *
 * The bus calls probe, remove and otherend_changed one at a time; the watches run in the
 * same thread as otherend_changed. Remove unregisters the watches, which waits for them.
 */
struct backend {
	struct xenbus_device *xdev;
	struct xnb_vif *vif;
	char *script;
	enum xenbus_state state;
	bool reconfigured;
	unsigned int failures;
	unsigned long last_failure;
	struct xenbus_watch rate_watch;
	struct xenbus_watch hotplug_watch;
};

static void write_state(struct backend *be, enum xenbus_state state)
{
	be->state = state;
	xenbus_switch_state(be->xdev, state);
}

/* One event in the queue is enough: the handler reads the present value (XSA-349). */
static bool none_pending(struct xenbus_watch *watch, const char *path, const char *token)
{
	return watch->nr_pending == 0;
}

static void drop_watch(struct xenbus_watch *watch)
{
	if (!watch->node)
		return;
	unregister_xenbus_watch(watch);
	kfree(watch->node);
	watch->node = NULL;
}

static void rate_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct backend *be = container_of(watch, struct backend, rate_watch);
	u32 bytes, interval_us;

	xnb_announce_read_rate(be->xdev, &bytes, &interval_us);
	xnb_rate_set(&be->vif->owner.rate, bytes, interval_us);
}

/* The guest may use the interface when the hotplug script has wired it up. */
static void hotplug_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct backend *be = container_of(watch, struct backend, hotplug_watch);
	char *status = xenbus_read(XBT_NIL, be->xdev->nodename, "hotplug-status", NULL);

	if (IS_ERR(status))
		return;
	if (!strcmp(status, "connected") && be->state == XenbusStateConnected)
		xenbus_switch_state(be->xdev, XenbusStateConnected);
	kfree(status);
}

static int check_mac(struct xenbus_device *xdev)
{
	char *text = xenbus_read(XBT_NIL, xdev->nodename, "mac", NULL);
	u8 mac[ETH_ALEN];
	bool valid;

	if (IS_ERR(text)) {
		xenbus_dev_fatal(xdev, PTR_ERR(text), "reading mac");
		return PTR_ERR(text);
	}
	valid = mac_pton(text, mac);
	kfree(text);
	if (!valid) {
		xenbus_dev_fatal(xdev, -EINVAL, "parsing mac");
		return -EINVAL;
	}
	return 0;
}

static int try_connect(struct backend *be)
{
	struct xenbus_device *xdev = be->xdev;
	struct xnb_vif_config *config;
	int err;

	err = check_mac(xdev);
	if (err)
		return err;
	config = xnb_announce_read(xdev, be->vif->max_queues);
	if (IS_ERR(config))
		return PTR_ERR(config);

	rate_changed(&be->rate_watch, NULL, NULL);
	err = xnb_vif_connect(be->vif, config);
	kfree(config);
	if (err) {
		xenbus_dev_fatal(xdev, err, "connecting to the guest");
		return err;
	}

	/* It fires once by itself, and so finds a script that is done already. */
	drop_watch(&be->hotplug_watch);
	be->state = XenbusStateConnected;
	err = xenbus_watch_pathfmt(xdev, &be->hotplug_watch, none_pending, hotplug_changed,
				   "%s/hotplug-status", xdev->nodename);
	if (err)
		xnb_vif_disconnect(be->vif);
	return err;
}

/*
 * A failed connect costs log lines and work under locks. A guest that fails again and again, or
 * was disabled, is refused without a word for a while.
 */
static int connect(struct backend *be)
{
	int err;

	if (be->vif->owner.disabled)
		return -EPERM;
	/* Forgotten with time only: a success between failures costs a guest nothing. */
	if (time_after(jiffies, be->last_failure + XNB_CONNECT_PAUSE_SECONDS * HZ))
		be->failures = 0;
	if (be->failures >= XNB_CONNECT_FAILURES)
		return -EAGAIN;

	err = try_connect(be);
	if (err) {
		be->failures++;
		be->last_failure = jiffies;
	}
	return err;
}

/* A guest reads it when it sees InitWait. */
static void offer_queues(struct backend *be)
{
	schedule_work(&be->vif->offer_work);
	flush_work(&be->vif->offer_work);
}

static void disconnect(struct backend *be)
{
	drop_watch(&be->hotplug_watch);
	xnb_vif_disconnect(be->vif);
	be->reconfigured = false;
}

/* The one step that leads from the present state towards @target, and what it takes. */
static enum xenbus_state step_towards(struct backend *be, enum xenbus_state target)
{
	switch (be->state) {
	case XenbusStateInitWait:
		if (target == XenbusStateConnected)
			return connect(be) ? XenbusStateUnknown : XenbusStateConnected;
		return XenbusStateClosing;
	case XenbusStateConnected:
		disconnect(be);
		return XenbusStateClosing;
	case XenbusStateClosing:
		return XenbusStateClosed;
	default:
		return target == XenbusStateClosing ? XenbusStateClosing : XenbusStateInitWait;
	}
}

/*
 * Walks to @target through every state between, and writes each: guests depend on seeing
 * them all, and close for good when they see Closing out of turn.
 *
 *	Closed --> InitWait --> Connected --> Closing --> Closed
 *
 * with short cuts from InitWait to Closing and from Closed to Closing. A failed connect ends
 * in Closing, which the error report has written.
 */
static void go_to(struct backend *be, enum xenbus_state target)
{
	enum xenbus_state next;

	while (be->state != target) {
		next = step_towards(be, target);
		if (next == XenbusStateUnknown) {
			write_state(be, XenbusStateClosing);
			return;
		}
		if (next == XenbusStateInitWait)
			offer_queues(be);
		/* Connected is written when the hotplug script is done. */
		if (next != XenbusStateConnected)
			write_state(be, next);
	}
}

/*
 * An administrator's unbind holds the device and waits for the thread that this runs in; then
 * to wait for the device would be for ever, and the device is on its way out as it is. A bind
 * that has not returned holds it, too: then it goes when the toolstack removes its folder. One
 * that takes the device between unlock and unregister still has both wait.
 */
static void unregister(struct xenbus_device *xdev)
{
	if (!device_trylock(&xdev->dev))
		return;
	device_unlock(&xdev->dev);
	device_unregister(&xdev->dev);
}

static void frontend_changed(struct xenbus_device *xdev, enum xenbus_state frontend)
{
	struct backend *be = dev_get_drvdata(&xdev->dev);

	switch (frontend) {
	case XenbusStateInitialising:
		go_to(be, XenbusStateInitWait);
		break;
	case XenbusStateConnected:
		if (be->state == XenbusStateClosing)
			break;
		if (be->reconfigured)
			hotplug_changed(&be->hotplug_watch, NULL, NULL);
		be->reconfigured = false;
		go_to(be, XenbusStateConnected);
		break;
	case XenbusStateReconfiguring:
		/* A guest may wait for this answer without end, with its locks held. */
		if (be->state != XenbusStateConnected && be->state != XenbusStateInitWait)
			break;
		be->reconfigured = be->state == XenbusStateConnected;
		xenbus_switch_state(xdev, XenbusStateReconfigured);
		break;
	case XenbusStateClosing:
		go_to(be, XenbusStateClosing);
		break;
	case XenbusStateClosed:
		go_to(be, XenbusStateClosed);
		if (!xenbus_dev_is_online(xdev))
			unregister(xdev);
		break;
	case XenbusStateUnknown:
		go_to(be, XenbusStateClosed);
		unregister(xdev);
		break;
	default:
		/* Nothing that asks for an answer. */
		break;
	}
}

static int uevent(XNB_COMPAT_UEVENT_CONST struct xenbus_device *xdev, struct kobj_uevent_env *env)
{
	struct backend *be;
	int err = 0;

	mutex_lock(&uevent_lock);
	be = dev_get_drvdata(&xdev->dev);
	if (be && be->vif) {
		err = add_uevent_var(env, "script=%s", be->script);
		if (!err)
			err = add_uevent_var(env, "vif=%s", be->vif->owner.dev->name);
	}
	mutex_unlock(&uevent_lock);
	return err;
}

static int create_vif(struct backend *be)
{
	struct xenbus_device *xdev = be->xdev;
	unsigned int handle;
	struct xnb_vif *vif;

	be->script = xenbus_read(XBT_NIL, xdev->nodename, "script", NULL);
	if (IS_ERR(be->script)) {
		int err = PTR_ERR(be->script);

		be->script = NULL;
		xenbus_dev_fatal(xdev, err, "reading script");
		return err;
	}
	if (xenbus_scanf(XBT_NIL, xdev->nodename, "handle", "%u", &handle) != 1) {
		xenbus_dev_fatal(xdev, -EINVAL, "reading handle");
		return -EINVAL;
	}

	vif = xnb_netdev_create(xdev, handle);
	if (IS_ERR(vif)) {
		xenbus_dev_fatal(xdev, PTR_ERR(vif), "creating the interface");
		return PTR_ERR(vif);
	}
	mutex_lock(&uevent_lock);
	be->vif = vif;
	mutex_unlock(&uevent_lock);
	return 0;
}

static void destroy_backend(struct backend *be)
{
	mutex_lock(&uevent_lock);
	dev_set_drvdata(&be->xdev->dev, NULL);
	mutex_unlock(&uevent_lock);
	if (be->vif)
		xnb_netdev_destroy(be->vif);
	kfree(be->script);
	kfree(be);
}

/* Everything that leaves xenstore's state alone, so that another backend can take over. */
static void remove(struct xenbus_device *xdev)
{
	struct backend *be = dev_get_drvdata(&xdev->dev);

	drop_watch(&be->rate_watch);
	xnb_vif_leave(be->vif);
	disconnect(be);
	xnb_keep_settings(xdev, be->vif);
	/* Toolstacks run the script again for a new backend, which waits for its word. */
	xenbus_rm(XBT_NIL, xdev->nodename, "hotplug-status");
	kobject_uevent(&xdev->dev.kobj, KOBJ_OFFLINE);
	destroy_backend(be);
}

static int probe(struct xenbus_device *xdev, const struct xenbus_device_id *id)
{
	struct backend *be;
	int err;

	be = kzalloc(sizeof(*be), GFP_KERNEL);
	if (!be)
		return -ENOMEM;
	be->xdev = xdev;
	dev_set_drvdata(&xdev->dev, be);

	/* The interface exists before anybody can learn that the backend is there. */
	err = create_vif(be);
	if (err) {
		destroy_backend(be);
		return err;
	}
	xnb_keep_recall(xdev, be->vif);
	err = xnb_announce_write(xdev);
	if (!err)
		err = xenbus_watch_pathfmt(xdev, &be->rate_watch, none_pending, rate_changed,
					   "%s/rate", xdev->nodename);
	if (err) {
		xenbus_dev_fatal(xdev, err, "announcing the backend");
		destroy_backend(be);
		return err;
	}

	offer_queues(be);
	write_state(be, XenbusStateInitWait);
	kobject_uevent(&xdev->dev.kobj, KOBJ_ONLINE);
	return 0;
}

static const struct xenbus_device_id ids[] = {
	{ "vif" },
	{ "" }
};

static struct xenbus_driver driver = {
	.ids = ids,
	.probe = probe,
	.remove = remove,
	.uevent = uevent,
	.otherend_changed = frontend_changed,
	/* Unbinding leaves the state in xenstore alone. */
	.allow_rebind = true,
};

int xnb_xenbus_register(void)
{
	return xenbus_register_backend(&driver);
}

void xnb_xenbus_unregister(void)
{
	xenbus_unregister_driver(&driver);
}
