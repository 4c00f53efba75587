# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Large frames, and a guest that cannot take them.
# clock: insn
# driver-args: max_queues=8
# guest: a
# guest: b

. "$XNB_LIB"

vif=$(vif_of a)

# A bridge's own MTU follows its smallest interface's.
set_mtu() {
	guest_run b "ip link set eth0 mtu $1" && ip link set "$(vif_of b)" mtu "$1" &&
		guest_run a "ip link set eth0 mtu $1" && ip link set "$vif" mtu "$1"
}

# How many fragments dom0 or a guest has cut datagrams into.
fragments() {
	local count='/^Ip: [0-9]/ { print $20 }'

	if [ -z "$1" ]; then
		awk "$count" /proc/net/snmp
	else
		guest_run "$1" "cat /proc/net/snmp" | awk "$count"
	fi
}

# frames to|from SIZE: 0 for a datagram that goes in one, or the number it is cut into.
frames() {
	local sender='' before

	[ "$1" = to ] || sender=a
	before=$(fragments "$sender")
	"xfer_$1" a udp "$2" "$2" 1 >/dev/null || echo "lost or wrong"
	echo $(($(fragments "$sender") - before))
}

# Headers of IP and UDP are 28 bytes, so this is a frame of MTU bytes behind Ethernet's.
frames_of() {
	local mtu=$1 way

	check "MTU $mtu on guests, interfaces and bridge" set_mtu "$mtu"
	is "$(cat /sys/class/net/xenbr0/mtu)" "$mtu" "the bridge follows"
	for way in to from; do
		is "$(frames $way $((mtu - 28)))" 0 "a datagram as large $way the guest is one frame"
		is "$(frames $way $((mtu - 27)))" 2 "one byte more is two"
	done
	check "it answers a ping of that size" ping -q -c 1 -W 20 -M "do" -s $((mtu - 28)) \
		"$(guest_ip a)"
	is "$(ping -c 1 -W 1 -M "do" -s $((mtu - 27)) "$(guest_ip a)" 2>&1 | grep -c 'mtu=\|too long')" \
		1 "and one byte more is not sent"
	check "TCP to it, verified" xfer_to a tcp 1000003
	check "TCP from it, verified" xfer_from a tcp 1000003
	check "guest to guest, verified" xfer_between b a udp $((mtu - 28)) $((mtu - 28)) 1
}

# mtu_refused MTU RANGE
mtu_refused() {
	dmesg -c >/dev/null
	! ip link set "$vif" mtu "$1" 2>/dev/null &&
		dmesg | grep -F "$vif: mtu $1 refused: the guest takes $2"
}

# The backend believes the keys, so let it read them again.
guest_says() {
	agent write "/local/domain/$(guest_id a)/device/vif/0/$1" "$2" && swap_to ours max_queues=8
}

frames_of 1500
frames_of 9000
frames_of 65000
is "$(ip link set "$vif" mtu 65517 && cat "/sys/class/net/$vif/mtu")" 65517 "the largest MTU"
check "one more is refused" eval "! ip link set $vif mtu 65518"
check "one below the smallest too" eval "! ip link set $vif mtu 67"

check "swap below large frames" swap_to ours max_queues=8
check "a guest without scatter-gather" guest_says feature-sg 0
is "$(cat "/sys/class/net/$vif/mtu")" 1500 "its interface has an MTU of 1500"
check "a larger one is refused, with the range" mtu_refused 1501 "68 to 1500"
is "$(ethtool -k "$vif" | awk '/^(scatter-gather|tcp-segmentation-offload):/ { print $2 }' | xargs)" \
	"off off" "no scatter-gather, no segmentation"
check "the bridge" ip link set xenbr0 mtu 1500
check "the guest" guest_run a "ip link set eth0 mtu 1500"
check "it answers" guest_ping a
check "TCP to it, verified" xfer_to a tcp 1000003
check "TCP from it, verified" xfer_from a tcp 1000003
check "datagrams of many fragments" xfer_to a udp 0 65507 13001
check "scatter-gather again" guest_says feature-sg 1
check "and large frames" ip link set "$vif" mtu 9000

# The same interface all the time. A guest's boot loader may not know of scatter-gather.
backend_is() {
	[ "$(agent read /local/domain/0/backend/vif/0/7/state)" = "$1" ]
}

# connects SG MTU WHAT
connects() {
	agent write /local/domain/0/device/vif/7/feature-sg "$1"
	frontend state 1 >/dev/null
	wait_until 10 backend_is 2
	frontend state 4 >/dev/null
	wait_until 10 backend_is 4
	is "$(cat /sys/class/net/vif0.7/mtu)" "$2" "$3"
}

modprobe xen-gntalloc
frontend_start 1 || bail "no frontend"
frontend state 4 >/dev/null
check "a guest that connects more than once" wait_until 10 backend_is 4
check "large frames" ip link set vif0.7 mtu 9000
connects 1 9000 "the MTU stays"
connects 0 1500 "without scatter-gather it is 1500"
connects 0 1500 "and stays so"
connects 1 9000 "with it, what it was"
connects 0 1500 "without"
check "another is set" ip link set vif0.7 mtu 1400
connects 1 1400 "which stays"
frontend_end
tap_done
