# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# What a test may say in dom0. A test sources this file, $XNB_LIB.
#
# TAP: see selftests/lib/tap.sh; a test ends with tap_done.
#
# Guests. Guest number n (1, 2 ... in order of start) has 10.0.0.(n+1) and
# fd00::(n+1) on the bridge xenbr0, where dom0 is 10.0.0.1 and fd00::1.
#   guest_start NAME [vcpus=N] [memory=MB] [queues=N] [vifs=N] [mac=MAC]
#               [vif_opts=rate=10Mb/s,mtu=9000] [extra=KERNEL-ARGS] [wait=no]
#               [config=LINE] [reboot=restart]
#                               create it; return when it answers a ping
#                               vif_opts=script=vif-bridge: Xen's own, slow hotplug script
#   guest_stop NAME             orderly shutdown
#   guest_destroy NAME          no shutdown
#   guest_save NAME FILE        suspend to a file below /run (dom0-memory must hold it)
#   guest_restore NAME FILE     and back
#   guest_run NAME COMMAND      run it in the guest, without the network; prints the
#                               output, returns the status (124: no answer in RUN_SECONDS)
#   guest_run_bg NAME COMMAND   start it, print a job id
#   guest_wait NAME JOB [SEC]   output and status of a job
#   guest_ping NAME [SEC]       wait until it answers, SEC seconds at most; guest_ping6
#   guest_reboot NAME           of a guest with reboot=restart; it gets a new id
#   guest_id, guest_ip, guest_ip6, guest_number NAME
#   vif_of NAME [DEVID]         its interface in dom0: vifD.N
#   vif_key NAME [DEVID] KEY    one node of the backend's xenstore folder
#   vif_plug NAME DEVID         another interface for it, as a toolstack makes one but
#                               without starting that; return when both ends are connected
#   vif_unplug NAME DEVID       take it away; return when it is gone
#
# A driver domain, a guest called domain, with a bridge between dom0's and the guests of its own.
#   domain_start                its modules and its bridge
#   in_domain COMMAND           run it there
#   domain_load ours|stock
#   domain_guest NAME [OPTION]...
#                               a guest with its interface there; return when it answers
#   domain_swap ours|stock NAME...
#                               live swap below these guests, which are all it has
#
# A frontend in user space that does nothing by itself, interface vif0.7, announced but
# not connected: see selftests/frontend/obey.c. Not below check, which is a shell of its own.
#   frontend_start NOTIFY       NOTIFY: its feature-rx-notify
#   frontend VERB N             make it obey; prints its answer
#   frontend_end                it closes and is taken away
#   frontend_kill               it is no more, and says nothing
#
# Another that tests the control ring, see selftests/frontend/control.c:
#   control_ready               what it needs of dom0
#   control_says WHAT TEST N    WHAT is that the test passes; what it prints is worth to be read
#
# Driver.
#   driver                      print ours, stock or none: what is loaded
#   driver_load ours|stock [PARAM=VALUE...]
#   driver_unload
#   swap_to ours|stock [PARAM=VALUE...]
#                               live swap below running guests
#   wait_until SEC COMMAND...   poll a condition, 50 ms apart
#   microseconds                the time
#   pick WORD...                one of them, by chance
#   median                      of the numbers on its input, a line each; of two, the lesser
#
# Load and measurement. They print plain numbers.
#   tcp_to_guest NAME AMOUNT [FLOWS], tcp_from_guest NAME AMOUNT [FLOWS]
#                               Mbit/s; AMOUNT is in seconds, or in bytes as 64M
#   tcp_between FROM TO BYTES   Mbit/s from one guest to another
#   pktgen_to_guest NAME SIZE COUNT [BURST]                             packets/s
#   pktgen_from_guest NAME SIZE COUNT                                   packets/s
#   pktgen_between FROM TO SIZE COUNT   from one guest to another
#   pktgen_to_nobody NAME SIZE COUNT   from the guest, to an address that nobody has
#                               PKTGEN_DELAY=NS: one packet each so many ns; PKTGEN_CPU=N: of dom0
#   settle                      let what is under way end
#   udp_rtt NAME COUNT [PERCENTILE...], tcp_rtt NAME COUNT [PERCENTILE...]
#                               of so many round trips, in us on one line; who asks is on
#                               events_cpu, or RTT_FROM=other_cpu: to be woken from elsewhere takes
#                               longer, whoever wakes
#   udp_rtt_between FROM TO COUNT [PERCENTILE...]
#                               of so many round trips, in us on one line
#   events_cpu VIF, other_cpu VIF
#                               the CPU that takes the events of its first queue, and one that does not
#   on_cpu N COMMAND...         run it there
#   xfer_to NAME ..., xfer_from NAME ...
#                               xfer_to NAME tcp BYTES | udp FROM TO STEP; data verified
#   xfer_between FROM TO ...    from one guest to another
#   flows N COMMAND...          N of a command at once; all have to succeed
#   traffic_start NAME          a TCP connection each way, about 1 MB/s, data verified
#   traffic_moves NAME          both carry data now
#   traffic_stop NAME           end both; fails if one broke
#   guest_irqs NAME [DEVID]     interrupts of the guest's eth0 so far
#   dom0_irqs VIF               interrupts of a vif in dom0 so far
#   mark N                      end the instruction count window (0: throw it away)
#   mark N COUNT FILE           a window until the number in FILE has grown by COUNT or more; by
#                               how much it has
#   snapshot_resources          what a leak would change, one "name value" a line
#   resource_counts             of these what is as before when all has ended
#   resources_are_back          whether these, /run/counts.after, are those in /run/counts
#   snapshot_memory             kB of the kernel's pages, and of its objects, with all
#                               caches empty; what processes and files have is not in it
#   grants_mapped NAME          pages of the guest that are mapped or being copied
#   dom0_grants_mapped          the same of dom0, for a frontend that lives there
#   record_states               note every write to xenstore from now on
#   states_written PATH         the states written since, in order; drivers use paths
#                               like backend/vif/1/0 and device/vif/0
#
# Interfaces.
#   vif_stat VIF NAME           one value of ethtool -S
#   count VIF COMMAND...        what the command adds to each of them, in COUNTED[NAME]
#   link_stat VIF NAME          one of the standard statistics
#   vif_carrier VIF             1 or 0
#   vif_irqs VIF                "NAME COUNT", a line for each interrupt
#   guest_counts NAME [MIN]     the same of the guest's eth0, and "strays N"; it waits up to 10 s
#                               until N is MIN
#   strays_in COUNTS            that N
#   quiet_irqs BEFORE AFTER PATTERN
#                               which interrupts of two such lists did not fire between
#   vif_queues VIF              how many queues are connected
#   strays, guest_strays NAME [MIN]
#                               datagrams so far to port 9, where nobody listens: what
#                               queues_to_guest and queues_from_guest send, counted where it arrives
#   arrived N                   whether there are N strays
#   drops VIF                   packets to the guest that the qdisc or the driver has dropped
#   guest_reconnect NAME [QUEUES]
#                               unbind and bind the guest's driver: the same backend device
#   queues_to_guest NAME QUEUES COUNT, queues_from_guest NAME QUEUES COUNT
#                               COUNT packets, the queues in turn
#
# A file written to the folder $LOGS comes out of the machine at the test's end.

