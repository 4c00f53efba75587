# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Where user space finds the protocol's structures. Source this file.
#
#   die TEXT            one line on stderr, exit 1
#   kernel_headers      print an include folder that has them: the build root's if that was
#                       made, else one that the host has

BUILD=${BUILD:-$TOP/build}
PROTOCOL=xen/interface/io/netif.h

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

kernel_headers() {
	local dir

	for dir in "$BUILD"/roots/build-*/usr/src/linux-headers-*/include \
		/usr/src/linux-headers-*/include "/lib/modules/$(uname -r)/build/include"; do
		if [ -f "$dir/$PROTOCOL" ]; then
			echo "$dir"
			return
		fi
	done
	die "no kernel headers with $PROTOCOL: run 'sudo make check' once, or apt-get install linux-headers-amd64"
}
