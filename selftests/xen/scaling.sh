# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# One to eight queues on as many CPUs of dom0, stock and ours in one boot: what a packet costs,
# and how the work is spread over the CPUs. To the guest 64 flows enter by the bridge, in bursts
# of 16 as a NIC's poll brings them: spread over all CPUs, 32,000 packets a second in all, or from
# one CPU that sends as fast as it can. From the guest each queue has a sender on a CPU of its own.
# Instructions are counted outside: scaling.awk makes the table and judges it.
# clock: insn
# vcpus: 16
# dom0-vcpus: 8
# memory: 1800
# dom0-memory: 700
# driver: stock
# driver-args: max_queues=8
# guest: a vcpus=8
# plugin: yes
# timeout: 1500

. "$XNB_LIB"

FLOWS=64
BURST=16
# Spread sources are paced, so that each has the same share at any time: all together by this, which
# leaves the clock's machine rest, and each a little slower than the one before it, so that their
# bursts meet in all ways.
BURST_NSECS=500000
PACKETS=64000
WARM_UP=16000
# Half a second and more, for both drivers: ours looks each 100 ms where work is done.
SETTLED_AFTER=96000
NET=/sys/class/net
NOBODY=02:00:00:00:00:07

feeders() {
	local k

	for ((k = 0; k < 8; k++)); do
		ip link add "feed$k" type veth peer name "port$k"
		ip link set "port$k" master xenbr0
		ip link set "port$k" type bridge_slave flood off mcast_flood off
		ip link set "port$k" up
		ip link set "feed$k" up
	done
}

# cpus N: so many of dom0's are online. pktgen has its threads on those it finds.
cpus() {
	local k

	modprobe -qr pktgen || :
	for ((k = 1; k < 8; k++)); do
		echo $((k < $1)) >"/sys/devices/system/cpu/cpu$k/online" || return 1
	done
	modprobe pktgen
}

# ports_ready CPUS COUNT [NSECS]: so many packets are to come, as if port K received its share on
# CPU K, with some NSECS from burst to burst of one port.
ports_ready() {
	local k line

	for k in /proc/net/pktgen/kpktgend_*; do
		echo rem_device_all >"$k"
	done
	for ((k = 0; k < $1; k++)); do
		echo "add_device port$k" >"/proc/net/pktgen/kpktgend_$k"
		for line in "count $(($2 / $1))" "pkt_size 60" "xmit_mode netif_receive" "burst $BURST" \
			"delay $((${3:-0} * (500 + k) / 500))" \
			"src_mac 00:16:3e:aa:00:0$k" "dst_mac $(vif_key a mac)" \
			"src_min 10.0.1.$k" "dst $(guest_ip a)" "udp_dst_min 9" "udp_dst_max 9" \
			"udp_src_min 1000" "udp_src_max $((1000 + FLOWS / $1))"; do
			echo "$line" >"/proc/net/pktgen/port$k" || return 1
		done
	done
}

ports_send() {
	echo start >/proc/net/pktgen/pgctrl
}

# guest_ready QUEUES COUNT
guest_ready() {
	guest_run a "
		modprobe pktgen; cd /proc/net/pktgen
		for t in kpktgend_*; do echo rem_device_all >\$t; done
		for k in \$(seq 0 $(($1 - 1))); do
			echo add_device eth0@\$k >kpktgend_\$k
			for x in 'count $(($2 / $1))' 'pkt_size 60' 'dst 10.0.0.77' 'dst_mac $NOBODY' \
				\"queue_map_min \$k\" \"queue_map_max \$k\"; do echo \"\$x\" >eth0@\$k; done
		done"
}

guest_send() {
	guest_run a 'echo start >/proc/net/pktgen/pgctrl'
}

# packets COUNTER
packets() {
	link_stat "$(vif_of a)" "$1"
}

packets_since() {
	[ $(($(packets tx_packets) - $1)) -ge "$2" ]
}

# count_packets LABEL COUNTER BEFORE: the judge's window ends, with the last packet.
count_packets() {
	settle
	mark "$1"
	echo "$1 $(($(packets "$2") - $3))" >>"$LOGS/packets.txt"
}

# measure LABEL COUNTER SOURCE PARTS [NSECS]: the source sends by so many CPUs or queues, first to
# warm up; the judge has all that happens from rest to rest.
measure() {
	local before

	if ! { "$3_ready" "$4" $WARM_UP "${5:-0}" && "$3_send" &&
		"$3_ready" "$4" $PACKETS "${5:-0}"; }; then
		bail "pktgen refuses"
	fi
	before=$(packets "$2")
	mark 0
	"$3_send"
	count_packets "$1" "$2" "$before"
}

# measure_one_cpu LABEL: one CPU sends, and others may take the work over: the judge begins when they
# have, which a CPU that has less to do can tell in time. WORK: where it is done.
measure_one_cpu() {
	local before sender

	ports_ready 1 $((SETTLED_AFTER + PACKETS)) || bail "pktgen refuses"
	before=$(packets tx_packets)
	ports_send &
	sender=$!
	wait_until "$RUN_SECONDS" packets_since "$before" $SETTLED_AFTER || bail "no packets"
	WORK=$(cat "$NET/$(vif_of a)/rss/work_cpus" 2>/dev/null)
	before=$(packets tx_packets)
	mark 0
	wait $sender
	count_packets "$1" tx_packets "$before"
}

# Labels: driver (1 stock, 2 ours), sources (1 spread, 2 one CPU, 3 the guest), queues.
tables() {
	local queues

	for queues in 1 2 4 8; do
		check "$1: $queues CPUs" cpus "$queues"
		check "$1: the guest connects $queues queues" guest_reconnect a "$queues"
		measure "$2$((10 + queues))" tx_packets ports "$queues" $((queues * BURST_NSECS))
		if [ "$queues" = 1 ]; then
			measure "$2$((20 + queues))" tx_packets ports 1
		else
			measure_one_cpu "$2$((20 + queues))"
			[ "$1" = stock ] || check "$queues queues, one CPU sends: others do the work" \
				grep -qE '^[1-7]( [1-7])*$' <<<"$WORK"
		fi
		measure "$2$((30 + queues))" rx_packets guest "$queues"
	done
}

feeders
tables stock 1
check "live swap to our driver" swap_to ours max_queues=8 || bail "no driver"
tables ours 2
tap_done