# shellcheck source=selftests/lib/tap.sh
. /xnb/tap.sh
# shellcheck source=selftests/xen/dom0/load.sh
. /xnb/load.sh
# shellcheck source=selftests/xen/dom0/domain.sh
. /xnb/domain.sh

RUN_SECONDS=${RUN_SECONDS:-60}
GUEST_MEMORY=${GUEST_MEMORY:-160}
XFER_PORT=7000
STATE=/run/xnb
OURS_KO=/lib/modules/$(uname -r)/updates/xen-netback.ko
STOCK_KO=/lib/modules/$(uname -r)/kernel/drivers/net/xen-netback/xen-netback.ko

# A descriptor that is never ready: sleeping on it takes no process.
exec {NEVER}<> <(:)

wait_until() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))

	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		read -rt 0.05 -u "$NEVER" || :
	done
}

# Bash calls it. What a test reads of a command that is not there looks like nothing to complain of.
command_not_found_handle() {
	{ echo "# missing $1" >&9; } 2>/dev/null
	echo "$1: command not found" >&2
	return 127
}

microseconds() {
	echo "${EPOCHREALTIME/./}"
}

pick() {
	echo "${@:RANDOM % $# + 1:1}"
}

median() {
	sort -n | awk '{ n[NR] = $0 } END { if (NR) print n[int((NR + 1) / 2)] }'
}

