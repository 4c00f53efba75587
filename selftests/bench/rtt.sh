# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Request and response
# order: 4
# about: sockperf sends a message to the guest and waits for its answer: the whole round trip, median and tail, on an idle interface.
# headline: UDP, idle | p50 us
# headline: UDP, idle | p99 us
# expect: 620
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

measure() {
	round_trips "UDP, idle" udp_rtt a 1
	round_trips "TCP, idle" tcp_rtt a 1
}

veth() {
	round_trips "UDP, idle" _sockperf "$VETH_IP" 1 -p 11111
	round_trips "TCP, idle" _sockperf "$VETH_IP" 1 --tcp -p 11112
}

compare measure
veth_start
beside veth veth
tap_done
