# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Through a driver domain
# order: 6
# about: Both drivers in a guest that serves others: from one guest to another over its bridge. Its world switches cost more than dom0's, and the clock counts those of all three.
# rounds: 3
# expect: 300
# clock: insn
# driver: stock
# guest: domain config=driver_domain=1 memory=256
# guest-tools: full
# vcpus: 4
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

PACKETS=20000

arm_start() {
	if ! domain_swap "${ARM/again/stock}" u v || ! guest_ping u || ! guest_ping v; then
		bail "no live swap to $ARM"
	fi
	settle
}

received() {
	guest_run v 'cat /sys/class/net/eth0/statistics/rx_packets'
}

measure() {
	local before rate got

	note "TCP" Mbit/s "$(tcp_between u v 64M)"
	before=$(received)
	rate=$(pktgen_between u v 60 "$PACKETS")
	settle
	got=$(($(received) - before))
	! all_arrived "60 bytes" "$PACKETS" "$got" || note "60 bytes" packets/s "$rate"
	note "UDP round trip" "p50 us" "$(udp_rtt_between u v 1000 50)"
}

if ! domain_start || ! domain_load stock; then
	bail "no driver domain"
fi
for name in u v; do
	domain_guest "$name" memory=160 || bail "no guest $name"
done
compare measure
tap_done
