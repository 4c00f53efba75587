# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The rate limit of what a guest sends, by a clock that nothing outside disturbs.
# clock: insn
# driver-args: max_queues=4
# guest: a queues=4 vif_opts=rate=10Mb/s

. "$XNB_LIB"

vif=$(vif_of a)

received() {
	link_stat "$vif" rx_bytes
}

more_than() {
	[ "$(received)" -gt "$1" ]
}

# send FLOWS: the guest sends as long as it is let.
send() {
	JOB=$(guest_run_bg a "for i in $(seq -s ' ' "$1"); do
			xfer tcp -t 900 10.0.0.1 7000 4000000000 & echo \$! >>/run/senders
		done
		wait")
}

quiet_down() {
	guest_run a "kill \$(cat /run/senders)"
	guest_wait a "$JOB" >/dev/null
}

# Bytes a second over 10 s, after the burst that the limit allows at first.
rate() {
	local from bytes

	wait_until 60 more_than $(($(received) + 300000)) || return 1
	from=$(microseconds) bytes=$(received)
	read -rt 10 -u "$NEVER"
	bytes=$(($(received) - bytes)) from=$(($(microseconds) - from))
	echo $((bytes * 1000000 / from))
}

within_5_percent() {
	between "$1" $(($2 * 95 / 100)) $(($2 * 105 / 100)) "$3"
}

xfer serve 7000 &
SERVER=$!
is "$(vif_key a rate)" 62500,50000 "the toolstack wrote the key"
is "$(vif_queues "$vif")" 4 "four queues"
irqs=$(vif_irqs "$vif")
send 8
within_5_percent "$(rate)" 1250000 "10 Mbit/s of rate, four queues together"
at_least $(($(grep -c 'tx ' <<<"$irqs") - $(quiet_irqs "$irqs" "$(vif_irqs "$vif")" tx\$ | grep -c .))) 2 \
	"several of them sent"
at_least "$(vif_stat "$vif" from_guest_rate_waits)" 1 "and waited"

path=/local/domain/0/backend/vif/$(guest_id a)/0/rate
check "the key changes" agent write "$path" 50000,20000
within_5_percent "$(rate)" 2500000 "the new limit holds at once"
check "to a short interval" agent write "$path" 500,1000
within_5_percent "$(rate)" 500000 "half a megabyte a second, in milliseconds"
quiet_down

# Without a limit it takes a fraction of what it took: the guest sends 20 MB in a second.
fast() {
	local from

	from=$(microseconds)
	xfer_from a tcp 10000000 >/dev/null && echo $((10000000 * 1000000 / ($(microseconds) - from)))
}

lines() {
	dmesg | grep -c 'rate ignored: "bytes,microseconds" is needed'
}

for value in 10Mb/s 1000 1000,x -1,5 18446744073709551616,1 5,4294967296; do
	before=$(lines)
	agent write "$path" "$value"
	wait_until 10 eval '[ "$(lines)" -gt "$before" ]'
	is $(($(lines) - before)) 1 "'$value' is ignored, with one line"
	[ "$value" != 10Mb/s ] || at_least "$(fast)" 20000000 "and there is no limit"
done
check "a limit again" agent write "$path" 62500,50000
at_most "$(fast)" 1300000 "holds"
before=$(lines)
check "a limit of more than 4 GiB" agent write "$path" 4294987296,1000000
at_least "$(fast)" 20000000 "lets all pass"
is $(($(lines) - before)) 0 "and is not ignored"
check "the key goes" xenstore-rm "$path"
at_least "$(fast)" 20000000 "no key, no limit"
kill $SERVER
tap_done
