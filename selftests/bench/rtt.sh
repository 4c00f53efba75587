# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Request and response
# order: 4
# about: A message of 14 bytes to the guest, and the next one when it was answered: the whole round trip, median and tail, on an idle interface. Who asks is on the CPU that takes the interface's events, or on another, which then has to be woken.
# headline: UDP, idle | p50 us
# headline: UDP, idle | p99 us
# expect: 270
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

measure() {
	round_trips "UDP, idle" udp_rtt a 2000
	round_trips "TCP, idle" tcp_rtt a 2000
	RTT_FROM=other_cpu round_trips "UDP, idle, on another CPU" udp_rtt a 2000
	RTT_FROM=other_cpu round_trips "TCP, idle, on another CPU" tcp_rtt a 2000
}

veth() {
	round_trips "UDP, idle" rtt udp "$VETH_IP" 11111 2000
	round_trips "TCP, idle" rtt tcp "$VETH_IP" 11112 2000
}

compare measure
veth_start
beside veth veth
tap_done
