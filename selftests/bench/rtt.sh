# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Request and response
# order: 4
# about: sockperf sends a message to the guest and waits for its answer: the whole round trip, median and tail. First on an idle interface, then beside packets or TCP streams. Beside a stream at full rate a request waits behind all that the sender has in its window, which is not the same each time.
# headline: UDP, idle | p50 us
# headline: UDP, idle | p99 us
# headline: UDP beside 20,000 packets/s to the guest | p99 us
# expect: 600
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

RTT_PERCENTILES="50 99 99.9"

# round_trips ROW COMMAND...
round_trips() {
	local p50 p99 p999

	read -r p50 p99 p999 < <("${@:2}")
	note "$1" "p50 us" "$p50"
	note "$1" "p99 us" "$p99"
	note "$1" "p99.9 us" "$p999"
}

# What is beside it runs from load_start to load_end.
load_start() {
	"$@" >/dev/null 2>&1 9>&- &
	LOAD=$!
	settle
}

load_end() {
	kill "$LOAD" 2>/dev/null
	wait "$LOAD" 2>/dev/null
	settle
}

measure() {
	local ip

	ip=$(guest_ip a)
	round_trips "UDP, idle" udp_rtt a 1
	round_trips "TCP, idle" tcp_rtt a 1
	PKTGEN_DELAY=50000 load_start pktgen_to_guest a 60 30000
	round_trips "UDP beside 20,000 packets/s to the guest" udp_rtt a 1
	wait "$LOAD"
	load_start iperf3 -c "$ip" -t 30
	round_trips "UDP beside a TCP stream to the guest" udp_rtt a 1
	round_trips "TCP beside a TCP stream to the guest" tcp_rtt a 1
	load_end
	load_start iperf3 -c "$ip" -t 30 -R
	round_trips "UDP beside a TCP stream from the guest" udp_rtt a 1
	load_end
}

veth() {
	round_trips "UDP, idle" _sockperf "$VETH_IP" 1 -p 11111
	round_trips "TCP, idle" _sockperf "$VETH_IP" 1 --tcp -p 11112
}

compare measure
veth_start
beside veth veth
tap_done
