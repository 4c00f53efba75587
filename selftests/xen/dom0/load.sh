# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Load and measurement, and what a leak would change: a part of lib.sh, where its verbs
# are described.

# What is on its way arrives, and nobody works for it any more.
settle() {
	read -rt 0.2 -u "$NEVER" || :
}

# iperf3 has threads since 3.16, and looks but once a second whether all bytes are sent: there a
# second takes the place of any number of bytes.
_iperf_amount() {
	local major minor

	IFS=' .' read -r _ major minor _ < <(iperf3 --version)
	if [[ $1 != *[KMG] ]]; then
		echo "-t $1"
	elif [ $((100 * major + minor)) -lt 316 ]; then
		echo "-n $1"
	else
		echo "-t 1"
	fi
}

# _iperf HOST AMOUNT FLOWS OPTION...: AMOUNT in seconds, or in bytes as 64M
_iperf() {
	local host=$1 flows=$3

	# shellcheck disable=SC2046
	timeout $((2 * RUN_SECONDS)) iperf3 -f m -c "$host" $(_iperf_amount "$2") -P "$flows" \
		"${@:4}" | _received_mbits "$flows"
}

_received_mbits() {
	awk -v flows="$1" '/receiver/ && ($1 == "[SUM]" || flows == 1) {
		for (i = 1; i < NF; i++) if ($(i + 1) == "Mbits/sec") print $i }'
}

tcp_to_guest() {
	_iperf "$(guest_ip "$1")" "$2" "${3:-1}"
}

tcp_from_guest() {
	_iperf "$(guest_ip "$1")" "$2" "${3:-1}" -R
}

tcp_between() {
	guest_run "$1" "iperf3 -f m -c $(guest_ip "$2") $(_iperf_amount "$3")" | _received_mbits 1
}

# Commands that make pktgen send, for sh in either domain.
_pktgen_commands() {
	local dev=$1 size=$2 count=$3 ip=$4 mac=$5 burst=${6:-1} cpu=${7:-0} queues=${8:-1}
	local source=${9:+\"src_min $9\"} delay=${10:-${PKTGEN_DELAY:-0}}

	cat <<-COMMANDS
		modprobe pktgen; cd /proc/net/pktgen
		for t in kpktgend_*; do echo rem_device_all >\$t; done
		echo "add_device $dev" >kpktgend_$cpu
		for x in "count $count" "pkt_size $size" "dst $ip" "dst_mac $mac" "delay $delay" \
			$source "udp_dst_min 9" "udp_dst_max 9" "burst $burst" \
			"queue_map_min 0" "queue_map_max $((queues - 1))"; do echo "\$x" >$dev; done
		echo start >pgctrl; sed -n 's/.* \([0-9]*\)pps .*/\1/p' $dev
	COMMANDS
}

pktgen_to_guest() {
	local mac

	mac=$(agent read "/local/domain/0/backend/vif/$(guest_id "$1")/0/mac")
	sh -c "$(_pktgen_commands "$(vif_of "$1")" "$2" "$3" "$(guest_ip "$1")" "$mac" "${4:-1}" \
		"${PKTGEN_CPU:-$(($(nproc) - 1))}")"
}

pktgen_from_guest() {
	guest_run "$1" "$(_pktgen_commands eth0 "$2" "$3" 10.0.0.1 \
		"$(cat /sys/class/net/xenbr0/address)")"
}

# The bridge knows no such address, and nobody takes a packet to it.
pktgen_to_nobody() {
	guest_run "$1" "$(_pktgen_commands eth0 "$2" "$3" 10.0.0.77 00:16:3e:ff:ff:fe)"
}

pktgen_between() {
	guest_run "$1" "$(_pktgen_commands eth0 "$3" "$4" "$(guest_ip "$2")" \
		"$(guest_run "$2" 'cat /sys/class/net/eth0/address')")"
}

events_cpu() {
	local irq

	irq=$(awk -v queue="$1-q0" 'index($NF, queue) == 1 { print $1 + 0; exit }' /proc/interrupts)
	cat "/proc/irq/$irq/effective_affinity_list"
}

other_cpu() {
	echo $((($(events_cpu "$1") + 1) % $(nproc --all)))
}

on_cpu() (
	taskset -cp "$1" "$BASHPID" >/dev/null && shift && "$@"
)

_rtt() {
	on_cpu "$("${RTT_FROM:-events_cpu}" "$(vif_of "$1")")" rtt "$2" "$(guest_ip "$1")" "${@:3}"
}

udp_rtt() {
	_rtt "$1" udp 11111 "${@:2}"
}

tcp_rtt() {
	_rtt "$1" tcp 11112 "${@:2}"
}

udp_rtt_between() {
	guest_run "$1" "rtt udp $(guest_ip "$2") 11111 ${*:3}"
}

_xfer() {
	local direction=$1 ip=$2 proto=$3

	shift 3
	# shellcheck disable=SC2086
	xfer "$proto" $direction -t "$RUN_SECONDS" "$ip" "$XFER_PORT" "$@"
}

xfer_to() {
	local ip

	ip=$("guest_ip${XFER_IP:-}" "$1") || return 1
	_xfer "" "$ip" "${@:2}"
}

xfer_from() {
	local ip

	ip=$("guest_ip${XFER_IP:-}" "$1") || return 1
	_xfer -r "$ip" "${@:2}"
}

xfer_between() {
	local ip

	ip=$("guest_ip${XFER_IP:-}" "$2") || return 1
	guest_run "$1" "xfer $3 -t $RUN_SECONDS $ip $XFER_PORT ${*:4}"
}

flows() {
	local n=$1 jobs=() job status=0

	shift
	for ((; n; n--)); do
		"$@" &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		wait "$job" || status=1
	done
	return $status
}

traffic_start() {
	local way

	rm -f "$STATE/$1.stop"
	for way in "" -r; do
		# shellcheck disable=SC2086
		xfer tcp $way -u "$STATE/$1.stop" "$(guest_ip "$1")" "$XFER_PORT" 0 \
			>"$STATE/$1.traffic$way" 2>&1 9>&- &
		echo $! >"$STATE/$1.pid$way"
	done
	wait_until "$RUN_SECONDS" traffic_moves "$1"
}

traffic_moves() {
	local vif before_rx before_tx

	vif=$(vif_of "$1")
	before_rx=$(link_stat "$vif" rx_bytes) && before_tx=$(link_stat "$vif" tx_bytes) || return 1
	read -rt 0.1 -u "$NEVER" || :
	[ $(($(link_stat "$vif" rx_bytes) - before_rx)) -ge 16384 ] &&
		[ $(($(link_stat "$vif" tx_bytes) - before_tx)) -ge 16384 ]
}

_ended() {
	! kill -0 "$(cat "$1")" 2>/dev/null
}

traffic_stop() {
	local way

	: >"$STATE/$1.stop"
	for way in "" -r; do
		wait_until "$RUN_SECONDS" _ended "$STATE/$1.pid$way"
	done
	cat "$STATE/$1.traffic" "$STATE/$1.traffic-r"
	grep -q '^good ' "$STATE/$1.traffic" && grep -q '^good ' "$STATE/$1.traffic-r"
}

# shellcheck disable=SC2016
_SUM_IRQS='{ for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }'

guest_irqs() {
	guest_run "$1" "grep 'vif${2:-0}-' /proc/interrupts" | awk "$_SUM_IRQS"
}

dom0_irqs() {
	grep -F "$1" /proc/interrupts | awk "$_SUM_IRQS"
}

snapshot_resources() {
	awk '/^(MemFree|Slab|SUnreclaim|VmallocUsed|Percpu|KernelStack):/ {
		sub(":", "", $1); print $1 "_kB", $2 }' /proc/meminfo
	echo "evtchn $(lsevtchn 0 2>/dev/null | grep -c :)"
	echo "interrupts $(grep -c xen-dyn /proc/interrupts)"
	echo "xen_free_MB $(xl info free_memory)"
	echo "domains $(xl list | tail -n +2 | grep -c .)"
	echo "vifs $(_vif_devices | grep -c .)"
	# Of the kernel: a process of the test's own may be just ending.
	echo "threads $(cat /proc/[0-9]*/stat 2>/dev/null |
		sed -n 's/^[0-9]* (\(.*\)) . 2 .*/\1/p' | grep -vc '^kworker')"
}

