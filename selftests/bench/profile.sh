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
	profile_under_way "TCP to the guest" "a KiB" tx_bytes 131072 "exec iperf3 -c 10.0.0.1 -t 60 -R"
	profile_under_way "TCP from the guest" "a KiB" rx_bytes 131072 "exec iperf3 -c 10.0.0.1 -t 60"
	profile "UDP round trip" "a packet" packets_so_far 2 100 1100 udp_rtt a
}

iperf3 -s -D >/dev/null 2>&1 || bail "no server in dom0"
profile_both measure
tap_done
