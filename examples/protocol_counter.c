// SPDX-License-Identifier: Apache-2.0
/*
 * Counts packets and bytes by protocol, one counter a CPU, and lets everything pass: by IP protocol where there is
 * one, and by EtherType for everything.
 */
#include "parse.h"

struct traffic {
	__u64 packets;
	__u64 bytes;
};

/* By IP protocol number; IPv6's extension headers are skipped. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, struct traffic);
} by_protocol SEC(".maps");

/* By EtherType, in host order; a packet too short for one counts under 0. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, __u16);
	__type(value, struct traffic);
} by_ethertype SEC(".maps");

#define MAX_EXTENSION_HEADERS 6

struct extension {
	__u8 next;
	__u8 length;
};

/* The protocol behind IPv6's extension headers; what follows a cut packet's last one counts as it says. */
static __always_inline __u32 ipv6_protocol(struct ipv6hdr *ip, void *at, void *data_end)
{
	__u32 next = ip->nexthdr;

	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		struct extension *extension = at;
		__u32 length;

		if ((void *)(extension + 1) > data_end)
			break;
		switch (next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			length = (extension->length + 1) * 8;
			break;
		case IPPROTO_FRAGMENT:
			length = 8;
			break;
		default:
			return next;
		}
		next = extension->next;
		at += length;
	}
	return next;
}

static __always_inline void count(struct traffic *traffic, __u64 bytes)
{
	traffic->packets++;
	traffic->bytes += bytes;
}

SEC("xdp")
int protocol_counter(struct xdp_md *ctx)
{
	void *data = packet_start(ctx);
	void *data_end = packet_end(ctx);
	__u64 bytes = data_end - data;
	struct traffic *traffic;
	bool has_protocol = false;
	__u32 protocol = 0;
	void *at, *payload;
	__u16 ethertype;
	__be16 type;

	type = parse_ethernet(data, data_end, &at);
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(at, data_end, &payload);

		if (ip) {
			protocol = ip->protocol;
			has_protocol = true;
		}
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(at, data_end, &payload);

		if (ip) {
			protocol = ipv6_protocol(ip, payload, data_end);
			has_protocol = true;
		}
	}
	if (has_protocol) {
		traffic = bpf_map_lookup_elem(&by_protocol, &protocol);
		if (traffic)
			count(traffic, bytes);
	}
	ethertype = bpf_ntohs(type);
	traffic = bpf_map_lookup_elem(&by_ethertype, &ethertype);
	if (traffic) {
		count(traffic, bytes);
	} else {
		struct traffic first = { .packets = 1, .bytes = bytes };

		bpf_map_update_elem(&by_ethertype, &ethertype, &first, BPF_NOEXIST);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
