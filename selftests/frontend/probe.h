/* SPDX-License-Identifier: GPL-2.0 */
/* Packets sent to the guest, and whether they come as they have to after what it has told. */
#ifndef PROBE_H
#define PROBE_H

#include "control.h"

/* Two flows for each entry of a table of the largest size, if the key leads so far. */
#define PROBE_FLOWS	(2 * TABLE_MAX)

/* Has @packet the hash of @type that its flow has? Anything else is a fault. */
void probe_hash(const struct flow *flow, const struct packet *packet, int type);

/* Send a frame of @len bytes of each flow; all are to come, and where @rss has them. */
void probe_flows(const struct flow *flows, unsigned int count, unsigned int len);
/* Flows of IPv4 TCP that lead to every entry of the table. */
const struct flow *probe_table_flows(void);
void probe_table(void);

#endif
