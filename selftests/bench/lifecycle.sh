# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Interfaces that come and go
# order: 7
# about: How long a guest takes to connect anew, how long a live swap to the same driver keeps it without network (the longest gap in a row of pings 10 ms apart), and what dom0 keeps for an idle interface, and for each further queue.
# headline: an idle interface | KiB of dom0
# headline: live swap | longest gap ms
# expect: 250
# clock: insn
# driver: stock
# memory: 2048
# guest: a memory=896
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

# The guest's driver keeps the buffers of each connection that ends, a MiB a queue: hence its memory.
SWAP_ARGS=max_queues=8
VIFS=8

# Milliseconds between answers, at most.
gap() {
	local ping

	ping -D -i 0.01 "$(guest_ip a)" >/run/ping 2>/dev/null 9>&- &
	ping=$!
	settle
	swap_to "${ARM/again/stock}" "$SWAP_ARGS" && guest_ping a
	settle
	kill -INT "$ping"
	wait "$ping"
	awk -F '[][]' '/bytes from/ { if (last && $2 - last > most) most = $2 - last; last = $2 }
		END { printf "%.1f\n", most * 1000 }' /run/ping
}

connect_time() {
	local since

	since=$(microseconds)
	guest_reconnect a "$1"
	echo $((($(microseconds) - since) / 1000))
}

kept() {
	snapshot_memory | awk '{ n += $2 } END { print n }'
}

# Interfaces of one queue each, one after the other.
interfaces() {
	local devid

	for ((devid = 1; devid <= VIFS; devid++)); do
		"$1" a "$devid" >/dev/null || fail "$1 $devid"
	done
}

measure() {
	local before

	note "live swap" "longest gap ms" "$(gap)"
	note "guest reconnects, 1 queue" ms "$(connect_time 1)"
	interfaces vif_plug
	interfaces vif_unplug
	settle
	before=$(kept)
	interfaces vif_plug
	settle
	note "an idle interface" "KiB of dom0" "$(ratio $(($(kept) - before)) "$VIFS")"
	interfaces vif_unplug
	before=$(kept)
	note "guest reconnects, 8 queues" ms "$(connect_time 8)"
	settle
	note "each further queue" "KiB of dom0" "$(ratio $(($(kept) - before)) 7)"
}

compare measure
tap_done
