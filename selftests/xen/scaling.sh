# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# One to eight queues, stock and ours in one boot: what a packet costs, and how the work is
# spread over dom0's CPUs. 64 flows enter by the bridge, in bursts of 16 as a NIC's poll brings
# them: sources spread over as many CPUs as there are queues, or all on one CPU. Instructions
# are counted outside: scaling.awk makes the table and judges it.
# clock: insn
# vcpus: 16
# dom0-vcpus: 8
# memory: 1800
# dom0-memory: 700
# driver: stock
# driver-args: max_queues=8
# guest: a vcpus=8
# plugin: yes
# timeout: 600

. "$XNB_LIB"

FLOWS=64
BURST=16
NET=/sys/class/net

feeders() {
	local k

	modprobe pktgen
	for ((k = 0; k < 8; k++)); do
		ip link add "feed$k" type veth peer name "port$k"
		ip link set "port$k" master xenbr0
		ip link set "port$k" up
		ip link set "feed$k" up
	done
}

# storm CPUS: packets without end, as if port K received them on CPU K.
storm() {
	local k line

	for k in /proc/net/pktgen/kpktgend_*; do
		echo rem_device_all >"$k"
	done
	for ((k = 0; k < $1; k++)); do
		echo "add_device port$k" >"/proc/net/pktgen/kpktgend_$k"
		for line in "count 0" "pkt_size 60" "xmit_mode netif_receive" "burst $BURST" \
			"src_mac 00:16:3e:aa:00:0$k" "dst_mac $(vif_key a mac)" \
			"src_min 10.0.1.$k" "dst $(guest_ip a)" "udp_dst_min 9" "udp_dst_max 9" \
			"udp_src_min 1000" "udp_src_max $((1000 + FLOWS / $1))"; do
			echo "$line" >"/proc/net/pktgen/port$k" || return 1
		done
	done
	echo start >/proc/net/pktgen/pgctrl &
}

sent() {
	link_stat "$(vif_of a)" tx_packets
}

a_while() {
	read -rt "$1" -u "$NEVER"
}

# measure LABEL CPUS: half a second to settle, then a window for the judge.
measure() {
	local before

	storm "$2" || bail "pktgen refuses"
	a_while 0.5
	mark 0
	before=$(sent)
	a_while 0.25
	mark "$1"
	echo "$1 $(($(sent) - before))" >>"$LOGS/packets.txt"
	[ ! -e "$NET/$(vif_of a)/rss/work_cpus" ] ||
		WORK=$(cat "$NET/$(vif_of a)/rss/work_cpus")
	echo stop >/proc/net/pktgen/pgctrl
	wait $!
}

# Labels: driver (1 stock, 2 ours), sources (1 spread, 2 one CPU, 3 the guest), queues.
tables() {
	local queues

	for queues in 1 2 4 8; do
		check "$1: the guest connects $queues queues" guest_reconnect a "$queues"
		measure "$2$((10 + queues))" "$queues"
		measure "$2$((20 + queues))" 1
		[ "$2$queues" = 21 ] || [ "$2" = 1 ] || check "$queues queues, one CPU sends: others do the work" \
			grep -qE '^[1-7]( [1-7])*$' <<<"$WORK"
	done
}

feeders
tables stock 1
check "live swap to our driver" swap_to ours max_queues=8 || bail "no driver"
tables ours 2
tap_done
