# SPDX-License-Identifier: GPL-2.0
# The judge of scaling.sh: reads packets.txt and the plugin's windows.

FILENAME ~ /packets/ { packets[$1] = $2; next }
$1 == "window" { label = $2; next }
$1 == "vcpu" {
	work = $4 + $6 + $8 + $10
	all[label] += work
	if ($2 >= 8)
		next
	host[label] += work
	if (work > most[label])
		most[label] = work
}

function judge(holds, text) {
	print (holds ? "ok" : "not ok") " - " text
}

function ratio(a, b) {
	return b ? a / b : 0
}

function row(driver, sources, queues,	label) {
	label = driver * 100 + sources * 10 + queues
	cost[driver, sources, queues] = ratio(all[label], packets[label])
	busiest[driver, sources, queues] = ratio(most[label], packets[label])
	spread[driver, sources, queues] = ratio(host[label], most[label])
	printf "# %-5s %-10s %d queues: %6d instructions a packet, busiest CPU of dom0 %6d, speed-up %.2f\n",
		driver == 1 ? "stock" : "ours", NAME[sources], queues,
		cost[driver, sources, queues], busiest[driver, sources, queues],
		spread[driver, sources, queues]
}

END {
	split("spread,one CPU,from guest", NAME, ",")
	for (sources = 1; sources <= 3; sources++)
		for (queues = 1; queues <= 8; queues *= 2) {
			row(1, sources, queues)
			row(2, sources, queues)
			judge(cost[2, sources, queues] > 0 &&
			      cost[2, sources, queues] <= cost[1, sources, queues] &&
			      busiest[2, sources, queues] <= busiest[1, sources, queues],
			      queues " queues, " NAME[sources] \
			      ": no more work, in all and on the busiest CPU, than stock's")
		}
	for (sources = 1; sources <= 2; sources++)
		judge(cost[2, sources, 4] <= 1.15 * cost[2, sources, 1],
		      "a packet on four queues costs 1.15 of one queue's at most: " \
		      sprintf("%.2f", ratio(cost[2, sources, 4], cost[2, sources, 1])))
	judge(spread[2, 1, 4] >= 3.3, "four queues, spread: speed-up 3.3 at least")
}
