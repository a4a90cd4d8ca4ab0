// SPDX-License-Identifier: Apache-2.0
/*
 * A layer 4 load balancer: packets to a virtual address and port go to one of its backends, whose address, port and
 * MAC are written into the packet (DNAT), and packets that backends send back get the virtual address as their source
 * again. IPv4 and IPv6, TCP and UDP; checksums are updated from what changed (RFC 1624).
 *
 * Which backend serves a connection follows from a hash of its addresses and ports alone: a slot of the service's ring
 * names the backend. The ring is filled from outside so that, when a backend goes, only its connections move (the
 * tables of Maglev; examples/generate.mjs makes one).
 */
#include "parse.h"

#define MAX_SERVICES 16
#define RING_SIZE 251 /* a prime */
#define MAX_BACKENDS 256

/* IPv4 addresses are written as IPv6 ones (::ffff:a.b.c.d). */
struct endpoint {
	__u8 address[16] __attribute__((aligned(4)));
	__u16 port; /* host order */
	__u16 protocol;
};

struct service {
	__u32 id;
	__u32 reserved;
};

struct backend {
	struct endpoint endpoint;
	__u8 mac[6];
	__u16 reserved;
	/* The virtual endpoint's address and port, which its answers come from. */
	struct endpoint service;
};

struct traffic {
	__u64 packets;
	__u64 bytes;
};

/* Virtual addresses. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_SERVICES);
	__type(key, struct endpoint);
	__type(value, struct service);
} services SEC(".maps");

/* Slots of all services' rings: the index of a backend. 0 is no backend, so that an empty slot is none. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_SERVICES * RING_SIZE);
	__type(key, __u32);
	__type(value, __u32);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct backend);
} backends SEC(".maps");

/* Which backend an address, port and protocol belong to, for the way back. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, struct endpoint);
	__type(value, __u32);
} backend_of SEC(".maps");

/* What went to each backend. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, MAX_BACKENDS);
	__type(key, __u32);
	__type(value, struct traffic);
} backend_traffic SEC(".maps");

/* The router to the clients, for the way back. */
const volatile __u8 gateway_mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };

/* What the program has found of a packet. Addresses of IPv4 lie in the last four bytes of the endpoints. */
struct flow {
	struct ethhdr *eth;
	void *ip;
	struct ports *ports;
	__u16 *checksum; /* the transport's; NULL for UDP over IPv4 without one */
	bool is_ipv4;
	struct endpoint source;
	struct endpoint dest;
};

static __always_inline __u32 mix(__u32 hash, __u32 word)
{
	hash ^= word * 0xcc9e2d51;
	hash = (hash << 13) | (hash >> 19);
	return hash * 5 + 0xe6546b64;
}

/* Every bit of the result depends on every bit of the addresses and ports. */
static __always_inline __u32 flow_hash(const struct flow *flow)
{
	const __u32 *source = (const void *)&flow->source;
	const __u32 *dest = (const void *)&flow->dest;
	__u32 hash = 0;

#pragma unroll
	for (int i = 0; i < 5; i++) {
		hash = mix(hash, source[i]);
		hash = mix(hash, dest[i]);
	}
	hash = (hash ^ (hash >> 16)) * 0x85ebca6b;
	hash = (hash ^ (hash >> 13)) * 0xc2b2ae35;
	return hash ^ (hash >> 16);
}

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* RFC 1624, equation 3: the checksum after words that summed to `removed` became words that sum to `added`. */
static __always_inline __u16 updated(__u16 checksum, __u64 removed, __u64 added)
{
	return ~fold((__u64)(__u16)~checksum + fold(added) + (__u16)~fold(removed));
}

static __always_inline __u64 address_sum(const __u8 *address)
{
	const __u32 *words = (const void *)address;

	return (__u64)words[0] + words[1] + words[2] + words[3];
}

static __always_inline void map_ipv4(struct endpoint *endpoint, __be32 address)
{
	__u32 *words = (void *)endpoint->address;

	words[2] = bpf_htonl(0xffff);
	words[3] = address;
}

/* Fills in what the transport header says; false if there is none that can be balanced. */
static __always_inline bool find_transport(struct flow *flow, __u8 protocol, void *at, void *data_end)
{
	flow->ports = at;
	if (protocol == IPPROTO_TCP) {
		struct tcphdr *tcp = at;

		if ((void *)(tcp + 1) > data_end)
			return false;
		flow->checksum = &tcp->check;
	} else if (protocol == IPPROTO_UDP) {
		struct udphdr *udp = at;

		if ((void *)(udp + 1) > data_end)
			return false;
		flow->checksum = flow->is_ipv4 && !udp->check ? NULL : &udp->check;
	} else {
		return false;
	}
	flow->source.port = bpf_ntohs(flow->ports->source);
	flow->dest.port = bpf_ntohs(flow->ports->dest);
	flow->source.protocol = protocol;
	flow->dest.protocol = protocol;
	return true;
}

