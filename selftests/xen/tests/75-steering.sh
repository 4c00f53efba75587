# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Receive side scaling for a stock Linux guest: each frame of many flows comes by the queue that
# hash and table name; the knobs, their errors; and where the queues are at home.
# clock: insn
# dom0-vcpus: 4
# vcpus: 6
# driver-args: max_queues=4
# guest: a vcpus=2 queues=4
# timeout: 1000

. "$XNB_LIB"

FLOWS=288
FRAMES=$((2 * FLOWS))
# Longer than any other frame on the way.
SHORTEST=200
ETHERNET=14
VIF=$(vif_of a)
RSS=/sys/class/net/$VIF/rss
# Not the guest's address: it receives, and forgets.
NOBODY=02:00:00:00:00:07
# The verification suite's of receive side scaling, and its first vector.
KNOWN_KEY=6d:5a:56:da:25:5b:0e:c2:41:67:25:3d:43:a3:8f:b0:d0:ca:2b:cb:ae:7b:30:b4:77:cb:2d:a3:80:30:f2:0c:6a:42:b7:3b:be:ac:01:fa
KNOWN_INPUT=420995bba18e64500aea06e6
KNOWN_HASH=51ccc178
QUEUES=4
SEED=0

rss() {
	cat "$RSS/$1"
}

# The table as ethtool -x has it, in a line.
shown_table() {
	ethtool -x "$VIF" | awk '/^ *[0-9]+: / { for (i = 2; i <= NF; i++) print $i }' | xargs
}

shown_key() {
	ethtool -x "$VIF" | awk '/^RSS hash key/ { getline; print }'
}

# ethtool says by its exit status only that it has asked.
set_fields() {
	! ethtool -N "$VIF" rx-flow-hash "$@" 2>&1 | grep Cannot
}

shown_fields() {
	ethtool -n "$VIF" rx-flow-hash "$1" | awk '/^IP SA/ { s = s "s" } /^IP DA/ { s = s "d" }
		/^L4 bytes 0/ { s = s "f" } /^L4 bytes 2/ { s = s "n" } END { print s }'
}

# Table of 128 entries by an awk expression of i.
table() {
	awk "BEGIN { for (i = 0; i < 128; i++) printf \"%s%d\", i ? \" \" : \"\", $1 }"
}

