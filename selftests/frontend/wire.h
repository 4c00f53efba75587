/* SPDX-License-Identifier: GPL-2.0 */
/* The host's side of an interface: frames go in there to the guest and come out from it. */
#ifndef WIRE_H
#define WIRE_H

#include <linux/virtio_net.h>
#include <stdint.h>

#define ETHER_TEST	0x88b5	/* for local experiments */

/* @mtu: 0 leaves it as it is. */
void wire_up(const char *name, unsigned int mtu);
/* Until the stack sends to the interface. */
void wire_wait_link(const char *name, double seconds);
int wire_sender(const char *name);
/* @offload: what of the frame is left to the guest to do, or NULL. */
void wire_send(int sender, const struct virtio_net_hdr *offload, const void *frame,
	       unsigned int len);
/* A socket that receives the frames of one type that the guest sends. */
int wire_capture(const char *name, uint16_t ether_type);
/* One value of the interface's ethtool statistics. */
unsigned int wire_counter(const char *name, const char *counter);

#endif
