// SPDX-License-Identifier: GPL-2.0
#include <xnb/home.h>

/* A CPU that is so busy is the bottleneck: what is left goes to switching. */
#define BUSY 90

/* Another with so much to do is no help. */
#define HELPFUL 60

/* What both have to do fits on one of them, with room to spare. */
#define FITS 70

const char *const xnb_home_modes[] = {
	[XNB_HOME_AUTO] = "auto",
	[XNB_HOME_LOCAL] = "local",
	[XNB_HOME_HOME] = "home",
	[XNB_HOME_MODES] = NULL,
};

bool xnb_home_is_better(const struct xnb_home_load *load)
{
	if (load->remote)
		return load->sender + load->home > FITS;
	return load->sender >= BUSY && load->home <= HELPFUL;
}
