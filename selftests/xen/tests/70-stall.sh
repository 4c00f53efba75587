# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A guest that posts no buffers: its packets, its carrier, and how it comes back.
# clock: insn
# vcpus: 2
# driver: none

. "$XNB_LIB"

DRAIN=2000
STALL=5000
# The driver looks every quarter of the drain timeout; then this test has to see it.
LATE=1000
VIF=vif0.7

start_clock() {
	START=${EPOCHREALTIME/./}
}

ms_passed() {
	echo $(((${EPOCHREALTIME/./} - START) / 1000))
}

pause() {
	read -rt "$1" -u "$NEVER" || :
}

dropped() {
	[ "$(link_stat "$VIF" tx_dropped)" = "$1" ]
}

carrier_off() {
	[ "$(vif_carrier "$VIF")" = 0 ]
}

received() {
	[ "$(frontend received)" = "$1" ]
}

# The stack sends again.
link_up() {
	[ "$(vif_carrier "$VIF") $(cat "/sys/class/net/$VIF/operstate")" = "1 up" ]
}

# counters: waits, drained, stalls, and what the link says was dropped; carrier
counters() {
	echo "$(vif_stat "$VIF" to_guest_slot_waits) $(vif_stat "$VIF" to_guest_drained)" \
		"$(vif_stat "$VIF" to_guest_stalls) $(link_stat "$VIF" tx_dropped)" \
		"$(vif_carrier "$VIF")"
}

logged() {
	dmesg | grep -c "$VIF: queue 0: guest takes $1"
}

connect() {
	frontend_start "$2" || bail "no frontend"
	frontend state 4 >/dev/null
	check "a guest ($1) connects" wait_until 10 link_up || bail "no link"
}

takes_packets() {
	frontend post 10 >/dev/null
	frontend send 5 >/dev/null
	check "packets find posted buffers" wait_until 5 received 5
	is "$(counters)" "0 0 0 0 1" "nothing waits"
}

# One packet, as what the stack itself holds back is not the driver's.
loses_packets() {
	local polls

	start_clock
	polls=$(vif_stat "$VIF" to_guest_polls)
	frontend send 6 >/dev/null
	check "the buffers that are left are filled" wait_until 5 received 10
	is "$(counters)" "1 0 0 0 1" "then one waits"
	wait_until 10 dropped 1
	at_most "$(($(vif_stat "$VIF" to_guest_polls) - polls))" 40 \
		"who posts no buffers makes no work"
	between "$(ms_passed)" $DRAIN $((DRAIN + LATE)) "it is dropped after the drain timeout"
	is "$(counters)" "1 1 0 1 1" "and counted; the carrier stays on"
}

stalls() {
	wait_until 10 carrier_off
	between "$(ms_passed)" $STALL $((STALL + LATE)) "the guest is stalled after the stall timeout"
	is "$(counters)" "1 1 1 1 0" "the carrier is off"
	is "$(logged 'no packets, carrier off')" 1 "the log says so"
}

# The packet that was waited for needed one buffer.
comes_back() {
	frontend post 1 >/dev/null
	check "the carrier comes back with the first buffer" wait_until 5 link_up
	is "$(logged 'packets again')" 1 "the log says so"
	frontend send 1 >/dev/null
	check "packets flow" wait_until 5 received 11
	is "$(counters)" "1 1 1 1 1" "nothing more is lost"
}

rests() {
	pause 10
	is "$(counters)" "1 1 1 1 1" "a guest without buffers for which there are no packets is well"
}

# The first is dropped before the next comes.
sparse_packets() {
	start_clock
	frontend send 1 >/dev/null
	pause 2.8
	frontend send 1 >/dev/null
	wait_until 10 carrier_off
	between "$(ms_passed)" $STALL $((STALL + LATE)) "sparse packets do not hide a stall"
	frontend post 1 >/dev/null
	check "the carrier comes back" wait_until 5 link_up
	is "$(counters)" "2 2 2 3 1" "two packets were lost, and only the first has waited"
}

