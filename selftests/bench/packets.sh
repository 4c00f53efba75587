# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Packets at full rate
# order: 2
# about: pktgen sends UDP packets of 60, 200 and 1496 bytes as fast as they are taken. To the guest they end in its IP stack, from the guest in dom0's, or in a bridge where nobody takes them: then what is left is the way through the driver.
# headline: 60 bytes to the guest | packets/s
# headline: 60 bytes from the guest | packets/s
# headline: 60 bytes from the guest to a bridge | packets/s
# headline: 60 bytes to the guest | guest interrupts a packet
# headline: 60 bytes from the guest | host interrupts a packet
# expect: 400
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 1800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

PACKETS=5000

# both_ways SIZE...
both_ways() {
	local size

	for size; do
		packets "$size bytes to the guest" "$PACKETS" pktgen_to_guest "$size"
		packets "$size bytes from the guest" "$PACKETS" pktgen_from_guest "$size"
	done
}

measure() {
	# Where the work of the stock driver runs settles with the first packets.
	pktgen_to_guest a 60 "$PACKETS" >/dev/null
	both_ways 60
	packets "60 bytes from the guest to a bridge" "$PACKETS" pktgen_to_nobody 60
	three_rounds both_ways 200 1496
}

veth() {
	note "60 bytes to the guest" packets/s "$(sh -c "$(_pktgen_commands veth0 60 "$PACKETS" "$VETH_IP" \
		"$(ip netns exec peer cat /sys/class/net/veth1/address)")")"
}

compare measure
veth_start
beside veth veth
tap_done
