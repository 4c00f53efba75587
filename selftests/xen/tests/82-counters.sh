# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What each counter counts, by a frontend that does one thing at a time.
# clock: insn
# vcpus: 2
# driver: none

. "$XNB_LIB"

VIF=vif0.7

# set_rx USECS FRAMES ADAPTIVE: for work and completions; set_tx: for data.
set_rx() {
	set_direction rx "$@"
}

set_tx() {
	set_direction tx "$@"
}

set_direction() {
	local dir=/sys/class/net/$VIF/coalesce

	echo "$2" >"$dir/${1}_usecs" && echo "$3" >"$dir/${1}_frames" && echo "$4" >"$dir/adaptive_$1"
}

pause() {
	read -rt 0.05 -u "$NEVER"
}

# counted NAME WANT...: pairs, as the last count has them.
counted() {
	while [ $# -gt 0 ]; do
		is "${COUNTED[$1]}" "$2" "$WHAT: $1"
		shift 2
	done
}

# during WHAT COMMAND...
during() {
	WHAT=$1
	shift
	count "$VIF" "$@"
}

# asked VERB N: one by one, with an event for each.
asked() {
	local n

	for ((n = 0; n < $2; n++)); do
		frontend want 1
		frontend wantrx 1
		frontend "$1" 1
		pause
	done
}

# The first is asked for, the others come meanwhile.
asked_once() {
	frontend want 1
	frontend wantrx 1
	frontend "$@"
	pause
}

one_and_three() {
	frontend want 1
	frontend request 1
	frontend burst 3
	pause
}

# The guest sees by itself what an event is held for.
sees_itself() {
	frontend want 1
	frontend wantrx 1
	frontend "$@"
	frontend want 200
	frontend wantrx 200
	pause
}

start() {
	frontend_start 1 || bail "no frontend"
	[ -z "$1" ] || frontend split 1 >/dev/null
	frontend state 4 >/dev/null
	check "a guest connects" wait_until 10 eval '[ "$(vif_carrier "$VIF")" = 1 ]'
	pause
}

modprobe xen-gntalloc
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
driver_load ours
start ""

# Requests.

set_rx 0 0 0
during "ten requests" asked request 10
counted from_guest_batches 10 from_guest_copies 10 from_guest_events 10 from_guest_notifies 10 \
	from_guest_exit_time 10
at_least "${COUNTED[from_guest_polls]}" 10 "ten requests: from_guest_polls"

set_rx 64 32 1
during "a lone request" asked request 1
counted from_guest_exit_idle 1 from_guest_parks 0 from_guest_held 0

# Of a queue that is parked the first request is taken at once, the others at the next look.
set_rx 10000 4 0
during "four requests, frames 4" one_and_three
counted from_guest_notifies 1 from_guest_held 1 from_guest_joined 1 from_guest_exit_count 1
at_least "${COUNTED[from_guest_parks]}" 1 "four requests, frames 4: from_guest_parks"
at_least "${COUNTED[from_guest_park_empty]}" 1 "four requests, frames 4: from_guest_park_empty"
at_least "${COUNTED[from_guest_timer_armed]}" 1 "four requests, frames 4: from_guest_timer_armed"
at_least "${COUNTED[from_guest_timer_fired]}" 1 "four requests, frames 4: from_guest_timer_fired"

during "a request, held" asked request 1
counted from_guest_notifies 1 from_guest_held 1 from_guest_joined 0 from_guest_exit_time 1

during "a request that the guest saw answered" sees_itself request 1
counted from_guest_notifies 0 from_guest_held 1 from_guest_unneeded 1

set_rx 10000 0 0
during "so many requests that hardly a slot is left" asked_once burst 250
counted from_guest_notifies 1 from_guest_exit_ring 1

# What is dropped: its name, its counter, how many of its slots come back as errors.

fault() {
	SLOTS=$(frontend "$1" 1)
	pause
}

set_rx 0 0 0
while read -r kind name slots; do
	during "a packet with a wrong $kind" fault "$kind"
	counted "from_guest_drop_$name" 1
	is "$SLOTS" "$slots" "a packet with a wrong $kind: slots that come back as errors"
done <<-FAULTS
	runt runt 1
	length length 2
	slots slots 20
	multicast multicast 1
	segments gso_size 1
	grant copy 1
	checksum protocol 0
	header protocol 0
FAULTS

during "a packet in 19 slots" fault fragments
counted tx_frag_overflow 1 from_guest_copies 19 from_guest_drop_slots 0
during "segmentation without a blank checksum" fault unflagged
counted rx_gso_checksum_fixup 1 from_guest_drop_protocol 1

# GRO merges frames without a look at the MTU, and the bridge passes on what is merged.
is "$(frontend giants 4)" 11000 "frames larger than any network takes are not merged"

# Data.

set_tx 0 0 0
frontend post 100 >/dev/null
during "ten frames" asked send 10
counted to_guest_batches 10 to_guest_copies 10 to_guest_notifies 10 to_guest_exit_time 10
at_least "${COUNTED[to_guest_polls]}" 10 "ten frames: to_guest_polls"

set_tx 64 32 1
during "a lone frame" asked send 1
counted to_guest_exit_idle 1 to_guest_held 0

set_tx 10000 2 0
during "two frames, frames 2" asked_once send 2
counted to_guest_notifies 1 to_guest_held 1 to_guest_joined 1 to_guest_exit_count 1 \
	to_guest_timer_armed 1 to_guest_timer_fired 1 to_guest_timer_idle 1

during "a frame, held" asked send 1
counted to_guest_notifies 1 to_guest_held 1 to_guest_exit_time 1 to_guest_timer_fired 1 \
	to_guest_timer_idle 0

during "a frame that the guest saw" sees_itself send 1
counted to_guest_notifies 0 to_guest_held 1 to_guest_unneeded 1

set_tx 0 0 0
frontend send 82 >/dev/null
pause
set_tx 10000 0 0
during "frames for the last three buffers" asked_once send 3
counted to_guest_notifies 1 to_guest_held 1 to_guest_exit_ring 1

set_tx 0 0 0
during "frames that find too few buffers" frontend send 10
counted to_guest_slot_waits 1
during "their buffers" frontend post 10
at_least "${COUNTED[to_guest_events]}" 1 "their buffers: to_guest_events"

frontend spoil 1 >/dev/null
during "a buffer that cannot be written" asked send 1
counted to_guest_copy_error 1
frontend_end

# Events without a reason.

start split
frontend kick 1 >/dev/null
during "an event, and nothing has moved" frontend kick 1
counted from_guest_spurious 1 to_guest_spurious 0
during "an event of the other channel" frontend kickrx 1
counted from_guest_spurious 0 to_guest_spurious 1
frontend_end
check "rmmod" driver_unload
tap_done
