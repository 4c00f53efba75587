# SPDX-License-Identifier: GPL-2.0
# Dom0 dies.
# driver: none
. "$XNB_LIB"
ok "before"
echo 1 >/proc/sys/kernel/sysrq
echo c >/proc/sysrq-trigger
tap_done
