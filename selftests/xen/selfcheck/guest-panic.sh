# SPDX-License-Identifier: GPL-2.0
# All tests pass, but a guest died.
# driver: stock
# guest: a
. "$XNB_LIB"
ok "before"
guest_run_bg a 'echo 1 >/proc/sys/kernel/sysrq; echo c >/proc/sysrq-trigger' >/dev/null
wait_until 30 _guest_gone a
tap_done
