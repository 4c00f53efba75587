# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Interfaces and guests that come and go, also under load: nothing is left of them.
# clock: turns
# guest: a vcpus=2 queues=2 memory=256
# dom0-memory: 768

. "$XNB_LIB"

WARM_UP=2
CYCLES=20
RECONNECTS=200
# What the allocators round and cache; a page a reconnect would be thrice that.
MEMORY_SLACK_KB=256

no_memory_kept() {
	local kind before after

	snapshot_memory >/run/memory.after
	for kind in pages objects; do
		before=$(awk -v name="${kind}_kB" '$1 == name { print $2 }' /run/memory)
		after=$(awk -v name="${kind}_kB" '$1 == name { print $2 }' /run/memory.after)
		at_most $((after - before)) $MEMORY_SLACK_KB "$1: no memory is kept: $kind"
	done
}

reconnects() {
	frontend_start 1 || bail "no frontend"
	frontend state 4 >/dev/null
	is "$(frontend reconnect 50)" 50 "a frontend reconnects"
	snapshot_memory >/run/memory
	is "$(frontend reconnect $RECONNECTS)" $RECONNECTS "and $RECONNECTS times more"
	no_memory_kept reconnects
	frontend_end
}

cycles() {
	local n

	for ((n = 0; n < $1; n++)); do
		vif_plug a 1 && vif_unplug a 1 || return 1
		[ ! -e "/sys/class/net/$(vif_of a 1)" ] || return 1
	done
}

attach_detach() {
	check "interfaces come and go" cycles $WARM_UP || bail "they do not"
	resource_counts >/run/counts
	grants_mapped a >/run/grants
	snapshot_memory >/run/memory
	check "$CYCLES interfaces come and go" cycles $CYCLES
	no_memory_kept interfaces
	wait_until 10 resources_are_back
	is "$(cat /run/counts.after)" "$(cat /run/counts)" \
		"channels, interrupts, interfaces, threads are back"
	at_least "$(cat /run/grants)" 4 "the guest's rings are mapped"
	is "$(grants_mapped a)" "$(cat /run/grants)" "the guest's grants are back"
}

xl_attach() {
	check "xl network-attach" xl network-attach a script=vif-quick bridge=xenbr0 \
		mac=00:16:3e:00:07:01
	check "both ends are connected" wait_until "$RUN_SECONDS" _vif_state_is a 1 4
	check "xl network-detach" xl network-detach a 1
	check "the device is gone" wait_until "$RUN_SECONDS" \
		test ! -e "/sys/bus/xen-backend/devices/vif-$(guest_id a)-1"
}

# As fast as it goes, both ways, until killed.
load() {
	xfer tcp -t 200 "$(guest_ip b)" "$XFER_PORT" 1000000000000 >/run/load1 2>&1 9>&- &
	LOAD1=$!
	xfer tcp -r -t 200 "$(guest_ip b)" "$XFER_PORT" 1000000000000 >/run/load2 2>&1 9>&- &
	LOAD2=$!
	check "load both ways" wait_until "$RUN_SECONDS" traffic_moves b
}

end_load() {
	kill $LOAD1 $LOAD2
	wait $LOAD1 $LOAD2 2>/dev/null
}

guest_comes_and_goes() {
	resource_counts >/run/counts
	check "another guest" guest_start b reboot=restart || bail "no guest"
	load
	check "it reboots under load" guest_reboot b || bail "the guest is lost"
	end_load
	progress "rebooted"
	check "TCP connections both ways" traffic_start b
	check "it is saved" guest_save b /run/b.save || bail "the guest is lost"
	check "and restored" guest_restore b /run/b.save || bail "the guest is lost"
	rm /run/b.save
	progress "restored"
	check "the TCP connections survived" traffic_stop b
	load
	check "it is destroyed under load" guest_destroy b
	end_load
	check "its interface is gone" wait_until "$RUN_SECONDS" test ! -e "/sys/class/net/$(vif_of b)"
	wait_until 20 resources_are_back
	is "$(cat /run/counts.after)" "$(cat /run/counts)" \
		"channels, interrupts, domains, Xen's memory are back"
}

modprobe xen-gntalloc
reconnects
progress "reconnected"
attach_detach
progress "attached and detached"
xl_attach
guest_comes_and_goes
check "the first guest answers" guest_ping a
check "it shuts down" guest_stop a
is "$(find /sys/class/net -name 'vif*' | wc -l)" 0 "no interface is left"
check "rmmod" driver_unload
is "$(driver)" none "the driver is unloaded"
tap_done
