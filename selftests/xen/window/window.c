// SPDX-License-Identifier: GPL-2.0
/*
 * Widens a window of a few instructions: stops one call of a function until a test has done
 * what it wants to do meanwhile. Loaded with at=FUNCTION. The test writes 1 to the parameter
 * state, waits until it is 2, does its work, and writes 0.
 *
 * The call spins, so whoever is to go on meanwhile needs another CPU.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/module.h>

#define LIMIT_NS (20ULL * NSEC_PER_SEC)

enum {
	GOES_ON,
	WANTED,
	STOPPED,
	FORGOTTEN,	/* for so long that the test is taken for dead */
};

static int state;
module_param(state, int, 0600);
MODULE_PARM_DESC(state, "write 1: stop the next call; is 2: stopped; write 0: go on");

static int stop(struct kprobe *unused, struct pt_regs *regs)
{
	u64 end = ktime_get_ns() + LIMIT_NS;

	if (cmpxchg(&state, WANTED, STOPPED) != WANTED)
		return 0;
	while (READ_ONCE(state) == STOPPED) {
		if (ktime_get_ns() > end)
			cmpxchg(&state, STOPPED, FORGOTTEN);
		cpu_relax();
	}
	/* What was done meanwhile is seen from here on. */
	smp_mb();
	return 0;
}

static struct kprobe probe = { .pre_handler = stop };

static char *at;
module_param(at, charp, 0400);
MODULE_PARM_DESC(at, "the function");

static int __init window_init(void)
{
	probe.symbol_name = at;
	return register_kprobe(&probe);
}

static void __exit window_exit(void)
{
	unregister_kprobe(&probe);
}

module_init(window_init);
module_exit(window_exit);
MODULE_DESCRIPTION("Stops a call of a function for a test");
MODULE_LICENSE("GPL");
