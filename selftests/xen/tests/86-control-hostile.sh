# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The control ring in bad hands, by a frontend in user space: it answers right or not at all,
# the host does not notice, and nothing is left.
# driver-args: max_queues=4

. "$XNB_LIB"

FLOOD=4000
# What a connection takes and gives back later, and what others do meanwhile.
MEMORY_KB=1024

# Not what the kernel says of its clocks.
log_lines() {
	dmesg | grep -cE 'vif|xen'
}

memory() {
	snapshot_memory | awk '{ n += $2 } END { print n }'
}

left() {
	snapshot_resources | grep -E '^(evtchn|interrupts|vifs) '
	echo "grants $(dom0_grants_mapped)"
}

floods() {
	local lines memory

	control_says "$FLOOD requests as fast as they are answered" flood $FLOOD
	lines=$(log_lines) memory=$(memory)
	control_says "and again" flood $FLOOD
	at_most $(($(log_lines) - lines)) 5 "the log is not flooded"
	memory=$(($(memory) - memory))
	at_most $memory $MEMORY_KB "no memory is left behind"
	diag "$memory kB more than before"
}

control_ready
left >/run/before

check "a control ring that cannot be used is not connected" hostile refused-control 1
left >/run/after
is "$(cat /run/after)" "$(cat /run/before)" "and nothing of it is left"
control_says "producers that cannot be" impossible 1
floods
lines=$(log_lines)
control_says "garbage for two seconds" garbage 2000
control_says "grants that are revoked" revoked 300
control_says "requests that change" rewritten 200
at_most $(($(log_lines) - lines)) 15 "the log is not flooded"
control_says "then all is as ever" windows 1

left >/run/after
is "$(cat /run/after)" "$(cat /run/before)" "nothing is left"
is "$(dmesg | grep -cE 'WARNING|BUG')" 0 "the kernel has not complained"
check "rmmod" driver_unload
tap_done
