# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: In short turns
# order: 4
# about: The headline numbers again, in a machine whose CPUs take turns of at most 17 us instead of until any timer is due, which may be milliseconds: so all go on side by side, as they do on CPUs of their own. Who asks is on the CPU that takes the interface's events, on which the driver works, or on another one. Paced packets come from another.
# rounds: 3
# headline: UDP beside 20,000 packets/s to the guest | p99 us
# expect: 750
# clock: insn
# turn-usecs: 17 23
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

beside_stream() {
	round_trips "$1" udp_rtt a 1000
	RTT_FROM=other_cpu round_trips "$1, on another CPU" udp_rtt a 1000
}

measure() {
	packets "60 bytes to the guest" 5000 pktgen_to_guest 60
	packets "60 bytes from the guest" 5000 pktgen_from_guest 60
	note "TCP to the guest, 1 flow" Mbit/s "$(tcp_to_guest a 32M)"
	note "TCP from the guest, 1 flow" Mbit/s "$(tcp_from_guest a 32M)"
	round_trips "UDP, idle" udp_rtt a 1000
	paced_start
	round_trips "UDP beside 20,000 packets/s to the guest" udp_rtt a 1000
	load_end
	stream_start
	beside_stream "UDP beside a TCP stream to the guest"
	load_end
	stream_start -R
	beside_stream "UDP beside a TCP stream from the guest"
	load_end
}

compare measure
tap_done
