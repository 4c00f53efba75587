# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Many guests
# order: 6
# about: One to sixteen guests that share the machine, all at work at once: what they get together. And one TCP stream from a guest to another.
# headline: guests: 16, to all of them | Mbit/s
# headline: guests: 16, from all of them | Mbit/s
# headline: from one guest to another | Mbit/s
# expect: 1150
# clock: insn
# driver: stock
# memory: 3800
# dom0-memory: 640
# guest: a memory=160
# guest-tools: full
# timeout: 4800

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

COUNT=16
ADDRESSES=() INTERFACES=()

start_guests() {
	local n name=a

	for ((n = 1; n <= COUNT; n++)); do
		[ $n = 1 ] || name=g$n
		[ $n = 1 ] || guest_start "$name" memory=160 || bail "guest $n does not start"
		ADDRESSES+=("$(guest_ip "$name")")
		INTERFACES+=("$(vif_of "$name")")
	done
}

# Bytes of the first COUNT interfaces so far, each in BYTES. Processes are dear while all work.
read_bytes() {
	local n rx tx dir

	for ((n = 0; n < $1; n++)); do
		dir=/sys/class/net/${INTERFACES[n]}/statistics
		read -r rx <"$dir/rx_bytes" && read -r tx <"$dir/tx_bytes"
		BYTES[n]=$((rx + tx))
	done
}

# Every one of them has had half a megabyte more than before.
all_move() {
	local n

	read_bytes "$1"
	for ((n = 0; n < $1; n++)); do
		[ $((BYTES[n] - FROM[n])) -ge 500000 ] || return 1
	done
}

sum() {
	local IFS=+

	echo $(($*))
}

# together COUNT OPTION...: Mbit/s of so many streams at once, when all of them are under way.
together() {
	local n since jobs=() BYTES=() FROM=() before=()

	read_bytes "$1"
	FROM=("${BYTES[@]}")
	for ((n = 0; n < $1; n++)); do
		iperf3 -c "${ADDRESSES[n]}" -t 60 "${@:2}" >/dev/null 2>&1 9>&- &
		jobs+=($!)
	done
	wait_until 30 all_move "$1" || return 1
	since=$(microseconds)
	read_bytes "$1"
	before=("${BYTES[@]}")
	settle
	read_bytes "$1"
	since=$(($(microseconds) - since))
	kill "${jobs[@]}"
	wait "${jobs[@]}" 2>/dev/null
	echo $((8 * ($(sum "${BYTES[@]}") - $(sum "${before[@]}")) / since))
}

both_ways() {
	note "guests: $1, to all of them" Mbit/s "$(together "$1")"
	settle
	note "guests: $1, from all of them" Mbit/s "$(together "$1" -R)"
	settle
}

measure() {
	three_rounds both_ways 1
	three_rounds both_ways 4
	both_ways "$COUNT"
	note "from one guest to another" Mbit/s "$(tcp_between a g2 192M)"
}

start_guests
compare measure
tap_done
