# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The control ring in bad hands, by a frontend in user space: it answers right or not at all,
# the host does not notice, and nothing is left.
# driver-args: max_queues=4
# timeout: 400

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

# says NAME VERB N: what it says is worth to be read, also when all is well.
says() {
	local out status

	out=$(control "${@:2}" 2>&1)
	status=$?
	is "$status" 0 "$1"
	diag "$out"
}

floods() {
	local lines memory

	says "$FLOOD requests as fast as they are answered" flood $FLOOD
	lines=$(log_lines) memory=$(memory)
	says "and again" flood $FLOOD
	at_most $(($(log_lines) - lines)) 5 "the log is not flooded"
	memory=$(($(memory) - memory))
	at_most $memory $MEMORY_KB "no memory is left behind"
	diag "$memory kB more than before"
}

modprobe xen-gntalloc
echo 4096 >/sys/module/xen_gntalloc/parameters/limit
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
left >/run/before

check "a control ring that cannot be used is not connected" hostile refused-control 1
left >/run/after
is "$(cat /run/after)" "$(cat /run/before)" "and nothing of it is left"
says "producers that cannot be" impossible 1
floods
lines=$(log_lines)
says "garbage for two seconds" garbage 2000
says "grants that are revoked" revoked 300
says "requests that change" rewritten 200
at_most $(($(log_lines) - lines)) 15 "the log is not flooded"
says "then all is as ever" windows 1

left >/run/after
is "$(cat /run/after)" "$(cat /run/before)" "nothing is left"
is "$(dmesg | grep -cE 'WARNING|BUG')" 0 "the kernel has not complained"
check "rmmod" driver_unload
tap_done
