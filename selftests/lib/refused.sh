# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For tests of a verb of the Makefile where it cannot work. Source after tap.sh, with VERB=.
#
#   refused NAME PATTERN COMMAND...
#                     COMMAND runs the verb in the folder $WORK/build: no success, one line
#                     that says what to do, nothing left behind
#   NOBODY            words that run a command as an ordinary user
#   with_memory MB COMMAND...
#                     on a machine that has no more free

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
chmod 755 "$WORK"
mkdir "$WORK/tmp" "$WORK/bin"
chmod 1777 "$WORK/tmp"

# A failed connection is not worth a pause here.
echo 'Acquire::Retries::Delay "false";' >"$WORK/apt.conf"

refused() {
	local name=$1 pattern=$2 status

	shift 2
	rm -rf "$WORK/build"
	APT_CONFIG=$WORK/apt.conf TMPDIR=$WORK/tmp BUILD=$WORK/build XNB_KO='' \
		"$@" >"$WORK/out" 2>"$WORK/err" </dev/null
	status=$?
	isnt_success "$status" "$name: is refused"
	is "$(grep -c '' "$WORK/err")" 1 "$name: in one line"
	check "$name: which says what to do" grep -E "^make $VERB: .*$pattern" "$WORK/err"
	[ -s "$WORK/err" ] && diag "$(cat "$WORK/err")"
	is "$(leftovers)" "" "$name: nothing is left behind"
}

isnt_success() {
	if [ "$1" != 0 ] && [ "$1" -lt 124 ]; then
		ok "$2"
	else
		fail "$2"
		diag "exit status $1"
	fi
}

leftovers() {
	find "$WORK/build" "$WORK/tmp" -mindepth 1 2>/dev/null | head
	! grep -F "$WORK" /proc/self/mounts
}

with_memory() {
	echo "MemAvailable: $(($1 * 1024)) kB" >"$WORK/meminfo"
	shift
	# shellcheck disable=SC2016
	unshare --mount --propagation private sh -c '
		mount --bind "$1" /proc/meminfo && shift && exec "$@"' sh "$WORK/meminfo" "$@"
}

# shellcheck disable=SC2034
NOBODY=(setpriv --reuid 65534 --regid 65534 --clear-groups)
