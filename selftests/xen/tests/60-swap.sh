# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Live swap, stock to ours to stock, five times under traffic both ways.
# driver: stock
# clock: turns
# guest: a vcpus=2 queues=2

. "$XNB_LIB"

ROUNDS=5
VIF=$(vif_of a)
BACKEND=backend/vif/$(guest_id a)/0

# What stands behind the interface: its driver, and the queues that have interrupts.
behind_vif() {
	echo "$(ethtool -i "$VIF" | sed -n 's/^driver: //p') $(vif_irqs "$VIF" | grep -c .)"
}

guest_pings_both() {
	guest_ping a && guest_run a 'ping -q -c 1 -W 10 10.0.0.1'
}

never_closed() {
	is "$(states_written "$BACKEND" | tr -dc 56)$(states_written device/vif/0)" "" \
		"xenstore showed no Closing or Closed"
	[ "$TAP_FAILED" = 0 ]
}

# swap WHICH DRIVER-NAME
swap() {
	check "round $round: swap to $1" swap_to "$1" || bail "no driver"
	never_closed || bail "the guest may have closed for good"
	is "$(driver), $(behind_vif)" "$1, $2 4" "the driver behind the interface, its queues' interrupts"
	is "$(vif_key a state)$(agent read "/local/domain/$(guest_id a)/device/vif/0/state")" 44 \
		"both ends are connected"
	check "the TCP connections go on" wait_until "$RUN_SECONDS" traffic_moves a
}

monitor_hears() {
	ip link set lo alias heard && [ -s /run/monitor ]
}

# The kernel tells a bridge of lost carriers once a second: whoever comes next would wait. Here it
# tells at once, as the last one is longer ago.
carrier_stays() {
	local monitor

	check "to our driver again" swap_to ours
	wait_until 2 false
	ip monitor link >/run/monitor &
	monitor=$!
	wait_until 10 monitor_hears
	check "and to the stock driver" swap_to stock
	kill $monitor
	wait $monitor
	is "$(sed '/^Deleted/q' /run/monitor | grep -c -e '^Deleted' -e NO-CARRIER)" 1 \
		"our interface goes without losing its carrier first"
}

one_round() {
	round=$1
	swap ours xen-netback
	check "the guest answers, and is answered" guest_pings_both
	swap stock vif
}

# Modules leave holes of other sizes each time.
MEMORY_SLACK_KB=512

memory_grew() {
	local before after

	before=$(awk -v name="$1_kB" '$1 == name { print $2 }' /run/memory)
	after=$(awk -v name="$1_kB" '$1 == name { print $2 }' /run/memory.after)
	echo $((after - before))
}

round=0
is "$(driver), $(behind_vif)" "stock, vif 4" "the stock driver runs the interface"
resource_counts >/run/counts
grants_before=$(grants_mapped a)
at_least "$grants_before" 4 "the guest's rings are mapped"
record_states
check "TCP connections both ways" traffic_start a || bail "no traffic"

one_round 1
check "they end well" traffic_stop a
snapshot_memory >/run/memory
check "TCP connections again" traffic_start a
for ((n = 2; n <= ROUNDS; n++)); do
	one_round "$n"
done

check "the TCP connections survived, nothing is lost or changed" traffic_stop a
is "$(states_written "$BACKEND")" "$(for ((n = 0; n < 2 * ROUNDS; n++)); do echo 2 4; done | xargs)" \
	"the backend's states"
carrier_stays
wait_until 10 resources_are_back
is "$(cat /run/counts.after)" "$(cat /run/counts)" "channels, interrupts, threads and memory of Xen are back"
is "$(grants_mapped a)" "$grants_before" "the guest's grants are back"
snapshot_memory >/run/memory.after
for name in pages objects; do
	at_most "$(memory_grew $name)" $MEMORY_SLACK_KB "no memory is kept since round 1: $name"
done
diag "$(cat /run/memory /run/memory.after)"
tap_done
