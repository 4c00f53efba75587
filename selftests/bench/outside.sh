# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: An outside peer through dom0's NIC
# order: 4
# about: The way that hosts serve all day: guest, bridge, NIC, and a peer outside of the machine. The peer does not live in the instruction clock, so this counts instructions of the whole host, Xen, dom0 and guest, not time.
# headline: TCP to the guest | instructions a byte
# headline: TCP from the guest | instructions a byte
# headline: 60 bytes from the guest | instructions a packet
# expect: 300
# clock: insn
# driver: stock
# plugin: yes
# nic: outside
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

PEER=10.0.0.250
PACKETS=5000
STREAM_BYTES=64000000
LABEL=0

# spent ROW UNIT COUNT: a window of the plugin's ends; the runner divides it by COUNT.
spent() {
	LABEL=$((LABEL + 1))
	mark "$LABEL"
	echo "# spent|$LABEL|$1|instructions a $2|$ARM|$ROUND|$3"
}

bytes_so_far() {
	echo $(($(link_stat "$VIF" rx_bytes) + $(link_stat "$VIF" tx_bytes)))
}

have_moved() {
	[ "$(bytes_so_far)" -ge "$1" ]
}

# stream ROW OPTION...: between its start and its end, so many bytes of it.
stream() {
	local job from

	job=$(guest_run_bg a "iperf3 -c $PEER -t 60 ${*:2} & echo \$! >/run/stream; wait")
	wait_until 20 have_moved "$(($(bytes_so_far) + 8000000))" || fail "$1, $ARM: it moves"
	mark 0
	from=$(bytes_so_far)
	wait_until 60 have_moved "$((from + STREAM_BYTES))" || fail "$1, $ARM: it goes on"
	spent "$1" byte $(($(bytes_so_far) - from))
	guest_run a "kill \$(cat /run/stream)"
	guest_wait a "$job" >/dev/null
	settle
}

measure() {
	guest_run a "ping -q -c 1 -W 5 $PEER" >/dev/null || bail "no way to the peer"
	stream "TCP from the guest"
	stream "TCP to the guest" -R
	mark 0
	guest_run a "$(_pktgen_commands eth0 60 "$PACKETS" "$PEER" "$MAC")" >/dev/null
	spent "60 bytes from the guest" packet "$PACKETS"
	settle
}

modprobe virtio_net
ip link set eth0 master xenbr0 up
wait_until 20 _ping_once "$PEER" || bail "no peer"
MAC=$(ip neigh show "$PEER" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
compare measure
tap_done
