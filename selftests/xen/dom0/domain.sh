# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A driver domain, the guest that is called so (guest: domain config=driver_domain=1): a part of
# lib.sh, where its verbs are described. No toolstack runs in it: what a hotplug script does
# there is done from here.

in_domain() {
	guest_run domain "$1"
}

# A guest has no such modules of its own.
_domain_fetch() {
	in_domain "wget -q -O /run/$1 http://10.0.0.1:8000/$2"
}

# Its uplink becomes a port of its bridge. Dom0's has the usual address of bridges.
domain_start() {
	local server file status=0 dir=kernel/net

	busybox httpd -f -p 10.0.0.1:8000 -h "/lib/modules/$(uname -r)" &
	server=$!
	for file in llc/llc.ko 802/stp.ko bridge/bridge.ko; do
		_domain_fetch "${file##*/}" "$dir/$file" && in_domain "insmod /run/${file##*/}" || status=1
	done
	_domain_fetch ours.ko "${OURS_KO#"/lib/modules/$(uname -r)/"}" &&
		_domain_fetch stock.ko "${STOCK_KO#"/lib/modules/$(uname -r)/"}" || status=1
	kill $server
	wait $server 2>/dev/null
	[ $status = 0 ] && in_domain "brctl addbr br0 && brctl addif br0 eth0 && ip addr flush dev eth0 &&
		ip addr add $(guest_ip domain)/24 dev br0 && ip link set br0 up" && guest_ping domain
}

domain_load() {
	in_domain "insmod /run/$1.ko"
}

_domain_plug() {
	in_domain "n=0
		until [ -e /sys/class/net/vif$1.0 ]; do
			[ \$((n += 1)) -lt 200 ] || exit 1
			sleep 0.1
		done
		ip link set vif$1.0 address fe:ff:ff:ff:ff:fe && ip link set vif$1.0 up &&
		brctl addif br0 vif$1.0 && agent write backend/vif/$1/0/hotplug-status connected"
}

domain_guest() {
	guest_start "$1" vif_opts=backend=domain wait=no "${@:2}" && _domain_plug "$(guest_id "$1")" &&
		guest_ping "$1"
}

# See _stock_has_settled.
_domain_settled() {
	in_domain "[ \$(agent read backend/vif/$1/0/state) = 4 ] &&
		[ \$(cat /proc/\$(pidof xenwatch)/wchan) = xenwatch_thread ]"
}

domain_swap() {
	local driver=$1 name

	shift
	in_domain 'cd /sys/bus/xen-backend/drivers/vif && for dev in vif-*; do echo $dev >unbind; done' &&
		in_domain "rmmod xen_netback" && domain_load "$driver" || return 1
	for name; do
		_domain_plug "$(guest_id "$name")" || return 1
		wait_until 10 _domain_settled "$(guest_id "$name")" || return 1
	done
}
