# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Frontends that announce nonsense, and one that looks closely at every answer.
# driver: none
# timeout: 240

. "$XNB_LIB"

FRONT=/local/domain/0/device/vif/7
BACK=/local/domain/0/backend/vif/0/7
ERROR=/local/domain/0/error/backend/vif/0/7/error
MAX_QUEUES=4

back_is() {
	[ "$(xenstore-read "$BACK/state" 2>/dev/null)" = "$1" ]
}

plug() {
	xenstore-write "$BACK/frontend" "$FRONT" "$BACK/frontend-id" 0 "$BACK/online" 1 \
		"$BACK/handle" 7 "$BACK/mac" 00:16:3e:00:00:07 "$BACK/script" none \
		"$FRONT/backend" "$BACK" "$FRONT/backend-id" 0 "$FRONT/state" 1 "$BACK/state" 1
	wait_until "$RUN_SECONDS" back_is 2
}

# Orderly, as a toolstack takes a device away.
unplug() {
	xenstore-write "$BACK/online" 0 "$FRONT/state" 6
	wait_until "$RUN_SECONDS" test ! -e /sys/class/net/vif0.7
	xenstore-rm "$BACK"
	xenstore-rm "$FRONT"
}

# refused NAME ERROR-PATTERN KEY VALUE...: a frontend with these keys is not connected.
refused() {
	local name=$1 pattern=$2

	shift 2
	xenstore-rm "$ERROR" 2>/dev/null
	plug
	[ $# = 0 ] || xenstore-write -- "$@"
	xenstore-write "$FRONT/state" 4
	if ! wait_until "$RUN_SECONDS" back_is 5; then
		fail "$name: refused"
		diag "the backend's state is $(xenstore-read "$BACK/state")"
	else
		is "$(xenstore-read "$ERROR" | grep -cE "$pattern")" 1 "$name: refused, says why"
		diag "$(xenstore-read "$ERROR")"
	fi
	is "$(vif_carrier vif0.7 2>/dev/null)$(vif_irqs vif0.7)" "" "$name: nothing is connected"
	unplug
	is "$(find /sys/class/net -name 'vif*' | wc -l)" 0 "$name: the device goes away"
}

# keys QUEUES: an announcement that is whole but for the numbers in it.
keys() {
	local q

	echo "$FRONT/request-rx-copy 1 $FRONT/multi-queue-num-queues $1"
	[ "$1" = 1 ] && echo "$FRONT/tx-ring-ref 8 $FRONT/rx-ring-ref 9 $FRONT/event-channel 5"
	for ((q = 0; q < $1 && $1 > 1; q++)); do
		echo "$FRONT/queue-$q/tx-ring-ref 8 $FRONT/queue-$q/rx-ring-ref 9"
		echo "$FRONT/queue-$q/event-channel 5"
	done
}

modprobe xen-gntalloc
driver_load ours "max_queues=$MAX_QUEUES"
snapshot_resources >/run/before

queues="multi-queue-num-queues is not from 1 to $MAX_QUEUES"
for count in 0 $((MAX_QUEUES + 1)) -1 2147483648 18446744073709551617 8abc "" " 2"; do
	# shellcheck disable=SC2046
	refused "num-queues '$count'" "$queues" $(keys 1) \
		"$FRONT/multi-queue-num-queues" "$count"
done
refused "no request-rx-copy" "request-rx-copy is not set"
# shellcheck disable=SC2046
{
	refused "request-rx-copy 0" "request-rx-copy is not set" $(keys 1) "$FRONT/request-rx-copy" 0
	refused "no ring" "reading ring references" "$FRONT/request-rx-copy" 1
	refused "ring 'x'" "reading ring references" $(keys 1) "$FRONT/rx-ring-ref" x
	refused "no channel" "reading event channels" "$FRONT/request-rx-copy" 1 \
		"$FRONT/tx-ring-ref" 8 "$FRONT/rx-ring-ref" 9
	refused "a ring that is not granted" "" $(keys 1) "$FRONT/tx-ring-ref" 4294967295
	refused "keys for fewer queues" "reading ring references" $(keys 2) \
		"$FRONT/multi-queue-num-queues" 3
}

check "rings and channels that cannot be used" hostile refused 10
for name in answers events races flips; do
	check "a frontend in user space: $name" hostile $name 2000
done
is "$(find /sys/class/net -name 'vif*' | wc -l)" 0 "no interface is left"
snapshot_resources >/run/after
for name in evtchn interrupts vifs; do
	is "$(grep "^$name " /run/after)" "$(grep "^$name " /run/before)" "nothing left: $name"
done
check "rmmod" driver_unload
tap_done