static __always_inline bool find_flow(struct flow *flow, void *data, void *data_end)
{
	void *at, *payload;

	flow->eth = data;
	switch (parse_ethernet(data, data_end, &at)) {
	case bpf_htons(ETH_P_IP): {
		struct iphdr *ip = parse_ipv4(at, data_end, &payload);

		/* Only the first fragment of a packet has ports, so that fragments are left to the host. */
		if (!ip || ip->ttl <= 1 || (ip->frag_off & bpf_htons(0x3fff)))
			return false;
		flow->ip = ip;
		flow->is_ipv4 = true;
		map_ipv4(&flow->source, ip->saddr);
		map_ipv4(&flow->dest, ip->daddr);
		return find_transport(flow, ip->protocol, payload, data_end);
	}
	case bpf_htons(ETH_P_IPV6): {
		struct ipv6hdr *ip = parse_ipv6(at, data_end, &payload);

		if (!ip || ip->hop_limit <= 1)
			return false;
		flow->ip = ip;
		__builtin_memcpy(flow->source.address, &ip->saddr, 16);
		__builtin_memcpy(flow->dest.address, &ip->daddr, 16);
		return find_transport(flow, ip->nexthdr, payload, data_end);
	}
	default:
		return false;
	}
}

/* Writes an endpoint over the packet's source or destination and mends the checksums. */
static __always_inline void rewrite(struct flow *flow, const struct endpoint *from, const struct endpoint *to,
				    bool is_source)
{
	__be16 *port = is_source ? &flow->ports->source : &flow->ports->dest;
	__u64 removed = address_sum(from->address);
	__u64 added = address_sum(to->address);
	__be16 new_port = bpf_htons(to->port);

	if (flow->is_ipv4) {
		__be32 address = ((const __u32 *)to->address)[3];
		struct iphdr *ip = flow->ip;
		__u16 *ttl_word = (void *)&ip->ttl;
		__u64 old_ttl = *ttl_word;

		ip->ttl--;
		ip->check = updated(ip->check, removed + old_ttl, added + *ttl_word);
		if (is_source)
			ip->saddr = address;
		else
			ip->daddr = address;
	} else {
		struct ipv6hdr *ip = flow->ip;

		ip->hop_limit--;
		__builtin_memcpy(is_source ? &ip->saddr : &ip->daddr, to->address, 16);
	}
	if (flow->checksum) {
		__u16 sum = updated(*flow->checksum, removed + *port, added + new_port);

		/* In UDP 0 would mean "no checksum" (RFC 768). */
		*flow->checksum = !sum && to->protocol == IPPROTO_UDP ? 0xffff : sum;
	}
	*port = new_port;
}

static __always_inline void count(__u32 index, __u64 bytes)
{
	struct traffic *traffic = bpf_map_lookup_elem(&backend_traffic, &index);

	if (traffic) {
		traffic->packets++;
		traffic->bytes += bytes;
	}
}

static __always_inline int to_backend(struct flow *flow, const struct service *service, __u64 bytes)
{
	__u32 slot = service->id * RING_SIZE + flow_hash(flow) % RING_SIZE;
	__u32 *index = bpf_map_lookup_elem(&ring, &slot);
	struct backend *backend;

	if (!index || *index == 0)
		return XDP_DROP;
	backend = bpf_map_lookup_elem(&backends, index);
	if (!backend)
		return XDP_DROP;
	count(*index, bytes);
	rewrite(flow, &flow->dest, &backend->endpoint, false);
	__builtin_memcpy(flow->eth->h_source, flow->eth->h_dest, ETH_ALEN);
	__builtin_memcpy(flow->eth->h_dest, backend->mac, ETH_ALEN);
	return XDP_TX;
}

static __always_inline int to_client(struct flow *flow, const struct backend *backend)
{
	rewrite(flow, &flow->source, &backend->service, true);
	__builtin_memcpy(flow->eth->h_source, flow->eth->h_dest, ETH_ALEN);
#pragma unroll
	for (int i = 0; i < ETH_ALEN; i++)
		flow->eth->h_dest[i] = gateway_mac[i];
	return XDP_TX;
}

SEC("xdp")
int l4_balancer(struct xdp_md *ctx)
{
	void *data = packet_start(ctx);
	void *data_end = packet_end(ctx);
	struct service *service;
	struct flow flow = {};
	__u32 *index;

	if (!find_flow(&flow, data, data_end))
		return XDP_PASS;
	service = bpf_map_lookup_elem(&services, &flow.dest);
	if (service)
		return to_backend(&flow, service, data_end - data);
	index = bpf_map_lookup_elem(&backend_of, &flow.source);
	if (index) {
		struct backend *backend = bpf_map_lookup_elem(&backends, index);

		if (backend)
			return to_client(&flow, backend);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Apache-2.0";
