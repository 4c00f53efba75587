# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the testbed boots, made from packages. Source this.
#
#   make_images                 make what is missing, set IMAGES: a folder that is
#                               never changed, named after all that went into it
#   $IMAGES/xen                 the hypervisor
#   $IMAGES/vmlinux             the kernel of dom0 and of the guests
#   $IMAGES/dom0.cpio           dom0's root
#   $IMAGES/guest.cpio          the guests' root; guest-full.cpio has more tools
#   $IMAGES/tools/*             agent, uevents, xfer, rtt, mark, steer, stream, queues, hostile,
#                               control: static programs
#   $IMAGES/window/window.ko    a module for dom0, in its root too
#   $IMAGES/insncount.so        the QEMU plugin
#
# The kernels lie unpacked and the archives uncompressed: emulated, unpacking
# them costs more than all the rest of a boot.

XEN_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=selftests/build/root.sh
. "$XEN_DIR/../build/root.sh"

XEN_BIN=usr/lib/xen-$XEN_VERSION/bin

XEN_PACKAGES="xen-hypervisor-$XEN_VERSION-amd64 xen-utils-$XEN_VERSION xen-utils-common xenstore-utils
	linux-image-@KREL@ busybox-static bash bash-static kmod iproute2 ethtool iputils-ping
	iperf3 tcpdump util-linux procps mawk libc-bin"

DOM0_PROGRAMS="usr/bin/bash-static usr/bin/busybox usr/bin/kmod usr/bin/ip usr/sbin/bridge
	usr/sbin/tc usr/sbin/ethtool usr/bin/ping usr/bin/iperf3 usr/bin/tcpdump
	usr/bin/taskset usr/bin/mawk usr/bin/flock
	usr/bin/xenstore
	$XEN_BIN/xl $XEN_BIN/xenstored $XEN_BIN/xenconsoled $XEN_BIN/xenconsole
	$XEN_BIN/xen-init-dom0 $XEN_BIN/libxl-save-helper $XEN_BIN/lsevtchn
	$XEN_BIN/xenstore-control"
# Loaded at boot, before the rest.
DOM0_BOOT_MODULES="virtio_pci virtio_console virtio_blk xenfs xen-gntdev xen-evtchn xen-privcmd
	bridge"
DOM0_MODULES="$DOM0_BOOT_MODULES xen-gntalloc xen-netback br_netfilter pktgen virtio_net
	tun veth 8021q dummy macvlan sch_tbf sch_netem sch_fq sch_fq_codel sch_ingress
	act_mirred cls_matchall cls_u32 netconsole"

# What every guest has; the full one can measure too, and boots slower.
GUEST_PROGRAMS="usr/bin/busybox usr/sbin/ethtool"
GUEST_MODULES="xen-netfront pktgen 8021q xen-gntalloc xen-gntdev xen-evtchn"
GUEST_FULL_PROGRAMS="usr/bin/ip usr/sbin/tc usr/bin/iperf3 usr/bin/taskset usr/bin/tcpdump"
GUEST_FULL_MODULES="sch_fq sch_netem veth bridge"

_image_inputs() {
	cat "$XEN_DIR/images.sh" "$XEN_DIR"/guest/* "$XEN_DIR/dom0/vif-quick" "$XEN_DIR/dom0/init" "$XEN_DIR"/tools/*.c "$XEN_DIR"/../frontend/*.[ch] "$XEN_DIR"/plugin/*.c "$XEN_DIR"/window/* \
		"$ROOT.list" "$BUILD/kernel-$KERNEL.release" | sha256sum
}

make_images() {
	local final

	host_need gcc libc6-dev binutils cpio xz-utils qemu-system-x86 kmod
	KREL=$(kernel_release) || exit
	ROOT=$BUILD/roots/xen-$KERNEL
	# shellcheck disable=SC2086
	deb_root "xen-$KERNEL" $XEN_PACKAGES
	final=$BUILD/xen/$KERNEL-$(_image_inputs | cut -c1-12)
	if [ ! -d "$final" ]; then
		_need_root "making the images"
		build_root
		_build_lock
		[ -d "$final" ] || _make_all_images "$final"
		_build_unlock
	fi
	IMAGES=$final
}

_make_all_images() {
	local final=$1

	echo "${0##*/}: making the boot images" >&2
	mkdir -p "$BUILD/xen"
	find "$BUILD/xen" -mindepth 1 -maxdepth 1 -name "$KERNEL-*" -mmin +600 -exec rm -rf {} +
	IMAGES=$final.new
	rm -rf "$IMAGES"
	mkdir -p "$IMAGES/tools"
	_compile
	gzip -dc "$ROOT"/boot/xen-$XEN_VERSION-amd64.gz >"$IMAGES/xen"
	_unpack_kernel "$(_kernel_image)" >"$IMAGES/vmlinux"
	_cut_bss "$IMAGES/vmlinux"
	_make_guest_tree "$IMAGES/guest" "$GUEST_PROGRAMS" "$GUEST_MODULES"
	_make_guest_tree "$IMAGES/guest-full" "$GUEST_PROGRAMS $GUEST_FULL_PROGRAMS" \
		"$GUEST_MODULES $GUEST_FULL_MODULES"
	_compile_window
	_make_dom0_tree "$IMAGES/dom0"
	_pack "$IMAGES/guest" "$IMAGES/guest.cpio"
	_pack "$IMAGES/guest-full" "$IMAGES/guest-full.cpio"
	_pack "$IMAGES/dom0" "$IMAGES/dom0.cpio"
	mv "$IMAGES" "$final" || die "cannot keep $final"
}

