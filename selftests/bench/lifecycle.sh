# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: Interfaces that come and go
# order: 7
# about: How long a guest takes to connect anew, how long a live swap to the same driver keeps it without network (the longest gap in a row of pings 10 ms apart), and what dom0 keeps for an idle interface, and for each further queue.
# headline: an idle interface | KiB of dom0
# expect: 900
# clock: insn
# driver: stock
# memory: 2560
# guest: a memory=1280
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

# The guest's driver keeps the buffers of each connection that ends, a MiB a queue: hence its memory.
SWAP_ARGS=max_queues=8
VIFS=5

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

reconnect() {
	guest_reconnect a "$1"
}

connect_time() {
	local since

	since=$(microseconds)
	reconnect "$1"
	echo $((($(microseconds) - since) / 1000))
}

# A driver's threads have stacks. Of a slab the objects count, and not what is free between them:
# that depends on who had them before. What is freed with delay is free by then.
kept() {
	read -rt 3 -u "$NEVER" || :
	{
		snapshot_memory | grep pages_kB
		grep KernelStack: /proc/meminfo
		awk 'NR > 2 { bytes += $2 * $4 } END { print "objects", bytes / 1024 }' /proc/slabinfo
	} | awk '{ n += $2 } END { printf "%d\n", n }'
}

# Interfaces of one queue each, one after the other.
interfaces() {
	local devid

	for ((devid = 1; devid <= VIFS; devid++)); do
		"$1" a "$devid" >/dev/null || fail "$1 $devid"
	done
}

# more_kept VERB LESS MORE: KiB that dom0 keeps more after VERB MORE than after VERB LESS, when
# both were once before: some things grow only once.
more_kept() {
	local less

	"$1" "$2"
	"$1" "$3"
	"$1" "$2"
	less=$(kept)
	"$1" "$3"
	echo $(($(kept) - less))
}

# The last number of queues is that of interfaces that come, too.
measure() {
	note "live swap" "longest gap ms" "$(gap)"
	note "guest reconnects, 8 queues" ms "$(connect_time 8)"
	note "each further queue" "KiB of dom0" "$(ratio "$(more_kept reconnect 1 8)" 7)"
	note "guest reconnects, 1 queue" ms "$(connect_time 1)"
	interfaces vif_plug
	note "an idle interface" "KiB of dom0" \
		"$(ratio "$(more_kept interfaces vif_unplug vif_plug)" "$VIFS")"
	interfaces vif_unplug
}

compare measure
tap_done
