# SPDX-License-Identifier: GPL-2.0
# All is well.
# driver: none
. "$XNB_LIB"
ok "one"
is 1 1 "two"
tap_done
