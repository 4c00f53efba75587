# SPDX-License-Identifier: GPL-2.0
# Dom0's log has a bug report, below the console's level.
# driver: none
. "$XNB_LIB"
ok "before"
echo "<6>BUG: none" >/dev/kmsg
tap_done
