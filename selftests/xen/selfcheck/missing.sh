# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A command that is not there says nothing, as it should.
# driver: none
. "$XNB_LIB"
is "$(no-such-command 2>/dev/null)" "" "one"
check "two" true
tap_done
