// SPDX-License-Identifier: GPL-2.0
#include <xnb/kick.h>

/* On the other CPU. It counts, as the context may be another's when the sender goes on. */
static void schedule_here(void *arg)
{
	struct xnb_kick *kick = arg;

	xnb_stats_count(&kick->stats->syncp, &kick->stats->remote);
	__napi_schedule_irqoff(kick->napi);
}

void xnb_kick_init(struct xnb_kick *kick, struct napi_struct *napi, struct xnb_kick_stats *stats)
{
	kick->napi = napi;
	kick->stats = stats;
	kick->cpu = XNB_KICK_LOCAL;
	INIT_CSD(&kick->call, schedule_here, kick);
}

/* A CPU that goes away meanwhile hands its NAPI contexts to another. */
static bool schedule_there(struct xnb_kick *kick, int cpu)
{
	return !smp_call_function_single_async(cpu, &kick->call);
}

void xnb_kick(struct xnb_kick *kick)
{
	int cpu = READ_ONCE(kick->cpu), here = smp_processor_id();

	WRITE_ONCE(kick->sender, here);
	if (!napi_schedule_prep(kick->napi))
		return;
	if (cpu == XNB_KICK_LOCAL || cpu == here || !schedule_there(kick, cpu))
		__napi_schedule(kick->napi);
}
