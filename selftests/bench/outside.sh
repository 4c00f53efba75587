# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: An outside peer through dom0's NIC
# order: 4
# about: The way that hosts serve all day: guest, bridge, NIC, and a peer outside of the machine. The peer does not live in the instruction clock, so this counts instructions of the whole host, Xen, dom0 and guest, not time.
# headline: TCP to the guest | instructions a byte
# headline: TCP from the guest | instructions a byte
# headline: 60 bytes from the guest | instructions a packet
# expect: 300
# clock: insn
# driver: stock
# plugin: yes
# nic: outside
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

PEER=10.0.0.250
LABEL=0

# has_moved COUNTER NUMBER: one of the interface's statistics is so far. It starts no process:
# what polls is counted, too.
has_moved() {
	read -r MOVED <"/sys/class/net/$VIF/statistics/$1" && [ "$MOVED" -ge "$2" ]
}

# under_way ROW UNIT COUNTER SKIP COUNT COMMAND: the instructions of COUNT or some more
# of them, behind the first SKIP, while COMMAND goes on in the guest.
under_way() {
	local row=$1 unit=$2 counter=$3 skip=$4 count=$5 job from

	has_moved "$counter" 0
	job=$(guest_run_bg a "($6) & echo \$! >/run/load; wait")
	wait_until 20 has_moved "$counter" $((MOVED + skip)) || fail "$row, $ARM: it begins"
	from=$MOVED
	mark 0
	wait_until 60 has_moved "$counter" $((from + count)) || fail "$row, $ARM: it goes on"
	LABEL=$((LABEL + 1))
	mark "$LABEL"
	echo "# spent|$LABEL|$row|$unit|$ARM|$ROUND|$((MOVED - from))"
	guest_run a "kill \$(cat /run/load) 2>/dev/null"
	guest_wait a "$job" >/dev/null
	settle
}

measure() {
	local pktgen

	pktgen=$(_pktgen_commands eth0 60 40000 "$PEER" "$MAC")
	guest_run a "ping -q -c 1 -W 5 $PEER" >/dev/null || bail "no way to the peer"
	under_way "TCP from the guest" "instructions a byte" rx_bytes 8000000 64000000 \
		"exec iperf3 -c $PEER -t 60"
	under_way "TCP to the guest" "instructions a byte" tx_bytes 8000000 64000000 \
		"exec iperf3 -c $PEER -t 60 -R"
	under_way "60 bytes from the guest" "instructions a packet" rx_packets 1000 20000 "$pktgen"
}

modprobe virtio_net
ip link set eth0 master xenbr0 up
wait_until 20 _ping_once "$PEER" || bail "no peer"
MAC=$(ip neigh show "$PEER" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
compare measure
tap_done
