// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/rtnetlink.h>

#include <xnb/affinity.h>
#include <xnb/queue.h>

/* Queues that were given to each CPU, of all interfaces; under rtnl. */
static unsigned int queues_of[NR_CPUS];

static unsigned int idlest_cpu(void)
{
	unsigned int cpu, best = cpumask_first(cpu_online_mask);

	for_each_online_cpu(cpu)
		if (queues_of[cpu] < queues_of[best])
			best = cpu;
	return best;
}

/* A failure leaves the events where they are, which is as right as any place. */
static void set_events(struct xnb_queue *queue, unsigned int cpu)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(queue->channel); i++)
		if (queue->channel[i].irq)
			irq_set_affinity(queue->channel[i].irq, cpumask_of(cpu));
}

static int events_cpu(const struct xnb_queue *queue)
{
	struct irq_data *data = irq_get_irq_data(queue->to.channel->irq);
	unsigned int cpu;

	if (!data)
		return -1;
	cpu = cpumask_first(irq_data_get_effective_affinity_mask(data));
	return cpu < nr_cpu_ids ? cpu : -1;
}

void xnb_affinity_begin(struct xnb_queue *queue)
{
	struct xnb_affinity *affinity = &queue->affinity;

	ASSERT_RTNL();
	affinity->given = true;
	affinity->chosen = idlest_cpu();
	queues_of[affinity->chosen]++;
	set_events(queue, affinity->chosen);
	affinity->home = events_cpu(queue);
}

void xnb_affinity_end(struct xnb_queue *queue)
{
	ASSERT_RTNL();
	if (queue->affinity.given)
		queues_of[queue->affinity.chosen]--;
	queue->affinity.given = false;
}

bool xnb_affinity_follow(struct xnb_queue *queue)
{
	struct xnb_affinity *affinity = &queue->affinity;
	int before = affinity->home;

	if (!cpu_online(affinity->chosen)) {
		affinity->displaced = true;
	} else if (affinity->displaced) {
		affinity->displaced = false;
		set_events(queue, affinity->chosen);
	}
	WRITE_ONCE(affinity->home, events_cpu(queue));
	return affinity->home != before;
}
