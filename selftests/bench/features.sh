# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: What a feature costs
# order: 8
# about: The same loads with one thing changed: both directions on one event channel, receive work in threads, checksums not offloaded, a rate limit that is never reached.
# rounds: 3
# expect: 500
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

round_trip() {
	note "$1: UDP round trip" "p50 us" "$(udp_rtt a 1000 50)"
}

loads() {
	note "$1: 60 bytes to the guest" packets/s "$(pktgen_to_guest a 60 4000)"
	note "$1: 60 bytes from the guest" packets/s "$(pktgen_from_guest a 60 4000)"
	note "$1: TCP to the guest" Mbit/s "$(tcp_to_guest a 32M)"
	note "$1: TCP from the guest" Mbit/s "$(tcp_from_guest a 32M)"
}

measure() {
	round_trip "as it is"
	loads "as it is"
	ethtool -K "$VIF" tx off >/dev/null
	guest_run a "ethtool -K eth0 tx off" >/dev/null
	loads "no checksum offload"
	ethtool -K "$VIF" tx on >/dev/null
	guest_run a "ethtool -K eth0 tx on" >/dev/null
	offloads on
	echo 1 >"/sys/class/net/$VIF/threaded"
	round_trip "in threads"
	loads "in threads"
	SWAP_ARGS=separate_tx_rx_irq=0
	arm_start
	SWAP_ARGS=''
	round_trip "one event channel"
	loads "one event channel"
	agent write "/local/domain/0/backend/vif/$(guest_id a)/0/rate" 4000000000,50000
	arm_start
	loads "a rate limit"
	xenstore-rm "/local/domain/0/backend/vif/$(guest_id a)/0/rate"
}

compare measure
tap_done