# For the runner, on descriptor 9, the verdict: a port opens only once.
progress() {
	local up

	read -r up _ </proc/uptime
	echo "# stage $* $up" >&9
}

# Out of the machine, with all that a test wrote there.
save_logs() {
	dmesg >"$LOGS/dom0.dmesg"
	tar -C "$LOGS" -cf "$PORTS/files" .
}

# Guests.

# A guest reads the TSC itself, as Xen lets it where the processor says that it is invariant. The
# emulated one counts instructions and is; it only does not say so.
_guest_config() {
	local name=$1 number=$2 n

	cat <<-CONFIG
		name = "$name"
		kernel = "/dev/vda"
		ramdisk = "/dev/vdb"
		memory = $memory
		tsc_mode = "native"
		vcpus = $vcpus
		${cpus:+cpus = \"$cpus\"}
		extra = "console=hvc0 quiet loglevel=5 panic=1 oops=panic rodata=off ${XNB_GUEST_ARGS:-} xnb.number=$number xnb.queues=$queues $extra"
		on_poweroff = "destroy"
		on_reboot = "$reboot"
		on_crash = "destroy"
		$config
	CONFIG
	echo "vif = ["
	for ((n = 0; n < vifs; n++)); do
		printf '"script=vif-quick,bridge=xenbr%d,mac=%s%s",\n' "$n" \
			"$(_guest_mac "$number" "$n")" "${vif_opts:+,$vif_opts}"
	done
	echo "]"
}

_guest_mac() {
	if [ -n "$mac" ] && [ "$2" = 0 ]; then
		echo "$mac"
	else
		printf '00:16:3e:00:%02x:%02x' "$2" "$1"
	fi
}

guest_start() {
	local name=$1 number arg
	local vcpus=1 memory=$GUEST_MEMORY queues='' vifs=1 mac='' vif_opts='' extra='' wait=yes
	local config='' reboot=destroy
	local cpus=${XNB_GUEST_CPUS:-}

	shift
	for arg in "$@"; do
		case $arg in
		vcpus=* | memory=* | queues=* | vifs=* | mac=* | vif_opts=* | extra=* | wait=* | cpus=* | \
		config=* | reboot=*)
			local "$arg"
			;;
		*)
			echo "guest_start: what is $arg?" >&2
			return 2
			;;
		esac
	done
	number=$(($(cat "$STATE/last" 2>/dev/null || echo 0) + 1))
	echo "$number" >"$STATE/last"
	echo "$number" >"$STATE/$name.number"
	[ ! -e "$PORTS/guest$number" ] || ln -sf "$PORTS/guest$number" "$LOGS/guest-$name.log"
	_guest_config "$name" "$number" >"$STATE/$name.cfg"
	xl create -q "$STATE/$name.cfg" >&2 9>&- && _note_id "$name" || return 1
	[ "$wait" = yes ] || return 0
	agent ready "$(guest_id "$name")" "$RUN_SECONDS" && guest_ping "$name" || return 1
	progress "guest $name"
}

guest_number() {
	cat "$STATE/$1.number"
}

_note_id() {
	agent domid "$1" >"$STATE/$1.id"
}

guest_id() {
	cat "$STATE/$1.id"
}

guest_ip() {
	echo "10.0.${2:-0}.$(($(guest_number "$1") + 1))"
}

guest_ip6() {
	echo "fd00:0:0:${2:-0}::$(($(guest_number "$1") + 1))"
}

