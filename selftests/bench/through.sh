# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Where the instructions go, through dom0
# order: 9
# expect: 200
# clock: insn
# driver: stock
# plugin: blocks
# nic: outside
# memory: 2560
# guest: a memory=160
# guest-tools: full
# timeout: 1800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

measure() {
	profile "TCP from guest to guest" "a KiB" kib_so_far 2 16M 144M tcp_between a g2
	peer_reached
	profile_under_way "TCP from the guest through the NIC" "a KiB" rx_bytes 65536 \
		"exec iperf3 -c $PEER -t 60"
	profile_under_way "TCP through the NIC to the guest" "a KiB" tx_bytes 65536 \
		"exec iperf3 -c $PEER -t 60 -R"
	profile_under_way "60 bytes from the guest through the NIC" "a packet" rx_packets 20000 \
		"$(_pktgen_commands eth0 60 60000 "$PEER" "$PEER_MAC")"
}

guest_start g2 memory=160 || bail "no second guest"
peer_start
profile_both measure
tap_done
