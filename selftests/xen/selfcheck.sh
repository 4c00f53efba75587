#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does the runner tell a failure from a success? Each test in selfcheck/ goes
# wrong in its own way, and the runner has to say so.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../lib/tap.sh"
unset HARNESS_ACTIVE

# expect NAME STATUS PATTERN: the exit status and a line of the report.
expect() {
	local name=$1 out status

	out=$("$here/run" "$here/selfcheck/$name.sh" 2>&1)
	status=$?
	if [ "$status" = "$2" ] && grep -qE "$3" <<<"$out"; then
		ok "$name: exit status $2"
	else
		fail "$name: exit status $2"
		diag "exit status $status, no line like $3"
		diag "$out"
	fi
}

plan 10
expect pass 0 '^1\.\.3$'
expect skip 4 '^1\.\.0 # SKIP no reason$'
expect fail 1 '^not ok 2 - two$'
expect short 1 '^not ok 2 - the test ran as planned$'
expect missing 1 '^not ok 3 - dom0 has every command .*: no-such-command$'
expect warning 1 '^# dom0.dmesg:.*BUG: none$'
expect panic 1 '^not ok 2 - no verdict: the machine ended$'
expect hang 1 '^not ok 2 - no verdict: timeout'
expect guest-warning 1 '^# guest1.log:.*WARNING: CPU'
expect guest-panic 1 '^# guest1.log:.*Kernel panic'
tap_done
