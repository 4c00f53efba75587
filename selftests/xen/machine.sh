# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The emulated Xen host. Source after images.sh; MACHINE_MB and MACHINE_CPU need nothing before.
#
# A machine is chosen by HYPERVISOR VCPUS DOM0_VCPUS MEMORY DOM0_MEMORY CLOCK TURN_USECS
# GUEST_TOOLS NIC XEN_ARGS DOM0_ARGS; DRIVER DRIVER_ARGS GUESTS GUEST_ARGS say what is prepared in it.
#
#   module_under_test       print XNB_KO or the built module; nothing if DRIVER is not ours
#   make_prepare_part FILE KO    what dom0 gets first: library, module KO, guests to start
#   make_part FILE DIR      pack DIR for dom0's input
#   prepare_machine         set INCOMING and INPUT so that the next machine has the
#                           parts $WORK/prepare and then $WORK/step
#   machine_command         fill QEMU=() for LOGS PLUGIN CONSOLE INCOMING
#   feed_machine            send INPUT in, in the background; FEEDER is the process
#   child_runs PID, end_child PID    of a process this shell started
#
# Out of the machine come, into LOGS: console.log (Xen and dom0), verdict.tap,
# errors.log (the test's stderr), guestN.log (consoles, live), files.tar.
#
# CLOCK=real: vCPUs run in parallel, time is the host's. CLOCK=turns: vCPUs take
# turns on one host core; cheaper. CLOCK=insn: they take turns, and an executed
# instruction takes 1 ns whatever the host does. There a turn lasts until any timer is due,
# which may be milliseconds, while others wait; with TURN_USECS no longer than to a multiple
# of one of these numbers.
#
# NIC=outside: dom0 has a virtio NIC, eth0. Its other end is a tap device in a network
# namespace of this machine's own, with an iperf3 server at 10.0.0.250. That lives outside
# of the machine's clock, so CLOCK=insn waits for it in real time: count instructions there.
#
# A boot takes longer than many a test. So a machine's state is kept in
# $BUILD/snapshots when dom0 is up, and again when the driver is loaded and the
# guests of a test's header run; each is made once, from the one before.
# XNB_SNAPSHOT=no boots afresh. XNB_SEED=N: random numbers of the machine's are the same
# in each boot.

# Of a test without a header.
# shellcheck disable=SC2034
MACHINE_MB=1536

# pcid and erms: Xen's use of the first is slow here, and with the second each
# byte of a copy would count as an instruction.
MACHINE_CPU=Haswell-noTSX-IBRS,-pcid,-erms

# What a kernel need not do at boot.
QUICK_BOOT="cryptomgr.notests lsm= audit=0 random.trust_cpu=on"

PORTS="verdict.tap errors.log files.tar guest1.log guest2.log guest3.log guest4.log"
BOOT_TIMEOUT=300
SNAPSHOTS_KEPT=8

module_under_test() {
	local file=${XNB_KO:-$BUILD/$KREL/xen-netback.ko}

	if [ -f "$file" ]; then
		echo "$file"
	elif [ "$DRIVER" = ours ]; then
		die "no module under test at $file: run 'make' first, or set XNB_KO="
	fi
}

make_prepare_part() {
	local file=$1 ko=$2 dir=$WORK/prepare.d

	mkdir -p "$dir/xnb"
	cp "$XEN_DIR"/dom0/{lib,load,domain}.sh "$XEN_DIR/../lib/tap.sh" "$dir/xnb/"
	cp "$XEN_DIR/dom0/step-prepare" "$dir/xnb/step"
	printf '%s' "${GUESTS:+$GUESTS$'\n'}" >"$dir/xnb/guests"
	{
		echo "export DRIVER=$DRIVER XNB_CLOCK=$CLOCK XNB_GUEST_ARGS='$QUICK_BOOT $GUEST_ARGS'"
		echo "DRIVER_ARGS='${DRIVER_ARGS:-}'"
		# The instruction clock's vCPUs are pinned: dom0's first, then the guests'.
		[ "$CLOCK" != insn ] ||
			echo "export XNB_GUEST_CPUS=$DOM0_VCPUS-$((VCPUS - 1))"
	} >"$dir/xnb/env"
	[ -z "$ko" ] || _add_module "$dir" "$ko"
	make_part "$file" "$dir"
}

# So that modprobe in dom0 finds the module under test before the stock one.
_add_module() {
	local dir=$1 modules=lib/modules/$KREL tree=$WORK/tree

	rm -rf "$tree"
	cp -al "$IMAGES/dom0" "$tree"
	mkdir -p "$tree/$modules/updates" "$dir/usr/$modules"
	cp "$2" "$tree/$modules/updates/xen-netback.ko"
	rm -f "$tree/$modules"/modules.{dep,alias,symbols,softdep,devname}*
	depmod -b "$tree" "$KREL"
	cp -a "$tree/$modules/updates" "$tree/$modules"/modules.* "$dir/usr/$modules/"
}

