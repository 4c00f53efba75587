# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Coalescing: its knobs, their effect and their errors; each way out of a wait; the view of it.
# The clock counts instructions, so that waits and packet rates mean the same on any host.
# clock: insn
# guest: a queues=2 vcpus=2
# vcpus: 5

. "$XNB_LIB"

TRACING=/sys/kernel/tracing
VIF=$(vif_of a)
PACE_NS=50000
WARM_UP=100
DEFAULTS='on 64 32 on 64 32'

# adaptive-tx tx-usecs tx-frames adaptive-rx rx-usecs rx-frames, as ethtool has them.
knobs() {
	ethtool -c "$VIF" | awk '
		$1 == "Adaptive" { arx = $3; atx = $5 }
		$1 == "rx-usecs:" { ru = $2 } $1 == "rx-frames:" { rf = $2 }
		$1 == "tx-usecs:" { tu = $2 } $1 == "tx-frames:" { tf = $2 }
		END { print atx, tu, tf, arx, ru, rf }'
}

set_knobs() {
	ethtool -C "$VIF" "$@"
}

# ethtool says by its exit status only that it has asked.
set_one_queue() {
	! ethtool --per-queue "$VIF" queue_mask 0x2 --coalesce "$@" 2>&1 | grep -q Cannot
}

reset_knobs() {
	# What is set already is an error to some versions of ethtool.
	ethtool -C "$VIF" adaptive-tx on tx-usecs 64 tx-frames 32 \
		adaptive-rx on rx-usecs 64 rx-frames 32 2>/dev/null
	is "$(knobs)" "$DEFAULTS" "back to the defaults"
}

sysfs() {
	cat "/sys/class/net/$VIF/coalesce/$1"
}

# refused TEXT COMMAND...: fails, and all settings stay; the log names value and range.
refused() {
	local text=$1 before

	shift
	before=$(knobs)
	dmesg -c >/dev/null
	if "$@" >/dev/null 2>&1; then
		fail "refused: $*"
	else
		is "$(knobs)" "$before" "refused, nothing changed: $*"
	fi
	[ -z "$text" ] || is "$(dmesg | grep -cF -- "$text")" 1 "the log says: $text"
}

write_sysfs() {
	echo "$2" >"/sys/class/net/$VIF/coalesce/$1"
}

# A packet each PACE_NS.
paced_to_guest() {
	sh -c "$(_pktgen_commands "$VIF" 60 "$1" "$(guest_ip a)" "$(vif_key a mac)" 1 1 1 "" "$PACE_NS")"
}

waits_for_buffers() {
	[ "$(vif_stat "$VIF" to_guest_slot_waits)" -gt "$1" ]
}

# More than the guest has buffers for, so it has to tell when it posts others. The sender ends
# when its last packet is gone, so not before the guest runs.
packets_to_paused_guest() {
	local before sender rc

	before=$(vif_stat "$VIF" to_guest_slot_waits)
	xl pause a || return 1
	pktgen_to_guest a 60 "$1" &
	sender=$!
	wait_until 20 waits_for_buffers "$before"
	rc=$?
	xl unpause a && wait $sender && return $rc
}

lone_packets() {
	ping -q -c 30 -i 0.005 "$(guest_ip a)"
}

guest_received() {
	guest_run a 'cat /sys/class/net/eth0/statistics/rx_packets'
}

trace_start() {
	[ -d "$TRACING/events/xen_netback" ] || mount -t tracefs tracefs "$TRACING"
	echo >"$TRACING/trace"
	echo 1 >"$TRACING/events/xen_netback/enable"
}

trace_stop() {
	echo 0 >"$TRACING/events/xen_netback/enable"
	grep -v '^#' "$TRACING/trace" >/run/trace
}

# Of each event of the trace: how long the first packet waited for it, in microseconds, and whether
# the next packet ended the wait or the timer.
waits() {
	awk '
	{ match($0, /[0-9]+\.[0-9]+: xnb_/); now = substr($0, RSTART) + 0 }
	/ data / && /xnb_decide/ && / hold$/ && !since { since = now }
	/ data / && ((/xnb_decide/ && !/ hold$/) || /xnb_release/) {
		printf "%.0f %s\n", since ? (now - since) * 1e6 : 0, /xnb_release/ ? "timer" : "packet"
		since = 0
	}' /run/trace
}

