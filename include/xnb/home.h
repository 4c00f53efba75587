/* SPDX-License-Identifier: GPL-2.0 */
/* Which CPU does a queue's to-guest work. */
#ifndef XNB_HOME_H
#define XNB_HOME_H

#include <xnb/base.h>

/* What a person may ask for. */
enum xnb_home_mode {
	XNB_HOME_AUTO,
	XNB_HOME_LOCAL,
	XNB_HOME_HOME,
	XNB_HOME_MODES
};

/* Their names, in order, and NULL. */
extern const char *const xnb_home_modes[];

/**
 * struct xnb_home_load - how busy the CPUs are, in per cent of the last while
 * @sender: the one that sends
 * @home: the one that would do the work instead
 * @remote: it does so already
 */
struct xnb_home_load {
	unsigned int sender;
	unsigned int home;
	bool remote;
};

/**
 * xnb_home_is_better() - should another CPU than the sender do the work
 * @load: how busy they are
 *
 * The sender is cheapest, as nobody has to be woken: it does the work as long as it has time
 * left. When it has none and the other has, the work goes there; and it comes back when the
 * sender could do both.
 *
 * Pure: any context. Return: whether it should.
 */
bool xnb_home_is_better(const struct xnb_home_load *load);

#endif