# There is a buffer still. What waits is lost, nobody waits for it.
goes_down() {
	frontend post 2 >/dev/null
	frontend send 4 >/dev/null
	check "one of four packets waits" wait_until 5 received 14
	start_clock
	check "the interface goes down" ip link set "$VIF" down
	at_most "$(ms_passed)" 500 "at once"
	is "$(link_stat "$VIF" tx_dropped)" 4 "the packet is dropped and counted"
	check "up" ip link set "$VIF" up
	wait_until 5 link_up
	frontend post 5 >/dev/null
	frontend send 5 >/dev/null
	check "packets flow again" wait_until 5 received 19
	is "$(agent read /local/domain/0/backend/vif/0/7/state)" 4 "the guest noticed nothing"
}

# It is down and up while packets for a guest without buffers are not taken any more.
begins_anew() {
	local lost stalls

	lost=$(link_stat "$VIF" tx_dropped) stalls=$(vif_stat "$VIF" to_guest_stalls)
	frontend send 1 >/dev/null
	check "a packet waits in vain" wait_until 10 dropped $((lost + 1))
	check "down and up" eval "ip link set $VIF down && ip link set $VIF up"
	wait_until 5 link_up
	start_clock
	frontend send 1 >/dev/null
	wait_until 10 carrier_off
	between "$(ms_passed)" $STALL $((STALL + LATE)) "the guest is stalled all the same"
	is "$(($(vif_stat "$VIF" to_guest_stalls) - stalls))" 1 "and counted"
	frontend post 1 >/dev/null
	check "until it posts a buffer" wait_until 5 link_up
}

# waited MS: a frame waits so long for its buffer, which comes without an event.
waited() {
	between "$(frontend late "$1")" 0 $((30000 - $1 * 1000)) \
		"a buffer that comes after $1 ms without a word is found"
}

never_tells() {
	waited 1
	waited 10
	waited 20
	start_clock
	frontend send 1 >/dev/null
	wait_until 10 dropped 1
	between "$(ms_passed)" 30 200 "a packet that finds none is dropped after 30 ms"
	pause 10
	is "$(counters)" "4 1 0 1 1" "it is never stalled"
	turned_away 8
}

# More than byte queue limits let in: those behind what was dropped are not held.
turned_away() {
	frontend send 300 >/dev/null
	start_clock
	wait_until 10 dropped 301
	at_most "$(ms_passed)" 100 "packets are dropped at once then"
	is "$(vif_stat "$VIF" to_guest_drained)" 1 "none of them has waited"
	frontend post 10 >/dev/null
	frontend send 5 >/dev/null
	check "until there are buffers" wait_until 5 received "$1"
}

# They ask for all the buffers that they need, for a while. The stack may hold none back.
many_wait() {
	local polls

	echo 100000 >"/sys/class/net/$VIF/queues/tx-0/byte_queue_limits/limit_min"
	frontend post 1 >/dev/null
	polls=$(vif_stat "$VIF" to_guest_polls)
	frontend send 6 >/dev/null
	wait_until 10 dropped 6
	at_most "$(($(vif_stat "$VIF" to_guest_polls) - polls))" 40 \
		"nor does he when many packets wait"
	is "$(counters)" "2 6 0 6 1" "all are dropped"
}

never_stalls() {
	frontend send 1 >/dev/null
	wait_until 10 dropped 1
	pause 10
	is "$(counters)" "1 1 0 1 1" "rx_stall_timeout_msecs=0: the carrier stays on"
}

left() {
	snapshot_resources | grep -E '^(evtchn|interrupts|vifs|threads) '
}

modprobe xen-gntalloc
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
left >/run/before
driver_load ours rx_drain_timeout_msecs=$DRAIN rx_stall_timeout_msecs=$STALL

connect "it tells of its buffers" 1
takes_packets
loses_packets
stalls
comes_back
rests
sparse_packets
goes_down
begins_anew
frontend_end

connect "it never tells" 0
never_tells
frontend_end
driver_unload

driver_load ours rx_drain_timeout_msecs=$DRAIN rx_stall_timeout_msecs=0
connect "it tells of its buffers" 1
never_stalls
many_wait
frontend_end
check "rmmod" driver_unload
left >/run/after
is "$(cat /run/after)" "$(cat /run/before)" \
	"nothing is left"
tap_done
