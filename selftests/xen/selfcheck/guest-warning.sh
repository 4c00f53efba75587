# SPDX-License-Identifier: GPL-2.0
# All tests pass, but a guest's kernel warned.
# driver: stock
# guest: a
. "$XNB_LIB"
ok "before"
guest_run a 'echo "<4>WARNING: CPU: 0 PID: 1 at net/core/dev.c:1 none" >/dev/kmsg; sleep 1'
tap_done
