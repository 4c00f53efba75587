// SPDX-License-Identifier: GPL-2.0
/* What Windows' driver does in its life: start, new tables, stop, start again, other queues. */
#include "probe.h"

static void no_hash(void)
{
	rss = (struct rss){ .queues = rss.queues };
	probe_table();
	ask("flags of a hash that is off", GET_HASH_FLAGS, 0, 0, 0, CTRL_NOT_SUPPORTED, 0);
}

static void live(void)
{
	no_hash();
	tell_all();
	probe_table();
	/* On each change it tells all of it again. */
	tell_all();
	probe_table();
	tell_algorithm(ALGORITHM_NONE);
	no_hash();
	tell_all();
	probe_table();
}

/* A driver that starts without having closed, as after a crash. */
static void crash(void)
{
	xs_write(front.dir, "state", "%d", INITIALISING);
	if (!front_wait_state(&front, INIT_WAIT, SECONDS))
		fault("the backend does not let a guest start again");
	front_forget(&front);
}

int windows(unsigned int count)
{
	start(4);
	live();
	while (count--) {
		front_close(&front);
		connect_again(count % 2 ? 4 : 2);
		live();
		crash();
		connect_again(count % 2 ? 1 : 3);
		live();
	}
	return judge_answers("Windows' driver gets what it wants");
}
