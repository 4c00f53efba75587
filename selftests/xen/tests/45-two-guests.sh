# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Two guests of four queues each: to, from and between them, all at once.
# clock: insn
# driver-args: max_queues=8
# guest: a vcpus=2 queues=4
# guest: b vcpus=2 queues=4

. "$XNB_LIB"

TOTAL=400
# What sends an event for each direction: the interface's -tx, the guest's -rx.
WORKERS='^vif[0-9]+[.]0-q.-tx|^vif0-q.-rx'

in_all() {
	is "$(vif_queues "$(vif_of "$1")")" 4 "$1 has four queues"
}

counts() {
	vif_irqs "$(vif_of "$1")"
	guest_counts "$@"
}

# A guest's own counters, and the interface's of the other direction.
ends_agree() {
	local vif theirs

	vif=$(vif_of "$1")
	theirs=$(guest_run "$1" 'cd /sys/class/net/eth0/statistics; echo $(cat rx_packets tx_packets)')
	[ "$theirs" = "$(link_stat "$vif" tx_packets) $(link_stat "$vif" rx_packets)" ]
}

errors() {
	local name

	for name in rx_dropped rx_errors tx_dropped tx_errors; do
		[ "$(link_stat "$1" $name)" = 0 ] || echo "$name"
	done
	ethtool -S "$1" | awk '/drop|error|drained|stalls|overflow|fixup/ && $2 { print $1 }'
}

# Each way its own number on all queues at once: none is lost, none comes to the other.
packets_at_once() {
	local before after_a after_b strays_a strays_b

	before=$(strays) strays_a=$(strays_in "$A") strays_b=$(strays_in "$B")
	queues_from_guest a 4 $TOTAL &
	queues_from_guest b 4 $((3 * TOTAL)) &
	queues_to_guest a 4 $TOTAL
	queues_to_guest b 4 $((2 * TOTAL))
	wait
	wait_until 20 arrived $((before + 4 * TOTAL))
	after_a=$(guest_counts a $((strays_a + TOTAL)))
	after_b=$(guest_counts b $((strays_b + 2 * TOTAL)))
	is "$(strays_in "$after_a") $(strays_in "$after_b") $(strays)" \
		"$((strays_a + TOTAL)) $((strays_b + 2 * TOTAL)) $((before + 4 * TOTAL))" \
		"every packet arrives once, where it should"
}

transfers_at_once() {
	local jobs=() job status=0

	flows 4 xfer_to a tcp 200003 & jobs+=($!)
	flows 4 xfer_from a tcp 200003 & jobs+=($!)
	flows 4 xfer_to b tcp 200003 & jobs+=($!)
	flows 4 xfer_from b tcp 200003 & jobs+=($!)
	flows 4 xfer_between a b tcp 200003 & jobs+=($!)
	flows 4 xfer_between b a tcp 200003 & jobs+=($!)
	xfer_between a b udp 0 65507 13001 & jobs+=($!)
	for job in "${jobs[@]}"; do
		wait "$job" || status=1
	done
	return $status
}

in_all a
in_all b
A=$(counts a)
B=$(counts b)
packets_at_once
is "$(quiet_irqs "$A" "$(counts a)" "$WORKERS")" "" "every queue of a worked, both ways"
is "$(quiet_irqs "$B" "$(counts b)" "$WORKERS")" "" "every queue of b worked, both ways"
check "24 flows to, from and between them at once, verified" transfers_at_once
for name in a b; do
	check "$name and its interface count the same" wait_until 20 ends_agree $name
	is "$(errors "$(vif_of $name)" | xargs)" "" "$name: nothing dropped, no error"
done
tap_done
