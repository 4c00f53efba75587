# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Many guests
# order: 6
# about: One to sixteen guests that share the machine, all at work at once: what they get together. And one TCP stream from a guest to another.
# headline: 16 guests, to all of them | Mbit/s
# headline: 16 guests, from all of them | Mbit/s
# headline: from one guest to another | Mbit/s
# rounds: 3
# expect: 420
# clock: insn
# driver: stock
# memory: 3800
# dom0-memory: 640
# guest: a memory=160
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

COUNT=16

start_guests() {
	local n

	for ((n = 2; n <= COUNT; n++)); do
		guest_start "g$n" memory=160 || bail "guest $n does not start"
	done
}

# names COUNT: of so many guests.
names() {
	local n

	echo a
	for ((n = 2; n <= $1; n++)); do
		echo "g$n"
	done
}

bytes_so_far() {
	local name bytes=0

	for name in $(names "$1"); do
		bytes=$((bytes + $(link_stat "$(vif_of "$name")" rx_bytes) + $(link_stat "$(vif_of "$name")" tx_bytes)))
	done
	echo "$bytes"
}

# Every one of them has had a megabyte more than before.
all_move() {
	local name vif

	for name in $(names "$1"); do
		vif=$(vif_of "$name")
		[ $(($(link_stat "$vif" rx_bytes) + $(link_stat "$vif" tx_bytes))) -ge $((FROM[$name] + 1000000)) ] ||
			return 1
	done
}

# together COUNT OPTION...: Mbit/s of so many streams at once, when all of them are under way.
together() {
	local name since bytes jobs=()
	declare -A FROM

	for name in $(names "$1"); do
		FROM[$name]=$(($(link_stat "$(vif_of "$name")" rx_bytes) + $(link_stat "$(vif_of "$name")" tx_bytes)))
		iperf3 -c "$(guest_ip "$name")" -t 60 "${@:2}" >/dev/null 2>&1 9>&- &
		jobs+=($!)
	done
	wait_until 30 all_move "$1" || return 1
	since=$(microseconds) bytes=$(bytes_so_far "$1")
	settle
	settle
	bytes=$(($(bytes_so_far "$1") - bytes)) since=$(($(microseconds) - since))
	kill "${jobs[@]}"
	wait "${jobs[@]}" 2>/dev/null
	echo $((8 * bytes / since))
}

measure() {
	local n name

	for name in $(names "$COUNT"); do
		guest_ping "$name" || bail "$name does not answer"
	done
	for n in 1 4 16; do
		note "$n guests, to all of them" Mbit/s "$(together "$n")"
		settle
		note "$n guests, from all of them" Mbit/s "$(together "$n" -R)"
		settle
	done
	note "from one guest to another" Mbit/s "$(tcp_between a g2 64M)"
}

start_guests
compare measure
tap_done
