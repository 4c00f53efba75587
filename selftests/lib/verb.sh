# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What the verbs that boot a Xen host for a person share: make demo, make bench. Source
# this with VERB= and TOP= set, then begin; what it makes in $WORK goes at the end.
#
#   say TEXT, die TEXT      progress; one line on stderr that says what to do
#   begin MACHINE_MB...     check who and where we are, for machines of so much memory at once
#   prepare "PKG..."         tools (these packages too), images, the module
#   run_test FILE           boot and run it; on_stage TEXT is called for each stage of it;
#                           STATUS, LOGS and $LOGS/result.tap say how it went

# shellcheck source=selftests/xen/machine.sh
. "$TOP/selftests/xen/machine.sh"

export BUILD=${BUILD:-$TOP/build}
SPACE_COLD_MB=3500
SPACE_WARM_MB=500
# What QEMU takes beside its machine's memory.
QEMU_MB=250
GROUP=

say() {
	printf '%5d s  %s\n' "$SECONDS" "$*"
}

die() {
	echo "make $VERB: $*" >&2
	exit 1
}

# Run a command as a process group that end_group can end as a whole.
in_group() {
	set -m
	"$@" </dev/null &
	GROUP=$!
	set +m
}

end_group() {
	local i

	[ -n "$GROUP" ] || return 0
	kill -TERM -- "-$GROUP" 2>/dev/null
	for ((i = 0; i < 100; i++)); do
		kill -0 -- "-$GROUP" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL -- "-$GROUP" 2>/dev/null
}

cleanup() {
	trap '' INT TERM HUP PIPE
	end_group
	[ "$STAGE" = ready ] || forget_halves
	rm -rf "$WORK"
}

# A preparation that failed leaves packages fetched and roots finished, else nothing.
# Another run of the tests may be at work in the same folder: it holds the lock.
forget_halves() (
	if [ -e "$BUILD/.lock" ]; then
		exec 9<"$BUILD/.lock"
		flock -n 9 || return 0
	fi
	rm -rf "$BUILD"/roots/*.new "$BUILD"/xen/*.new
	if [ -n "$FRESH" ] && [ -z "$(find "$BUILD/debs" -name '*.deb' 2>/dev/null)" ]; then
		rm -rf "$BUILD"/{apt,debs,roots,xen,.lock} "$BUILD"/kernel-*.release
		rmdir --ignore-fail-on-non-empty "$BUILD" 2>/dev/null
	fi
	return 0
)

# The last line said, without the name of the script that said it.
reason() {
	if grep -q 'No space left on device' "$WORK/err"; then
		echo "the disk is full: free some space below $BUILD or set BUILD="
	else
		tail -n 1 "$WORK/err" | sed -E 's/^[a-z]+: //'
	fi
}

# step TEXT COMMAND...
step() {
	say "$1"
	in_group "${@:2}" >"$WORK/out" 2>"$WORK/err"
	wait "$GROUP" || die "$(reason)"
	GROUP=
}

# A function of images.sh or debian.sh, which end the shell they fail in.
lib() {
	# shellcheck disable=SC2016
	bash -c '. "$1/selftests/xen/images.sh" && shift && "$@"' verb "$TOP" "$@"
}

free_mb() {
	local dir=$1

	while [ ! -e "$dir" ]; do
		dir=$(dirname "$dir")
	done
	df -Pm "$dir" | awk 'NR == 2 { print $4 }'
}

check_space() {
	local want=$SPACE_WARM_MB free

	compgen -G "$BUILD/xen/*/dom0.cpio" >/dev/null || want=$SPACE_COLD_MB
	free=$(free_mb "$BUILD")
	[ "$free" -ge "$want" ] ||
		die "$BUILD has $free MB free and needs $want MB: free some space or set BUILD="
}

check_memory() {
	local want=0 hint='' free machine

	for machine; do
		want=$((want + machine + QEMU_MB))
	done
	[ $# = 1 ] || hint=" or set JOBS= to less than $#"
	free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
	[ "$free" -ge "$want" ] ||
		die "$free MB of memory are free and $want are needed: end other programs$hint"
}

check_person() {
	[ "$(id -u)" = 0 ] || die "needs root for its chroots: sudo make $VERB"
	command -v apt-get >/dev/null ||
		die "apt-get is missing: run it on Debian or Ubuntu"
	lib true 2>"$WORK/err" || die "$(reason)"
	[ -z "${XNB_KO:-}" ] || [ -f "$XNB_KO" ] ||
		die "there is no module XNB_KO=$XNB_KO: build it or leave XNB_KO unset"
	check_space
	check_memory "$@"
}

begin() {
	WORK=$(mktemp -d) || die "cannot write to ${TMPDIR:-/tmp}: free some space there"
	STAGE=preparing
	FRESH=
	[ -n "$(ls -A "$BUILD" 2>/dev/null)" ] || FRESH=yes
	trap cleanup EXIT
	trap 'say interrupted; exit 130' INT TERM HUP
	# Who reads our words may go: then nobody wants more, but the machine is to end.
	trap 'exit 130' PIPE
	check_person "$@"
}

prepare() {
	# shellcheck disable=SC2086
	step "ordinary tools, QEMU among them" lib host_need gcc libc6-dev binutils cpio \
		xz-utils qemu-system-x86 kmod $1
	step "which kernel, and the boot images from Debian packages" lib make_images
	if [ -z "${XNB_KO:-}" ]; then
		step "the module, in a root with compiler and headers" "$TOP/selftests/build/module"
		XNB_KO=$(cat "$WORK/out")
	fi
	export XNB_KO
	STAGE=ready
}

# New whole lines of the machine's verdict, as progress.
show_progress() {
	local lines

	lines=$(grep -c '' "$LOGS/verdict.tap" 2>/dev/null) || return 0
	[ "$lines" -gt "$SHOWN" ] || return 0
	while read -r line; do
		case $line in
		"# stage "*) [[ ${line#\# stage } =~ ^(.*)\ [0-9.]+$ ]] && on_stage "${BASH_REMATCH[1]}" ;;
		"not ok "*) say "FAILED: ${line#* - }" ;;
		esac
	done < <(sed -n "$((SHOWN + 1)),${lines}p" "$LOGS/verdict.tap" | tr -d '\r')
	SHOWN=$lines
}

# The test's name, and so its folder of logs, is its file's.
run_test() {
	local file=$1

	LOGS=$BUILD/logs/$(basename "$file" .sh)
	rm -rf "$LOGS"
	SHOWN=0
	in_group "$TOP/selftests/xen/run" "$file" >"$WORK/tap" 2>"$WORK/err"
	while kill -0 "$GROUP" 2>/dev/null; do
		show_progress
		sleep 1
	done
	show_progress
	wait "$GROUP"
	# shellcheck disable=SC2034
	STATUS=$?
	GROUP=
	[ -s "$WORK/tap" ] || die "$(reason)"
	[ "$STATUS" != 0 ] || [ -s "$LOGS/verdict.tap" ] ||
		die "the test passed and left no values in $LOGS"
	cp "$WORK/tap" "$LOGS/result.tap" || die "no result can be kept in $LOGS"
}

# What went wrong, for a person.
show_failures() {
	grep -A 2 '^not ok' "$LOGS/result.tap" | grep -v -e '^ok' -e '^# [a-z]* ' -e '^--' |
		sed 's/^/         /'
}