_compile() {
	local tool

	for tool in agent uevents xfer rtt mark steer stream queues; do
		gcc -O2 -Wall -Wextra -Werror -static -o "$IMAGES/tools/$tool" \
			"$XEN_DIR/tools/$tool.c" -lm || die "cannot compile tools/$tool.c"
	done
	_compile_frontends
	gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o "$IMAGES/insncount.so" \
		"$XEN_DIR/plugin/insncount.c" || die "cannot compile plugin/insncount.c"
}

# Each program takes what it needs out of one archive.
_compile_frontends() {
	local objects=$IMAGES/frontend tool

	mkdir -p "$objects"
	(cd "$objects" && gcc -O2 -Wall -Wextra -Werror -pthread -c "$XEN_DIR"/../frontend/*.c &&
		ar rcs all.a ./*.o) || die "cannot compile frontend"
	for tool in hostile control; do
		gcc -static -pthread -o "$IMAGES/tools/$tool" "$objects/$tool.o" "$objects/all.a" ||
			die "cannot link frontend/$tool.c"
	done
	rm -rf "$objects"
}

# A module of dom0, for tests; any warning is an error.
_compile_window() {
	local dir=$IMAGES/window log=$BUILD/logs/window.log

	mkdir -p "$dir" "$BUILD/logs"
	cp "$XEN_DIR"/window/* "$dir/"
	in_build make -C "/lib/modules/$KREL/build" M="/build/${dir#"$BUILD/"}" W=1 KCFLAGS=-Werror \
		modules >"$log" 2>&1 || die "cannot compile window: see $log"
	! grep -qi 'warning[: ]' "$log" || die "window does not build cleanly: see $log"
}

# Newer packages keep it beside the modules.
_kernel_image() {
	local image=$ROOT/boot/vmlinuz-$KREL

	[ -e "$image" ] || image=$ROOT/lib/modules/$KREL/vmlinuz
	echo "$image"
}

# The ELF file inside a bzImage: where it lies is in the boot protocol's header.
_unpack_kernel() {
	local image=$1 sects offset length

	read -r sects < <(od -An -tu1 -j $((0x1f1)) -N1 "$image")
	read -r offset length < <(od -An -tu4 -j $((0x248)) -N8 "$image")
	# The last 4 bytes are the unpacked size.
	tail -c +$(((sects + 1) * 512 + offset + 1)) "$image" | head -c $((length - 4)) |
		_decompress || die "cannot unpack $image"
}

# The file holds .bss, megabytes of zeroes, because a section follows it. End the
# file, and the last segment's bytes in it, where .bss begins.
_cut_bss() {
	local file=$1 bss last offset vaddr size

	bss=$(readelf -SW "$file" | awk '$2 == ".bss" || $3 == ".bss" { sub(/.*\.bss/, ""); print $2 }')
	read -r last offset vaddr < <(readelf -lW "$file" |
		awk '$1 == "LOAD" { n++; o = $2; v = $3 } END { print n - 1, o, v }')
	size=$((0x$bss - vaddr))
	[ "$size" -gt 0 ] || return 0
	_put_u64 "$file" $((64 + 56 * last + 32)) "$size"
	# No section headers: they lie in the part cut off.
	_put_u64 "$file" 40 0
	printf '\0\0\0\0' | dd of="$file" bs=1 seek=60 conv=notrunc status=none
	truncate -s $((offset + size)) "$file"
}

_put_u64() {
	local hex

	hex=$(printf '%016x' "$3" | sed 's/../& /g' | awk '{ for (i = 8; i; i--) printf "\\x%s", $i }')
	# shellcheck disable=SC2059
	printf "$hex" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

_decompress() {
	local file=$IMAGES/payload

	cat >"$file"
	case $(od -An -tx1 -N4 "$file" | tr -d ' ') in
	fd377a58) xz -dc --single-stream <"$file" ;;
	1f8b*) gzip -dc <"$file" ;;
	28b52ffd) zstd -dc <"$file" ;;
	*) false ;;
	esac
	local status=$?
	rm -f "$file"
	return $status
}

_tree() {
	mkdir -p "$1"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc,proc,sys,dev,run,tmp,root,boot,mnt,var/log/xen}
	local dir
	for dir in bin sbin lib lib64; do
		ln -s "usr/$dir" "$1/$dir"
	done
	ln -s ../run "$1/var/run"
	ln -s ../proc/self/mounts "$1/etc/mtab"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$1/etc/passwd"
	echo 'root:x:0:' >"$1/etc/group"
}

# Programs of the root and the libraries they need, at the same paths. A thread that is cancelled
# opens one more, which ldd does not know of.
_take() {
	local tree=$1 file

	shift
	for file in "$@"; do
		_copy "$tree" "$file"
	done
	[ ! -e "$tree/usr/bin/iperf3" ] || _copy "$tree" usr/lib/x86_64-linux-gnu/libgcc_s.so.1
	[ -x "$ROOT/usr/bin/ldd" ] || die "the packages have no ldd"
	chroot "$ROOT" ldd "${@/#//}" 2>/dev/null | grep -o '/[^ )]*' | grep -v ':$' | sort -u |
		while read -r file; do
			_copy "$tree" "${file#/}"
		done
}

_copy() {
	[ ! -e "$1/$2" ] || return 0
	mkdir -p "$1/$(dirname "$2")"
	cp -L "$ROOT/$2" "$1/$2" || die "the packages have no $2"
}

_take_modules() {
	local tree=$1 name file dir=lib/modules/$KREL

	shift
	mkdir -p "$tree/$dir"
	for name in "$@"; do
		modprobe -d "$ROOT" -S "$KREL" --show-depends "$name" 2>/dev/null ||
			die "kernel $KREL has no module $name"
	done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r file; do
		_copy "$tree" "${file#"$ROOT"/}"
	done
	find "$tree/$dir" -name '*.ko.xz' -exec xz -d {} + || die "cannot unpack modules"
	_drop_signatures "$tree/$dir"
	cp "$ROOT/$dir"/modules.{order,builtin,builtin.modinfo} "$tree/$dir/"
	depmod -b "$tree" "$KREL"
}

# Checking one costs more than all the rest of loading a module.
_drop_signatures() {
	find "$1" -name '*.ko' -exec objcopy {} \; || die "cannot drop module signatures"
}

# A link for each applet, except where the tree has the real program.
_busybox_links() {
	local tree=$1 applet

	for applet in $("$ROOT/usr/bin/busybox" --list); do
		[ -e "$tree/usr/bin/$applet" ] || [ -e "$tree/usr/sbin/$applet" ] ||
			ln -s busybox "$tree/usr/bin/$applet"
	done
}

_kmod_links() {
	local name

	for name in modprobe insmod rmmod lsmod modinfo depmod; do
		ln -sf ../bin/kmod "$1/usr/sbin/$name"
	done
}

# _make_guest_tree TREE PROGRAMS MODULES
_make_guest_tree() {
	local tree=$1

	_tree "$tree"
	# shellcheck disable=SC2086
	_take "$tree" $2
	# shellcheck disable=SC2086
	_take_modules "$tree" $3
	_busybox_links "$tree"
	cp "$IMAGES"/tools/{agent,xfer,rtt,stream} "$tree/usr/bin/"
	install -m 755 "$XEN_DIR/guest/init" "$tree/init"
	# The kernel shuts a guest down through this program.
	printf '#!/bin/sh\nexec busybox poweroff -f\n' >"$tree/usr/sbin/poweroff"
	chmod 755 "$tree/usr/sbin/poweroff"
	rm -f "$tree/usr/bin/poweroff"
}

_make_dom0_tree() {
	local tree=$1 name

	_tree "$tree"
	# shellcheck disable=SC2086
	_take "$tree" $DOM0_PROGRAMS
	install -D -m 644 "$IMAGES/window/window.ko" "$tree/lib/modules/$KREL/extra/window.ko"
	# shellcheck disable=SC2086
	_take_modules "$tree" $DOM0_MODULES
	_kmod_links "$tree"
	ln -s "xen-$XEN_VERSION" "$tree/usr/lib/xen"
	ln -sf mawk "$tree/usr/bin/awk"
	_busybox_links "$tree"
	for name in read write ls list exists rm chmod watch; do
		ln -sf xenstore "$tree/usr/bin/xenstore-$name"
	done
	mkdir -p "$tree"/etc/xen "$tree"/var/lib/xen "$tree"/var/lib/xenstored
	ln -sf bash-static "$tree/usr/bin/bash"
	cp -r "$ROOT/etc/xen/scripts" "$tree/etc/xen/"
	install -m 755 "$XEN_DIR/dom0/vif-quick" "$tree/etc/xen/scripts/"
	install -m 755 "$XEN_DIR/dom0/init" "$tree/init"
	echo "$DOM0_BOOT_MODULES" >"$tree/etc/boot-modules"
	: >"$tree/etc/xen/xl.conf"
	cp "$IMAGES"/tools/* "$tree/usr/bin/"
}

_pack() {
	(cd "$1" && find . -print0 | LC_ALL=C sort -z | cpio --null --quiet -o -H newc -R 0:0) >"$2.new" ||
		die "cannot pack $2: disk full?"
	mv "$2.new" "$2"
}
