// SPDX-License-Identifier: GPL-2.0
/* Every arrival class under every policy, as a table: simulate [TRACE.csv] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

#define PACKETS 200000
#define TRACE_MAX 65536

static u32 trace[TRACE_MAX];

static struct arrivals classes[] = {
	{ .name = "poisson 2k", .gap_ns = 500000 },
	{ .name = "poisson 10k", .gap_ns = 100000 },
	{ .name = "poisson 20k", .gap_ns = 50000 },
	{ .name = "poisson 50k", .gap_ns = 20000 },
	{ .name = "poisson 100k", .gap_ns = 10000 },
	{ .name = "poisson 200k", .gap_ns = 5000 },
	{ .name = "poisson 500k", .gap_ns = 2000 },
	{ .name = "bursts of 8", .gap_ns = 2000, .burst = 8, .pause_ns = 400000 },
	{ .name = "bursts of 64", .gap_ns = 2000, .burst = 64, .pause_ns = 1000000 },
	{ .name = "on-off", .gap_ns = 10000, .burst = 500, .pause_ns = 5000000 },
	{ .name = "request-response", .clients = 1, .burst = 1 },
	{ .name = "closed loop of pairs", .clients = 1, .burst = 2 },
	{ .name = "8 clients", .clients = 8, .burst = 1 },
	{ .name = "saturating", .saturating = true },
	{ .name = "TCP", .trace = trace },
};

static u32 read_trace(const char *path)
{
	FILE *file = fopen(path, "r");
	u32 count = 0;

	while (file && count < TRACE_MAX && fscanf(file, "%" SCNu32 "%*1[,\n]", &trace[count]) == 1)
		count++;
	if (!count) {
		fprintf(stderr, "cannot read the trace %s\n", path);
		exit(1);
	}
	fclose(file);
	return count;
}

int main(int argc, char **argv)
{
	unsigned int count, i, j;
	struct policy *policy = policies(&count);

	if (argc != 2) {
		fprintf(stderr, "usage: simulate TRACE.csv\n");
		return 1;
	}
	classes[ARRAY_SIZE(classes) - 1].trace_len = read_trace(argv[1]);

	printf("class,policy,setting,events_a_packet,p50_us,p99_us,max_us,stalls\n");
	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		for (j = 0; j < count; j++) {
			struct result r = simulate(&classes[i], &policy[j], PACKETS);

			printf("%s,%s,%s,%.4f,%.1f,%.1f,%.1f,%u\n", classes[i].name,
			       policy[j].name, policy[j].setting,
			       (double)r.events / r.packets, r.p50_us, r.p99_us, r.max_us,
			       r.stalls);
		}
	}
	return 0;
}
