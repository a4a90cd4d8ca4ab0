/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the headers of a packet. Each step checks against data_end before it reads, as the kernel's verifier wants to
 * see it, and says by its result whether the header is there.
 */
#ifndef EXAMPLES_PARSE_H
#define EXAMPLES_PARSE_H

#include "bpf.h"

#define MAX_VLAN_TAGS 2

struct vlan_tag {
	__be16 tci;
	__be16 encapsulated;
};

static __always_inline void *packet_start(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data;
}

static __always_inline void *packet_end(const struct xdp_md *ctx)
{
	return (void *)(long)ctx->data_end;
}

/* The EtherType under at most two VLAN tags, in network order, and what follows it; 0 if the packet is too short. */
static __always_inline __be16 parse_ethernet(void *data, void *data_end, void **payload)
{
	struct ethhdr *eth = data;
	struct vlan_tag *tag = (void *)(eth + 1);
	__be16 type;

	if ((void *)(eth + 1) > data_end)
		return 0;
	type = eth->h_proto;
#pragma unroll
	for (int i = 0; i < MAX_VLAN_TAGS; i++) {
		if (type != bpf_htons(ETH_P_8021Q) && type != bpf_htons(ETH_P_8021AD))
			break;
		if ((void *)(tag + 1) > data_end)
			return 0;
		type = tag->encapsulated;
		tag++;
	}
	*payload = tag;
	return type;
}

/* An IPv4 header whose options lie within the packet too, or NULL. */
static __always_inline struct iphdr *parse_ipv4(void *at, void *data_end, void **payload)
{
	struct iphdr *ip = at;
	__u32 length;

	if ((void *)(ip + 1) > data_end)
		return NULL;
	length = ip->ihl * 4;
	if (ip->version != 4 || length < sizeof(*ip) || at + length > data_end)
		return NULL;
	*payload = at + length;
	return ip;
}

static __always_inline struct ipv6hdr *parse_ipv6(void *at, void *data_end, void **payload)
{
	struct ipv6hdr *ip = at;

	if ((void *)(ip + 1) > data_end || ip->version != 6)
		return NULL;
	*payload = ip + 1;
	return ip;
}

/* Whether an IPv4 packet is a fragment other than the first, which has no ports. */
static __always_inline bool is_later_fragment(const struct iphdr *ip)
{
	return ip->frag_off & bpf_htons(0x1fff);
}

/* Where TCP and UDP both keep their ports. */
struct ports {
	__be16 source;
	__be16 dest;
};

#endif
