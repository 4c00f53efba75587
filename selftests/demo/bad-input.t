#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make demo where it cannot work: one line that says what to do, no success, and
# nothing left behind.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"

VERB=demo
# shellcheck source=selftests/lib/refused.sh
. "$TOP/selftests/lib/refused.sh"

# A machine on which a package is missing and cannot be installed.
without_package() {
	cat >"$WORK/bin/dpkg-query" <<-STUB
		#!/bin/sh
		case "\$*" in
		*" $1") exit 1 ;;
		esac
		exec $(command -v dpkg-query) "\$@"
	STUB
	cat >"$WORK/bin/apt-get" <<-STUB
		#!/bin/sh
		case "\$*" in
		*install*) exit 100 ;;
		*update*) exit $2 ;;
		esac
		exec $(command -v apt-get) "\$@"
	STUB
	chmod 755 "$WORK/bin"/*
}

full_disk() {
	# shellcheck disable=SC2016
	unshare --mount --propagation private sh -c '
		mkdir "$1" && mount -t tmpfs -o size=20m full "$1" && shift || exit 0
		"$@"
		status=$?
		find "$BUILD" -mindepth 1
		exit $status' sh "$WORK/build" "$@"
}

[ "$(id -u)" = 0 ] || skip_all "needs root to take it away"
DEMO=$TOP/selftests/demo/run

refused "an ordinary user" 'sudo make demo' "${NOBODY[@]}" "$DEMO"
refused "an unknown kernel" 'KERNEL=9\.9 is unknown: .*6\.1' env KERNEL=9.9 "$DEMO"
refused "a module that is not there" 'XNB_KO=.*build it' env XNB_KO=/nonexistent "$DEMO"
refused "no network" 'check the network' unshare --net "$DEMO"
without_package qemu-system-x86 100
refused "no QEMU and no network" 'qemu-system-x86.*check the network' \
	env PATH="$WORK/bin:$PATH" "$DEMO"
without_package qemu-system-x86 0
refused "no QEMU in the archive" 'apt-get install qemu-system-x86' \
	env PATH="$WORK/bin:$PATH" "$DEMO"
refused "little memory" '999 MB of memory are free and [0-9]{4} are needed: end' with_memory 999 "$DEMO"
refused "a full disk" 'free some space' full_disk "$DEMO"
is "$(grep -c "^$WORK" "$WORK/out")" 0 "a full disk: nothing is left on it"
tap_done
