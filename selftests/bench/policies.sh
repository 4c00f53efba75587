# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Coalescing as a setting
# order: 8
# about: The stock driver beside this one with other settings of ethtool -C: by default (adaptive), and static with 0, 64 and 200 us in both directions. See docs/coalescing.md.
# rounds: 3
# expect: 220
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

SETTINGS="default static-0 static-64 static-200"

# Settings survive swaps: those of a new interface have to be said.
defaults() {
	local knob

	for knob in {tx,rx}_{usecs,frames} adaptive_{tx,rx}; do
		tr YN 10 <"/sys/module/xen_netback/parameters/$knob" >"/sys/class/net/$VIF/coalesce/$knob" ||
			return 1
	done
}

apply() {
	case $ARM/$1 in
	ours/default) defaults ;;
	ours/static-*) ethtool -C "$VIF" adaptive-tx off tx-usecs "${1#*-}" adaptive-rx off rx-usecs "${1#*-}" ;;
	esac
}

shown() {
	case $1 in
	static-*) echo "static ${1#*-} us" ;;
	*) echo "$1" ;;
	esac
}

# The stock driver has no setting: what it did once stands beside each of ours.
noted() {
	local setting

	for setting in $SETTINGS; do
		[ "$ARM" != ours ] || [ "$setting" = "$SETTING" ] || continue
		note "$1, $(shown "$setting")" "$2" "$3"
	done
}

one_setting() {
	SETTING=$1
	apply "$1" || fail "$1 can be set"
	packets_of "60 bytes to the guest" pktgen_to_guest
	packets_of "60 bytes from the guest" pktgen_from_guest
	noted "UDP round trip" "p50 us" "$(udp_rtt a 1000 50)"
	noted "TCP to the guest" Mbit/s "$(tcp_to_guest a 32M)"
	noted "TCP from the guest" Mbit/s "$(tcp_from_guest a 32M)"
}

packets_of() {
	local irqs rate

	irqs=$(guest_irqs a)
	rate=$("$2" a 60 5000)
	settle
	noted "$1" packets/s "$rate"
	noted "$1" "guest interrupts a packet" "$(ratio $(($(guest_irqs a) - irqs)) 5000)"
}

measure() {
	local setting

	if [ "$ARM" != ours ]; then
		one_setting default
		return
	fi
	for setting in $SETTINGS; do
		one_setting "$setting"
	done
}

compare measure
tap_done
