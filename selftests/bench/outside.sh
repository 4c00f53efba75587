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

# spend ROW UNIT STATISTIC SKIP COUNT COMMAND: the instructions of COUNT or some more of them,
# behind the first SKIP, while COMMAND goes on in the guest.
spend() {
	under_way "${@:3}" && echo "# spent|$LABEL|$1|$2|$ARM|$ROUND|$MOVED"
}

measure() {
	local pktgen

	pktgen=$(_pktgen_commands eth0 60 60000 "$PEER" "$PEER_MAC")
	peer_reached
	spend "TCP from the guest" "instructions a byte" rx_bytes 8000000 64000000 \
		"exec iperf3 -c $PEER -t 60"
	spend "TCP to the guest" "instructions a byte" tx_bytes 8000000 64000000 \
		"exec iperf3 -c $PEER -t 60 -R"
	spend "60 bytes from the guest" "instructions a packet" rx_packets 1000 20000 "$pktgen"
}

peer_start
compare measure
tap_done
