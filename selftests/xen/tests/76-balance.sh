# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Skewed load: it is even within a second, also with a flow that is larger than any; and no packet
# overtakes another of its flow while the table is written all the time.
# By hand, ten million packets (an hour where a core is the machine's own):
#   sed 's/^PACKETS=.*/PACKETS=10000000/; s/^# timeout: .*/# timeout: 7200/' 76-balance.sh >long.sh
# clock: insn
# dom0-vcpus: 4
# vcpus: 6
# memory: 1792
# driver-args: max_queues=4
# guest: a vcpus=2 queues=4 memory=256
# timeout: 600

. "$XNB_LIB"

# Under tables that change; each takes some ten thousand instructions.
PACKETS=600000
TABLE_USECS=2000
FLOWS=256
ELEPHANT=$FLOWS
# Packets a second, all in one; the clock's machine does a hundred thousand.
RATE=30000
ELEPHANT_RATE=13000
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
	stream send -n "$1" -r $RATE -p 0/2 "$VIF" $NOBODY $FLOWS >/run/sent.0 &
	stream send -n "$1" -r $RATE -p 1/2 "$VIF" $NOBODY $FLOWS >/run/sent.1 &
}

sent() {
	cat /run/sent.* | awk '{ n += $1 } END { print n }'
}

receive_start() {
	rm -f /run/sent.*
	guest_run a 'rm -f /run/stop'
	RECEIVER=$(guest_run_bg a 'stream receive eth0 /run/stop')
}

receive_stop() {
	guest_run a ': >/run/stop'
	guest_wait a "$RECEIVER" 60 | tail -n 1
}

# in_order WHAT: what the guest received is what was sent, in order.
in_order() {
	local packets flows disordered lost missed

	read -r _ packets _ flows _ disordered _ lost _ missed < <(receive_stop)
	is "$packets $lost $missed" "$(sent) 0 0" "$1: each packet arrives"
	is "$flows" "$2" "$1: of all flows"
	is "$disordered" 0 "$1: none overtakes another of its flow"
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

# The busiest queue's load over the mean in each 100 ms from the first packet on.
ratios() {
	awk -v queues=$QUEUES -v vif="$VIF" '
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
			load[slot, queue] += substr($0, RSTART + 8, RLENGTH - 8)
			if (slot > last)
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
				printf "%.2f ", sum ? most * queues / sum : 0
			}
		}' /run/trace
}

worst_from() {
	cut -d ' ' -f "$1-$2" | xargs -n 1 | sort -n | tail -n 1
}

# even_load WHAT BOUND: static for comparison, then with the balance.
SECONDS_EACH=3
zipf() {
	local what=$1

	trace_start
	send_zipf $((RATE * SECONDS_EACH))
	wait
	trace_stop
	RATIOS=$(ratios)
	diag "$what: busiest over mean queue, each 100 ms: $RATIOS"
}

ethtool -X "$VIF" hkey $KEY
write_rss rebalance 0
zipf "static table"
at_least "$(worst_from 11 28 <<<"$RATIOS")" 1.26 "static table: the load is skewed"

write_rss rebalance 1
receive_start
zipf "balance"
diag "$(cat "$RSS/moves") moves: $(grep -c xnb_move /run/trace)"
at_most "$(worst_from 11 28 <<<"$RATIOS")" 1.25 "balance: even within a second"
in_order "balance" $FLOWS

receive_start
trace_start
send_zipf $((RATE * 2 * SECONDS_EACH))
wait_until $SECONDS_EACH false
stream send -n $((ELEPHANT_RATE * SECONDS_EACH)) -r $ELEPHANT_RATE -f $ELEPHANT "$VIF" $NOBODY \
	$FLOWS >/run/sent.2
wait
trace_stop
RATIOS=$(ratios)
diag "elephant: busiest over mean queue, each 100 ms: $RATIOS"
in_order "elephant" $((FLOWS + 1))

write_rss rebalance_msecs 10
receive_start
stream send -n $PACKETS -r 1000000 -p 0/2 "$VIF" $NOBODY $FLOWS >/run/sent.0 &
first=$!
stream send -n $PACKETS -r 1000000 -p 1/2 "$VIF" $NOBODY $FLOWS >/run/sent.1 &
second=$!
rm -f /run/end
steer shuffle "$VIF" $QUEUES /run/end $TABLE_USECS >/run/shuffled &
moves=$(cat "$RSS/moves")
wait $first $second
: >/run/end
wait
read -r tables changes </run/shuffled
diag "$tables tables, $changes entries changed, $(($(cat "$RSS/moves") - moves)) moves of the balance"
in_order "changing tables" $FLOWS
tap_done
