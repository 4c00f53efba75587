# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Who asks the kernel finds each queue's NAPI context and its interrupt, while there is one.
# clock: insn
# driver-args: max_queues=4
# guest: a queues=3

. "$XNB_LIB"

irq_of() {
	awk -v name="$1" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts
}

# expected QUEUES SUFFIX: each queue's type, number and interrupt; one that only sends has none.
expected() {
	local n

	for ((n = 0; n < $1; n++)); do
		echo "rx $n $(irq_of "$vif-q$n$2")"
	done
	for ((n = 0; n < $1; n++)); do
		echo "tx $n -"
	done
}

# The guest's transmit is our receive. tells QUEUES SUFFIX WHAT
tells() {
	local told

	told=$(queues "$vif")
	is "$(cut -d ' ' -f 1,2,4 <<<"$told")" "$(expected "$1" "$2")" "$3: each queue's interrupt"
	is "$(awk '$3 > 0 { print $3 }' <<<"$told" | sort -u | wc -l)" "$1" \
		"$3: each of them has a NAPI context of its own"
}

none_told() {
	[ "$(queues "$vif" | cut -d ' ' -f 3,4 | sort -u)" = "0 -" ]
}

goes() {
	guest_destroy "$1" && wait_until 10 test ! -e "/sys/class/net/$vif"
}

vif=$(vif_of a)
queues "$vif" >/dev/null
[ $? != 4 ] || skip_all "this kernel does not tell of queues"
tells 3 -tx "three queues"
check "the interface goes down and up" sh -c "ip link set $vif down && ip link set $vif up"
tells 3 -tx "up again"
check "the guest connects again with two" guest_reconnect a 2 || bail "no network"
tells 2 -tx "two queues"
check "swap to a backend that offers shared channels only" \
	swap_to ours max_queues=4 separate_tx_rx_irq=0
check "the guest connects again with four" guest_reconnect a 4 || bail "no network"
tells 4 "" "four queues, shared"
check "the guest's driver leaves" guest_run a "echo vif-0 >/sys/bus/xen/drivers/vif/unbind"
check "each of its queues is told without a NAPI context" wait_until 10 none_told
check "the guest goes, and the interface" goes a
tap_done