# One packet a try: ping gives up at the first unreachable anyway.
_ping_once() {
	ping -q -c 1 -W 1 "$1" >/dev/null 2>&1
}

guest_ping() {
	wait_until "${2:-$RUN_SECONDS}" _ping_once "$(guest_ip "$1")"
}

guest_ping6() {
	wait_until "${2:-$RUN_SECONDS}" _ping_once "$(guest_ip6 "$1")"
}

_guest_gone() {
	! agent domid "$1" >/dev/null
}

guest_stop() {
	xl shutdown "$1" >&2 && wait_until "$RUN_SECONDS" _guest_gone "$1"
}

guest_destroy() {
	xl destroy "$1" >&2 && wait_until "$RUN_SECONDS" _guest_gone "$1"
}

_guest_is_new() {
	local id

	id=$(agent domid "$1") && [ "$id" -gt "$2" ]
}

guest_reboot() {
	xl reboot "$1" >&2 && wait_until "$RUN_SECONDS" _guest_is_new "$1" "$(guest_id "$1")" &&
		_note_id "$1" && agent ready "$(guest_id "$1")" "$RUN_SECONDS" && guest_ping "$1"
}

guest_save() {
	timeout "$RUN_SECONDS" xl save "$1" "$2" >&2
}

guest_restore() {
	timeout "$RUN_SECONDS" xl restore "$2" >&2 9>&- && _note_id "$1" &&
		agent ready "$(guest_id "$1")" "$RUN_SECONDS" && guest_ping "$1"
}

guest_run() {
	local id

	id=$(guest_id "$1") || return 125
	agent run "$id" "$RUN_SECONDS" "$2"
}

guest_run_bg() {
	local id

	id=$(guest_id "$1") || return 125
	agent start "$id" "$2"
}

guest_wait() {
	local id

	id=$(guest_id "$1") || return 125
	agent wait "$id" "$2" "${3:-$RUN_SECONDS}"
}

vif_of() {
	echo "vif$(guest_id "$1").${2:-0}"
}

vif_key() {
	local key=${3:-$2} devid=0

	[ $# -lt 3 ] || devid=$2
	agent read "/local/domain/0/backend/vif/$(guest_id "$1")/$devid/$key"
}

# A frontend in user space.

frontend_start() {
	local answer

	rm -f "$STATE"/front.*
	mkfifo "$STATE/front.in" "$STATE/front.out"
	hostile obey "$1" <"$STATE/front.in" >"$STATE/front.out" 9>&- &
	FRONT_PID=$!
	exec {FRONT_IN}>"$STATE/front.in" {FRONT_OUT}<"$STATE/front.out"
	read -rt "$RUN_SECONDS" -u "$FRONT_OUT" answer && [ "$answer" = announced ]
}

frontend() {
	local answer

	echo "$*" >&"$FRONT_IN"
	read -rt "$RUN_SECONDS" -u "$FRONT_OUT" answer && echo "$answer"
}

_frontend_gone() {
	exec {FRONT_IN}>&- {FRONT_OUT}<&-
	wait_until "$RUN_SECONDS" test ! -e /sys/class/net/vif0.7
	wait "$FRONT_PID" 2>/dev/null
}

frontend_end() {
	echo quit >&"$FRONT_IN"
	_frontend_gone
}

# Without its keys first: the process may end only when nothing of it is mapped.
frontend_kill() {
	xenstore-rm /local/domain/0/device/vif/7
	wait_until "$RUN_SECONDS" test ! -e /sys/class/net/vif0.7 && kill -KILL "$FRONT_PID"
	_frontend_gone
	xenstore-rm /local/domain/0/backend/vif/0/7
}

control_ready() {
	modprobe xen-gntalloc
	echo 4096 >/sys/module/xen_gntalloc/parameters/limit
	echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6
}

control_says() {
	local out status

	out=$(control "${@:2}" 2>&1)
	status=$?
	is "$status" 0 "$1"
	diag "$out"
}

# Driver.

driver() {
	if [ ! -d /sys/module/xen_netback ]; then
		echo none
	elif [ -e /sys/module/xen_netback/version ]; then
		echo ours
	else
		echo stock
	fi
}

driver_load() {
	local which=$1 file

	shift
	case $which in
	ours) file=$OURS_KO ;;
	stock) file=$STOCK_KO ;;
	*) return 2 ;;
	esac
	_load_dependencies "$file" && insmod "$file" "$@"
}

