# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Everything that can be read is read all the time, while queues come and go under load.
# A freed page is poison to who still uses it.
# guest: a vcpus=2 queues=2
# dom0-args: page_poison=1

. "$XNB_LIB"

VIF=vif$(guest_id a).0
DEVICE=vif-$(guest_id a)-0
BUS=/sys/bus/xen-backend/drivers/vif
RECONNECTS=4
STOP=/run/readers.stop

# reader COMMAND...: again and again; the interface may be gone.
reader() {
	local n=0

	until [ -e $STOP ]; do
		"$@"
		n=$((n + 1))
		read -rt 0.3 -u "$NEVER" || :
	done >/dev/null 2>&1
	echo "$n $*" >>/run/readers.done
}

read_all() {
	local file

	for file in "$@"; do
		read -r <"$file"
	done
}

start_readers() {
	: >/run/readers.done
	reader eval "for option in S l g i k c x; do ethtool -\$option $VIF; done; \
		ethtool -n $VIF rx-flow-hash udp4" &
	reader ethtool -S "$VIF" &
	reader ip -s -s -d link show "$VIF" &
	reader eval "read_all /sys/class/net/$VIF/statistics/* /sys/class/net/$VIF/carrier \
		/sys/class/net/$VIF/{queues/*,coalesce,rss}/*" &
	reader eval "mapfile </proc/interrupts; mapfile </proc/net/dev" &
	reader xenstore-ls /local/domain/0/backend &
}

end_readers() {
	: >$STOP
	wait_until "$RUN_SECONDS" all_readers_done
}

all_readers_done() {
	[ "$(grep -c . /run/readers.done)" = 6 ]
}

# A port that keeps the bridge up, so that its sender never stops.
start_load() {
	local cpu

	ip link add keeper type dummy
	ip link set keeper master xenbr0 up
	modprobe pktgen
	for cpu in 0 1; do
		_load_from_cpu $cpu
	done
	echo start >/proc/net/pktgen/pgctrl 2>/dev/null &
	LOAD=$!
	# Without an interface ping ends at once.
	guest_run_bg a 'until [ -e /run/stop ]; do ping -q -c 500 -s 1000 -i 0.005 10.0.0.1; done' \
		>/dev/null
}

# Many flows, so that all queues have some.
_load_from_cpu() {
	(
		cd /proc/net/pktgen || exit
		echo rem_device_all >"kpktgend_$1"
		echo "add_device xenbr0@$1" >"kpktgend_$1"
		for line in "count 0" "pkt_size 300" "dst $(guest_ip a)" "delay 400000" \
			"dst_mac $(vif_key a mac)" "udp_dst_min 9" "udp_dst_max 40"; do
			echo "$line" >"xenbr0@$1"
		done
	)
}

end_load() {
	echo stop >/proc/net/pktgen/pgctrl
	wait $LOAD
	guest_run a 'touch /run/stop'
}

counters() {
	{
		ethtool -S "$VIF" | sed -n 's/^ *\([a-z_]*\): \([0-9]*\)$/\1 \2/p'
		for name in rx_packets tx_packets rx_bytes tx_bytes; do
			echo "$name $(link_stat "$VIF" $name)"
		done
	} | sort >"$1"
}

# Names of counters that are smaller than before.
backwards() {
	awk 'NR == FNR { before[$1] = $2; next }
		{ seen++ } $2 < before[$1] { print $1, before[$1], $2 }
		END { if (!seen) print "nothing was counted" }' "$1" "$2"
}

reconnects() {
	local n

	: >/run/backwards
	counters /run/counters
	for ((n = 0; n < RECONNECTS; n++)); do
		guest_reconnect a $((n % 2 + 1)) || return 1
		counters /run/counters.new
		backwards /run/counters /run/counters.new >>/run/backwards
		mv /run/counters.new /run/counters
	done
}

rebinds() {
	local n

	for n in 1 2; do
		echo "$DEVICE" >$BUS/unbind && echo "$DEVICE" >$BUS/bind && _vif_plug "$DEVICE" &&
			guest_ping a || return 1
	done
}

goes_down_and_up() {
	local n

	for n in 1 2 3; do
		ip link set "$VIF" down && ip link set "$VIF" up || return 1
	done
	guest_ping a
}

start_load
start_readers
progress "load and readers"
before=$(link_stat "$VIF" tx_packets)
check "reconnects under readers" reconnects
is "$(cat /run/backwards)" "" "no counter went backwards"
at_least "$(($(link_stat "$VIF" tx_packets) - before))" 1000 "there was load to the guest"
progress "reconnected"
check "down and up under readers" goes_down_and_up
check "unbind and bind under readers" rebinds
progress "bound"
check "swap to ours under readers" swap_to ours
check "the guest answers" guest_ping a
progress "swapped"
end_load
check "all readers come to their end" end_readers
diag "$(cat /run/readers.done)"
tap_done