# What the guest has of us, a line a frame: length, NAPI id.
TRACING=/sys/kernel/tracing
GUEST_TRACE="cd $TRACING && awk '/napi_gro_receive_entry/ {
	for (i = 1; i <= NF; i++) { split(\$i, f, \"=\"); v[f[1]] = f[2] }
	if (v[\"len\"] + $ETHERNET >= $SHORTEST) print v[\"len\"] + $ETHERNET, v[\"napi_id\"] }' trace"

trace_start() {
	guest_run a "[ -d $TRACING/events ] || mount -t tracefs tracefs $TRACING
		cd $TRACING && echo >trace && echo 1 >events/net/napi_gro_receive_entry/enable"
}

trace_lines() {
	guest_run a "n=0; until [ \$((n += 1)) -gt 100 ] || [ \$($GUEST_TRACE | wc -l) -ge $1 ]; do
		sleep 0.1; done; $GUEST_TRACE"
}

# run_frames [KIND...]: frames of new flows; what was sent to /run/sent, what came to /run/came.
run_frames() {
	SEED=$((SEED + 1))
	trace_start
	rss packets >/run/packets
	steer send "$VIF" "$NOBODY" "$(rss key)" $FLOWS $FRAMES $SEED "$@" >/run/sent
	trace_lines $FRAMES >/run/came
	rss packets >/run/packets.after
}

# Queues have consecutive ids, in their order.
find_queues() {
	local ids

	ids=$(cut -d ' ' -f 2 /run/came | sort -u | xargs -n 1 printf '%d\n' | sort -n | xargs)
	FIRST_ID=${ids%% *}
	is "$ids" "$(seq -s ' ' "$FIRST_ID" $((FIRST_ID + QUEUES - 1)))" "$1: by all of $QUEUES queues"
}

queue_ids() {
	local n

	for ((n = 0; n < QUEUES; n++)); do
		printf '0x%x ' $((FIRST_ID + n))
	done
}

# Prints "right WRONG MISSING", and of each wrong one its kind, length, queue.
judge() {
	awk -v table="$(rss table)" -v ids="$(queue_ids)" '
		BEGIN {
			split(table, queue, " ")
			n = split(ids, id, " ")
			for (i = 1; i <= n; i++)
				number[id[i]] = i - 1
		}
		FILENAME == "/run/sent" { want[$1] = queue[$2 % 128 + 1]; kind[$1] = $3; next }
		!($1 in want) || !($2 in number) { wrong++; print "strange", $1, $2; next }
		{ seen[$1]++ }
		number[$2] == want[$1] { right++; next }
		{ wrong++; if (wrong < 20) print kind[$1], $1, "came by", number[$2], "not", want[$1] }
		END {
			for (len in want)
				if (seen[len] != 1)
					missing++
			print right + 0, wrong + 0, missing + 0
		}' /run/sent /run/came
}

# Frames that each bucket should have counted and has not. The host sends some of its own, too.
uncounted() {
	awk 'FILENAME == "/run/sent" { n[$2 % 128]++; next }
		{ for (i = 1; i <= NF; i++) n[i - 1] += FILENAME == "/run/packets" ? $i : -$i }
		END { for (i = 0; i < 128; i++) if (n[i] > 0) printf "%d:%d ", i, n[i] }' \
		/run/sent /run/packets /run/packets.after
}

# steered WHAT [KIND...]
steered() {
	local what=$1

	shift
	run_frames "$@"
	is "$(judge)" "$FRAMES 0 0" "$what: each of $FRAMES frames by the queue of its hash"
	is "$(uncounted)" "" "$what: each is counted in its bucket"
}

# What a refused request may not change.
settings() {
	ethtool -x "$VIF"
	for kind in tcp4 udp4 tcp6 udp6; do
		shown_fields $kind
	done
	ethtool -l "$VIF"
	cat "$RSS"/{owner,table,key,rebalance*,to_guest_cpu}
}

# refused TEXT COMMAND...: fails, and all settings stay; the log or the command says TEXT.
refused() {
	local text=$1 before said

	shift
	before=$(settings)
	dmesg -c >/dev/null
	if said=$("$@" 2>&1); then
		fail "refused: $*"
	else
		is "$(settings)" "$before" "refused, nothing changed: $*"
	fi
	is "$({ dmesg; echo "$said"; } | grep -cF -- "$text")" 1 "it says: $text"
}

write_rss() {
	echo "$2" >"$RSS/$1"
}

# knob NAME VALUE...: takes them all.
knob() {
	local name=$1 value

	shift
	for value; do
		write_rss "$name" "$value"
		is "$(rss "$name")" "$value" "$name=$value"
	done
}

is "$(steer hash $KNOWN_KEY $KNOWN_INPUT)" $KNOWN_HASH "the tool hashes as published"
is "$(vif_queues "$VIF")" $QUEUES "four queues"

# Defaults. The balance would change the table in the middle of a check.

is "$(rss owner) $(rss rebalance) $(rss rebalance_msecs) $(rss rebalance_percent) $(rss to_guest_cpu)" \
	"host 1 100 10 auto" "the defaults"
is "$(stat -c %a "$RSS/key")" 400 "the key is root's only"
write_rss rebalance 0
is "$(shown_table)" "$(table 'i % 4')" "the default table"
is "$(shown_key)" "$(rss key)" "ethtool -x and sysfs have the same key"
is "$(for kind in tcp4 udp4 tcp6 udp6; do shown_fields $kind; done | xargs)" "sdfn sdfn sdfn sdfn" \
	"ports are hashed"
run_frames
find_queues "default"
is "$(judge)" "$FRAMES 0 0" "default: each of $FRAMES frames by the queue of its hash"
is "$(uncounted)" "" "default: each is counted in its bucket"

# Tables.

# set_shown WHAT TABLE COMMAND...
set_shown() {
	local what=$1 want=$2

	shift 2
	check "$what is set" "$@"
	is "$(shown_table)" "$want" "$what: ethtool -x shows it"
	is "$(rss table)" "$want" "$what: sysfs shows it"
	steered "$what"
}

HAND=$(table '(i * i + int(i / 7)) % 4')
set_shown "equal 2" "$(table 'i % 2')" ethtool -X "$VIF" equal 2
set_shown "weight 1 2 3 4" "$(table '(i >= 12) + (i >= 38) + (i >= 76)')" \
	ethtool -X "$VIF" weight 1 2 3 4
set_shown "start 2 equal 2" "$(table 'i % 2 + 2')" ethtool -X "$VIF" start 2 equal 2
# shellcheck disable=SC2086
set_shown "a hand-written table" "$HAND" steer table "$VIF" $HAND

# Keys.

check "a new key is set" ethtool -X "$VIF" hkey $KNOWN_KEY
is "$(shown_key) $(rss key)" "$KNOWN_KEY $KNOWN_KEY" "a new key: ethtool -x and sysfs show it"
is "$(shown_table)" "$HAND" "a new key: the table stays"
steered "a new key"
check "a key of zeroes" ethtool -X "$VIF" hkey "$(printf '00:%.0s' {1..39})00"
steered "a key of zeroes"
check "the known key again" ethtool -X "$VIF" hkey $KNOWN_KEY

# Fields.

# by_addresses KIND [KIND...]: the first as ethtool has it, and its other kinds of frames.
by_addresses() {
	check "$1 by addresses" set_fields "$1" sd
	is "$(shown_fields "$1")" sd "$1 by addresses: ethtool -n shows it"
	steered "$1 by addresses" "$@"
	check "$1 by ports too" set_fields "$1" sdfn
	is "$(shown_fields "$1")" sdfn "$1 by ports too: ethtool -n shows it"
	steered "$1 by ports too"
}

by_addresses udp4
by_addresses tcp6 qinq6

# Reconnects.

check "the guest reconnects" guest_reconnect a 4
is "$(shown_table)" "$HAND" "a reconnect: the hand-written table stays"
is "$(shown_key)" $KNOWN_KEY "a reconnect: the key stays"
run_frames
find_queues "a reconnect"
is "$(judge)" "$FRAMES 0 0" "a reconnect: each of $FRAMES frames by the queue of its hash"
check "the guest reconnects with two queues" guest_reconnect a 2
QUEUES=2
is "$(shown_table)" "$(table '((i * i + int(i / 7)) % 4) % 2')" \
	"two queues: the hand-written table is folded"
run_frames
find_queues "two queues"
is "$(judge)" "$FRAMES 0 0" "two queues: each of $FRAMES frames by the queue of its hash"
check "the guest reconnects with four" guest_reconnect a 4
QUEUES=4
is "$(shown_table)" "$HAND" "four queues: the hand-written table is back"
check "default" ethtool -X "$VIF" default
is "$(shown_table)" "$(table 'i % 4')" "default: ethtool -x shows it"
run_frames
find_queues "default again"
is "$(judge)" "$FRAMES 0 0" "default again: each of $FRAMES frames by the queue of its hash"

# Bad input.

refused "Cannot set RX flow hash configuration: Invalid argument" ethtool -X "$VIF" equal 9
refused "Cannot set RX flow hash configuration: Operation not supported" ethtool -X "$VIF" hfunc xor
refused "Key is too short" ethtool -X "$VIF" hkey "${KNOWN_KEY%:*}"
refused "Key is too long" ethtool -X "$VIF" hkey "$KNOWN_KEY:00"
refused "Invalid argument" steer table "$VIF" 4
refused "hash fields 0x10 refused: sd or sdfn is needed" set_fields udp4 s
refused "hash fields 0xb0 refused: sd or sdfn is needed" set_fields tcp6 sdn
refused "Operation not supported" set_fields sctp4 sd
refused "no RX or TX channel" ethtool -L "$VIF" combined 0
refused "exceeds maximum" ethtool -L "$VIF" combined 99

refused "rebalance=2 refused: 0 or 1 is needed" write_rss rebalance 2
refused "rebalance_msecs=9 refused: a number from 10 to 10000 is needed" write_rss rebalance_msecs 9
refused "rebalance_msecs=10001 refused: a number from 10 to 10000 is needed" \
	write_rss rebalance_msecs 10001
refused "rebalance_msecs=1e3 refused: a number from 10 to 10000 is needed" \
	write_rss rebalance_msecs 1e3
refused "rebalance_percent=0 refused: a number from 1 to 1000 is needed" write_rss rebalance_percent 0
refused "rebalance_percent=-1 refused: a number from 1 to 1000 is needed" \
	write_rss rebalance_percent -1
refused "rebalance_percent=1001 refused: a number from 1 to 1000 is needed" \
	write_rss rebalance_percent 1001
refused "to_guest_cpu=remote refused: auto, local or home is needed" write_rss to_guest_cpu remote
knob rebalance 1 0
knob rebalance_msecs 10 10000 100
knob rebalance_percent 1 1000 10
knob to_guest_cpu local home auto

# The offer of queues.

offer() {
	dmesg -c >/dev/null
	check "ethtool -L combined $1" ethtool -L "$VIF" combined "$1"
	is "$(dmesg | grep -c "$1 queues are offered to the guest when it connects next")" 1 \
		"$1 queues: the log says when"
	check "$1 queues: it is offered" wait_until 5 offered "$1"
}

offered() {
	[ "$(vif_key a multi-queue-max-queues)" = "$1" ]
}

offer 2
is "$(vif_queues "$VIF")" 4 "2 queues: the present ones stay"
check "2 queues: the guest reconnects" guest_reconnect a 4
is "$(vif_queues "$VIF")" 2 "2 queues: it has them"
QUEUES=2
run_frames
find_queues "2 queues"
is "$(judge)" "$FRAMES 0 0" "2 queues: each of $FRAMES frames by the queue of its hash"
# To the kernel the number that the guest has is no change, so it takes back no offer.
offer 4
offer 3
offer 4
check "4 queues: the guest reconnects" guest_reconnect a 4
is "$(vif_queues "$VIF")" 4 "4 queues: it has them"
QUEUES=4

# Homes.

homes() {
	rss home_cpus | xargs -n 1 | sort -n | xargs
}

home_of() {
	rss home_cpus | cut -d ' ' -f $(($1 + 1))
}

home_is() {
	[ "$(home_of "$1")" = "$2" ]
}

home_is_not() {
	[ "$(home_of "$1")" != "$2" ]
}

# The queues whose transmit queue is not shown at their homes.
xps_elsewhere() {
	local queue=0 cpu

	for cpu in $(rss home_cpus); do
		[ $((0x$(cat "/sys/class/net/$VIF/queues/tx-$queue/xps_cpus"))) = $((1 << cpu)) ] ||
			echo "queue $queue"
		queue=$((queue + 1))
	done
}

# move_events QUEUE CPU: an administrator sends its events elsewhere.
move_events() {
	local irq

	while read -r irq; do
		echo "$2" >"/proc/irq/$irq/smp_affinity_list" || return 1
	done < <(awk -v name="$VIF-q$1-" 'index($NF, name) == 1 { sub(":", "", $1); print $1 }' \
		/proc/interrupts)
}

set_online() {
	echo "$2" >"/sys/devices/system/cpu/cpu$1/online"
}

queue_at() {
	rss home_cpus | awk -v cpu="$1" '{ for (i = 1; i <= NF; i++) if ($i == cpu) print i - 1 }'
}

is "$(homes)" "0 1 2 3" "each queue is at home on another CPU"
is "$(xps_elsewhere)" "" "and the stack knows it"
check "traffic" traffic_start a || bail "no traffic"
before=$(home_of 0)
other=$(((before + 1) % 4))
check "an administrator moves the events of queue 0" move_events 0 $other
check "its home follows" wait_until 5 home_is 0 $other
is "$(xps_elsewhere)" "" "and the stack knows it"
check "he moves them back" move_events 0 "$before"
check "its home follows" wait_until 5 home_is 0 "$before"

queue=$(queue_at 3)
check "CPU 3 goes away" set_online 3 0
check "the queue there has another home" wait_until 5 home_is_not "$queue" 3
is "$(xps_elsewhere)" "" "and the stack knows it"
check "data goes on" wait_until "$RUN_SECONDS" traffic_moves a
check "CPU 3 is back" set_online 3 1
check "and the queue" wait_until 5 home_is "$queue" 3
is "$(xps_elsewhere)" "" "and the stack knows it"
check "no data is lost or changed" traffic_stop a
tap_done
