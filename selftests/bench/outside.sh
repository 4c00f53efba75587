# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: An outside peer through dom0's NIC
# order: 4
# about: The way that hosts serve all day: guest, bridge, NIC, and a peer outside of the machine. The peer does not live in the instruction clock, so this counts instructions of the whole host, Xen, dom0 and guest, not time.
# headline: TCP to the guest | instructions a byte
# headline: TCP from the guest | instructions a byte
# headline: 60 bytes from the guest | instructions a packet
# expect: 320
# clock: insn
# driver: stock
# plugin: yes
# nic: outside
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

LABEL=0

# under_way ROW UNIT COUNTER SKIP COUNT COMMAND: the instructions of COUNT or some more
# of them, behind the first SKIP, while COMMAND goes on in the guest.
under_way() {
	local row=$1 unit=$2 counter=$3 skip=$4 count=$5 from

	begin_load "$counter" "$skip" "$6"
	from=$MOVED
	mark 0
	wait_until 60 has_moved "$counter" $((from + count)) || fail "$row, $ARM: it goes on"
	LABEL=$((LABEL + 1))
	mark "$LABEL"
	echo "# spent|$LABEL|$row|$unit|$ARM|$ROUND|$((MOVED - from))"
	end_load
}

measure() {
	local pktgen

	pktgen=$(_pktgen_commands eth0 60 40000 "$PEER" "$PEER_MAC")
	peer_reached
	under_way "TCP from the guest" "instructions a byte" rx_bytes 8000000 64000000 \
		"exec iperf3 -c $PEER -t 60"
	under_way "TCP to the guest" "instructions a byte" tx_bytes 8000000 64000000 \
		"exec iperf3 -c $PEER -t 60 -R"
	under_way "60 bytes from the guest" "instructions a packet" rx_packets 1000 20000 "$pktgen"
}

peer_start
compare measure
tap_done
