# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# TCP and UDP each way, with each offload on and off at either end, verified and counted.
# clock: insn
# driver-args: max_queues=8
# guest: a
# guest: b

. "$XNB_LIB"

vif=$(vif_of a)

# A few sizes of each kind; with offloads the larger ones are frames of many slots.
some_of_all() {
	local family

	for family in "" 6; do
		XFER_IP=$family xfer_to a tcp 200001 && XFER_IP=$family xfer_from a tcp 200001 &&
			XFER_IP=$family xfer_to a udp 1 9001 3000 &&
			XFER_IP=$family xfer_from a udp 1 9001 3000 || return 1
	done
}

guest_offload() {
	guest_run a "ethtool -K eth0 $*" >/dev/null
}

vif_offload() {
	ethtool -K "$vif" "$@" >/dev/null
}

# What a megabyte of TCP takes: 691 frames of 1448 bytes, fewer with segmentation.
MEGABYTE=1000000
SEGMENTS=$((MEGABYTE / 1448 + 1))

# frames to|from: how many one more megabyte takes, as the guest sees them.
frames() {
	local name=rx_packets before

	[ "$1" = to ] || name=tx_packets
	before=$(guest_run a "cat /sys/class/net/eth0/statistics/$name")
	"xfer_$1" a tcp $MEGABYTE >/dev/null
	echo $(($(guest_run a "cat /sys/class/net/eth0/statistics/$name") - before))
}

SOME='TCP and UDP, IPv4 and IPv6, both ways'

# without SIDE FLAG...: each off in turn.
without() {
	local side=$1 flag

	for flag in "${@:2}"; do
		check "$side: $flag off" "${side}_offload" "$flag" off
		check "$side, $flag off: $SOME" some_of_all
		"${side}_offload" tx on sg on tso on gso on gro on
	done
}

# segmentation SIDE DIRECTION FLAG: frames are large with it only.
segmentation() {
	at_most "$(frames "$2")" $((SEGMENTS / 3)) "$1, $3 on: frames of many segments $2 the guest"
	"${1}_offload" "$3" off
	at_least "$(frames "$2")" $SEGMENTS "$1, $3 off: a frame a segment $2 the guest"
	"${1}_offload" tx on sg on tso on gso on gro on
}

# How many a megabyte from the other guest takes.
frames_between() {
	local before

	before=$(link_stat "$vif" tx_packets)
	xfer_between b a tcp $MEGABYTE >/dev/null
	echo $(($(link_stat "$vif" tx_packets) - before))
}

# Odd sizes up to the largest there are.
odd_sizes() {
	local size

	for size in 0 1 13 14 1447 1448 1449 4095 4097 16383 65535 65536 65537 70000; do
		"xfer_$1" a tcp $size || return 1
	done
}

# bad_counts: drop and error counters that moved.
bad_counts() {
	local name

	for name in rx_dropped rx_errors tx_dropped tx_errors; do
		[ "$(link_stat "$vif" $name)" = 0 ] || echo "$name"
	done
	ethtool -S "$vif" | awk '/drop|error|drained|stalls|overflow|fixup/ && $2 { print $1 }'
}

# Both ends count the same frames; of arriving ones the guest leaves out the Ethernet header.
ends_agree() {
	local to from

	THEIRS=$(guest_run a 'cd /sys/class/net/eth0/statistics
		echo $(cat rx_packets rx_bytes tx_packets tx_bytes)')
	to=$(link_stat "$vif" tx_packets)
	from=$(link_stat "$vif" rx_packets)
	OURS="$to $(($(link_stat "$vif" tx_bytes) - 14 * to)) $from $(link_stat "$vif" rx_bytes)"
	[ "$OURS" = "$THEIRS" ]
}

check "IPv6 answers" guest_ping6 a
check "as it comes: $SOME" some_of_all
without guest tx sg tso gso
without vif tx sg tso gso gro
segmentation vif to tso
segmentation guest from tso

for way in to from; do
	check "TCP messages of odd sizes up to 70,000 bytes $way the guest" odd_sizes $way
	check "datagrams of 0 to 65,507 bytes $way the guest" xfer_$way a udp 0 65507 3853
	check "100 MB of TCP $way the guest" xfer_$way a tcp 100000000
done
for family in "" 6; do
	check "guest to guest, TCP over IPv${family:-4}" \
		eval "XFER_IP=$family xfer_between a b tcp 5000000"
	check "guest to guest, datagrams over IPv${family:-4}" \
		eval "XFER_IP=$family xfer_between a b udp 0 65507 9358"
done
at_most "$(frames_between)" $((SEGMENTS / 3)) "guest to guest, frames of many segments"

is "$(ethtool -S "$vif" | awk 'NR > 1 && NR < 7 { print $1 }' | xargs)" \
	"rx_gso_checksum_fixup: tx_zerocopy_sent: tx_zerocopy_success: tx_zerocopy_fail: tx_frag_overflow:" \
	"the statistics begin with the five known names"
is "$(bad_counts | xargs)" "" "nothing was dropped, no error counted"
check "both ends count the same packets and bytes" wait_until 20 ends_agree ||
	diag "ours '$OURS', the guest's '$THEIRS'"
tap_done
