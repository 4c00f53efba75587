#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# DKMS takes the module in, prefers it to the stock driver and gives the stock
# driver back: by its own commands, and by the verbs of the Makefile.
#
# All of it happens in a throw-away copy of the build root, mounted where only
# this test sees it.

TOP=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=selftests/lib/tap.sh
. "$TOP/selftests/lib/tap.sh"
[ "$(id -u)" = 0 ] || skip_all "needs root for its copy of the build root"

[ -n "${DKMS_TEST_UNSHARED:-}" ] ||
	DKMS_TEST_UNSHARED=1 exec unshare --mount --propagation private "$0" "$@"

# shellcheck source=selftests/build/root.sh
. "$TOP/selftests/build/root.sh"

NAME=xen-netback-vrss
VERSION=$(sed -n 's/^#define XNB_VERSION "\(.*\)"$/\1/p' "$TOP/include/xnb/version.h")
SOURCES=(src include Kbuild Makefile dkms.conf COPYING)

cleanup() {
	umount --recursive --lazy "$COPY" 2>/dev/null
	rmdir "$COPY"
}

# The copy is a layer over the build root, where the kernel can do that.
make_copy() {
	local root

	root=$(realpath "$BUILD/roots/build-$KERNEL")
	mount -t tmpfs -o size=3g copy "$COPY" || return 1
	mkdir "$COPY/upper" "$COPY/work" "$COPY/top"
	mount -t overlay copy "$COPY/top" 2>/dev/null \
		-o "lowerdir=$root,upperdir=$COPY/upper,workdir=$COPY/work" ||
		cp -a "$root/." "$COPY/top" || return 1
	mount -t proc proc "$COPY/top/proc" &&
		mount --rbind /dev "$COPY/top/dev" &&
		mkdir "$COPY/top/tree" &&
		tar -C "$TOP" --exclude='*.o' --exclude='.*.cmd' -cf - "${SOURCES[@]}" | tar -C "$COPY/top/tree" -xf -
}

in_copy() {
	env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C TERM=dumb chroot "$COPY/top" "$@"
}

make_verb() {
	in_copy make -C /tree "$1" KREL="${2:-$KREL}"
}

# Where modprobe would take the driver from, below /lib/modules/$KREL.
resolved() {
	in_copy modinfo -k "$KREL" -n xen-netback | sed "s,^/lib/modules/$KREL/,,"
}

loaded_for_vif() {
	in_copy modprobe -S "$KREL" --show-depends xen-backend:vif | awk 'END { print $2 }' |
		sed "s,^/lib/modules/$KREL/,,"
}

state() {
	in_copy dkms status -m "$NAME" -v "$VERSION" | sed 's/.*: //'
}

leftovers() {
	find "$COPY/top/usr/src" "$COPY/top/var/lib/dkms" "$COPY/top/lib/modules/$KREL/updates" \
		\( -name "*$NAME*" -o -name 'xen-netback.ko*' \) 2>/dev/null
}

says() {
	local want=$1 name=$2 out

	shift 2
	out=$("$@" 2>&1)
	if grep -qE "$want" <<<"$out"; then
		ok "$name"
	else
		fail "$name"
		diag "$out"
	fi
}

machine() {
	ls -lR --time-style=full-iso /usr/src /var/lib/dkms /lib/modules/*/updates \
		"$BUILD/roots/build-$KERNEL/usr/src" "$BUILD/roots/build-$KERNEL/var/lib" \
		"$BUILD/roots/build-$KERNEL/lib/modules/$KREL" 2>/dev/null
	cd "$TOP" && find src include Kbuild Makefile -printf '%p %T@\n'
}

test_commands() {
	local arguments=(-m "$NAME" -v "$VERSION" -k "$KREL")

	cp -r "$COPY/top/tree" "$COPY/top/usr/src/$NAME-$VERSION"
	is "$(resolved)" "$STOCK" "at first the stock driver is the one to load"
	check "dkms add" in_copy dkms add "${arguments[@]:0:4}"
	is "$(state)" added "it is known to DKMS"
	check "dkms build" in_copy dkms build "${arguments[@]}"
	is "$(state)" built "it is built"
	is "$(resolved)" "$STOCK" "the stock driver is still the one to load"
	check "dkms install" in_copy dkms install "${arguments[@]}"
	is "$(resolved)" "$OURS" "now ours is the one to load"
	is "$(loaded_for_vif)" "$OURS" "also for a vif that appears"
	is "$(in_copy modinfo -k "$KREL" -F version xen-netback)" "$VERSION" "in its version"
	check "dkms remove" in_copy dkms remove "${arguments[@]:0:4}" --all
	is "$(resolved)" "$STOCK" "the stock driver is back"
	is "$(loaded_for_vif)" "$STOCK" "also for a vif that appears"
	rm -rf "$COPY/top/usr/src/$NAME-$VERSION"
	is "$(leftovers)" "" "nothing is left behind"
}

test_verbs() {
	says "$OURS" "make dkms-install says which file is loaded now" make_verb dkms-install
	is "$(resolved)" "$OURS" "it is ours"
	is "$(cd "$COPY/top/usr/src/$NAME-$VERSION" && echo ./*)" \
		"./COPYING ./Kbuild ./Makefile ./dkms.conf ./include ./src" "only sources were copied"
	says "$STOCK" "make dkms-remove says which file is loaded now" make_verb dkms-remove
	is "$(leftovers)" "" "it leaves nothing behind"
	says updates/xen-netback.ko "make install does without DKMS" make_verb install
	is "$(resolved)" updates/xen-netback.ko "ours is the one to load"
	says "$STOCK" "make uninstall says which file is loaded now" make_verb uninstall
	is "$(resolved)" "$STOCK" "the stock driver is back"
}

test_refusals() {
	says "needs root: sudo make dkms-install" "an ordinary user is told to become root" \
		in_copy setpriv --reuid 65534 --clear-groups make -C /tree dkms-install KREL="$KREL"
	says "linux-headers-6.1.0-none" "without headers their package is named" \
		make_verb dkms-install 6.1.0-none
	echo kernel/drivers/net/xen-netback/xen-netback.ko >>"$COPY/top/lib/modules/$KREL/modules.builtin"
	says "built in" "a kernel with the driver built in is refused" make_verb dkms-install
	rm "$COPY/top/usr/sbin/dkms"
	says "apt-get install dkms" "without DKMS its package is named" make_verb dkms-install
}

build_root
STOCK=kernel/drivers/net/xen-netback/xen-netback.ko
OURS=updates/dkms/xen-netback.ko
# DKMS compresses modules as the kernel's are.
if [ -e "$BUILD/roots/build-$KERNEL/lib/modules/$KREL/$STOCK.xz" ]; then
	STOCK+=.xz
	OURS+=.xz
fi
COPY=$(mktemp -d)
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
before=$(machine)
make_copy || bail "cannot make a copy of the build root"

plan 28
test_commands
test_verbs
test_refusals
is "$(machine)" "$before" "the machine and the build root are as before"
tap_done
