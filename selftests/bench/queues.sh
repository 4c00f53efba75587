# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: One to eight queues
# order: 7
# about: A guest of four CPUs with one to eight queues. The clock shows what more queues cost, not what parallel CPUs gain by them.
# rounds: 3
# expect: 450
# clock: insn
# driver: stock
# vcpus: 6
# guest: a vcpus=4 memory=512
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

# The guest's memory is for what lifecycle.sh says.
SWAP_ARGS=max_queues=8

measure() {
	local n

	for n in 1 2 4 8; do
		check "$ARM: $n queues" guest_reconnect a "$n"
		is "$(find "/sys/class/net/$VIF/queues" -name 'tx-*' | grep -c .)" "$n" "$ARM: there are $n"
		note "queues: $n, TCP to the guest, 4 flows" Mbit/s "$(tcp_to_guest a 32M 4)"
		note "queues: $n, TCP from the guest, 4 flows" Mbit/s "$(tcp_from_guest a 32M 4)"
		[[ $n == [18] ]] || continue
		note "queues: $n, UDP round trip" "p50 us" "$(udp_rtt a 1000 50)"
	done
}

compare measure
tap_done
