// SPDX-License-Identifier: GPL-2.0
/* Before the switch: with it, other headers would define their own tracepoints here. */
#include <xnb/hold.h>
#include <xnb/park.h>

#define CREATE_TRACE_POINTS
#include <xnb/trace.h>
