// SPDX-License-Identifier: Apache-2.0
/*
 * Filters by source prefix and by destination port. The longest matching prefix decides whether a source is allowed
 * or denied, so that exceptions are prefixes within prefixes; a port is denied by being listed. What matches nothing
 * gets the default verdict, a constant that can be set before the program is loaded.
 */
#include "parse.h"

enum action {
	ALLOW = 0,
	DENY = 1,
};

struct rule {
	enum action action;
	__u32 reserved;
	__u64 hits;
};

/* `length` bits of an address in network order. */
struct prefix_v4 {
	__u32 length;
	__u8 address[4];
};

struct prefix_v6 {
	__u32 length;
	__u8 address[16];
};

/* A port in host order and the IP protocol that it belongs to (6 TCP, 17 UDP). */
struct port {
	__u16 number;
	__u16 protocol;
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix_v4);
	__type(value, struct rule);
} prefixes_v4 SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix_v6);
	__type(value, struct rule);
} prefixes_v6 SEC(".maps");

/* Denied destination ports and how often each was hit. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct port);
	__type(value, __u64);
} ports SEC(".maps");

const volatile __u32 default_verdict = XDP_PASS;
/* Whether fragments other than the first, whose ports nobody sees, are dropped. */
const volatile bool drop_fragments = false;

static __always_inline int by_rule(struct rule *rule)
{
	__sync_fetch_and_add(&rule->hits, 1);
	return rule->action == DENY ? XDP_DROP : XDP_PASS;
}

static __always_inline int by_port(__u8 protocol, void *at, void *data_end)
{
	struct ports *header = at;
	struct port key = {};
	__u64 *hits;

	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return default_verdict;
	if ((void *)(header + 1) > data_end)
		return default_verdict;
	key.number = bpf_ntohs(header->dest);
	key.protocol = protocol;
	hits = bpf_map_lookup_elem(&ports, &key);
	if (!hits)
		return default_verdict;
	__sync_fetch_and_add(hits, 1);
	return XDP_DROP;
}

static __always_inline int filter_ipv4(void *at, void *data_end)
{
	struct prefix_v4 key = { .length = 32 };
	struct rule *rule;
	struct iphdr *ip;
	void *payload;

	ip = parse_ipv4(at, data_end, &payload);
	if (!ip)
		return XDP_DROP;
	__builtin_memcpy(key.address, &ip->saddr, sizeof(key.address));
	rule = bpf_map_lookup_elem(&prefixes_v4, &key);
	if (rule)
		return by_rule(rule);
	if (is_later_fragment(ip))
		return drop_fragments ? XDP_DROP : default_verdict;
	return by_port(ip->protocol, payload, data_end);
}

static __always_inline int filter_ipv6(void *at, void *data_end)
{
	struct prefix_v6 key = { .length = 128 };
	struct rule *rule;
	struct ipv6hdr *ip;
	void *payload;

	ip = parse_ipv6(at, data_end, &payload);
	if (!ip)
		return XDP_DROP;
	__builtin_memcpy(key.address, &ip->saddr, sizeof(key.address));
	rule = bpf_map_lookup_elem(&prefixes_v6, &key);
	if (rule)
		return by_rule(rule);
	return by_port(ip->nexthdr, payload, data_end);
}

SEC("xdp")
int port_prefix_filter(struct xdp_md *ctx)
{
	void *data_end = packet_end(ctx);
	void *at;

	switch (parse_ethernet(packet_start(ctx), data_end, &at)) {
	case bpf_htons(ETH_P_IP):
		return filter_ipv4(at, data_end);
	case bpf_htons(ETH_P_IPV6):
		return filter_ipv6(at, data_end);
	case bpf_htons(ETH_P_ARP):
		return XDP_PASS;
	default:
		return default_verdict;
	}
}

char LICENSE[] SEC("license") = "Apache-2.0";