# A block with the number of blocks, then those: what dom0/init receives. Times
# and owners do not matter, and would make each archive another.
make_part() {
	local file=$1 dir=$2 blocks

	tar -C "$dir" --sort=name --mtime=@0 --owner=0 --group=0 -b 8 -cf "$file.tar" . ||
		die "cannot write $file: disk full?"
	blocks=$(($(stat -c %s "$file.tar") / 4096))
	{
		printf '%-4095d\n' "$blocks"
		cat "$file.tar"
	} >"$file"
	rm -f "$file.tar"
}

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
	insn) args+=" dom0_vcpus_pin" ;;
	# Without its eager switch of vector registers Xen loses some of them in emulation.
	*) args+=" spec-ctrl=no,eager-fpu" ;;
	esac
	echo "$args $XEN_ARGS"
}

_add_port() {
	local file=$1 name=${1%.*}

	QEMU+=(-chardev "file,id=$name,path=$LOGS/$file"
		-device "virtserialport,chardev=$name,name=$name")
}

# The CPUs on which this shell may run.
_cpus() {
	local range ranges

	IFS=, read -ra ranges < <(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
	for range in "${ranges[@]}"; do
		seq "${range%-*}" "${range#*-}"
	done
}

# A machine of this clock has two threads that wait for each other all the time: on a core where
# no other machine is, neither waits for anybody's time slice. Without a free one it stays where
# it is. The lock is that of whoever runs the machine, and of QEMU. Machines of another container
# are not seen.
_take_core() {
	local cpu lock

	for cpu in $(_cpus); do
		{ exec {lock}</sys/devices/system/cpu/cpu"$cpu"; } 2>/dev/null || continue
		if flock -n "$lock"; then
			QEMU=(taskset -c "$cpu" "${QEMU[@]}")
			return
		fi
		exec {lock}<&-
	done
}

# Filters with nothing to filter, for their timers, which no domain sees and which end a turn. With
# one of them, or with a common measure, what goes on would fall into their step.
_limit_turns() {
	local usecs

	for usecs in ${TURN_USECS:-}; do
		QEMU+=(-netdev "hubport,id=h$usecs,hubid=$usecs"
			-object "filter-buffer,id=turn$usecs,netdev=h$usecs,interval=$usecs")
	done
}

# shellcheck disable=SC2054
machine_command() {
	local port ramdisk=$IMAGES/guest.cpio

	[ -p "$WORK/input.in" ] || mkfifo "$WORK/input.in" "$WORK/input.out"
	case $GUEST_TOOLS in
	lean) ;;
	full) ramdisk=$IMAGES/guest-full.cpio ;;
	*) die "guest-tools is lean or full, not $GUEST_TOOLS" ;;
	esac
	QEMU=(qemu-system-x86_64 -cpu "$MACHINE_CPU" -smp "$VCPUS" -m "$MEMORY"
		-display none -monitor none -no-reboot -nic none -nodefaults
		-drive "if=virtio,format=raw,read-only=on,file=$IMAGES/vmlinux"
		-drive "if=virtio,format=raw,read-only=on,file=$ramdisk"
		-device virtio-serial-pci
		-chardev "pipe,id=input,path=$WORK/input"
		-device virtserialport,chardev=input,name=input)
	for port in $PORTS; do
		_add_port "$port"
	done
	case ${HYPERVISOR:-xen} in
	xen) QEMU+=(-kernel "$IMAGES/xen" -append "$(_xen_command_line)"
		-initrd "$IMAGES/vmlinux $(_dom0_command_line | sed 's/,/,,/g'),$IMAGES/dom0.cpio") ;;
	none) QEMU+=(-kernel "$IMAGES/vmlinux" -append "$(_dom0_command_line)"
		-initrd "$IMAGES/dom0.cpio") ;;
	*) die "hypervisor is xen or none, not $HYPERVISOR" ;;
	esac
	[ -z "${TURN_USECS:-}" ] || [ "$CLOCK" = insn ] || die "turn-usecs needs clock: insn, not $CLOCK"
	case $CLOCK in
	real) QEMU+=(-accel tcg,thread=multi) ;;
	turns) QEMU+=(-accel tcg,thread=single) ;;
	insn)
		QEMU+=(-accel tcg,thread=single -icount shift=0,sleep=off)
		_limit_turns
		_take_core
		;;
	*) die "clock is real, turns or insn, not $CLOCK" ;;
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
	case ${NIC:-no} in
	no) ;;
	outside) QEMU=(unshare --net --mount "$XEN_DIR/outside" "$ROOT" "${QEMU[@]/sleep=off/sleep=on}"
		-netdev "tap,id=nic,ifname=tap0,script=no,downscript=no"
		-device "virtio-net-pci,netdev=nic") ;;
	*) die "nic is no or outside, not $NIC" ;;
	esac
	[ -z "${XNB_SEED:-}" ] || QEMU+=(-seed "$XNB_SEED")
	[ -z "$INCOMING" ] || QEMU+=(-incoming "exec:cat '$INCOMING'")
}

