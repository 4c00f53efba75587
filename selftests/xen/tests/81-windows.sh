# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What a guest does within a few instructions of the backend's: the module "window" stops the
# backend there until it is done, so that no luck is needed.
# clock: insn
# vcpus: 2
# driver: none

. "$XNB_LIB"

# in_window FUNCTION WHAT COUNT
in_window() {
	local status

	modprobe window at="$1" || return 2
	hostile "$2" "$3"
	status=$?
	modprobe -r window
	return $status
}

modprobe xen-gntalloc
# Only the test's frames.
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
driver_load ours

check "no wake-up is lost: a request just before the backend sleeps" \
	in_window xnb_ring_from_guest_arm late-requests 100
check "no wake-up is lost: a buffer just before the backend waits for one" \
	in_window xnb_ring_to_guest_arm late-buffers 100
check "an event comes with what it tells of: answers" \
	in_window xnb_ring_from_guest_settle early-answers 100
check "an event comes with what it tells of: frames" \
	in_window xnb_ring_to_guest_settle early-frames 100
check "rmmod" driver_unload
tap_done
