# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a benchmark may say in dom0, beside the verbs of lib.sh.
#
# What is compared stands in one boot, on one guest, by live swap: in each round the stock
# driver, ours, and in the first three the stock driver again. The order changes from round to
# round. The difference of stock and again is the noise.
#
#   compare FUNCTION            measure: FUNCTION in each round, after each swap. VIF is
#                               guest a's interface. Drivers get the parameters SWAP_ARGS
#   three_rounds COMMAND...     in the first three rounds only: for rows of which that is enough
#   arm_start                   only the swap to the driver of ARM
#   beside ARM FUNCTION         measure what needs no driver, once
#   note ROW UNIT NUMBER        one result. A unit with "/s" at its end is the better the
#                               higher, any other the lower
#   all_arrived ROW COUNT GOT   but for one in a hundred; if not, the benchmark fails
#   round_trips ROW VERB...     note median and tail of what such a VERB as udp_rtt NAME COUNT says
#   packets ROW COUNT VERB...   note rate and interrupts of so many packets, to or from guest a
#   load_start COMMAND...       what is beside a measurement; from here on packets move
#   stream_start [-R]           as load_start: a TCP stream to guest a, or from it
#   paced_start                 as load_start: 20,000 packets of 60 bytes a second to guest a.
#                               This shell moves to the CPU that takes events
#   load_end                    end it; fails if it had ended before. This shell has all CPUs
#   peer_start                  dom0's NIC is in the bridge, and the machine outside answers:
#                               PEER, PEER_MAC
#   peer_reached                guest a has a way to it
#   under_way STATISTIC SKIP COUNT COMMAND
#                               while COMMAND goes on in guest a, the instructions from where that
#                               statistic of VIF has moved by SKIP until it has by COUNT more: the
#                               window LABEL, and in MOVED by how much
#   profile_both FUNCTION       FUNCTION with both drivers; it says profile or profile_under_way
#   profile ROW UNIT COUNTER RUNS SHORT LONG COMMAND...
#                               the instructions by function, a unit of COUNTER
#   profile_under_way ROW UNIT STATISTIC COUNT COMMAND
#                               of COUNT packets or KiB, while COMMAND goes on in guest a
#   set_mtu BYTES, offloads on|off
#                               of the guest, its interface and the bridge
#   packets_so_far, kib_so_far  what VIF has moved, both ways
#   veth_start                  a pair of interfaces in dom0, its other end in a namespace
#                               at VETH_IP, with the servers that a guest has

# shellcheck source=selftests/xen/dom0/lib.sh
. "$XNB_LIB"
# shellcheck source=/dev/null
. /xnb/settings

VETH_IP=10.0.9.2

_order() {
	case $(($1 % 3)) in
	1) echo stock ours again ;;
	2) echo ours again stock ;;
	0) echo again stock ours ;;
	esac
}

arm_start() {
	# shellcheck disable=SC2086
	if ! swap_to "${ARM/again/stock}" ${SWAP_ARGS:-} || ! guest_ping a; then
		bail "no live swap to $ARM"
	fi
	VIF=$(vif_of a)
	settle
}

compare() {
	# shellcheck disable=SC2153
	for ((ROUND = 1; ROUND <= ROUNDS; ROUND++)); do
		for ARM in $(_order $ROUND); do
			[ "$ARM" != again ] || [ "$ROUND" -le 3 ] || continue
			progress "round $ROUND of $ROUNDS, ${ARM/again/stock again}"
			arm_start
			"$1"
		done
	done
	ok "compared in $ROUNDS rounds"
}

three_rounds() {
	[ "$ROUND" -gt 3 ] || "$@"
}

beside() {
	ARM=$1
	ROUND=1
	progress "$ARM"
	"$2"
}

note() {
	if [[ $3 =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
		echo "# value|$1|$2|$ARM|$ROUND|$3"
	else
		fail "$1, $2, $ARM: '$3' is no number"
	fi
}

round_trips() {
	local p50 p99 p999

	read -r p50 p99 p999 < <("${@:2}" 50 99 99.9)
	note "$1" "p50 us" "$p50"
	note "$1" "p99 us" "$p99"
	note "$1" "p99.9 us" "$p999"
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f\n", a / b }'
}

_received() {
	case $1 in
	to_guest) guest_run a 'cat /sys/class/net/eth0/statistics/rx_packets' ;;
	*) link_stat "$VIF" rx_packets ;;
	esac
}

# all_arrived ROW COUNT GOT: a packet that does not arrive is no packet.
all_arrived() {
	[ "$3" -ge $(($2 * 99 / 100)) ] || {
		fail "$1, $ARM: of $2 packets $3 arrived"
		return 1
	}
}

