# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A frontend in user space: announcements that are lies, and a close look at every answer.

. "$XNB_LIB"

modprobe xen-gntalloc
echo 4 >/sys/module/xen_netback/parameters/max_queues
snapshot_resources >/run/before

check "no lie is connected, each is told why" hostile refused 1
check "every request is answered once" hostile answers 1500
check "an event comes with what it tells of" hostile events 1500
check "no wake-up is lost" hostile races 3000
check "a length that changes is read once" hostile flips 8000
check "several queues carry packets both ways" hostile queues 200
check "events without a reason are spurious" hostile storm 200

is "$(find /sys/class/net -name 'vif*' | wc -l)" 0 "no interface is left"
snapshot_resources >/run/after
for name in evtchn interrupts vifs; do
	is "$(grep "^$name " /run/after)" "$(grep "^$name " /run/before)" "nothing left: $name"
done
check "rmmod" driver_unload
tap_done
