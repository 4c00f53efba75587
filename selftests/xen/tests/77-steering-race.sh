# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Tables, keys, settings, the offer of queues and the guest's connection change all the time, in
# real concurrency, below traffic both ways: no queue stalls, nothing is lost that no counter has,
# and no packet overtakes another of its flow.
# memory: 1792
# driver-args: max_queues=4 rebalance_msecs=10
# guest: a vcpus=2 queues=4 memory=256

. "$XNB_LIB"

# At the least, and so many connections and turns of the knobs.
RACE_SECONDS=60
ROUNDS=3
TURNS=100
STREAM=4000
BURST=200
FLOWS=256
TABLE_USECS=10000
VIF=$(vif_of a)
RSS=/sys/class/net/$VIF/rss
NOBODY=02:00:00:00:00:07

random_key() {
	local n key

	for ((n = 0; n < 40; n++)); do
		printf -v key '%s:%02x' "$key" $((RANDOM % 256))
	done
	echo "${key#:}"
}

# Each change has to be taken: what is refused shows in /run/errors.
turn_knobs() {
	local turns=0

	while [ ! -e /run/stop ]; do
		if [ -e /run/keys ]; then : >/run/keyed; else rm -f /run/keyed; fi
		pick auto local home >"$RSS/to_guest_cpu"
		pick 0 1 1 >"$RSS/rebalance"
		pick 10 10 100 >"$RSS/rebalance_msecs"
		pick 1 10 100 >"$RSS/rebalance_percent"
		[ $((turns % 8)) != 0 ] || [ ! -e /run/keyed ] ||
			ethtool -X "$VIF" hkey "$(random_key)"
		[ $((turns % 8)) != 4 ] || [ ! -e /run/keyed ] ||
			ethtool -N "$VIF" rx-flow-hash "$(pick tcp4 udp4 tcp6 udp6)" "$(pick sd sdfn)"
		[ $((turns % 8)) != 6 ] ||
			cat "$RSS"/{owner,table,key,packets,bytes,moves,home_cpus,work_cpus} >/dev/null
		turns=$((turns + 1))
		echo >>/run/turns
		read -rt 0.03 -u "$NEVER"
	done
}

enough() {
	[ $SECONDS -ge "$end" ] && [ "$rounds" -ge $ROUNDS ] && [ "$(wc -l </run/turns)" -ge $TURNS ]
}

# In every other round keys and hash fields change, too: then flows change their bucket, which is
# no matter of order.
keys_change() {
	if [ $((rounds % 2)) = 1 ]; then
		: >/run/keys
		wait_until 20 test -e /run/keyed
	else
		rm -f /run/keys
		wait_until 20 test ! -e /run/keyed
	fi
}

# Many flows to the guest, and packets from it: all arrive that are not counted as dropped.
streams() {
	local jobs=() drops from packets disordered missed sent queues

	keys_change
	queues=$(vif_queues "$VIF")
	drops=$(drops "$VIF") from=$(strays)
	guest_run a 'rm -f /run/stop /run/received; stream receive eth0 /run/stop >/run/received &
		until [ -s /run/received ]; do sleep 0.1; done'
	queues_from_guest a "$queues" $BURST &
	jobs+=($!)
	timeout 60 stream send -n $STREAM -r 1000000 -p 0/2 "$VIF" $NOBODY $FLOWS >/run/sent.0 &
	jobs+=($!)
	timeout 60 stream send -n $STREAM -r 1000000 -p 1/2 "$VIF" $NOBODY $FLOWS >/run/sent.1
	wait "${jobs[@]}"
	wait_until "$RUN_SECONDS" arrived $((from + BURST))
	sent=$(awk '{ n += $1 } END { print n }' /run/sent.*)
	read -r _ packets _ _ _ disordered _ _ _ missed < <(
		guest_run a "echo $((sent - $(drops "$VIF") + drops)) >/run/stop
			until grep packets /run/received; do sleep 0.1; done")
	streamed=$((streamed + packets))
	got="to the guest $packets of $sent, missed $missed, disordered $disordered"
	got+=", lost $((sent - packets - missed - $(drops "$VIF") + drops)), from it lost $((from + BURST - $(strays)))"
	[ ! -e /run/keys ] || got=${got/disordered $disordered/disordered 0}
	[[ $got = *", disordered 0, lost 0, from it lost 0" ]]
}

# Each queue has something to do that nothing follows.
each_queue() {
	local to queues

	queues=$(vif_queues "$VIF")
	to=$(guest_strays a 0)
	queues_to_guest a "$queues" $((10 * queues))
	got="$(($(guest_strays a $((to + 10 * queues))) - to)) of $((10 * queues)) to $queues queues"
	[ "${got%% to *}" = "$((10 * queues)) of $((10 * queues))" ]
}

# Another number of queues, which a table that names more would stand against.
reconnect() {
	kill -STOP $SHUFFLER
	ethtool -X "$VIF" default && ethtool -L "$VIF" combined "$(pick 1 2 3 4 4)" >/dev/null &&
		offers=$((offers + 1))
	kill -CONT $SHUFFLER
	guest_reconnect a 4 >/dev/null 2>&1
}

one_round() {
	what=streams got=
	streams || return 1
	what="each queue" got=
	each_queue || return 1
	what="TCP stalls" got=
	wait_until "$RUN_SECONDS" traffic_moves a || return 1
	what=reconnect got=
	reconnect
}

# What a stalled queue would show.
show_queues() {
	diag "$(grep . "/sys/class/net/$VIF"/queues/tx-*/byte_queue_limits/{inflight,limit} \
		"/sys/class/net/$VIF"/coalesce/tx_{mode,hold} "$RSS"/{table,work_cpus,home_cpus} |
		sed 's|.*/\(queues\|coalesce\|rss\)/||')"
	diag "$(tc -s qdisc show dev "$VIF" | grep -A 2 parent)"
	diag "$(ethtool -S "$VIF" | xargs)"
}

streamed=0 offers=0 rounds=0 what='' got='' broken=''
check "TCP connections both ways" traffic_start a || bail "no traffic"
turn_knobs >/dev/null 2>/run/errors &
steer shuffle "$VIF" /run/stop $TABLE_USECS >/run/shuffled 2>>/run/errors &
SHUFFLER=$!
end=$((SECONDS + RACE_SECONDS))
until enough || [ -n "$broken" ]; do
	if one_round; then
		rounds=$((rounds + 1))
	else
		broken=$what
	fi
done
if [ -n "$broken" ]; then
	show_queues
	diag "round $((rounds + 1)), $(vif_queues "$VIF") queues: $what: $got"
fi
is "$broken" "" "no packet lost, none overtaken, no stall"
check "data moves at the end" wait_until "$RUN_SECONDS" traffic_moves a
: >/run/stop
check "the TCP connections survived, nothing is lost or changed" traffic_stop a
wait
read -r tables changes refused </run/shuffled
diag "$rounds connections, $offers offers, $tables tables ($refused refused), $changes entries," \
	"$(wc -l </run/turns) turns of the knobs, $streamed packets, $(cat "$RSS/moves") moves"
is "$(cat /run/errors)" "" "no turn was refused"
at_least "$rounds" $ROUNDS "the guest reconnected"
at_least "$offers" 2 "with other offers"
at_least $((tables - refused)) 200 "tables changed"
at_least "$(wc -l </run/turns)" $TURNS "the knobs were turned"
check "the guest answers" guest_ping a
tap_done
