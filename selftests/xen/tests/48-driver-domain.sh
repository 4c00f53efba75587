# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The backend in a guest: a driver domain, with a bridge of its own between dom0 and a guest.
# clock: insn
# guest: domain config=driver_domain=1
# timeout: 300

. "$XNB_LIB"

# A guest has no such modules of its own.
send_module() {
	guest_run domain "wget -q -O /run/${1##*/} http://10.0.0.1:8000/$1 && insmod /run/${1##*/}"
}

in_domain() {
	guest_run domain "$1"
}

domain_stat() {
	in_domain "cat /sys/class/net/$VIF/statistics/$1"
}

interface_there() {
	in_domain "test -e /sys/class/net/$VIF"
}

# What a hotplug script does, by the domain itself. Dom0's bridge has the usual address.
plug() {
	wait_until "$RUN_SECONDS" interface_there &&
		in_domain "ip link set $VIF address fe:ff:ff:ff:ff:fe && ip link set $VIF up && brctl addif br0 $VIF &&
			agent write backend/vif/$ID/0/hotplug-status connected"
}

# Its uplink becomes a port of its bridge.
make_bridge() {
	in_domain "brctl addbr br0 && brctl addif br0 eth0 && ip addr flush dev eth0 &&
		ip addr add $(guest_ip domain)/24 dev br0 && ip link set br0 up"
}

busybox httpd -f -p 10.0.0.1:8000 -h "/lib/modules/$(uname -r)" &
server=$!
for file in kernel/net/llc/llc.ko kernel/net/802/stp.ko kernel/net/bridge/bridge.ko \
	updates/xen-netback.ko; do
	check "the driver domain loads ${file##*/}" send_module $file || bail "no $file"
done
kill $server
check "and makes a bridge" make_bridge
check "which answers" guest_ping domain

check "a guest with its backend there" guest_start u vif_opts=backend=domain wait=no || bail "no guest"
ID=$(guest_id u)
VIF=vif$ID.0
check "the interface appears, and is wired up" plug
check "the guest answers through it" guest_ping u || bail "$(in_domain "dmesg | tail -n 20")"
is "$(in_domain "cat /sys/module/xen_netback/version")" "$(cat /sys/module/xen_netback/version)" \
	"by the module under test"
is "$(agent read "/local/domain/$(guest_id domain)/backend/vif/$ID/0/state")" 4 "it is Connected"
is "$(find /sys/class/net -name "vif$ID.*")" "" "dom0 has no interface of it"
check "TCP to it, verified" xfer_to u tcp 1000003
check "TCP from it, verified" xfer_from u tcp 1000003
check "datagrams to it" xfer_to u udp 0 65507 13001
check "datagrams from it" xfer_from u udp 0 65507 13001
at_least "$(domain_stat tx_bytes)" 1000003 "counted there"
at_least "$(domain_stat rx_bytes)" 1000003 "both ways"
for name in rx_dropped rx_errors tx_dropped tx_errors; do
	is "$(domain_stat $name)" 0 "$name"
done
check "the guest is destroyed" guest_destroy u
check "the interface goes" wait_until 20 eval '! interface_there'
check "the driver can be unloaded there" in_domain "rmmod xen_netback"
tap_done