# The longest of those that another packet follows, the last, and how many are above 100 us.
longest_waits() {
	waits | awk '
	$1 > 100 { late++ }
	NR > 1 && last > most { most = last }
	{ last = $1 }
	END { print most + 0, last + 0, late + 0 }'
}

# Those that the timer ended: how many, and their median.
timed_waits() {
	waits | sort -n | awk '$2 == "timer" { us[n++] = $1 } END { print n + 0, us[int(n / 2)] + 0 }'
}

# The last packet of one that ends behind an event waits for the next, which does not come.
paced_trains() {
	local packets

	for packets in 40 41 42 43 44 45 46 47; do
		paced_to_guest $packets
	done
}

# events_traced SENT: events of the trace in all; those behind the first WARM_UP packets and before
# the last of SENT, which nobody follows; the packets that those tell of; and how many of them came
# late, as their sender was held up.
events_traced() {
	awk -v warm_up=$WARM_UP -v sent="$1" -v pace=$PACE_NS '
	/ data / && /xnb_push/ {
		match($0, /[0-9]+\.[0-9]+: xnb_/)
		now = substr($0, RSTART) + 0
		if (packets > warm_up && packets < sent && (now - came) * 1e9 > pace * 1.5)
			held_up++
		came = now
		match($0, /packets=[0-9]+/)
		packets += substr($0, RSTART + 8, RLENGTH - 8)
	}
	/ data / && ((/xnb_decide/ && !/ hold$/) || (/xnb_release/ && / sent$/)) {
		events++
		if (packets <= warm_up || packets >= sent) next
		if (!since) since = packets
		else { behind++; told = packets - since }
	}
	END { print events + 0, behind + 0, told + 0, held_up + 0 }' /run/trace
}

# The knobs.

is "$(knobs)" "$DEFAULTS" "the defaults"
check "ethtool -C sets data events" set_knobs adaptive-tx off tx-usecs 10 tx-frames 3
is "$(knobs)" "off 10 3 on 64 32" "and nothing else"
check "ethtool -C sets work and completions" set_knobs adaptive-rx off rx-usecs 10000 rx-frames 256
is "$(knobs)" "off 10 3 off 10000 256" "to the end of the range"
is "$(sysfs adaptive_tx) $(sysfs tx_usecs) $(sysfs tx_frames)" "0 0 10 10 3 3" "sysfs has the same values"
is "$(sysfs adaptive_rx) $(sysfs rx_usecs) $(sysfs rx_frames)" "0 0 10000 10000 256 256" "in both directions"
check "ethtool --per-queue sets one queue" set_one_queue tx-usecs 20
is "$(sysfs tx_usecs)" "10 20" "and not the other"
for file in adaptive_tx=1 tx_usecs=64 tx_frames=32 adaptive_rx=1 rx_usecs=64 rx_frames=32; do
	check "sysfs: $file" write_sysfs "${file%=*}" "${file#*=}"
done
is "$(knobs)" "$DEFAULTS" "ethtool has the values of sysfs"
is "$(sysfs tx_usecs)" "64 64" "for each queue"

refused "tx 10001 us 32 frames, rx 64 us 32 frames refused: usecs range from 0 to 10000" \
	set_knobs tx-usecs 10001
refused "frames range from 0 to 256" set_knobs rx-frames 257
refused "" set_knobs tx-usecs -1
refused "" set_knobs rx-usecs-irq 10
refused "" set_knobs sample-interval 1
refused "rx 10001 us 32 frames refused: usecs range from 0 to 10000" set_one_queue rx-usecs 10001
refused "tx_usecs=10001 refused: usecs range from 0 to 10000" write_sysfs tx_usecs 10001
refused "rx_frames=257 refused: frames range from 0 to 256" write_sysfs rx_frames 257
refused "rx_usecs=-1 refused: a number is needed" write_sysfs rx_usecs -1
refused "tx_usecs=8x refused: a number is needed" write_sysfs tx_usecs 8x
refused "adaptive_tx=2 refused: 0 or 1 is needed" write_sysfs adaptive_tx 2

