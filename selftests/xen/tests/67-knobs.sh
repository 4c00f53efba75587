# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Every knob is turned all the time, below bursts on four queues in real concurrency. The end of
# each burst would show a lost wake-up: what is left on any queue has nothing behind it that would
# bring it along.
# driver-args: max_queues=4
# guest: a vcpus=2 queues=4 memory=192

. "$XNB_LIB"

# At the least, and so many of each.
TURNING_SECONDS=30
BURSTS=10
TURNS=500
BURST=400
VIF=$(vif_of a)
KNOBS=/sys/class/net/$VIF/coalesce

turn_knobs() {
	local turns=0

	while [ ! -e /run/stop ]; do
		pick 0 1 20 64 200 1000 10000 >"$KNOBS/tx_usecs"
		pick 0 1 2 32 256 >"$KNOBS/tx_frames"
		pick 0 1 >"$KNOBS/adaptive_tx"
		pick 0 1 20 64 200 1000 10000 >"$KNOBS/rx_usecs"
		pick 0 1 2 32 256 >"$KNOBS/rx_frames"
		pick 0 1 >"$KNOBS/adaptive_rx"
		[ $((turns % 16)) != 0 ] ||
			ethtool --per-queue "$VIF" queue_mask $((1 << (RANDOM % 4))) --coalesce \
				tx-usecs $((RANDOM % 10001)) rx-usecs $((RANDOM % 10001))
		turns=$((turns + 1))
		echo >>/run/turns
		read -rt 0.002 -u "$NEVER"
	done
}

enough() {
	[ $SECONDS -ge "$end" ] && [ "$bursts" -ge $BURSTS ] && [ "$(wc -l </run/turns)" -ge $TURNS ]
}

# Return: 1 when a packet of the burst did not come, either way.
burst() {
	sent=$((sent + BURST))
	queues_from_guest a 4 $BURST &
	queues_to_guest a 4 $BURST
	wait $!
	wait_until 5 arrived $((from_before + sent)) &&
		[ "$(guest_strays a $((to_before + sent)))" = $((to_before + sent)) ]
}

sent=0
from_before=$(strays)
to_before=$(guest_strays a 0)
turn_knobs >/dev/null 2>/run/errors &
end=$((SECONDS + TURNING_SECONDS)) bursts=0
until enough || ! burst; do
	bursts=$((bursts + 1))
done
: >/run/stop
wait
diag "$bursts bursts, $(wc -l </run/turns) turns of all knobs"
is $(($(strays) - from_before)) $sent "each packet from the guest arrives, once"
is $(($(guest_strays a $((to_before + sent))) - to_before)) $sent "each packet to the guest arrives, once"
at_least "$bursts" $BURSTS "bursts went on"
at_least "$(wc -l </run/turns)" $TURNS "the knobs were turned"
is "$(cat /run/errors)" "" "no turn was refused"
for queue in 0 1 2 3; do
	at_least "$(vif_irqs "$VIF" | awk -v q="$VIF-q$queue-tx" '$1 == q { print $2 }')" 2 \
		"queue $queue worked"
done

# A view of the present, which takes another CPU than that which sends.
echo 1 >"$KNOBS/adaptive_tx"
# Long, as packets are far apart on a slow host.
echo 10000 >"$KNOBS/tx_usecs"
echo 32 >"$KNOBS/tx_frames"
mode_seen() {
	grep -q hold "$KNOBS/tx_mode" && grep -q 10000 "$KNOBS/tx_hold" && grep -q '[1-9]' "$KNOBS/tx_rate"
}
all_idle() {
	[ "$(cat "$KNOBS/tx_mode")" = "idle idle idle idle" ]
}
pktgen_to_guest a 60 200000 >/dev/null &
check "sysfs shows a queue that holds events, for how long, and its rate" wait_until 20 mode_seen
wait
check "then all queues are idle" wait_until 5 all_idle
tap_done
