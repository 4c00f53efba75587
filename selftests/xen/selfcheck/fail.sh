# SPDX-License-Identifier: GPL-2.0
# One test fails.
# driver: none
. "$XNB_LIB"
ok "one"
is 1 2 "two"
tap_done
