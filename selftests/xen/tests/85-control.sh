# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The control ring as Windows' driver uses it, by a frontend in user space: every answer, and
# what it does to the packets. In the clock of instructions: an answer's time is its own.
# clock: insn
# vcpus: 2
# driver-args: max_queues=4
# timeout: 300

. "$XNB_LIB"

modprobe xen-gntalloc
echo 4096 >/sys/module/xen_gntalloc/parameters/limit
echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6

# says NAME VERB N: what it says is worth to be read, also when all is well.
says() {
	local out status

	out=$(control "${@:2}" 2>&1)
	status=$?
	is "$status" 0 "$1"
	diag "$out"
}

says "the hash of this test is the published one" vectors 1
says "every request is answered as netif.h has it" operations 2
says "packets are hashed as the flags say" types 2
says "what Windows' driver does" windows 4
says "new tables under traffic" changes 1000
says "a storm of requests does not take a CPU" storm 4000
tap_done
