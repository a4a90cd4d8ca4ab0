// SPDX-License-Identifier: Apache-2.0
/*
 * Drops packets of death: malformed packets that crashed, hung or took over whoever parsed them. Each kind has a
 * signature and a counter; packets of addresses in `blocked` are dropped and counted as well.
 *
 *  PING_OF_DEATH   An IPv4 fragment whose offset plus length passes 65,535 bytes, the most that a packet can have: a
 *                  receiver that reassembles it without looking writes past its buffer (CVE-1999-0128).
 *  OPTION_LENGTH   An IPv4 option whose length is 0 or 1, or leads past the header. A parser that adds the length to
 *                  its cursor never gets on, or reads what is not there.
 *  SOURCE_ROUTES   Two source-route options (LSRR, SSRR) in a header, where RFC 1122 allows one: the overflow of
 *                  VxWorks' IPnet stack of 2019 (CVE-2019-12256, of "URGENT/11").
 *  IPV6_OPTION     A hop-by-hop or destination option that leads past its extension header.
 */
#include "parse.h"

enum signature {
	CLEAN,
	PING_OF_DEATH,
	OPTION_LENGTH,
	SOURCE_ROUTES,
	IPV6_OPTION,
	SIGNATURES,
};

struct hits {
	__u64 packets;
	__u64 bytes;
};

struct blocked_source {
	__u64 hits;
};

/* Packets by signature; CLEAN counts what passed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SIGNATURES);
	__type(key, __u32);
	__type(value, struct hits);
} signatures SEC(".maps");

/* IPv4 sources to drop, by address in network order: filled from outside. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct blocked_source);
} blocked SEC(".maps");

#define MAX_IPV4_OPTIONS 40
#define MAX_IPV6_OPTIONS 16
#define MAX_EXTENSION_HEADERS 3

#define IPV4_OPTION_END 0
#define IPV4_OPTION_NOP 1
#define IPV4_OPTION_LSRR 131
#define IPV4_OPTION_SSRR 137

#define IPV6_OPTION_PAD1 0

/* Offsets are masked with it, so that the verifier knows a bound: headers lie within the first 4 KB. */
#define OFFSET_MASK 0xfff

/* Reads a byte, or -1 past the end. */
static __always_inline int byte_at(struct xdp_md *ctx, __u32 offset)
{
	__u8 *at = packet_start(ctx) + (offset & OFFSET_MASK);

	if ((void *)(at + 1) > packet_end(ctx))
		return -1;
	return *at;
}

/*
 * The options of an IPv4 header, which lie at [at, end) of the packet. A global function: the verifier looks at it
 * once, for any offsets, and not again for every way that leads to a call.
 */
__attribute__((noinline)) int check_ipv4_options(struct xdp_md *ctx, __u32 at, __u32 end)
{
	__u32 routes = 0;

	for (int i = 0; i < MAX_IPV4_OPTIONS && at < end; i++) {
		int kind = byte_at(ctx, at);
		int size;

		if (kind < 0 || kind == IPV4_OPTION_END)
			break;
		if (kind == IPV4_OPTION_NOP) {
			at++;
			continue;
		}
		if (at + 1 >= end)
			return OPTION_LENGTH;
		size = byte_at(ctx, at + 1);
		if (size < 2 || at + size > end)
			return OPTION_LENGTH;
		if ((kind == IPV4_OPTION_LSRR || kind == IPV4_OPTION_SSRR) && ++routes > 1)
			return SOURCE_ROUTES;
		at += size;
	}
	return CLEAN;
}

/* The options of a hop-by-hop or destination header, which lie at [at, end) of the packet. */
__attribute__((noinline)) int check_ipv6_options(struct xdp_md *ctx, __u32 at, __u32 end)
{
	for (int i = 0; i < MAX_IPV6_OPTIONS && at < end; i++) {
		int kind = byte_at(ctx, at);
		int size;

		if (kind < 0)
			break;
		if (kind == IPV6_OPTION_PAD1) {
			at++;
			continue;
		}
		if (at + 1 >= end)
			return IPV6_OPTION;
		size = byte_at(ctx, at + 1);
		if (size < 0)
			break;
		at += 2 + size;
		if (at > end)
			return IPV6_OPTION;
	}
	return CLEAN;
}

static __always_inline int check_ipv4(struct xdp_md *ctx, struct iphdr *ip)
{
	__u32 header = ip->ihl * 4;
	__u32 total = bpf_ntohs(ip->tot_len);
	__u32 offset = (bpf_ntohs(ip->frag_off) & 0x1fff) * 8;
	__u32 start = (void *)ip - packet_start(ctx);

	if (total > header && offset + total > 65535)
		return PING_OF_DEATH;
	if (header == sizeof(*ip))
		return CLEAN;
	return check_ipv4_options(ctx, start + sizeof(*ip), start + header);
}

/* RFC 8200 puts hop-by-hop options first and destination options right behind, or behind a routing header. */
static __always_inline int check_ipv6(struct xdp_md *ctx, struct ipv6hdr *ip)
{
	__u32 at = (void *)(ip + 1) - packet_start(ctx);
	int next = ip->nexthdr;

	for (int i = 0; i < MAX_EXTENSION_HEADERS; i++) {
		int length, found;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_DSTOPTS && next != IPPROTO_ROUTING)
			break;
		length = byte_at(ctx, at + 1);
		if (length < 0)
			break;
		length = (length + 1) * 8;
		found = next == IPPROTO_ROUTING ? CLEAN : check_ipv6_options(ctx, at + 2, at + length);
		if (found != CLEAN)
			return found;
		next = byte_at(ctx, at);
		at += length;
	}
	return CLEAN;
}

SEC("xdp")
int packet_of_death(struct xdp_md *ctx)
{
	void *data = packet_start(ctx);
	void *data_end = packet_end(ctx);
	int found = CLEAN;
	struct blocked_source *source = NULL;
	struct hits *hits;
	void *at, *payload;
	__u32 index;
	__be16 type;

	type = parse_ethernet(data, data_end, &at);
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr *ip = parse_ipv4(at, data_end, &payload);

		if (ip) {
			__u32 address = ip->saddr;

			source = bpf_map_lookup_elem(&blocked, &address);
			if (!source)
				found = check_ipv4(ctx, ip);
		}
	} else if (type == bpf_htons(ETH_P_IPV6)) {
		struct ipv6hdr *ip = parse_ipv6(at, data_end, &payload);

		if (ip)
			found = check_ipv6(ctx, ip);
	}
	if (source) {
		__sync_fetch_and_add(&source->hits, 1);
		return XDP_DROP;
	}
	index = found;
	hits = bpf_map_lookup_elem(&signatures, &index);
	if (hits) {
		__sync_fetch_and_add(&hits->packets, 1);
		__sync_fetch_and_add(&hits->bytes, data_end - data);
	}
	return found == CLEAN ? XDP_PASS : XDP_DROP;
}

char LICENSE[] SEC("license") = "Apache-2.0";
