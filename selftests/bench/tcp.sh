# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: TCP streams
# order: 1
# about: iperf3 between dom0 and the guest, each way, 1, 4 and 16 connections at once. "TSO" is segmentation offload, on by default at both ends; without it each packet has at most the MTU.
# headline: to the guest, 1 flow, MTU 1500, TSO | Mbit/s
# headline: from the guest, 1 flow, MTU 1500, TSO | Mbit/s
# expect: 570
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

# streams MEGABYTES FLOWS KIND: sixteen at once need more, to leave their slow start behind.
streams() {
	local flows s amount

	for flows in $2; do
		[ "$flows" = 1 ] && s='' || s=s
		amount=$(($1 * (flows > 4 ? 2 : 1)))M
		note "to the guest, $flows flow$s, $3" Mbit/s "$(tcp_to_guest a "$amount" "$flows")"
		note "from the guest, $flows flow$s, $3" Mbit/s "$(tcp_from_guest a "$amount" "$flows")"
	done
}

others() {
	streams 32 "4 16" "MTU 1500, TSO"
	offloads off
	streams 8 "1 4 16" "MTU 1500, no TSO"
	set_mtu 9000
	streams 16 "1 16" "MTU 9000, no TSO"
	offloads on
	streams 16 "1 16" "MTU 9000, TSO"
	set_mtu 1500
}

measure() {
	streams 64 1 "MTU 1500, TSO"
	three_rounds others
}

veth() {
	note "to the guest, 1 flow, MTU 1500, TSO" Mbit/s "$(_iperf "$VETH_IP" 64M 1)"
	note "from the guest, 1 flow, MTU 1500, TSO" Mbit/s "$(_iperf "$VETH_IP" 64M 1 -R)"
}

compare measure
veth_start
beside veth veth
tap_done