# A lone packet.

count "$VIF" lone_packets
at_least "${COUNTED[to_guest_exit_idle]}" 30 "lone packets: their events go at once"
is "${COUNTED[to_guest_held]} ${COUNTED[from_guest_held]} ${COUNTED[from_guest_parks]}" "0 0 0" \
	"lone packets: none is held, neither way"
is "${COUNTED[to_guest_timer_armed]} ${COUNTED[from_guest_timer_armed]}" "0 0" \
	"lone packets: no timer is armed"
is "$(sysfs tx_mode)/$(sysfs tx_hold)/$(sysfs tx_rate)" "idle idle/0 0/0 0" "sysfs: idle"

# Data to the guest, a packet each 50 us.

trace_start
count "$VIF" paced_to_guest 1000
trace_stop
# The rate has to prove itself first.
read -r events behind packets held_up < <(events_traced 1000)
is "$events" "${COUNTED[to_guest_notifies]}" "the trace has every event"
at_least "$packets" 800 "adaptive: behind the first $WARM_UP packets there are more"
diag "$behind events for $packets packets, $held_up of them late"
at_most "$held_up" 9 "the sender keeps its pace, but for one in a hundred"
# One that comes late can leave two alone.
at_most $((behind * 2)) $((packets + 2 * held_up)) "adaptive: behind them 0.5 events a packet, no more"
read -r most last late < <(longest_waits)
diag "longest wait $most us, of the last packet $last us; $late above 100 us"
# Behind a sender that was held up nobody has foreseen a wait: then the timer is set for 100 us, to
# which Xen adds up to 50 where dom0 sets another one meanwhile, and the way to the poll.
TIMER_MOST=$((100 + 50 + 30))
at_most "$late" 4 "adaptive: packets wait no longer than 100 us for the next, but for one in a hundred"
between "$most" 40 $TIMER_MOST "adaptive: no wait is longer than the timer's"
at_most "$last" $TIMER_MOST "adaptive: nor is that of the last packet"
at_most "${COUNTED[to_guest_timer_fired]}" 50 "adaptive: no timer fires where packets come in time"
trace_start
paced_trains >/dev/null
trace_stop
read -r ends usual < <(timed_waits)
diag "$ends trains end with a packet that waits, $usual us in the median"
at_least "$ends" 1 "adaptive: the last packet of a train waits"
at_most "$usual" 100 "adaptive: not for longer than 100 us, as its timer was set before it came"
for point in push decide; do
	at_least "$(grep -c "xnb_$point: $VIF-q0" /run/trace)" 1 "tracepoint xnb_$point"
done

set_knobs adaptive-tx off tx-usecs 0
count "$VIF" paced_to_guest 500
is "${COUNTED[to_guest_held]} ${COUNTED[to_guest_joined]} ${COUNTED[to_guest_timer_armed]}" "0 0 0" \
	"static 0 us: nothing waits"
is "${COUNTED[to_guest_exit_time]}" "${COUNTED[to_guest_notifies]}" "static 0 us: every event goes at once"
at_least "${COUNTED[to_guest_notifies]}" 350 "static 0 us: but for a guest that is at work"

set_knobs tx-usecs 200 tx-frames 0
count "$VIF" ping -q -c 1 -W 2 "$(guest_ip a)"
at_least "${COUNTED[to_guest_exit_time]}" 1 "static 200 us: by the timer where nobody follows"
[ "${COUNTED[to_guest_exit_time]}" != 0 ] || bail "pktgen would wait for its packets without end"
trace_start
count "$VIF" paced_to_guest 1000
trace_stop
at_most "${COUNTED[to_guest_notifies]}" 250 "static 200 us: an event for four packets"
at_least "${COUNTED[to_guest_exit_time]}" 150 "static 200 us: the time ends the wait"
at_least "${COUNTED[to_guest_timer_fired]}" 150 "static 200 us: by the timer"
is "${COUNTED[to_guest_timer_armed]}" "${COUNTED[to_guest_held]}" "static 200 us: armed once a wait"
at_least "$(grep -c "xnb_release: $VIF-q0.* time sent" /run/trace)" 1 "tracepoint xnb_release"

