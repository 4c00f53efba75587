# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# bench: TCP connections
# order: 5
# about: Connections to the guest, one after the other: opened and closed at once.
# expect: 60
# clock: insn
# driver: stock
# guest: a
# guest-tools: full
# timeout: 2400

# shellcheck source=selftests/bench/dom0.sh
. /xnb/dom0.sh

CONNECTIONS=400

# connect HOST
connect() {
	local since i

	since=$(microseconds)
	for ((i = 0; i < CONNECTIONS; i++)); do
		exec 7<>"/dev/tcp/$1/11112" && exec 7>&- || return 1
	done
	awk -v us=$(($(microseconds) - since)) -v n="$CONNECTIONS" 'BEGIN { printf "%.0f\n", n * 1e6 / us }'
}

measure() {
	note "opened and closed" connections/s "$(connect "$(guest_ip a)")"
}

compare measure
tap_done
