# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What toolstack, hotplug script and guest see of a device: states, keys, uevents.
# clock: turns
# guest: a

. "$XNB_LIB"

BUS=/sys/bus/xen-backend/drivers/vif
BACKEND=/local/domain/0/backend/vif/0/7
VIF=vif0.7

key() {
	agent read "$BACKEND/$1"
}

state_is() {
	[ "$(key state)" = "$1" ]
}

carrier_is() {
	[ "$(vif_carrier "$VIF")" = "$1" ]
}

gone() {
	[ ! -e "/sys/class/net/$VIF" ]
}

# walks STATE WANT NAME: when the backend is in STATE it has written WANT.
walks() {
	wait_until 20 state_is "$1" || diag "state $(key state)"
	is "$(states_written backend/vif/0/7)" "$2" "$3"
	record_states
}

# The device's events so far, each with what a script is told; then forget them.
events() {
	awk '{ split($1, event, "@") }
		event[2] == "/devices/vif-0-7" {
			line = event[1]
			for (i = 2; i <= NF; i++)
				if ($i ~ /^(script=|vif=|XENBUS_)/)
					line = line " " $i
			print line
		}
		event[2] == "/devices/vif-0-7/net/vif0.7" { print event[1] " net" }' /run/uevents
	: >/run/uevents
}

seen_event() {
	grep -q "^$1@/devices/vif-0-7 " /run/uevents
}

# Everything that was written to xenstore before is dealt with: the thread that does
# it warns of a rate it cannot read.
dealt_with() {
	RATES=$((${RATES:-0} + 1))
	agent write "$BACKEND/rate" "bad $RATES"
	wait_until 10 warned "$RATES"
}

warned() {
	[ "$(dmesg | grep -c 'vif-0-7: rate ignored')" -ge "$1" ]
}

real_guest() {
	record_states
	check "a guest's driver is unbound and bound" guest_reconnect a
	is "$(states_written "backend/vif/$(guest_id a)/0")" "5 6 2 4" "the backend's states"
	is "$(states_written device/vif/0)" "5 6 1 4" "the guest's states"
}

TOLD="XENBUS_TYPE=vif XENBUS_PATH=backend/vif/0/7 XENBUS_BASE_PATH=backend"
SCRIPT="script=none vif=vif0.7"

appears() {
	record_states
	: >/run/uevents
	frontend_start 1 || bail "no frontend"
	check "it is told to the scripts" wait_until 10 seen_event bind
	is "$(events)" "add $TOLD
add net
online $TOLD $SCRIPT
bind $TOLD $SCRIPT" "first the device, then the interface, then online with script and vif"
	walks 2 2 "the backend offers itself"
}

offers() {
	is "$(key multi-queue-max-queues)" 2 "two queues are offered"
	check "an administrator wants one, before the guest comes" ethtool -L "$VIF" combined 1
	check "one is offered" wait_until 10 one_offered
}

one_offered() {
	[ "$(key multi-queue-max-queues)" = 1 ]
}

waits_for_script() {
	xenstore-rm "$BACKEND/hotplug-status"
	frontend state 4 >/dev/null
	check "the guest's Connected connects" wait_until 10 carrier_is 1
	check "all is dealt with" dealt_with
	walks 2 "" "no Connected before the script's word"
	agent write "$BACKEND/hotplug-status" busy
	check "all is dealt with" dealt_with
	walks 2 "" "nor at any other word"
	agent write "$BACKEND/hotplug-status" connected
	walks 4 4 "Connected when the script is done"
}

reconfigures() {
	local changes

	changes=$(cat "/sys/class/net/$VIF/carrier_changes")
	frontend state 7 >/dev/null
	walks 8 8 "Reconfiguring is answered"
	frontend state 4 >/dev/null
	walks 4 4 "and Connected again"
	is "$(cat "/sys/class/net/$VIF/carrier_changes")" "$changes" "the carrier stayed on"
}

closes() {
	frontend state 5 >/dev/null
	walks 5 5 "Closing is answered"
	is "$(vif_carrier "$VIF") $(vif_irqs "$VIF" | grep -c .)" "0 0" "and disconnects"
	frontend state 6 >/dev/null
	walks 6 6 "so is Closed"
	frontend state 1 >/dev/null
	walks 2 2 "a new start: the backend offers itself"
	frontend state 4 >/dev/null
	walks 4 4 "and connects at once, as the script was run"
	is "$(vif_carrier "$VIF")" 1 "the carrier is on"
	frontend state 1 >/dev/null
	walks 2 "5 6 2" "a start out of Connected: every state on the way is written"
	frontend state 4 >/dev/null
	walks 4 4 "and connects"
	frontend state 6 >/dev/null
	walks 6 "5 6" "Closed out of Connected"
	frontend state 4 >/dev/null
	walks 4 "2 4" "Connected out of Closed"
}

is_unbound() {
	: >/run/uevents
	check "unbind" eval "echo vif-0-7 >$BUS/unbind"
	check "the interface goes" wait_until 10 gone
	wait_until 10 seen_event unbind
	is "$(events)" "offline $TOLD $SCRIPT
remove net
unbind $TOLD" "offline is told while the interface is there"
	is "$(key hotplug-status)" "" "the script's word is taken back"
	walks 4 "" "no state is written"
	check "bind" eval "echo vif-0-7 >$BUS/bind"
	ip link set "$VIF" up
	check "the guest is still there: connected" wait_until 10 carrier_is 1
	check "all is dealt with" dealt_with
	walks 2 2 "but not said before the script is run again"
	is "$(events | grep ^online)" "online $TOLD $SCRIPT" "which is told so"
	agent write "$BACKEND/hotplug-status" connected
	walks 4 4 "Connected"
}

dies() {
	: >/run/uevents
	frontend_kill
	check "the device goes" wait_until 10 seen_event remove
	is "$(events | grep ^offline)" "offline $TOLD $SCRIPT" "the scripts are told"
	is "$(states_written backend/vif/0/7)" "5 6" "the backend closes"
}

# lacks KEY: a toolstack forgets it.
lacks() {
	local error=/local/domain/0/error/backend/vif/0/7/error

	agent write "$error" none
	xenstore-rm "${error%/error}"
	record_states
	agent write "$BACKEND/frontend" /local/domain/0/device/vif/7 "$BACKEND/frontend-id" 0 \
		"$BACKEND/online" 1 "$BACKEND/handle" 7 "$BACKEND/script" none \
		/local/domain/0/device/vif/7/backend "$BACKEND" \
		/local/domain/0/device/vif/7/backend-id 0 /local/domain/0/device/vif/7/state 1
	xenstore-rm "$BACKEND/$1"
	agent write "$BACKEND/state" 1
	check "without $1: an error is written" wait_until 10 agent read "$error"
	is "$(dmesg | grep -c "vif-0-7: .*reading $1\$")" 1 "the log names the key"
	check "no interface" gone
	is "$(states_written backend/vif/0/7)" 5 "the backend closes"
	xenstore-rm "$BACKEND"
	xenstore-rm /local/domain/0/device/vif/7
	wait_until 10 test ! -e /sys/bus/xen-backend/devices/vif-0-7
}

modprobe xen-gntalloc
uevents >/run/uevents 9>&- &
UEVENTS=$!
check "listening" wait_until 10 grep -q listening /run/uevents

real_guest
appears
offers
waits_for_script
reconfigures
closes
is_unbound
dies
lacks script
lacks handle
kill $UEVENTS
tap_done
