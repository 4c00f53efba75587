# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# On a machine without Xen the module says so and is not loaded.
# hypervisor: none
# driver: none

. "$XNB_LIB"

dmesg -c >/dev/null
is "$(driver_load ours 2>&1 | grep -c 'No such device')" 1 "loading is refused"
is "$(dmesg | grep -c 'not loaded: this machine does not run on Xen')" 1 "and the log says why"
is "$(driver)" none "it is not loaded"
tap_done
