# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The backend in a guest: a driver domain, with a bridge of its own between dom0 and a guest.
# clock: insn
# guest: domain config=driver_domain=1

. "$XNB_LIB"

domain_stat() {
	in_domain "cat /sys/class/net/$VIF/statistics/$1"
}

interface_there() {
	in_domain "test -e /sys/class/net/$VIF"
}

check "a driver domain with a bridge" domain_start || bail "no driver domain"
check "loads the module under test" domain_load ours || bail "$(in_domain "dmesg | tail -n 20")"
check "a guest with its backend there answers" domain_guest u || bail "$(in_domain "dmesg | tail -n 20")"
ID=$(guest_id u)
VIF=vif$ID.0
is "$(in_domain "cat /sys/module/xen_netback/version")" "$(cat /sys/module/xen_netback/version)" \
	"by its version"
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
