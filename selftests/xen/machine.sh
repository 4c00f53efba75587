# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The emulated Xen host. Source after images.sh.
#
#   module_under_test       print XNB_KO or the built module; nothing if DRIVER is not ours
#   make_dom0_part DIR KO   the part of dom0's root that changes: init, library, module KO
#   make_overlay FILE DIR   pack dom0's root with DIR over it
#   machine_command         fill QEMU=() from VCPUS DOM0_VCPUS MEMORY DOM0_MEMORY CLOCK
#                           PLUGIN OVERLAY LOGS CONSOLE GUEST_TOOLS XEN_ARGS DOM0_ARGS
#
# Out of the machine come, into LOGS: console.log (Xen and dom0), verdict.tap,
# errors.log (the test's stderr), guestN.log (consoles, live), files.tar.
#
# CLOCK=real: vCPUs run in parallel, time is the host's. CLOCK=insn: vCPUs take
# turns and an executed instruction takes 1 ns, whatever the host does.

# pcid and erms: Xen's use of the first is slow here, and with the second each
# byte of a copy would count as an instruction.
MACHINE_CPU=Haswell-noTSX-IBRS,-pcid,-erms

module_under_test() {
	local file=${XNB_KO:-$BUILD/$KREL/xen-netback.ko}

	if [ -f "$file" ]; then
		echo "$file"
	elif [ "$DRIVER" = ours ]; then
		die "no module under test at $file: run 'make' first, or set XNB_KO="
	fi
}

make_dom0_part() {
	local dir=$1 ko=$2 here=$XEN_DIR

	mkdir -p "$dir/xnb"
	install -m 755 "$here/dom0/init" "$dir/init"
	cp "$here"/dom0/*.sh "$here/../lib/tap.sh" "$dir/xnb/"
	{
		echo "export DRIVER=$DRIVER XNB_CLOCK=$CLOCK XNB_GUEST_ARGS='$QUICK_BOOT $GUEST_ARGS'"
		# The instruction clock's vCPUs are pinned: dom0's first, then the guests'.
		[ "$CLOCK" != insn ] ||
			echo "export XNB_GUEST_CPUS=$DOM0_VCPUS-$((VCPUS - 1))"
	} >"$dir/xnb/env"
	[ -z "$ko" ] || _add_module "$dir" "$ko"
}

# So that modprobe in dom0 finds the module under test before the stock one.
_add_module() {
	local dir=$1 modules=usr/lib/modules/$KREL

	cp -al "$IMAGES/dom0" "$WORK/tree"
	mkdir -p "$WORK/tree/$modules/updates"
	cp "$2" "$WORK/tree/$modules/updates/xen-netback.ko"
	rm -f "$WORK/tree/$modules"/modules.{dep,alias,symbols,softdep,devname}*
	depmod -b "$WORK/tree" "$KREL"
	mkdir -p "$dir/$modules"
	cp -a "$WORK/tree/$modules/updates" "$WORK/tree/$modules"/modules.* "$dir/$modules/"
}

make_overlay() {
	local file=$1 dir=$2

	(cd "$dir" && find . -print0 | cpio --null --quiet -o -H newc -R 0:0) >"$file.tail" ||
		die "cannot pack the overlay"
	cat "$IMAGES/dom0.cpio" "$file.tail" >"$file" || die "cannot write $file: disk full?"
	rm -f "$file.tail"
}

# What a kernel need not do at boot.
QUICK_BOOT="cryptomgr.notests lsm= audit=0 random.trust_cpu=on"

PORTS="verdict.tap errors.log files.tar guest1.log guest2.log guest3.log guest4.log"

_dom0_command_line() {
	# A slow emulation is no stall; a real one still is, later.
	local slow="rcupdate.rcu_cpu_stall_timeout=100 watchdog_thresh=50"

	echo "console=hvc0 quiet loglevel=5 panic=1 oops=panic panic_on_warn=1 $slow $QUICK_BOOT" \
		"8250.nr_uarts=0 swiotlb=4096 ipv6.autoconf=0 $DOM0_ARGS"
}

_xen_command_line() {
	local args="console=com1 com1=115200,8n1 bootscrub=0 loglvl=warning guest_loglvl=warning"

	args+=" dom0_mem=${DOM0_MEMORY}M,max:${DOM0_MEMORY}M dom0_max_vcpus=$DOM0_VCPUS"
	case $CLOCK in
	real) args+=" spec-ctrl=no" ;;
	insn) args+=" dom0_vcpus_pin" ;;
	esac
	echo "$args $XEN_ARGS"
}

_add_port() {
	local file=$1 name=${1%.*}

	QEMU+=(-chardev "file,id=$name,path=$LOGS/$file"
		-device "virtserialport,chardev=$name,name=$name")
}

# shellcheck disable=SC2054
machine_command() {
	local port ramdisk=$IMAGES/guest.cpio

	case $GUEST_TOOLS in
	lean) ;;
	full) ramdisk=$IMAGES/guest-full.cpio ;;
	*) die "guest-tools is lean or full, not $GUEST_TOOLS" ;;
	esac
	QEMU=(qemu-system-x86_64 -cpu "$MACHINE_CPU" -smp "$VCPUS" -m "$MEMORY"
		-display none -monitor none -no-reboot -nic none -nodefaults
		-kernel "$IMAGES/xen" -append "$(_xen_command_line)"
		-initrd "$IMAGES/vmlinux $(_dom0_command_line | sed 's/,/,,/g'),$OVERLAY"
		-drive "if=virtio,format=raw,read-only=on,file=$IMAGES/vmlinux"
		-drive "if=virtio,format=raw,read-only=on,file=$ramdisk"
		-device virtio-serial-pci)
	for port in $PORTS; do
		_add_port "$port"
	done
	case $CLOCK in
	real) QEMU+=(-accel tcg,thread=multi) ;;
	insn) QEMU+=(-accel "tcg,thread=single" -icount "shift=0,sleep=off") ;;
	*) die "clock is real or insn, not $CLOCK" ;;
	esac
	case $PLUGIN in
	no) ;;
	yes) QEMU+=(-plugin "$IMAGES/insncount.so,out=$LOGS/insn.txt") ;;
	blocks) QEMU+=(-plugin "$IMAGES/insncount.so,out=$LOGS/insn.txt,blocks=on") ;;
	*) die "plugin is no, yes or blocks, not $PLUGIN" ;;
	esac
	case $CONSOLE in
	stdio) QEMU+=(-serial mon:stdio) ;;
	*) QEMU+=(-serial "file:$LOGS/console.log") ;;
	esac
}
