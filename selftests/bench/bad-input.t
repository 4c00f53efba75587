#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# make bench where it cannot work: one line that says what to do, no success, and
# nothing left behind.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"
VERB=bench
# shellcheck source=selftests/lib/refused.sh
. "$TOP/selftests/lib/refused.sh"

[ "$(id -u)" = 0 ] || skip_all "needs root to take it away"
BENCH=$TOP/selftests/bench/run

refused "an ordinary user" 'sudo make bench' "${NOBODY[@]}" "$BENCH"
refused "an unknown benchmark" 'BENCH=tpc is unknown: .*tcp.*packets' env BENCH='packets tpc' "$BENCH"
refused "no rounds" 'ROUNDS=0' env ROUNDS=0 "$BENCH"
refused "a seed that is no number" 'SEED=x' env SEED=x "$BENCH"
refused "an unknown kernel" 'KERNEL=9\.9 is unknown: .*6\.1' env KERNEL=9.9 "$BENCH"
refused "a module that is not there" 'XNB_KO=.*build it' env XNB_KO=/nonexistent "$BENCH"
refused "memory for one of two" '1800 MB .* [0-9]{4} are needed: .*JOBS= to less than 2$' \
	with_memory 1800 env BENCH='tcp rtt' JOBS=2 "$BENCH"
tap_done
