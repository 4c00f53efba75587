# SPDX-License-Identifier: GPL-2.0
# The test never ends.
# driver: none
# timeout: 10
. "$XNB_LIB"
ok "before"
sleep 100000
tap_done
