# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The half of the demo that runs in dom0: measure the stock driver, swap to ours,
# measure again, swap back. All the while the guest pings dom0, and one TCP
# connection carries a numbered message to the guest and back every 100 ms.
#
# For the table it prints, on top of its TAP: "# value DRIVER NAME NUMBER".
#
# clock: insn
# driver: stock
# guest-tools: full
# timeout: 1200

# shellcheck source=selftests/xen/dom0/lib.sh
. "$XNB_LIB"

# Small packets come out two ways, as interrupts happen to fall on vCPUs: the
# median of so many runs. TCP and round trips repeat within a few per cent.
ROUNDS=3
PACKETS=20000
ECHO_PORT=7100
PING_PER_SECOND=5
SWAPS=2
MEASURES="tcp_to tcp_from rtt pps_to pps_from irqs_to irqs_from"

# Background traffic.

# Sends on without waiting for answers, so that a swap finds data under way.
stream_write() {
	local n=0

	while [ ! -e "$STATE/stream.stop" ]; do
		n=$((n + 1))
		echo "$n" >&7
		read -rt 0.1 -u "$NEVER" || :
	done
	echo "end $n" >&7
}

stream_read() {
	local n=0 line last=${EPOCHREALTIME/./} now pause=0

	while read -rt 30 -u 7 line && [ "$line" = "$((n + 1))" ]; do
		n=$((n + 1))
		now=${EPOCHREALTIME/./}
		[ $((now - last)) -le "$pause" ] || pause=$((now - last))
		last=$now
		echo "$n" >"$STATE/stream.at"
	done
	[ "$line" = "end $n" ] || echo "after message $n came '$line'" >&2
	echo "$n ${line%% *} $((pause / 1000))" >"$STATE/stream.result"
}

# Not below check: what it starts has to stay, and check waits for it to end.
stream_start() {
	guest_run a "busybox nc -ll -p $ECHO_PORT -e busybox cat >/dev/null 2>&1 &"
	wait_until 20 stream_connect || bail "no TCP connection to the guest"
	stream_write >&2 &
	stream_read >&2 &
	ok "one TCP connection is open for the whole demo"
}

stream_connect() {
	exec 7<>"/dev/tcp/$(guest_ip a)/$ECHO_PORT"
} 2>/dev/null

# Whether the answers go on.
stream_alive() {
	local before=0 after=0

	[ ! -e "$STATE/stream.at" ] || read -r before <"$STATE/stream.at"
	read -rt 0.35 -u "$NEVER" || :
	[ ! -e "$STATE/stream.at" ] || read -r after <"$STATE/stream.at"
	[ "${after:-0}" -gt "${before:-0}" ]
}

stream_stop() {
	: >"$STATE/stream.stop"
	wait_until 40 test -e "$STATE/stream.result"
}

ping_start() {
	guest_run a "ping -i 0.2 10.0.0.1 >/run/ping & echo \$! >/run/ping.pid"
}

# Prints: sent, received, the longest row of lost ones, and each row as FIRST+LENGTH.
ping_stop() {
	# shellcheck disable=SC2016
	guest_run a 'p=$(cat /run/ping.pid); kill -INT $p
		while [ -d /proc/$p ]; do sleep 0.1; done
		awk -F "[ =]" "BEGIN { last = -1 }
			/ seq=/ { n = \$6 - last - 1; if (n > row) row = n
				if (n > 0) rows = rows \" \" last + 1 \"+\" n
				last = \$6 }
			/ packets transmitted/ { print \$1, \$4, row + 0 rows }" /run/ping'
}

# Measurement.

vif_packets() {
	local dir=/sys/class/net/$VIF/statistics rx tx

	read -r rx <"$dir/rx_packets" && read -r tx <"$dir/tx_packets" || return 1
	PACKETS_SEEN=$((rx + tx))
}

# In 100 ms no more than the background's own packets.
vif_quiet() {
	local before

	vif_packets && before=$PACKETS_SEEN
	read -rt 0.1 -u "$NEVER" || :
	vif_packets && [ $((PACKETS_SEEN - before)) -le 12 ]
}

quiet_down() {
	wait_until 20 stream_alive && wait_until 20 vif_quiet
}