_load_dependencies() {
	local name

	for name in $(modinfo -F depends "$1" | tr ',' ' '); do
		modprobe "$name" || return 1
	done
}

driver_unload() {
	[ ! -d /sys/module/xen_netback ] || rmmod xen_netback
}

_vif_devices() {
	local dev

	for dev in /sys/bus/xen-backend/devices/vif-*; do
		[ ! -e "$dev" ] || echo "${dev##*/}"
	done
}

_vif_interface() {
	local ids=${1#vif-}

	echo "vif${ids/-/.}"
}

_vif_attached() {
	[ -e "/sys/class/net/$(_vif_interface "$1")" ]
}

# What libxl's hotplug script did when the guest was created.
_vif_plug() {
	local dev=$1 ids=${1#vif-} vif backend

	vif=$(_vif_interface "$dev")
	backend=/local/domain/0/backend/vif/${ids/-//}
	wait_until "$RUN_SECONDS" _vif_attached "$dev" &&
		ip link set "$vif" master "$(agent read "$backend/bridge")" up &&
		agent write "$backend/hotplug-status" connected
}

_vif_state_is() {
	[ "$(vif_key "$1" "$2" state)" = "$3" ]
}

vif_plug() {
	local name=$1 devid=$2 id front back

	id=$(guest_id "$name")
	front=/local/domain/$id/device/vif/$devid
	back=/local/domain/0/backend/vif/$id/$devid
	agent write "$back/frontend-id" "$id" "$front/backend-id" 0 &&
		xenstore-chmod "$back" n0 "r$id" && xenstore-chmod "$front" "n$id" r0 &&
		agent write "$back/frontend" "$front" "$back/online" 1 "$back/handle" "$devid" \
			"$back/mac" "00:16:3e:00:08:0$devid" "$back/script" none \
			"$back/bridge" xenbr0 "$front/backend" "$back" "$front/handle" "$devid" \
			"$front/mac" "00:16:3e:00:08:0$devid" "$front/state" 1 "$back/state" 1 &&
		_vif_plug "vif-$id-$devid" &&
		wait_until "$RUN_SECONDS" _vif_state_is "$name" "$devid" 4
}

vif_unplug() {
	local devid=$2 id back

	id=$(guest_id "$1")
	back=/local/domain/0/backend/vif/$id/$devid
	agent write "$back/online" 0 "$back/state" 5 &&
		wait_until "$RUN_SECONDS" test ! -e "/sys/bus/xen-backend/devices/vif-$id-$devid" &&
		xenstore-rm "/local/domain/$id/device/vif/$devid" "$back"
}

# The stock driver is to be unbound when it is connected and the thread of all watches is at rest.
_vif_settled() {
	local ids=${1#vif-}

	[ "$(agent read "/local/domain/0/backend/vif/${ids/-//}/state")" = 4 ] &&
		[ "$(cat "/proc/$(pidof xenwatch)/wchan")" = xenwatch_thread ]
}

swap_to() {
	local dev devices
	local bus=/sys/bus/xen-backend/drivers/vif

	devices=$(_vif_devices)
	for dev in $devices; do
		[ ! -e "$bus/$dev" ] || echo "$dev" >"$bus/unbind" || return 1
	done
	driver_unload && driver_load "$@" || return 1
	for dev in $devices; do
		[ -e "$bus/$dev" ] || echo "$dev" >"$bus/bind"
		_vif_plug "$dev" || return 1
		# A guest that has closed is for the test to see.
		[ "$1" != stock ] || wait_until 10 _vif_settled "$dev" || :
	done
}

# Interfaces.

vif_stat() {
	ethtool -S "$1" | awk -v name="$2:" '$1 == name { print $2 }'
}

declare -A COUNTED _BEFORE

_read_stats() {
	local name value

	while IFS=': ' read -r name value; do
		[ -z "$value" ] || "$2" "$name" "$value"
	done < <(ethtool -S "$1")
}

_note_before() {
	_BEFORE[$1]=$2
}

_note_after() {
	# shellcheck disable=SC2034
	COUNTED[$1]=$(($2 - ${_BEFORE[$1]}))
}

count() {
	local vif=$1

	shift
	_read_stats "$vif" _note_before
	"$@" >/dev/null
	read -rt 0.05 -u "$NEVER"
	_read_stats "$vif" _note_after
}

link_stat() {
	local value

	read -r value 2>/dev/null <"/sys/class/net/$1/statistics/$2" && echo "$value"
}

vif_carrier() {
	local value

	read -r value 2>/dev/null <"/sys/class/net/$1/carrier" && echo "$value"
}

# shellcheck disable=SC2016
_LIST_IRQS='index($NF, vif) == 1 {
		n = 0
		for (i = 2; $i ~ /^[0-9]+$/; i++) n += $i
		print $NF, n }'

vif_irqs() {
	awk -v vif="$1-q" "$_LIST_IRQS" /proc/interrupts
}

guest_counts() {
	guest_run "$1" "n=0
		until [ \$((n += 1)) -gt 100 ] ||
			[ \$(awk '/^Udp: [0-9]/ { print \$3 }' /proc/net/snmp) -ge ${2:-0} ]; do
			sleep 0.1
		done
		cat /proc/net/snmp /proc/interrupts" |
		awk -v vif=vif0-q "/^Udp: [0-9]/ { print \"strays\", \$3 } $_LIST_IRQS"
}

quiet_irqs() {
	awk -v pattern="$3" '$1 ~ pattern { if (!($1 in count)) count[$1] = $2
		else if (count[$1] == $2) print $1; any = 1 }
		END { if (!any) print "none is like " pattern }' <(echo "$1") <(echo "$2")
}

vif_queues() {
	ethtool -l "$1" | awk '/^Combined/ { n = $2 } END { print n }'
}

strays() {
	awk '/^Udp: [0-9]/ { print $3 }' /proc/net/snmp
}

strays_in() {
	awk '$1 == "strays" { print $2 }' <<<"$1"
}

guest_strays() {
	strays_in "$(guest_counts "$@")"
}

arrived() {
	[ "$(strays)" -ge "$1" ]
}

drops() {
	tc -s qdisc show dev "$1" | awk -v driver="$(link_stat "$1" tx_dropped)" '
		!n && match($0, /dropped [0-9]+/) { n = substr($0, RSTART + 8, RLENGTH - 8) + driver }
		END { print n + 0 }'
}

guest_reconnect() {
	guest_run "$1" "${2:+echo $2 >/sys/module/xen_netfront/parameters/max_queues}
		cd /sys/bus/xen/drivers/vif && echo vif-0 >unbind && echo vif-0 >bind &&
		until [ -e /proc/sys/net/ipv6/conf/eth0/accept_dad ]; do sleep 0.1; done &&
		echo 0 >/proc/sys/net/ipv6/conf/eth0/accept_dad &&
		ip addr add $(guest_ip "$1")/24 dev eth0 &&
		ip addr add $(guest_ip6 "$1")/64 dev eth0 &&
		ip link set eth0 up" && guest_ping "$1"
}

# In ns. Pktgen divides by the time it took, which a coarse clock may see as nothing.
QUEUES_DELAY=20000

queues_to_guest() {
	sh -c "$(_pktgen_commands "$(vif_of "$1")" 200 "$3" "$(guest_ip "$1")" \
		"$(vif_key "$1" mac)" 1 0 "$2" 10.0.0.1 $QUEUES_DELAY)" >/dev/null
}

queues_from_guest() {
	guest_run "$1" "$(_pktgen_commands eth0 200 "$3" 10.0.0.1 \
		"$(cat /sys/class/net/xenbr0/address)" 1 0 "$2" "$(guest_ip "$1")" \
		$QUEUES_DELAY)" >/dev/null
}
