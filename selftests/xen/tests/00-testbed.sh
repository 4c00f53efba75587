# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The testbed itself, with the stock driver.
# driver: stock
# dom0-memory: 768

. "$XNB_LIB"

big_output() {
	guest_run a 'i=0; while [ $i -lt 2000 ]; do echo "line $i"; i=$((i + 1)); done' | md5sum
}

same_output() {
	for ((i = 0; i < 2000; i++)); do echo "line $i"; done | md5sum
}

is "$(driver)" stock "the stock driver is loaded"
check "a guest starts and answers" guest_start a || bail "no guest"
check "it answers over IPv6" guest_ping6 a

is "$(guest_run a 'echo hello; exit 0')" hello "a command's output comes back"
guest_run a 'exit 7'
is $? 7 "and its exit status"
is "$(big_output)" "$(same_output)" "and output of many pieces"
job=$(guest_run_bg a 'sleep 0.2; echo later')
is "$(guest_run a 'echo meanwhile')" meanwhile "commands overlap"
is "$(guest_wait a "$job")" later "a background job is waited for"

check "TCP data arrives unharmed at the guest" xfer_to a tcp 1000001
check "TCP data arrives unharmed from the guest" xfer_from a tcp 1000001
check "datagrams arrive unharmed at the guest" xfer_to a udp 0 3000 311
check "datagrams arrive unharmed from the guest" xfer_from a udp 0 3000 311

check "live swap" swap_to stock
check "the guest answers after it" guest_ping a
at_least "$(guest_irqs a)" 1 "the guest took interrupts"
at_least "$(dom0_irqs "$(vif_of a)")" 1 "dom0 took interrupts"

check "save" guest_save a /run/a.save
check "restore" guest_restore a /run/a.save || bail "the guest is lost"
is "$(guest_run a 'echo again')" again "a command after restore"

check "shutdown" guest_stop a
is "$(find /sys/class/net -name 'vif*' | wc -l)" 0 "no interface is left"
tap_done