resource_counts() {
	snapshot_resources | grep -E '^(evtchn|interrupts|domains|vifs|threads|xen_free_MB) '
}

# What ends takes a while to be gone, domains above all.
resources_are_back() {
	resource_counts >/run/counts.after
	cmp -s /run/counts.after /run/counts
}

# Pages in the lists of single CPUs count as free.
snapshot_memory() {
	local file

	echo 3 >/proc/sys/vm/drop_caches
	for file in /sys/kernel/slab/*/shrink; do
		echo 1 >"$file"
	done
	# Each CPU tells what it has counted, which it does once a second else. Names that were looked
	# up in /proc and /sys leave slabs with holes: they are not counted.
	cat /proc/sys/vm/stat_refresh >/dev/null
	awk '/^[A-Z][A-Za-z]*:/ { kb[$1] = $2 }
		$1 == "count:" { listed += 4 * $2 }
		$1 == "dentry" || $1 ~ /inode_cache$/ { names += 4 * $6 * $15 }
		END {
			print "pages_kB", kb["MemTotal:"] - kb["MemFree:"] - listed \
				- kb["Buffers:"] - kb["Cached:"] - kb["AnonPages:"] \
				- kb["PageTables:"] - kb["KernelStack:"] - kb["Slab:"]
			print "objects_kB", kb["Slab:"] - names
		}' /proc/meminfo /proc/zoneinfo /proc/slabinfo
}

_grants_listed() {
	xl dmesg | grep -q 'gnttab_usage_print_all . done'
}

# Xen prints some time after it was told to.
_grants_of() {
	xl dmesg -c >/dev/null
	xl debug-keys g
	wait_until "$RUN_SECONDS" _grants_listed &&
		xl dmesg | awk -v owner="d$1" '
			/grant-table for remote/ { mine = $5 == owner }
			mine && /\[0x/ { n++ }
			END { print n + 0 }'
}

grants_mapped() {
	_grants_of "$(guest_id "$1")"
}

dom0_grants_mapped() {
	_grants_of 0
}

record_states() {
	xenstore-control logfile /run/xenstore.trace >/dev/null &&
		: >/run/xenstore.trace && xenstore-control log on >/dev/null
}

states_written() {
	tr -d '\0' </run/xenstore.trace |
		sed -n "s|.*IN .* WRITE ($1/state \([0-9]\))\$|\1|p" | xargs
}
