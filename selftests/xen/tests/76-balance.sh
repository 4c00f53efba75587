# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Skewed load: it is even within a second, also with a flow that is larger than any; and no packet
# overtakes another of its flow while the table is written all the time.
# By hand, ten million packets (nearly two hours of a core):
#   sed 's/^PACKETS=.*/PACKETS=10000000/; s/^# timeout: .*/# timeout: 20000/' 76-balance.sh >long.sh
# clock: insn
# dom0-vcpus: 4
# vcpus: 6
# memory: 1792
# driver-args: max_queues=4
# guest: a vcpus=2 queues=4 memory=256
# timeout: 2000

. "$XNB_LIB"

# Under tables that change; each takes some ten thousand instructions.
PACKETS=300000
TABLE_USECS=2000
FLOWS=256
# Packets a second, all in one; the clock's machine does some eighty thousand.
RATE=30000
CHANGING_RATE=50000
SECONDS_EACH=2
# The packet with which the elephant comes.
ELEPHANT_FROM=$((RATE * SECONDS_EACH))
QUEUES=4
VIF=$(vif_of a)
RSS=/sys/class/net/$VIF/rss
NOBODY=02:00:00:00:00:07
KEY=6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa
TRACING=/sys/kernel/tracing

write_rss() {
	echo "$2" >"$RSS/$1"
}

# Two senders, each with flows of its own.
send_zipf() {
	local part

	SENDERS=()
	for part in 0 1; do
		stream send -n $PACKETS -r $CHANGING_RATE -p $part/2 "$VIF" $NOBODY $FLOWS \
			>/run/sent.$part &
		SENDERS+=($!)
	done
}

ended() {
	local pid

	for pid; do
		! kill -0 "$pid" 2>/dev/null || return 1
	done
}

sent() {
	cat /run/sent* | awk '{ n += $1 } END { print n }'
}

receive_start() {
	rm -f /run/sent*
	DROPPED=$(drops "$VIF")
	guest_run a 'rm -f /run/stop /run/received; stream receive eth0 /run/stop >/run/received &
		until [ -s /run/received ]; do sleep 0.1; done'
}

receive_stop() {
	guest_run a "echo $(($(sent) - $(drops "$VIF") + DROPPED)) >/run/stop
		until grep packets /run/received; do sleep 0.1; done"
}

# in_order WHAT: what the guest received is what was sent, in order.
in_order() {
	local packets flows disordered lost missed

	read -r _ packets _ flows _ disordered _ lost _ missed < <(receive_stop)
	DROPPED=$(($(drops "$VIF") - DROPPED))
	diag "$1: $packets packets, $DROPPED dropped on the way"
	is "$((packets + DROPPED)) $lost $missed" "$(sent) $DROPPED 0" \
		"$1: each packet arrives that no counter has"
	is "$flows" "$2" "$1: of all flows"
	is "$disordered" 0 "$1: none overtakes another of its flow"
	[ "$disordered" = 0 ] || diag "$(guest_run a 'grep after /run/received')"
}

# What went to the rings of the guest, as the driver pushed it.
trace_start() {
	[ -d $TRACING/events ] || mount -t tracefs tracefs $TRACING
	echo 16384 >$TRACING/buffer_size_kb
	echo 'data == 1' >$TRACING/events/xen_netback/xnb_push/filter
	echo >$TRACING/trace
	echo 1 >$TRACING/events/xen_netback/xnb_push/enable
	echo 1 >$TRACING/events/xen_netback/xnb_move/enable
}

trace_stop() {
	echo 0 >$TRACING/events/xen_netback/enable
	grep -v '^#' $TRACING/trace >/run/trace
}

# Of each 100 ms from the first packet on: the busiest queue's load over the mean, and all load;
# of the one in which the elephant came its name before them.
loads() {
	awk -v queues=$QUEUES -v vif="$VIF" -v elephant=$ELEPHANT_FROM '
		!/xnb_push/ || index($0, vif "-q") == 0 { next }
		{
			match($0, /[0-9]+\.[0-9]+: xnb_/)
			now = substr($0, RSTART) + 0
			match($0, vif "-q[0-9]+")
			queue = substr($0, RSTART + length(vif) + 2, RLENGTH - length(vif) - 2)
			match($0, /packets=[0-9]+/)
			if (!start)
				start = now
			slot = int((now - start) * 10)
			packets = substr($0, RSTART + 8, RLENGTH - 8)
			load[slot, queue] += packets
			if (all <= elephant)
				came = slot
			all += packets
			last = slot
		}
		END {
			# The last one is not whole.
			for (slot = 0; slot < last; slot++) {
				most = sum = 0
				for (queue = 0; queue < queues; queue++) {
					sum += load[slot, queue]
					if (load[slot, queue] > most)
						most = load[slot, queue]
				}
				printf "%s%.2f %d\n", slot == came ? "elephant " : "",
					sum ? most * queues / sum : 0, sum
			}
		}' /run/trace
}

# The 100 ms in which it came.
arrival() {
	awk '/elephant/ { print NR }' /run/loads
}

# worst FROM TO: of these slots, counted from 1.
worst() {
	sed -n "$1,$2p" /run/loads | awk '$(NF - 1) > most { most = $(NF - 1) } END { print most }'
}

# Zipf, and half-way through an elephant, which is then the largest flow: 28 % of all packets,
# less than 1.25 of the mean. One sender: of two, one that is late changes what is even meanwhile.
# Sets WORST_ZIPF and WORST_ELEPHANT, each a second after its start.
skewed_load() {
	local here

	receive_start
	trace_start
	stream send -n $((ELEPHANT_FROM * 2)) -r $RATE -e $ELEPHANT_FROM "$VIF" $NOBODY $FLOWS \
		>/run/sent
	trace_stop
	loads >/run/loads
	cp /run/loads "$LOGS/$1.loads"
	grep xnb_move /run/trace >"$LOGS/$1.moves"
	here=$(arrival)
	WORST_ZIPF=$(worst 11 $((here - 1)))
	WORST_ELEPHANT=$(worst $((here + 10)) $((here + SECONDS_EACH * 10 - 2)))
	diag "$1: busiest over mean queue, each 100 ms:" \
		"$(sed 's/ [0-9]*$//' /run/loads | xargs)"
	in_order "$1" $((FLOWS + 1))
}

ethtool -X "$VIF" hkey $KEY
write_rss rebalance 0
skewed_load "static"
at_least "$WORST_ZIPF" 1.26 "static table: the load is skewed"
at_least "$WORST_ELEPHANT" 1.26 "static table: more so with the elephant"

write_rss rebalance 1
skewed_load "balance"
diag "$(cat "$RSS/moves") moves"
is "$(grep -c xnb_move /run/trace)" "$(cat "$RSS/moves")" "balance: a tracepoint for each move"
at_most "$WORST_ZIPF" 1.25 "balance: even within a second"
at_most "$WORST_ELEPHANT" 1.25 "balance: even within a second of the elephant's arrival"

write_rss rebalance_msecs 10
moves=$(cat "$RSS/moves")
rm -f /run/end
receive_start
send_zipf
steer shuffle "$VIF" /run/end $TABLE_USECS >/run/shuffled &
check "changing tables: it goes on to the end" wait_until $((60 + PACKETS / 10000)) ended \
	"${SENDERS[@]}" || bail "a queue stalls"
: >/run/end
wait
read -r tables changes refused </run/shuffled
diag "$tables tables, $changes entries changed, $(($(cat "$RSS/moves") - moves)) moves of the balance"
is "$refused" 0 "changing tables: none is refused"
in_order "changing tables" $FLOWS
tap_done
