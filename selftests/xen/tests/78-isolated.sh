# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# CPUs that an administrator keeps free: neither events nor work go there.
# clock: insn
# dom0-vcpus: 4
# vcpus: 6
# dom0-args: isolcpus=3
# driver-args: max_queues=4
# guest: a vcpus=2 queues=4

. "$XNB_LIB"

VIF=$(vif_of a)
RSS=/sys/class/net/$VIF/rss
DEFAULT=/proc/irq/default_smp_affinity

homes() {
	xargs -n 1 <"$RSS/home_cpus" | sort -n | xargs
}

reconnect_with() {
	echo "$1" >$DEFAULT
	check "new interrupts go to $2; the guest reconnects" guest_reconnect a 4
}

# From CPU 0 to all queues, as fast as it can.
send_start() {
	local mac

	mac=$(guest_run a 'cat /sys/class/net/eth0/address')
	sh -c "$(_pktgen_commands "$VIF" 60 0 "$(guest_ip a)" "$mac" 1 0 4)" >/dev/null 2>&1 &
	SENDER=$!
}

under_way() {
	[ "$(link_stat "$VIF" tx_packets)" -gt 10000 ]
}

send_stop() {
	echo stop >/proc/net/pktgen/pgctrl
	wait "$SENDER"
}

keep_busy() {
	taskset -c "$1" sh -c 'while :; do :; done' &
	BUSY+=($!)
}

works_at() {
	grep -qw "$1" "$RSS/work_cpus"
}

works_elsewhere() {
	works_at 1 || works_at 2
}

usual=$(cat $DEFAULT)
is "$(homes)" "0 0 1 2" "no queue is at home on the isolated CPU"
reconnect_with 3 "CPUs 0 and 1"
is "$(homes)" "0 0 1 1" "the queues are at home there"
reconnect_with 8 "the isolated CPU"
is "$(homes)" "0 0 1 2" "they are not"
reconnect_with "$usual" "all CPUs"

send_start
check "CPU 0 sends" wait_until 10 under_way
BUSY=()
keep_busy 1
keep_busy 2
check "its work does not go to the isolated CPU, the only one with time" \
	eval '! wait_until 3 works_at 3'
kill "${BUSY[@]}"
check "but to others that have time" wait_until 10 works_elsewhere
check "and still not there" eval '! works_at 3'
send_stop
tap_done
