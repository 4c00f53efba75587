# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Request and response beside load
# order: 4
# about: The same round trips while the interface has other work: paced packets, or a TCP stream at full rate, behind whose window a request waits. Who asks is on the CPU that takes the interface's events, and paced packets are sent from another: CPUs take turns in the instruction clock, and one that is woken may wait for its turn for milliseconds, which is not the driver's doing.
# headline: UDP beside 20,000 packets/s to the guest | p99 us
# expect: 950
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 4800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

load_moves() {
	[ "$(packets_so_far)" -ge $((FROM + 500)) ]
}

# What is beside it runs from load_start to load_end.
load_start() {
	FROM=$(packets_so_far)
	"$@" >/dev/null 2>&1 9>&- &
	LOAD=$!
	wait_until 20 load_moves || fail "$ARM: the load begins"
}

load_lasts() {
	kill -0 "$LOAD" 2>/dev/null || fail "$ARM: the load lasts"
}

load_end() {
	load_lasts
	[ ! -e /proc/net/pktgen ] || echo stop >/proc/net/pktgen/pgctrl
	kill "$LOAD" 2>/dev/null
	wait "$LOAD" 2>/dev/null
	settle
}

stream() {
	load_start taskset -c "0-$(($(nproc --all) - 1))" iperf3 -c "$(guest_ip a)" -t 30 "$@"
}

# This shell asks, and must not wait for the CPU of what paced packets come from.
measure() {
	taskset -cp "$(events_cpu "$VIF")" $$ >/dev/null || fail "$ARM: no CPU takes events"
	PKTGEN_DELAY=50000 PKTGEN_CPU=$(other_cpu "$VIF") load_start pktgen_to_guest a 60 0
	round_trips "UDP beside 20,000 packets/s to the guest" udp_rtt a 1000
	load_end
	stream
	round_trips "UDP beside a TCP stream to the guest" udp_rtt a 1000
	three_rounds round_trips "TCP beside a TCP stream to the guest" tcp_rtt a 1000
	load_end
	stream -R
	round_trips "UDP beside a TCP stream from the guest" udp_rtt a 1000
	load_end
}

compare measure
tap_done
