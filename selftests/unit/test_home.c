// SPDX-License-Identifier: GPL-2.0
#include <xnb/home.h>
#include <tap.h>

static bool better(unsigned int sender, unsigned int home, bool remote)
{
	struct xnb_home_load load = { .sender = sender, .home = home, .remote = remote };

	return xnb_home_is_better(&load);
}

static void test_going(void)
{
	ok(!better(0, 0, false), "nobody is busy: the sender does it");
	ok(!better(89, 0, false), "a sender that has time does it");
	ok(better(90, 0, false), "one that has none does not");
	ok(better(100, 60, false), "another that is half busy helps");
	ok(!better(100, 61, false), "one that is busy does not");
	ok(!better(100, 100, false), "all are busy: the sender does it");
}

static void test_coming_back(void)
{
	ok(better(100, 40, true), "it stays while the sender is busy");
	ok(better(40, 100, true), "and while the other is");
	ok(better(40, 31, true), "and while both are too much for one");
	ok(!better(40, 30, true), "it comes back when the sender could do both");
	ok(!better(0, 0, true), "and when there is nothing to do");
}

/* Half the work moves: what was decided is decided again, and does not go to and fro. */
static void test_rest(void)
{
	unsigned int work, moves = 0;

	for (work = 0; work <= 200; work++) {
		unsigned int all = work > 100 ? 100 : work;
		bool remote = better(all, 0, false);

		moves += remote && !better(work - work / 2, work / 2, true);
	}
	is(moves, 0, "work that went is not called back at once, however much it is");
}

static void test_names(void)
{
	unsigned int i, named = 0;

	for (i = 0; i < XNB_HOME_MODES; i++)
		named += !!xnb_home_modes[i];
	is(named, XNB_HOME_MODES, "every mode has a name");
	ok(!xnb_home_modes[XNB_HOME_MODES], "and the list an end");
}

int main(void)
{
	test_going();
	test_coming_back();
	test_rest();
	test_names();
	return tap_done();
}
