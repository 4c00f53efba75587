# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# One to eight queues, for guests of one and four CPUs, with split and shared channels.
# clock: insn
# driver-args: max_queues=8
# guest: one
# guest: four vcpus=4

. "$XNB_LIB"

A_QUEUE=50

# names VIF QUEUES [SUFFIX...]: the interrupts that these queues have.
names() {
	local n suffix

	for ((n = 0; n < $2; n++)); do
		for suffix in "${@:3}"; do
			echo "$1-q$n$suffix"
		done
	done
}

irq_names() {
	vif_irqs "$1" | cut -d ' ' -f 1 | sort
}

# Packets for each queue in turn: all arrive, and each queue has had its event.
packets() {
	local name=$1 total=$(($2 * A_QUEUE)) rx=$3 tx=$4 what=$5 vif strays irqs before after

	vif=$(vif_of "$name")
	before=$(guest_counts "$name") strays=$(strays) irqs=$(vif_irqs "$vif")
	queues_to_guest "$name" "$2" "$total"
	queues_from_guest "$name" "$2" "$total"
	wait_until 20 arrived $((strays + total))
	after=$(guest_counts "$name" $(($(strays_in "$before") + total)))
	is "$(($(strays_in "$after") - $(strays_in "$before")))" "$total" \
		"$what: each packet to it arrives, once"
	is "$(quiet_irqs "$before" "$after" "$rx\$")" "" "$what: every queue's events reach it"
	is "$(($(strays) - strays))" "$total" "$what: each packet from it arrives, once"
	is "$(quiet_irqs "$irqs" "$(vif_irqs "$vif")" "$tx\$")" "" \
		"$what: every queue's events come from it"
}

transfers() {
	flows 3 xfer_to "$1" tcp 100003 &
	flows 3 xfer_from "$1" tcp 100003 && wait $!
}

# queues_work NAME QUEUES split|shared WHAT
queues_work() {
	local name=$1 queues=$2 what="$4, $2 queues, $3" vif suffixes=(-rx -tx)

	vif=$(vif_of "$name")
	[ "$3" = split ] || suffixes=("")
	is "$(vif_queues "$vif")" "$queues" "$what: ethtool -l"
	is "$(irq_names "$vif")" "$(names "$vif" "$queues" "${suffixes[@]}")" \
		"$what: /proc/interrupts"
	packets "$name" "$queues" "${suffixes[0]}" "${suffixes[-1]}" "$what"
	check "$what: TCP both ways at once, verified" transfers "$name"
}

# reconnected NAME QUEUES split|shared WHAT
reconnected() {
	check "$4 connects again with $2" guest_reconnect "$1" "$2" || bail "no network"
	queues_work "$@"
}

vif=$(vif_of four)
is "$(ethtool -l "$vif" | awk '/^Combined/ { print $2; exit }')" 8 "eight queues are offered"
is "$(vif_key four multi-queue-max-queues)" 8 "and announced"
queues_work one 1 split "one CPU"
reconnected one 8 split "one CPU"
queues_work four 4 split "four CPUs"
reconnected four 2 split "four CPUs"
reconnected four 8 split "four CPUs"
is "$(vif_of four) $(cat "/sys/class/net/$vif/carrier")" "$vif 1" "all on the same interface"

# Its keys of the first connection, with split channels, still stand beside the new one's.
check "swap to a backend that offers shared channels only" \
	swap_to ours max_queues=8 separate_tx_rx_irq=0
is "$(irq_names "$(vif_of one)")" "$(names "$(vif_of one)" 8 -rx -tx)" \
	"what is connected keeps its split channels"
reconnected one 1 shared "one CPU"
reconnected four 4 shared "four CPUs"
tap_done
