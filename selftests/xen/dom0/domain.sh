# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# A driver domain, the guest that is called so (guest: domain config=driver_domain=1): a part of
# lib.sh, where its verbs are described. No toolstack runs in it: what a hotplug script does
# there is done from here.

in_domain() {
	guest_run domain "$1"
}

# A guest has no such modules of its own: FILE of dom0's, as /run/NAME there.
_domain_fetch() {
	in_domain "wget -q -O /run/$1 http://10.0.0.1:8000/${2#"/lib/modules/$(uname -r)/"}"
}

_domain_modules() {
	local file

	for file in llc/llc 802/stp bridge/bridge; do
		_domain_fetch module "kernel/net/$file.ko" && in_domain "insmod /run/module" || return 1
	done
	_domain_fetch ours.ko "$OURS_KO" && _domain_fetch stock.ko "$STOCK_KO"
}

# Its uplink becomes a port of its bridge. Dom0's has the usual address of bridges.
_domain_bridge() {
	in_domain "brctl addbr br0 && brctl addif br0 eth0 && ip addr flush dev eth0 &&
		ip addr add $(guest_ip domain)/24 dev br0 && ip link set br0 up" && guest_ping domain
}

domain_start() {
	local server fetched

	busybox httpd -f -p 10.0.0.1:8000 -h "/lib/modules/$(uname -r)" &
	server=$!
	_domain_modules
	fetched=$?
	kill $server
	wait $server 2>/dev/null
	[ $fetched = 0 ] && _domain_bridge
}

domain_load() {
	in_domain "insmod /run/$1.ko"
}

_domain_plug() {
	local vif=vif$1.0

	wait_until "$RUN_SECONDS" in_domain "test -e /sys/class/net/$vif" &&
		in_domain "ip link set $vif address fe:ff:ff:ff:ff:fe && ip link set $vif up &&
			brctl addif br0 $vif && agent write backend/vif/$1/0/hotplug-status connected"
}

domain_guest() {
	guest_start "$1" vif_opts=backend=domain wait=no "${@:2}" && _domain_plug "$(guest_id "$1")" &&
		guest_ping "$1"
}

# See _vif_settled.
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
