# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Where the instructions go
# order: 9
# expect: 400
# clock: insn
# driver: stock
# plugin: blocks
# guest: a
# guest-tools: full
# timeout: 1800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

LABEL=0

# Packets both ways, or KiB, of guest a's interface so far.
packets_so_far() {
	echo $(($(link_stat "$VIF" rx_packets) + $(link_stat "$VIF" tx_packets)))
}

kib_so_far() {
	echo $((($(link_stat "$VIF" rx_bytes) + $(link_stat "$VIF" tx_bytes)) / 1024))
}

# window LENGTH COMMAND...: the instructions of it, and how many units it moved.
window() {
	local before

	settle
	LABEL=$((LABEL + 1))
	before=$("$COUNTER")
	mark 0
	"${@:2}" >/dev/null
	mark $LABEL
	settle
	echo "# window|$LABEL|$ROW|$UNIT|$ARM|$1|$(($("$COUNTER") - before))"
}

# profile ROW UNIT COUNTER RUNS SHORT LONG COMMAND...: COMMAND gets SHORT and LONG as its last
# word. The report takes the short one off the long one: what is left is the work for the
# units, without the start and the end of the load. What else the system does meanwhile can
# only add, so of several runs the cheapest counts. The first of all only warms up.
profile() {
	local ROW=$1 UNIT=$2 COUNTER=$3 run

	"${@:7}" "$5" >/dev/null
	for ((run = 1; run <= $4; run++)); do
		window short "${@:7}" "$5"
		window long "${@:7}" "$6"
	done
}

measure() {
	cat /proc/kallsyms >"$LOGS/kallsyms.$ARM"
	profile "60 bytes to the guest" "a packet" packets_so_far 2 100 5100 pktgen_to_guest a 60
	profile "60 bytes from the guest" "a packet" packets_so_far 2 100 5100 pktgen_from_guest a 60
	profile "60 bytes from the guest to a bridge" "a packet" packets_so_far 2 100 5100 \
		pktgen_to_nobody a 60
	profile "TCP to the guest" "a KiB" kib_so_far 2 8M 136M tcp_to_guest a
	profile "TCP from the guest" "a KiB" kib_so_far 2 8M 136M tcp_from_guest a
	profile "UDP round trip" "a packet" packets_so_far 2 100 1100 udp_rtt a
}

ROUND=1
cat /proc/xen/xensyms >"$LOGS/xensyms"
guest_run a "modprobe pktgen; grep '\[' /proc/kallsyms" >"$LOGS/kallsyms.guest"
for ARM in stock ours; do
	progress "$ARM"
	arm_start
	measure
done
ok "both drivers were profiled"
tap_done
