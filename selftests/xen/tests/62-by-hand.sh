# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The commands of README.md that swap the driver and roll it back, as they stand there.
# driver: stock
# clock: turns
# with: README.md
# guest: a vif_opts=script=vif-bridge

. "$XNB_LIB"

VIF=$(vif_of a)
BLOCK='^    bus=/sys/bus/xen-backend$'

# What a shell is told: the block of indented lines, as root.
commands() {
	echo 'set -x; sudo() { env "$@"; }'
	sed -n "\\|$BLOCK|,/^[^ ]/s/^    //p" /xnb/README.md
}

swap_by_hand() {
	commands >/run/swap.sh
	bash /run/swap.sh >"$LOGS/swap-to-$1.log" 2>&1 || diag "$(tail -n 20 "$LOGS/swap-to-$1.log")"
	is "$(driver), $(ethtool -i "$VIF" | sed -n 's/^driver: //p')" "$1, $2" "the driver is $1"
	is "$(bridge_of "$VIF")" xenbr0 "the interface is in its bridge"
	check "the guest answers" guest_ping a
	check "the TCP connections go on" wait_until "$RUN_SECONDS" traffic_moves a
	check "the toolstack's part is done" wait_until 10 _vif_settled "vif-$(guest_id a)-0"
}

bridge_of() {
	basename "$(readlink "/sys/class/net/$1/master")"
}

# What dkms-remove and make uninstall do to modprobe.
uninstalled() {
	mv "$OURS_KO" /run/ && depmod && [ "$(modinfo -n xen-netback)" = "$STOCK_KO" ]
}

at_least "$(commands | wc -l)" 10 "README.md has the commands"
is "$(driver)" stock "the stock driver runs the interface"
check "TCP connections both ways" traffic_start a || bail "no traffic"
swap_by_hand ours xen-netback
check "our module is taken away" uninstalled
swap_by_hand stock vif
check "nothing is lost or changed" traffic_stop a
tap_done
