# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The control ring as Windows' driver uses it, by a frontend in user space: every answer, and
# what it does to the packets. In the clock of instructions: an answer's time is its own.
# clock: insn
# vcpus: 2
# driver-args: max_queues=4

. "$XNB_LIB"

control_ready

control_says "the hash of this test is the published one" vectors 1
control_says "every request is answered as netif.h has it" operations 2
control_says "packets are hashed as the flags say" types 2
control_says "what Windows' driver does" windows 4
control_says "new tables under traffic" changes 1000
control_says "a storm of requests does not take a CPU" storm 4000
tap_done