set_knobs tx-usecs 10000 tx-frames 8
count "$VIF" paced_to_guest 400
between "${COUNTED[to_guest_exit_count]}" 45 50 "static 8 frames: the count ends the wait"

set_knobs tx-frames 0
got=$(guest_received)
count "$VIF" pktgen_to_guest a 60 5000
at_least "${COUNTED[to_guest_exit_ring]}" 5 "a ring that runs dry ends the wait"
at_least $(($(guest_received) - got)) 5000 "a ring that runs dry: no packet is lost"
reset_knobs

# At full rate.

irqs=$(guest_irqs a)
count "$VIF" pktgen_to_guest a 60 10000
at_most $(($(guest_irqs a) - irqs)) 700 "full rate to the guest: 0.07 guest interrupts a packet"
at_least "${COUNTED[to_guest_joined]}" 200 "full rate to the guest: packets join a waiting event"
at_most "${COUNTED[to_guest_batches]}" 3000 "full rate to the guest: packets gather for one hypercall"

irqs=$(guest_irqs a)
dom0=$(dom0_irqs "$VIF")
trace_start
count "$VIF" pktgen_from_guest a 60 10000
trace_stop
at_most $(($(dom0_irqs "$VIF") - dom0)) 700 "full rate from the guest: 0.07 of our interrupts a packet"
at_most $(($(guest_irqs a) - irqs)) 1000 "full rate from the guest: 0.1 completion interrupts a packet"
at_least "${COUNTED[from_guest_parks]}" 100 "full rate from the guest: it need not tell"

at_least "$(grep -c "xnb_park: $VIF-q0.* parked" /run/trace)" 50 "tracepoint xnb_park"

# With time between them, but for a few behind which the sender was held up: who comes while
# another is fetched need not tell.
set_knobs adaptive-rx off rx-usecs 0
PKTGEN_DELAY=100000 count "$VIF" pktgen_from_guest a 60 1000
is "${COUNTED[from_guest_parks]} ${COUNTED[from_guest_held]}" "0 0" "rx static 0 us: nothing waits"
at_least "${COUNTED[from_guest_events]}" 950 "rx static 0 us: the guest tells about each packet"

set_knobs rx-usecs 1000 rx-frames 8
count "$VIF" pktgen_from_guest a 60 1000
at_least "${COUNTED[from_guest_park_empty]}" 1 "rx static: looks by the timer end when nothing has come"
at_least "${COUNTED[from_guest_exit_count]}" 8 "rx static 8 frames: the count ends the wait of completions"
reset_knobs

# What outlives what.

set_knobs adaptive-tx off tx-usecs 33 rx-frames 7
set_one_queue tx-usecs 44
check "the guest reconnects" guest_reconnect a 2
is "$(knobs) $(sysfs tx_usecs)" "off 33 32 on 64 7 33 44" "the settings survive a reconnect"
check "live swap to the same driver" swap_to ours
is "$(knobs) $(sysfs tx_usecs)" "off 33 32 on 64 7 33 44" "the settings survive a swap"
count "$VIF" packets_to_paused_guest 400
at_least "${COUNTED[to_guest_events]}" 1 "after a swap the guest's events for buffers still come"
set_knobs tx-usecs 33 tx-frames 32
set_one_queue tx-usecs 44
check "live swap to the stock driver" swap_to stock
check "and back" swap_to ours
is "$(knobs) $(sysfs tx_usecs)" "off 33 32 on 64 7 33 44" "the settings survive the stock driver"
reset_knobs
check "live swap to the same driver" swap_to ours tx_usecs=20
is "$(knobs)" "on 20 32 on 64 32" "settings that were defaults follow new defaults"
tap_done
