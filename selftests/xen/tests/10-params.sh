# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Module parameters: defaults, values, ranges, and their effect on what is offered.
# driver: none

. "$XNB_LIB"

PARAMETERS=/sys/module/xen_netback/parameters
BACKEND=/local/domain/0/backend/vif/0/7
SETTINGS="tx_usecs=20 tx_frames=5 adaptive_tx=0 rx_usecs=30 rx_frames=6 adaptive_rx=0"
STEERING="rebalance=0 rebalance_msecs=20 rebalance_percent=30 to_guest_cpu=home"

value() {
	cat "$PARAMETERS/$1"
}

# loaded_with NAME=VALUE WANT
loaded_with() {
	driver_load ours "$1" 2>/dev/null
	is "$(value "${1%=*}")" "$2" "$1"
	driver_unload
}

# refused NAME VALUE MIN MAX, or NAME VALUE NEEDED
refused() {
	local line="$1=$2 refused: ${4:+a number from $3 to }${4:-$3} is needed"

	dmesg -c >/dev/null
	driver_load ours "$1=$2" 2>/dev/null
	is "$(driver) $(dmesg | grep -cF "$line")" "none 1" "$1=$2 is refused, with its range"
	driver_unload
}

# offers KEY: what a device of dom0's own, without a guest, is offered.
offers() {
	xenstore-read "$BACKEND/$1"
}

# What of a kind of packet is hashed, as ethtool -N has it.
fields() {
	ethtool -n vif0.7 rx-flow-hash "$1" | awk '/^IP SA/ { s = s "s" } /^IP DA/ { s = s "d" }
		/^L4 bytes 0/ { s = s "f" } /^L4 bytes 2/ { s = s "n" } END { print s }'
}

has_state() {
	[ "$(offers state)" = "$1" ]
}

plug() {
	xenstore-write "$BACKEND/frontend" /local/domain/0/device/vif/7 \
		"$BACKEND/frontend-id" 0 "$BACKEND/online" 1 "$BACKEND/handle" 7 \
		"$BACKEND/mac" 00:16:3e:00:00:07 "$BACKEND/script" none \
		/local/domain/0/device/vif/7/backend "$BACKEND" \
		/local/domain/0/device/vif/7/backend-id 0 \
		/local/domain/0/device/vif/7/state 1 "$BACKEND/state" 1
	wait_until 10 has_state 2
}

unplug() {
	xenstore-rm "$BACKEND"
	xenstore-rm /local/domain/0/device/vif/7
	wait_until 10 test ! -e /sys/class/net/vif0.7
}

driver_load ours
is "$(cd "$PARAMETERS" && for name in *; do echo "$name=$(cat "$name")"; done)" \
	"adaptive_rx=Y
adaptive_tx=Y
fatal_skb_slots=20
hash_cache_size=64
max_queues=0
provides_xdp_headroom=Y
rebalance=Y
rebalance_msecs=100
rebalance_percent=10
rss_udp_ports=Y
rx_drain_timeout_msecs=10000
rx_frames=32
rx_stall_timeout_msecs=60000
rx_usecs=64
separate_tx_rx_irq=Y
to_guest_cpu=auto
tx_frames=32
tx_usecs=64" "the parameters and their defaults"
is "$(echo 65 2>&1 >"$PARAMETERS/max_queues" | grep -c 'Invalid argument')" 1 \
	"max_queues=65 is refused at run time"
is "$(value max_queues)" 0 "and leaves it alone"
is "$(echo remote 2>&1 >"$PARAMETERS/to_guest_cpu" | grep -c 'Invalid argument')" 1 \
	"to_guest_cpu=remote is refused at run time"
is "$(value to_guest_cpu)" auto "and leaves it alone"
check "a vif without a guest" plug
is "$(offers feature-split-event-channels)" 1 "split channels are offered"
is "$(offers multi-queue-max-queues)" "$(nproc)" "a queue for each CPU is offered"
echo 5 >"$PARAMETERS/max_queues"
for setting in $SETTINGS $STEERING rss_udp_ports=0; do
	echo "${setting#*=}" >"$PARAMETERS/${setting%=*}"
done
echo 0 >"$PARAMETERS/separate_tx_rx_irq"
is "$(offers multi-queue-max-queues)" "$(nproc)" "a new max_queues leaves a vif alone"
is "$(cat /sys/class/net/vif0.7/rss/{rebalance{,_msecs,_percent},to_guest_cpu} | xargs)" \
	"1 100 10 auto" "and so do others"
is "$(fields udp4) $(fields udp6)" "sdfn sdfn" "rss_udp_ports=1: ports of UDP are hashed"
check "it goes away" unplug
check "another vif" plug
is "$(offers multi-queue-max-queues)" 5 "and holds for the next"
is "$(ethtool -l vif0.7 | awk '/^Combined/ { print $2; exit }')" 5 "ethtool -l says the same"
for setting in $SETTINGS; do
	value=${setting#*=}
	is "$(cat "/sys/class/net/vif0.7/coalesce/${setting%=*}")" \
		"$value $value $value $value $value" "$setting holds for its queues"
done
for setting in $STEERING; do
	is "$(cat "/sys/class/net/vif0.7/rss/${setting%=*}")" "${setting#*=}" "$setting holds for it"
done
is "$(fields udp4) $(fields udp6) $(fields tcp4)" "sd sd sdfn" "rss_udp_ports=0: of TCP only"
is "$(offers feature-split-event-channels)" 0 "separate_tx_rx_irq=0: no split channels"
check "it goes away" unplug
driver_unload

loaded_with separate_tx_rx_irq=0 N
loaded_with rx_drain_timeout_msecs=500 500
loaded_with rx_stall_timeout_msecs=0 0
loaded_with max_queues=64 64
loaded_with fatal_skb_slots=255 255
loaded_with hash_cache_size=65536 65536
loaded_with provides_xdp_headroom=0 N
loaded_with tx_usecs=10000 10000
loaded_with tx_frames=256 256
loaded_with adaptive_tx=0 N
loaded_with rx_usecs=0 0
loaded_with rx_frames=0 0
loaded_with adaptive_rx=n N
loaded_with rss_udp_ports=0 N
loaded_with rebalance=off N
loaded_with rebalance_msecs=10 10
loaded_with rebalance_msecs=10000 10000
loaded_with rebalance_percent=1 1
loaded_with rebalance_percent=1000 1000
loaded_with to_guest_cpu=local local
loaded_with to_guest_cpu=home home
loaded_with to_guest_cpu=auto auto

refused separate_tx_rx_irq 2 0 1
refused rx_drain_timeout_msecs 3600001 0 3600000
refused rx_stall_timeout_msecs -1 0 3600000
refused max_queues 65 0 64
refused max_queues 8abc 0 64
refused fatal_skb_slots 256 0 255
refused hash_cache_size 65537 0 65536
refused provides_xdp_headroom maybe 0 1
refused tx_usecs 10001 0 10000
refused tx_frames 257 0 256
refused adaptive_tx 2 0 1
refused rx_usecs -5 0 10000
refused rx_frames 1e3 0 256
refused adaptive_rx x 0 1
refused rss_udp_ports 2 0 1
refused rebalance 2 0 1
refused rebalance_msecs 9 10 10000
refused rebalance_msecs 10001 10 10000
refused rebalance_percent 0 1 1000
refused rebalance_percent 1001 1 1000
refused to_guest_cpu remote "auto, local or home"
refused to_guest_cpu 1 "auto, local or home"
tap_done
