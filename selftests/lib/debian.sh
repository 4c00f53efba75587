# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Debian packages for the tests, without touching the host. Source this file.
#
#   host_need PKG...        install ordinary host tools that are missing
#   deb_root NAME PKG...    make $BUILD/roots/NAME from extracted packages
#   in_root NAME CMD...     run CMD in that root, in a mount namespace of its own;
#                           the checkout is at /src, the work folder at /build
#   kernel_release          set, export and print KREL, the release of KERNEL=
#   die TEXT                one line on stderr, exit 1
#
# A package list may name @KREL@: it becomes the kernel release, so every root
# that asks for linux-image-@KREL@ or linux-headers-@KREL@ gets the same one.
#
# Variables: BUILD (work folder), KERNEL (which kernel), DEBIAN_MIRROR and
# DEBIAN_SECURITY_MIRROR (only where the host's apt knows no Debian archive).

TOP=${TOP:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
BUILD=$(realpath -m "${BUILD:-$TOP/build}")
KERNEL=${KERNEL:-6.1}
KERNELS_KNOWN="6.1 6.12 testing"
DEB_FREE_MB=3000

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# The Debian release behind KERNEL=, and its Xen.
# shellcheck disable=SC2034 # XEN_VERSION is for those who boot it
_kernel_choice() {
	case $KERNEL in
	6.1) DEB_CODENAME=bookworm XEN_VERSION=4.17 ;;
	6.12) DEB_CODENAME=trixie XEN_VERSION=4.20 ;;
	testing) DEB_CODENAME=testing XEN_VERSION=4.20 ;;
	*)
		echo "${0##*/}: KERNEL=$KERNEL is unknown: set KERNEL= to one of: $KERNELS_KNOWN" >&2
		exit 2
		;;
	esac
}
_kernel_choice

_need_root() {
	[ "$(id -u)" = 0 ] || die "$1 needs root: run it with sudo"
}

_need_space() {
	local free

	mkdir -p "$BUILD" || die "cannot make $BUILD"
	free=$(df -Pm "$BUILD" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$DEB_FREE_MB" ] ||
		die "$BUILD has $free MB free, $DEB_FREE_MB MB are needed: free some space or set BUILD="
}

host_need() {
	local pkg missing=()

	for pkg in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$pkg" 2>/dev/null)" = installed ] ||
			missing+=("$pkg")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" = 0 ] ||
		die "not root and tools are missing: apt-get install ${missing[*]}"
	_apt_get_install "${missing[@]}" && return 0
	apt-get -qq update >/dev/null 2>&1 ||
		die "cannot install ${missing[*]}: the package archive cannot be reached: check the network and try again"
	_apt_get_install "${missing[@]}" ||
		die "cannot install ${missing[*]}: see 'apt-get install ${missing[*]}'"
}

_apt_get_install() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
		"$@" >/dev/null 2>&1
}

# The host's own archive for LABEL (Debian, Debian-Security), or nothing.
_host_mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(LABEL) $(ORIGIN) $(REPO_URI)' 'Created-By: Packages' |
		awk -v label="$1" '$1 == label && $2 == "Debian" { print $3; exit }'
}

_apt_sources() {
	local main security opt=

	main=${DEBIAN_MIRROR:-$(_host_mirror Debian)}
	security=${DEBIAN_SECURITY_MIRROR:-$(_host_mirror Debian-Security)}
	if [ -z "$main" ] || [ -z "$security" ]; then
		die "apt knows no Debian archive: run 'apt-get update', or set DEBIAN_MIRROR= and DEBIAN_SECURITY_MIRROR="
	fi
	[ ! -f /usr/share/keyrings/debian-archive-keyring.gpg ] ||
		opt='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
	echo "deb $opt $main $DEB_CODENAME main"
	echo "deb $opt $main $DEB_CODENAME-updates main"
	echo "deb $opt $security $DEB_CODENAME-security main"
}

