# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# TAP for shell tests, with kselftest's exit status. Source this file.
#
#   plan N               say how many tests follow (or leave it to tap_done)
#   ok NAME, fail NAME   one test that passed or failed
#   skip NAME WHY        one test that could not run
#   is GOT WANT NAME     equal strings
#   check NAME CMD...    the command succeeds; if not, its output is shown and
#                        check returns 1: check ... || bail ...
#   at_least GOT MIN NAME, at_most GOT MAX NAME, between GOT MIN MAX NAME
#   diag TEXT            a comment line
#   skip_all WHY         end the whole test as skipped (exit status 4, below prove 0)
#   bail WHY             end the whole test as broken
#   tap_done             print the plan if still owed and exit 0 or 1

TAP_N=0
TAP_FAILED=0
TAP_PLAN=

_tap_start() {
	[ -z "$TAP_STARTED" ] || return 0
	TAP_STARTED=1
	echo "TAP version 13"
}

_tap_result() {
	_tap_start
	TAP_N=$((TAP_N + 1))
	echo "$1 $TAP_N - $2"
}

plan() {
	_tap_start
	TAP_PLAN=$1
	echo "1..$1"
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	_tap_result ok "$1"
}

fail() {
	TAP_FAILED=$((TAP_FAILED + 1))
	_tap_result "not ok" "$1"
	return 0
}

skip() {
	_tap_result ok "$1 # SKIP $2"
}

is() {
	if [ "$1" = "$2" ]; then
		ok "$3"
	else
		fail "$3"
		diag "got '$1', want '$2'"
	fi
}

check() {
	local name=$1 out

	shift
	if out=$("$@" 2>&1); then
		ok "$name"
	else
		fail "$name"
		diag "failed: $*"
		[ -z "$out" ] || diag "$out"
		return 1
	fi
}

_compare() {
	awk -v a="$1" -v b="$3" 'BEGIN { n = "^-?[0-9.]+"; exit !(a ~ n && b ~ n && a + 0 '"$2"' b + 0) }'
}

_numeric() {
	if _compare "$1" "$2" "$3"; then
		ok "$4"
		return
	fi
	fail "$4"
	diag "got '$1', want $2 $3"
}

at_least() {
	_numeric "$1" ">=" "$2" "$3"
}

at_most() {
	_numeric "$1" "<=" "$2" "$3"
}

between() {
	if _compare "$1" ">=" "$2" && _compare "$1" "<=" "$3"; then
		ok "$4"
	else
		fail "$4"
		diag "got '$1', want $2 .. $3"
	fi
}

skip_all() {
	_tap_start
	echo "1..0 # SKIP $*"
	[ -n "${HARNESS_ACTIVE:-}" ] || exit 4
	exit 0
}

bail() {
	_tap_start
	echo "Bail out! $*"
	exit 1
}

tap_done() {
	_tap_start
	if [ -z "$TAP_PLAN" ]; then
		echo "1..$TAP_N"
	elif [ "$TAP_PLAN" != "$TAP_N" ]; then
		diag "planned $TAP_PLAN tests but ran $TAP_N"
		exit 1
	fi
	[ "$TAP_FAILED" = 0 ] || exit 1
	exit 0
}
