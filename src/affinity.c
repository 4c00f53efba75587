// SPDX-License-Identifier: GPL-2.0
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/rtnetlink.h>

#include <xnb/affinity.h>
#include <xnb/queue.h>

/* Queues that were given to each CPU, of all interfaces; under rtnl. */
static unsigned int given_to[NR_CPUS];

bool xnb_affinity_allows(unsigned int cpu)
{
	return cpu_online(cpu) && housekeeping_test_cpu(cpu, HK_TYPE_DOMAIN_BOOT);
}

/* Of @cpus one that has the fewest, or nr_cpu_ids where none is allowed. */
static unsigned int least_given_cpu(const struct cpumask *cpus)
{
	unsigned int cpu, best = nr_cpu_ids;

	for_each_cpu(cpu, cpus)
		if (xnb_affinity_allows(cpu) &&
		    (best == nr_cpu_ids || given_to[cpu] < given_to[best]))
			best = cpu;
	return best;
}

/* Where an administrator wants interrupts, which is where a new one goes by itself. */
static unsigned int choose_cpu(const struct xnb_queue *queue)
{
	struct irq_data *data = irq_get_irq_data(queue->to.channel->irq);
	unsigned int cpu = nr_cpu_ids;

	if (data)
		cpu = least_given_cpu(irq_data_get_affinity_mask(data));
	if (cpu == nr_cpu_ids)
		cpu = least_given_cpu(cpu_online_mask);
	return cpu == nr_cpu_ids ? cpumask_first(cpu_online_mask) : cpu;
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
	affinity->chosen = choose_cpu(queue);
	given_to[affinity->chosen]++;
	set_events(queue, affinity->chosen);
	affinity->home = events_cpu(queue);
}

void xnb_affinity_end(struct xnb_queue *queue)
{
	ASSERT_RTNL();
	if (queue->affinity.given)
		given_to[queue->affinity.chosen]--;
	queue->affinity.given = false;
}

void xnb_affinity_follow(struct xnb_queue *queue)
{
	struct xnb_affinity *affinity = &queue->affinity;

	if (!cpu_online(affinity->chosen)) {
		/* Unless somebody had sent them elsewhere before. */
		if (affinity->home == (int)affinity->chosen)
			affinity->displaced = true;
	} else if (affinity->displaced) {
		affinity->displaced = false;
		set_events(queue, affinity->chosen);
	}
	WRITE_ONCE(affinity->home, events_cpu(queue));
}