value() {
	local up

	read -r up _ </proc/uptime
	echo "# got $1 $2 $3 at $up"
	if [[ $3 =~ ^[0-9.]+$ ]]; then
		VALUES["$1 $2"]+=" $3"
	else
		VALUES["$1 $2"]+=" bad:$3"
	fi
}

guest_received() {
	guest_run a 'cat /sys/class/net/eth0/statistics/rx_packets'
}

# measure_pktgen DRIVER to|from: rate, and the interrupts that the guest took.
# A packet that the other side did not get is no packet.
measure_pktgen() {
	local who=$1 way=$2 irqs pps got received

	irqs=$(guest_irqs a)
	if [ "$way" = to ]; then
		got=$(guest_received)
		pps=$(pktgen_to_guest a 60 "$PACKETS")
	else
		read -r got <"/sys/class/net/$VIF/statistics/rx_packets"
		pps=$(pktgen_from_guest a 60 "$PACKETS")
	fi
	quiet_down
	irqs=$(($(guest_irqs a) - irqs))
	if [ "$way" = to ]; then
		received=$(guest_received)
	else
		read -r received <"/sys/class/net/$VIF/statistics/rx_packets"
	fi
	[ $((received - got)) -ge $((PACKETS * 99 / 100)) ] || pps="$((received - got)) of $PACKETS arrived"
	value "$who" "pps_$way" "$pps"
	value "$who" "irqs_$way" "$((irqs * 1000 / PACKETS))"
}

measure_tcp() {
	quiet_down
	value "$1" tcp_to "$(tcp_to_guest a 1)"
	quiet_down
	value "$1" tcp_from "$(tcp_from_guest a 1)"
}

measure_rtt() {
	quiet_down
	value "$1" rtt "$(udp_rtt a 2000 50)"
}

measure_small() {
	local round

	for ((round = 1; round <= ROUNDS; round++)); do
		quiet_down
		measure_pktgen "$1" to
		measure_pktgen "$1" from
	done
}

measure() {
	local who=$1 name all driver="${1/ours/our} driver"

	progress "$driver: TCP"
	measure_tcp "$who"
	progress "$driver: UDP round trip"
	measure_rtt "$who"
	progress "$driver: small packets"
	measure_small "$who"
	for name in $MEASURES; do
		all=${VALUES["$who $name"]}
		if [[ $all == *bad:* ]]; then
			fail "$who: $name was measured:$all"
		else
			echo "# value $who $name $(xargs -n 1 <<<"$all" | median)"
		fi
	done
}

swap() {
	local since=${EPOCHREALTIME/./} name=${1/stock/the stock}

	name=${name/ours/our}
	progress "live swap to $name driver"
	check "live swap to $name driver" swap_to "$1"
	echo "# swap took $(((${EPOCHREALTIME/./} - since) / 1000)) ms"
	VIF=$(vif_of a)
	is "$(driver)" "$1" "$name driver is loaded"
	check "the guest answers through it" guest_ping a
	check "the TCP connection goes on" wait_until 20 stream_alive
}

judge_background() {
	local sent received row rows messages how pause

	progress "ending the background traffic"
	check "the TCP stream ends in order" stream_stop
	read -r messages how pause <"$STATE/stream.result"
	is "$how" end "every message of the one TCP connection came back in sequence"
	echo "# stream ${messages:-0} ${how:-broken} ${pause:-0}"
	read -r sent received row rows < <(ping_stop)
	echo "# ping ${sent:-0} $((${sent:-0} - ${received:-0})) ${row:-0} ${rows:-}"
	at_least "${sent:-0}" 50 "the ping went on"
	at_most "${row:-x}" "$PING_PER_SECOND" "a swap cost no more than a second of ping"
	at_most "$((${sent:-0} - ${received:-0}))" $((PING_PER_SECOND * SWAPS)) "no other ping was lost"
}

declare -A VALUES
is "$(driver)" stock "the stock driver is loaded"
progress "starting a guest on the stock driver"
check "a guest starts" guest_start a || bail "no guest"
VIF=$(vif_of a)
stream_start
# A host's bridge has an uplink, and so keeps its own carrier.
check "the bridge has an uplink" ip link add uplink master xenbr0 up type dummy
check "a ping runs in the guest" ping_start
measure stock
swap ours
measure ours
swap stock
judge_background
tap_done
