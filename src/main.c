// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <xen/xen.h>

#include <xnb/grant.h>
#include <xnb/version.h>
#include <xnb/xenbus.h>

static int __init xnb_init(void)
{
	int err;

	if (!xen_domain()) {
		pr_err("not loaded: this machine does not run on Xen\n");
		return -ENODEV;
	}

	err = xnb_grant_init();
	if (err)
		return err;
	err = xnb_xenbus_register();
	if (err) {
		xnb_grant_exit();
		return err;
	}
	pr_info("xen-netback-vrss " XNB_VERSION "\n");
	return 0;
}
module_init(xnb_init);

static void __exit xnb_exit(void)
{
	xnb_xenbus_unregister();
	xnb_grant_exit();
}
module_exit(xnb_exit);

MODULE_DESCRIPTION("Xen network backend with interrupt coalescing and virtual RSS");
MODULE_AUTHOR("xen-netback-vrss developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(XNB_VERSION);
MODULE_ALIAS("xen-backend:vif");
