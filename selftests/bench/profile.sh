# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Where the instructions go
# order: 9
# expect: 200
# clock: insn
# driver: stock
# plugin: blocks
# guest: a
# guest-tools: full
# timeout: 1800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

measure() {
	profile "60 bytes to the guest" "a packet" packets_so_far 2 100 5100 pktgen_to_guest a 60
	profile "60 bytes from the guest" "a packet" packets_so_far 2 100 5100 pktgen_from_guest a 60
	profile "60 bytes from the guest to a bridge" "a packet" packets_so_far 2 100 5100 \
		pktgen_to_nobody a 60
	profile "TCP to the guest" "a KiB" kib_so_far 2 8M 136M tcp_to_guest a
	profile "TCP from the guest" "a KiB" kib_so_far 2 8M 136M tcp_from_guest a
	profile "UDP round trip" "a packet" packets_so_far 2 100 1100 udp_rtt a
}

profile_both measure
tap_done
