# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The root in which the module is compiled. Source this file.
#
#   build_root          make the root for KERNEL= and set KREL
#   in_build CMD...     run CMD in it; the checkout is at /src, the work folder
#                       at /build
#   sync_source DIR     make DIR a copy of what a build needs, times kept
#
# The compiler, the headers, DKMS and the stock driver all live in that root:
# the host gets nothing kernel-like installed.

TOP=${TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
# shellcheck source=selftests/lib/debian.sh
. "$TOP/selftests/lib/debian.sh"

MODULE_SOURCES=(src include Kbuild)

build_root() {
	kernel_release >/dev/null
	# shellcheck disable=SC2046
	deb_root "build-$KERNEL" $(_essential) gcc make perl sparse shellcheck dkms kmod \
		"linux-headers-@KREL@" "linux-image-@KREL@"
}

# What every Debian system has, so no package says that it needs it.
_essential() {
	echo base-files bash coreutils dash debianutils diffutils findutils \
		grep gzip hostname mawk sed tar util-linux
}

in_build() {
	in_root "build-$KERNEL" "$@"
}

sync_source() {
	local object

	mkdir -p "$1"
	find "$1" -name '*.[ch]' -delete
	tar -C "$TOP" --exclude='*.o' --exclude='.*.cmd' -cf - "${MODULE_SOURCES[@]}" |
		tar -C "$1" -xf -
	find "$1/src" -name '*.o' | while read -r object; do
		[ -e "${object%.o}.c" ] || rm -f "$object"
	done
}
