# SPDX-License-Identifier: GPL-2.0
# Nothing to do.
# driver: none
. "$XNB_LIB"
skip_all "no reason"