# apt with state of its own: it sees an empty system and keeps what it fetches.
_apt() {
	local tool=$1 apt=$BUILD/apt/$DEB_CODENAME

	shift
	"$tool" -o Dir::State="$apt" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$apt" -o Dir::Cache::archives="$BUILD/debs" \
		-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
		-o APT::Architecture=amd64 -o APT::Architectures=amd64 \
		-o APT::Install-Recommends=false -o APT::Sandbox::User=root \
		-o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

_apt_update() {
	local apt=$BUILD/apt/$DEB_CODENAME

	mkdir -p "$apt/lists/partial" "$BUILD/debs/partial"
	_apt_sources >"$apt/sources.list" || exit 1
	_apt apt-get -qq --error-on=any update >"$apt/log" 2>&1 ||
		die "cannot reach the package archive: check the network and try again ($(grep -m 1 "^[EW]:" "$apt/log"))"
}

_build_lock() {
	mkdir -p "$BUILD"
	exec {_BUILD_LOCK}>"$BUILD/.lock"
	flock "$_BUILD_LOCK"
}

_build_unlock() {
	exec {_BUILD_LOCK}>&-
}

# The release is fixed at first use: all roots of one build folder agree on it.
kernel_release() {
	local file=$BUILD/kernel-$KERNEL.release

	if [ ! -s "$file" ]; then
		_build_lock
		[ -s "$file" ] || _find_kernel_release "$file"
		_build_unlock
	fi
	KREL=$(cat "$file")
	export KREL
	echo "$KREL"
}

_find_kernel_release() {
	local file=$1

	_apt_update
	_apt apt-cache show --no-all-versions "linux-image-amd64" |
		sed -n "s/^Depends:.* linux-image-\([^ ,]*\).*/\1/p" >"$file.new"
	[ -s "$file.new" ] || die "the archive has no linux-image-amd64"
	mv "$file.new" "$file"
}

deb_root() {
	local name=$1 root=$BUILD/roots/$1 krel list

	shift
	krel=$(kernel_release) || exit 1
	list=$(printf '%s\n' "${@//@KREL@/$krel}" | sort -u)
	[ "$(cat "$root.list" 2>/dev/null)" != "$list" ] || return 0

	_need_root "making $root"
	_need_space
	mkdir -p "$BUILD/roots"
	_build_lock
	# shellcheck disable=SC2086
	_make_root "$name" $list
	printf '%s\n' "$list" >"$root.list.new"
	mv "$root.list.new" "$root.list"
	_build_unlock
}

_make_root() {
	local name=$1 root=$BUILD/roots/$1 log=$BUILD/roots/$1.log deb

	shift
	echo "${0##*/}: making root '$name' from ${DEB_CODENAME} packages" >&2
	rm -rf "$root.new" "$root.list"
	mkdir -p "$root.new"
	_apt_update
	_apt apt-get -y --download-only install "$@" >"$log" 2>&1 ||
		die "cannot fetch packages for root '$name': $(grep '^E:' "$log" | head -n 1) (stale kernel release: remove $BUILD/kernel-$KERNEL.release)"

	_usr_merge "$root.new"
	while read -r deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -C "$root.new" --keep-directory-symlink -xf - ||
			die "cannot extract ${deb##*/} into $root.new: disk full?"
	done < <(_root_debs "$@")
	_configure_root "$root.new"

	rm -rf "$root"
	mv "$root.new" "$root"
}

# The cached file of each package that installing PKG... on an empty system takes.
_root_debs() {
	_apt apt-get --simulate -o Debug::NoLocking=1 install "$@" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*\[\([a-z0-9]*\)\]).*/\1 \2 \3/p' |
		while read -r pkg version arch; do
			echo "$BUILD/debs/${pkg}_${version//:/%3a}_$arch.deb"
		done
}

_usr_merge() {
	local dir

	for dir in bin sbin lib lib64; do
		mkdir -p "$1/usr/$dir"
		ln -s "usr/$dir" "$1/$dir"
	done
}

# What the packages' maintainer scripts would have made.
_configure_root() {
	local root=$1

	mkdir -p "$root"/{dev,proc,sys,tmp,run,root,etc,src,build,var/tmp}
	chmod 1777 "$root/tmp" "$root/var/tmp"
	_link_missing "$root" usr/bin/sh dash
	_link_missing "$root" usr/bin/awk mawk
	_link_missing "$root" usr/bin/which which.debianutils
	_link_missing "$root" usr/bin/cc gcc
	_link_missing "$root" usr/bin/c++ g++
	_link_missing "$root" usr/bin/pager more
	[ -e "$root/etc/passwd" ] || echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	[ -e "$root/etc/group" ] || echo 'root:x:0:' >"$root/etc/group"
	ldconfig -r "$root" 2>/dev/null || die "ldconfig failed in $root"
	_depmod_root "$root"
}

_link_missing() {
	[ -e "$1/$2" ] || [ ! -e "$1/usr/bin/$3" ] || ln -sf "$3" "$1/$2"
}

_depmod_root() {
	local dir

	for dir in "$1"/lib/modules/*/kernel; do
		[ ! -d "$dir" ] || depmod -b "$1" "$(basename "$(dirname "$dir")")"
	done
}

in_root() {
	local root=$BUILD/roots/$1

	shift
	_need_root "entering $root"
	# shellcheck disable=SC2016
	ROOT=$root TOP=$TOP BUILD=$BUILD unshare --mount --fork --propagation private bash -c '
		mount -t proc proc "$ROOT/proc" &&
		mount --rbind /dev "$ROOT/dev" &&
		mount -t tmpfs tmp "$ROOT/tmp" &&
		mount --rbind "$TOP" "$ROOT/src" &&
		mount --rbind "$BUILD" "$ROOT/build" &&
		exec env -i PATH=/usr/sbin:/usr/bin HOME=/root LC_ALL=C TERM=dumb \
			chroot "$ROOT" "$@"' in_root "$@"
}
