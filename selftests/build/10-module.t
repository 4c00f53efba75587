#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The module builds without a warning and says about itself what the Xen world
# keys on: name, alias, the stock parameters, one version.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=selftests/build/root.sh
. "$TOP/selftests/build/root.sh"
# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"

STOCK_PARAMETERS="fatal_skb_slots hash_cache_size max_queues \
provides_xdp_headroom rx_drain_timeout_msecs rx_stall_timeout_msecs \
separate_tx_rx_irq"

info() {
	modinfo -F "$1" "$KO"
}

version_h() {
	sed -n 's/^#define XNB_VERSION "\(.*\)"$/\1/p' "$TOP/include/xnb/version.h"
}

undescribed() {
	info parm | sed -n 's/^\([^:]*\): (.*/\1/p'
}

tree_listing() {
	(cd "$TOP" && find "${MODULE_SOURCES[@]}" | sort)
}

missing_parameters() {
	local parameter

	for parameter in $STOCK_PARAMETERS; do
		info parmtype | grep -q "^$parameter:" || echo "$parameter"
	done
}

plan 10
before=$(tree_listing)
check "builds with W=1, every warning an error" "$TOP/selftests/build/module"
kernel_release >/dev/null
KO=$BUILD/$KREL/xen-netback.ko
[ -f "$KO" ] || bail "there is no module to look at"

is "$(info name)" xen_netback "its name is that of the stock driver"
is "$(info alias)" xen-backend:vif "its alias is that of the stock driver"
is "$(info version)" "$(version_h)" "its version is the one of include/xnb/version.h"
is "$(info license)" GPL "its licence"
is "$(info intree)" "" "it does not claim to be in the kernel's tree"
is "$(info vermagic | cut -d' ' -f1)" "$KREL" "it is made for $KREL"
is "$(missing_parameters)" "" "it has all seven stock parameters"
is "$(undescribed)" "" "every parameter has a description"
is "$(tree_listing)" "$before" "the checkout is as clean as before"
tap_done
