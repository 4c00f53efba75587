# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The stock driver and ours in one boot, on one guest, with all defaults: the promises of the
# README. An instruction takes 1 ns of this clock, so no other work of the host changes a number.
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2000

. "$XNB_LIB"

PACKETS=20000
declare -A VALUE

# note DRIVER NAME NUMBER
note() {
	VALUE[$1.$2]=$3
	diag "$1 $2 $3"
}

packets_to() {
	local irqs pps

	irqs=$(guest_irqs a)
	pps=$(pktgen_to_guest a 60 $PACKETS)
	settle
	note "$1" pps_to "$pps"
	note "$1" guest_irqs_to $(($(guest_irqs a) - irqs))
}

packets_from() {
	local irqs dom0 pps

	irqs=$(guest_irqs a) dom0=$(dom0_irqs "$(vif_of a)")
	pps=$(pktgen_from_guest a 60 $PACKETS)
	settle
	note "$1" pps_from "$pps"
	note "$1" guest_irqs_from $(($(guest_irqs a) - irqs))
	note "$1" dom0_irqs_from $(($(dom0_irqs "$(vif_of a)") - dom0))
}

# The bridge drops them: what is left to measure is the way through the driver.
packets_to_bridge() {
	note "$1" pps_bridge "$(pktgen_to_nobody a 60 $PACKETS)"
	settle
}

round_trips() {
	local p50 p99

	read -r p50 p99 < <(udp_rtt a 2000 50 99)
	note "$1" udp_p50 "$p50"
	note "$1" udp_p99 "$p99"
	read -r p50 p99 < <(tcp_rtt a 2000 50 99)
	note "$1" tcp_p50 "$p50"
	note "$1" tcp_p99 "$p99"
}

# One stream differs from the next by some per cent, a shorter one by more.
median_of_three() {
	{ "$@" && "$@" && "$@"; } | median
}

# streams DRIVER NAME BYTES
streams() {
	local flows

	for flows in 1 4; do
		note "$1" "to_$2_$flows" "$(median_of_three tcp_to_guest a "$3" $flows)"
		note "$1" "from_$2_$flows" "$(median_of_three tcp_from_guest a "$3" $flows)"
	done
}

offloads() {
	ethtool -K "$(vif_of a)" tso "$1" gso "$1" >/dev/null
	guest_run a "ethtool -K eth0 tso $1 gso $1"
}

measure() {
	packets_to "$1"
	packets_from "$1"
	packets_to_bridge "$1"
	round_trips "$1"
	streams "$1" tso 96M
	offloads off
	streams "$1" plain 64M
	offloads on
}

# Nothing where one of them was not measured.
ratio() {
	awk -v a="${VALUE[ours.$1]}" -v b="${VALUE[stock.$1]}" \
		'BEGIN { if (a > 0 && b > 0) printf "%.4f\n", a / b }'
}

measure stock
check "live swap to our driver" swap_to ours || bail "no driver"
measure ours

at_least "$(ratio pps_to)" 3 "60-byte packets to the guest: three times as many"
at_least "$(ratio pps_from)" 1.9 "60-byte packets from the guest: nearly twice as many"
at_least "$(ratio pps_bridge)" 2.5 "60-byte packets from the guest to a bridge"
at_most "${VALUE[ours.guest_irqs_to]}" $((PACKETS * 7 / 100)) "to the guest: 0.07 guest interrupts a packet"
at_most "${VALUE[ours.dom0_irqs_from]}" $((PACKETS * 7 / 100)) "from the guest: 0.07 of our interrupts a packet"
at_most "${VALUE[ours.guest_irqs_from]}" $((PACKETS / 10)) "from the guest: 0.1 completion interrupts a packet"
at_most $((1000000000 / ${VALUE[ours.pps_to]})) 9000 "to the guest: 9,000 instructions a packet"
at_most $((1000000000 / ${VALUE[ours.pps_bridge]})) 9000 "from the guest to a bridge: 9,000 instructions a packet"
for name in udp_p50 udp_p99 tcp_p50 tcp_p99; do
	at_most "$(ratio $name)" 0.95 "round trip: $name is sooner"
done
for name in to_tso_1 from_tso_1 to_tso_4 from_tso_4 to_plain_1 from_plain_1 to_plain_4 from_plain_4; do
	at_least "$(ratio $name)" 1.00 "TCP stream: $name is no slower"
done
tap_done
