#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# sparse finds nothing in the module. (W=1 is part of selftests/build.)

TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=selftests/build/root.sh
. "$TOP/selftests/build/root.sh"
# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"

# The objects of the checkout are kept: sparse runs again, the compiler need not.
build_root
WORK=$BUILD/$KREL/sparse
if [ -n "${LINT_ROOT:-}" ]; then
	WORK=$(mktemp -d -p "$BUILD")
	trap 'rm -rf "$WORK"' EXIT
	TOP=$LINT_ROOT
fi

sparse() {
	in_build make -C "/lib/modules/$KREL/build" M="/build/${WORK#"$BUILD/"}" \
		-j"$(nproc)" C=2 modules
}

plan 3
sync_source "$WORK"
log=$(sparse 2>&1)
is $? 0 "the module compiles under sparse"
is "$(grep -c '^ *CHECK' <<<"$log")" "$(find "$WORK" -name '*.o' ! -name 'xen-netback*' | wc -l)" \
	"sparse looked at every object"
is "$(grep -E '(warning|error):' <<<"$log" | sort -u)" "" "sparse says nothing"
tap_done
