# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Request and response beside load
# order: 4
# about: The same round trips while a TCP stream has the interface at full rate: a request waits behind the stream's window. Who asks is on the CPU that takes the interface's events. Beside paced packets: see In short turns.
# headline: UDP beside a TCP stream from the guest | p99 us
# expect: 500
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 4800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

measure() {
	stream_start
	round_trips "UDP beside a TCP stream to the guest" udp_rtt a 1000
	three_rounds round_trips "TCP beside a TCP stream to the guest" tcp_rtt a 1000
	load_end
	stream_start -R
	round_trips "UDP beside a TCP stream from the guest" udp_rtt a 1000
	load_end
}

compare measure
tap_done
