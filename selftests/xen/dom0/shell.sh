# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# The interactive dom0 shell of selftests/xen/shell.

. "$XNB_LIB"
export TERM=vt100
PS1='dom0# '
stty rows "$XNB_ROWS" cols "$XNB_COLS" sane 2>/dev/null
cd /root || exit

echo "Starting guest 'a' ..."
# shellcheck disable=SC2086
guest_start a $XNB_GUEST && cat <<BANNER

Driver: $(driver). Guest a: $(guest_ip a), in dom0 $(vif_of a).

  guest_run a 'ip addr'          a command in the guest
  xl console a                   its console (Ctrl-] leaves)
  tcp_to_guest a 2               Mbit/s; also tcp_from_guest, pktgen_to_guest a 60 10000
  ethtool -S $(vif_of a); ethtool -c $(vif_of a)
  swap_to stock; swap_to ours    live swap of the driver
  guest_start b vcpus=2          another guest

All verbs: less $XNB_LIB. Ctrl-A x ends the machine.
BANNER