# The number of a process that ended may be another's by now: ask the shell.
child_runs() {
	jobs -pr | grep -qx "$1"
}

end_child() {
	[ -n "$1" ] || return 0
	! child_runs "$1" || kill "$1"
	wait "$1" 2>/dev/null
}

feed_machine() {
	FEEDER=
	[ -n "$INPUT" ] || return 0
	cat "$INPUT" >"$WORK/input.in" &
	FEEDER=$!
}

# Snapshots.

prepare_machine() {
	local base ready

	INPUT=$WORK/both
	INCOMING=
	cat "$WORK/prepare" "$WORK/step" >"$INPUT"
	[ "${XNB_SNAPSHOT:-yes}" = yes ] || return 0

	base=$BUILD/snapshots/$(_base_key)
	_keep_snapshot "$base" "" "" dom0 || return 0
	INCOMING=$base/state
	[ -n "$GUESTS" ] || return 0
	ready=$base-$(sha256sum <"$WORK/prepare" | cut -c1-12)
	_keep_snapshot "$ready" "$INCOMING" "$WORK/prepare" ready || return 0
	INCOMING=$ready/state
	INPUT=$WORK/step
}

# A state is good only where and as it was made: its clocks are this host's since
# its last start.
_base_key() {
	{
		echo "${HYPERVISOR:-xen} $IMAGES $VCPUS $DOM0_VCPUS $MEMORY $DOM0_MEMORY $CLOCK ${TURN_USECS:-} $GUEST_TOOLS ${NIC:-no}"
		echo "$XEN_ARGS $DOM0_ARGS"
		cat /proc/sys/kernel/random/boot_id "$XEN_DIR/machine.sh"
		qemu-system-x86_64 --version
	} | sha256sum | cut -c1-12
}

# _keep_snapshot DIR FROM INPUT STAGE: make DIR/state, unless it is there.
_keep_snapshot() {
	local dir=$1 lock status

	mkdir -p "$BUILD/snapshots"
	exec {lock}>"$dir.lock"
	flock "$lock"
	if [ -f "$dir/state" ]; then
		touch "$dir"
		status=0
	else
		_prune_snapshots
		(_make_snapshot "$@")
		status=$?
	fi
	exec {lock}>&-
	return $status
}

_prune_snapshots() {
	local dir

	# shellcheck disable=SC2012
	ls -dt "$BUILD"/snapshots/*/ 2>/dev/null | tail -n +$SNAPSHOTS_KEPT |
		while read -r dir; do
			rm -rf "$dir" "${dir%/}.lock"
		done
}

_make_snapshot() {
	local dir=$1 pid end=$((SECONDS + BOOT_TIMEOUT)) monitor=$WORK/monitor
	local INCOMING=$2 INPUT=$3 stage=$4 LOGS=$1 PLUGIN=no CONSOLE="file"

	progress "keeping the machine at stage '$stage'"
	rm -rf "$dir" "$monitor".*
	mkdir -p "$dir"
	mkfifo "$monitor.in" "$monitor.out"
	machine_command
	QEMU+=(-chardev "pipe,id=monitor,path=$monitor" -mon chardev=monitor)
	"${QEMU[@]}" </dev/null >"$dir/qemu.log" 2>&1 &
	pid=$!
	feed_machine
	# shellcheck disable=SC2064
	trap "end_child $pid; end_child '$FEEDER'" EXIT
	until grep -q "^# stage $stage " "$dir/verdict.tap" 2>/dev/null; do
		child_runs $pid || return 1
		[ $SECONDS -lt $end ] || return 1
		grep -q '^# verdict end ' "$dir/verdict.tap" 2>/dev/null && return 1
		sleep 0.1
	done
	_save_state "$monitor" "$dir/state"
}

# Talk to QEMU's monitor. The machine is not stopped first: it would start stopped.
_save_state() {
	local monitor=$1 file=$2 end=$((SECONDS + 120)) line out

	exec {out}<>"$monitor.out"
	printf '%s\n' "migrate_set_parameter max-bandwidth 100G" \
		"migrate \"exec:cat >'$file.new'\"" "info migrate" >"$monitor.in"
	while [ $SECONDS -lt $end ]; do
		read -rt 1 -u "$out" line || continue
		case $line in
		*"Migration status: completed"*)
			mv "$file.new" "$file"
			return
			;;
		*"Migration status: failed"*) return 1 ;;
		esac
	done
	return 1
}
