/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdint.h>

#include "front.h"

#define DEVID	7
#define SECONDS	20	/* no answer by then: it is lost */

extern struct front front;

/* A device with an honest announcement, not yet connected. */
void announce(void);
/* Print the difference; return 1. */
int wrong(const char *what, uint32_t got, uint32_t want);

/* The tests that stand in files of their own. */
int refused(unsigned int count);
int obey(unsigned int rx_notify);

#endif
