# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Packets at a given rate
# order: 3
# about: 60-byte packets one after the other at 2,000 to 100,000 a second: what each of them costs in interrupts, where waiting for company is a choice. The rate that was reached is beside it. No packet waits longer for its event than docs/coalescing.md says.
# headline: 20,000/s to the guest | guest interrupts a packet
# headline: 20,000/s from the guest | host interrupts a packet
# rounds: 3
# expect: 250
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 1800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

measure() {
	local rate count PKTGEN_DELAY

	for rate in 2,000 10,000 20,000 50,000 100,000; do
		count=$((${rate/,/} / 20 + 400))
		PKTGEN_DELAY=$((1000000000 / ${rate/,/}))
		packets "$rate/s to the guest" "$count" pktgen_to_guest 60
		packets "$rate/s from the guest" "$count" pktgen_from_guest 60
	done
}

compare measure
tap_done
