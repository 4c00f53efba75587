#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The driver in Debian 13: Linux 6.12, Xen 4.20. A few tests that meet what kernels do differently;
# all of them run there with: make check KERNEL=6.12

TOP=$(cd "$(dirname "$0")/../.." && pwd)
export KERNEL=6.12
unset XNB_KO
# shellcheck source=selftests/lib/debian.sh
. "$TOP/selftests/lib/debian.sh"
# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"

TESTS="25-napi 60-swap"

# Skipped is not passed.
passes() {
	env -u HARNESS_ACTIVE "$TOP/selftests/xen/run" "$TOP/selftests/xen/tests/$1.sh"
}

plan 3
check "builds with W=1, every warning an error" "$TOP/selftests/build/module" ||
	bail "there is no module to test"
for test in $TESTS; do
	check "$test" passes "$test"
done
tap_done
