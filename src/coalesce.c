// SPDX-License-Identifier: GPL-2.0
#include <linux/stringify.h>

#include <xnb/coalesce.h>

const char *xnb_coalesce_fault(const struct xnb_coalesce *value)
{
	if (value->usecs > XNB_COALESCE_USECS_MAX)
		return "usecs range from 0 to " __stringify(XNB_COALESCE_USECS_MAX);
	if (value->frames > XNB_COALESCE_FRAMES_MAX)
		return "frames range from 0 to " __stringify(XNB_COALESCE_FRAMES_MAX);
	return NULL;
}