# packets ROW COUNT VERB SIZE
packets() {
	local row=$1 count=$2 way=${3#pktgen_} guest host got rate

	guest=$(guest_irqs a) host=$(dom0_irqs "$VIF") got=$(_received "$way")
	rate=$("$3" a "$4" "$count")
	settle
	got=$(($(_received "$way") - got))
	guest=$(($(guest_irqs a) - guest)) host=$(($(dom0_irqs "$VIF") - host))
	all_arrived "$row" "$count" "$got" || return 0
	note "$row" packets/s "$rate"
	note "$row" "guest interrupts a packet" "$(ratio $guest "$count")"
	note "$row" "host interrupts a packet" "$(ratio $host "$count")"
}

_load_moves() {
	[ "$(packets_so_far)" -ge $((LOAD_FROM + 500)) ]
}

load_start() {
	LOAD_FROM=$(packets_so_far)
	"$@" >/dev/null 2>&1 9>&- &
	LOAD=$!
	wait_until 20 _load_moves || fail "$ARM: the load begins"
}

stream_start() {
	load_start iperf3 -c "$(guest_ip a)" -t 30 "$@"
}

# This shell keeps off the sender's CPU: who is kept from sending in time sends what it missed at once.
paced_start() {
	taskset -cp "$(events_cpu "$VIF")" $$ >/dev/null || fail "$ARM: no CPU takes events"
	PKTGEN_DELAY=50000 PKTGEN_CPU=$(other_cpu "$VIF") load_start pktgen_to_guest a 60 0
}

load_end() {
	kill -0 "$LOAD" 2>/dev/null || fail "$ARM: the load lasts"
	[ ! -e /proc/net/pktgen ] || echo stop >/proc/net/pktgen/pgctrl
	kill "$LOAD" 2>/dev/null
	wait "$LOAD" 2>/dev/null
	taskset -cp "0-$(($(nproc --all) - 1))" $$ >/dev/null
	settle
}

PEER=10.0.0.250

peer_start() {
	modprobe virtio_net
	ip link set eth0 master xenbr0 up
	wait_until 20 _ping_once "$PEER" || bail "no peer"
	# shellcheck disable=SC2034
	PEER_MAC=$(ip neigh show "$PEER" | sed -n 's/.*lladdr \([^ ]*\).*/\1/p')
}

peer_reached() {
	guest_run a "ping -q -c 1 -W 5 $PEER" >/dev/null || bail "no way to the peer"
}

_has_moved() {
	[ "$(link_stat "$VIF" "$1")" -ge "$2" ]
}

under_way() {
	local begun job

	begun=$(link_stat "$VIF" "$1")
	job=$(guest_run_bg a "($4) & echo \$! >/run/load; wait")
	wait_until 20 _has_moved "$1" $((begun + $2)) || fail "$ARM: $4 begins"
	LABEL=$((LABEL + 1))
	MOVED=$(mark "$LABEL" "$3" "/sys/class/net/$VIF/statistics/$1") || fail "$ARM: $4 goes on"
	guest_run a "kill \$(cat /run/load) 2>/dev/null"
	guest_wait a "$job" >/dev/null
	settle
	[ -n "$MOVED" ]
}

set_mtu() {
	ip link set "$VIF" mtu "$1" && ip link set xenbr0 mtu "$1" &&
		guest_run a "ip link set eth0 mtu $1"
}

offloads() {
	ethtool -K "$VIF" tso "$1" gso "$1" >/dev/null
	guest_run a "ethtool -K eth0 tso $1 gso $1" >/dev/null
}

# Packets both ways, or KiB, of guest a's interface so far.
packets_so_far() {
	echo $(($(link_stat "$VIF" rx_packets) + $(link_stat "$VIF" tx_packets)))
}

kib_so_far() {
	echo $((($(link_stat "$VIF" rx_bytes) + $(link_stat "$VIF" tx_bytes)) / 1024))
}

# _window LENGTH COMMAND...: the instructions of it, and how many units it moved.
_window() {
	local before

	settle
	LABEL=$((LABEL + 1))
	before=$("$COUNTER")
	mark 0
	"${@:2}" >/dev/null
	mark "$LABEL"
	settle
	_note_window "$1" $(($("$COUNTER") - before))
}

# _note_window LENGTH COUNT
_note_window() {
	echo "# window|$LABEL|$ROW|$UNIT|$ARM|$1|$2"
}

# COMMAND gets SHORT and LONG as its last word. The report takes the short one off the long
# one: what is left is the work for the units, without the start and the end of the load. What
# else the system does meanwhile can only add, so of several runs the cheapest counts. The first
# of all only warms up.
profile() {
	local ROW=$1 UNIT=$2 COUNTER=$3 run

	"${@:7}" "$5" >/dev/null
	for ((run = 1; run <= $4; run++)); do
		_window short "${@:7}" "$5"
		_window long "${@:7}" "$6"
	done
}

# It has neither start nor end that a short run would have to take off. An eighth comes before.
profile_under_way() {
	local ROW=$1 UNIT=$2 per=1

	[[ $3 != *_bytes ]] || per=1024
	under_way "$3" $(($4 * per / 8)) $(($4 * per)) "$5" && _note_window long $((MOVED / per))
}

profile_both() {
	ROUND=1 LABEL=0
	cat /proc/xen/xensyms >"$LOGS/xensyms"
	guest_run a "modprobe pktgen; grep '\[' /proc/kallsyms" >"$LOGS/kallsyms.guest"
	for ARM in stock ours; do
		progress "$ARM"
		arm_start
		cat /proc/kallsyms >"$LOGS/kallsyms.$ARM"
		"$1"
	done
	ok "both drivers were profiled"
}

veth_start() {
	ip netns add peer && ip link add veth0 type veth peer name veth1 netns peer &&
		ip addr add "${VETH_IP%.*}.1/24" dev veth0 && ip link set veth0 up &&
		ip -n peer addr add "$VETH_IP/24" dev veth1 && ip -n peer link set lo up &&
		ip -n peer link set veth1 up && ip netns exec peer iperf3 -s -D >/dev/null 2>&1 || return 1
	ip netns exec peer rtt serve udp 11111 >/dev/null 2>&1 9>&- &
	ip netns exec peer rtt serve tcp 11112 >/dev/null 2>&1 9>&- &
	wait_until 10 _ping_once "$VETH_IP" && wait_until 10 _veth_serves
}

_veth_serves() {
	(exec 7<>"/dev/tcp/$VETH_IP/11112") 2>/dev/null
}

# Where it ran, for the report.
echo "# about|kernel|$(uname -r) ($(uname -v | grep -o 'Debian [^ ]*'))"
echo "# about|xen|$(cat /sys/hypervisor/version/{major,minor,extra} | tr '\n' . | sed 's/\.\./\./; s/\.$//')"
