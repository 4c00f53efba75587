# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Messages of dom0's kernel by netconsole to a guest: from a process, and from within the poll of
# the very queue, with interrupts off. The kernel warns of a driver that switches them on.
# clock: turns
# guest: a vcpus=2 queues=2
# timeout: 120

. "$XNB_LIB"

MESSAGES=200

strays_are() {
	[ "$(guest_strays a)" -ge "$1" ]
}

# arrive BEFORE WHAT: the guest has got so many messages.
arrive() {
	check "$2" wait_until 20 strays_are $(($1 + MESSAGES))
}

from_process() {
	local n

	for ((n = 1; n <= MESSAGES; n++)); do
		echo "<3>message $n to a guest" >/dev/kmsg
	done
}

# Each has dom0's own address as its source, of which the IP stack tells the log: in the poll that
# has delivered the packet.
from_softirq() {
	sysctl -q -w net.core.message_cost=0 net.ipv4.conf.{all,xenbr0}.log_martians=1
	guest_run a "$(_pktgen_commands eth0 60 "$MESSAGES" 10.0.0.1 \
		"$(cat /sys/class/net/xenbr0/address)" 1 0 1 10.0.0.1)" >/dev/null
}

mac=$(guest_run a 'cat /sys/class/net/eth0/address')
check "netconsole to the guest" modprobe netconsole \
	netconsole="6665@10.0.0.1/xenbr0,9@$(guest_ip a)/$mac"
check "traffic" traffic_start a || bail "no traffic"

before=$(guest_strays a)
from_process
arrive "$before" "messages of processes arrive"
before=$(guest_strays a)
from_softirq
arrive "$before" "messages from within a poll arrive"
at_least "$(dmesg | grep -c 'martian source')" "$MESSAGES" "the IP stack has written them"

check "data goes on" wait_until "$RUN_SECONDS" traffic_moves a
check "no data is lost or changed" traffic_stop a
check "netconsole ends" rmmod netconsole
tap_done
