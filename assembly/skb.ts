/**
 * Packets of the hooks whose context is struct __sk_buff: what net/bpf/test_run.c makes of bytes and a given context
 * before the program runs, and what it hands back. The record that `Skb` lays out is the truth, the context a mirror.
 */
import { Descriptor, Skb, SkbFrame, Worker } from "../src/abi/layout";
import { Errno, ProgramType, SkBuff } from "./generated/abi";
import { set_packet } from "./packet";
import { WORKER } from "./worker";

/** linux/if_ether.h ETH_HLEN, and the offset of the type in the header. */
export const ETH_HLEN: u32 = 14;
const ETH_TYPE: usize = 12;

/** EtherTypes as 16 bits lie in memory. */
export const PROTO_IP: u32 = 0x0008;
export const PROTO_IPV6: u32 = 0xdd86;
const PROTO_802_3: u32 = 0x0100;
const PROTO_802_2: u32 = 0x0400;
/** Smaller values of the field are lengths (linux/if_ether.h ETH_P_802_3_MIN). */
const FIRST_TYPE: u32 = 0x0600;

const PACKET_MULTICAST: u32 = 2;
const PACKET_OTHERHOST: u32 = 3;
const LOOPBACK: u32 = 1;
/** linux/skbuff.h: headroom of a packet, and what more of it is rounded up to. */
const NET_SKB_PAD: u32 = 64;

const AF_INET: u32 = 2;
const AF_INET6: u32 = 10;
const TCP_CLOSE: u32 = 7;

/** Offsets in struct bpf_sock (linux/bpf.h). */
export const enum Sock {
  FAMILY = 4,
  SRC_IP4 = 24,
  SRC_IP6 = 28,
  DST_IP4 = 52,
  DST_IP6 = 56,
  STATE = 72,
  RX_QUEUE_MAPPING = 76,
}

/** Address of the worker's `Skb` record. */
@inline export function skb(): usize { return load<u32>(WORKER, Worker.SKB); }

/** Address of the context. */
@inline export function context(): usize { return load<u32>(WORKER, Worker.CTX); }

@inline export function data(): u32 { return load<u32>(WORKER, Worker.DATA); }

@inline export function data_end(): u32 { return load<u32>(WORKER, Worker.DATA_END); }

@inline export function length(): u32 { return data_end() - data(); }

/** skb_network_offset: may be negative. */
@inline export function network_offset(): i32 { return <i32>(load<u32>(skb(), Skb.NETWORK_HEADER) - data()); }

/** skb_mac_header_len. */
@inline export function mac_header_length(): u32 {
  return load<u32>(skb(), Skb.NETWORK_HEADER) - load<u32>(skb(), Skb.MAC_HEADER);
}

/** skb_reset_mac_len. */
export function reset_mac_length(): void { store<u32>(skb(), mac_header_length() & 0xffff, Skb.MAC_LEN); }

/** Sets skb->protocol. */
export function set_protocol(protocol: u32): void {
  store<u32>(skb(), protocol, Skb.PROTOCOL);
  store<u32>(context(), protocol, SkBuff.PROTOCOL);
}

/** Whether the packet stands for several (skb_is_gso); it then has no gso_type, as test runs give none. */
export function is_gso(): bool { return load<u32>(skb(), Skb.GSO_SIZE) != 0; }

/** skb_gso_reset. */
export function reset_gso(): void {
  store<u32>(skb(), 0, Skb.GSO_SIZE);
  store<u32>(context(), 0, SkBuff.GSO_SIZE);
  store<u32>(context(), 0, SkBuff.GSO_SEGS);
}

/** skb_clear_hash. */
export function clear_hash(): void {
  store<u32>(skb(), 0, Skb.HASH_VALID);
  store<u32>(context(), 0, SkBuff.HASH);
}

/** Makes the packet of `descriptor`, whose bounds are set, one of a hook with struct __sk_buff. */
export function skb_begin(descriptor: usize, type: u32): void {
  const state = skb();
  const ctx = context();
  memory.fill(state, 0, Skb.TUNNEL_KEY);
  memory.fill(ctx, 0, SkbFrame.CONTEXT_SIZE + SkbFrame.SOCK_SIZE);
  const start = load<u32>(descriptor, Descriptor.DATA);
  const end = load<u32>(descriptor, Descriptor.DATA_END);
  const protocol = ethernet_type(start, end);
  store<u32>(state, start, Skb.MAC_HEADER);
  store<u32>(state, start + ETH_HLEN, Skb.NETWORK_HEADER);
  store<u32>(state, start - NET_SKB_PAD, Skb.HEAD);
  store<u32>(state, 0, Skb.MAC_LEN);
  set_protocol(protocol);
  store<u32>(state, packet_type(start), Skb.PKT_TYPE);
  store<u32>(ctx, load<u32>(state, Skb.PKT_TYPE), SkBuff.PKT_TYPE);
  if (type == ProgramType.tc) set_packet(load<u32>(descriptor, Descriptor.DATA_META), start, end);
  else set_packet(start + ETH_HLEN, start + ETH_HLEN, end);
  take_context(load<u32>(descriptor, Descriptor.CONTEXT));
  make_socket(ctx + SkbFrame.CONTEXT_SIZE, protocol, start + ETH_HLEN, end);
}

/** skb->protocol as eth_type_trans finds it (net/ethernet/eth.c). */
function ethernet_type(start: usize, end: usize): u32 {
  const type = <u32>load<u16>(start + ETH_TYPE);
  if (<u32>bswap<u16>(<u16>type) >= FIRST_TYPE) return type;
  const llc = start + ETH_HLEN;
  return llc + 2 <= end && load<u16>(llc) == 0xffff ? PROTO_802_3 : PROTO_802_2;
}

/** skb->pkt_type for the loopback device, whose address and broadcast address are all zeros (eth_skb_pkt_type). */
function packet_type(start: usize): u32 {
  const low = load<u32>(start);
  const high = load<u16>(start, 4);
  if (low == 0 && high == 0) return 0;
  if ((low & 1) == 0) return PACKET_OTHERHOST;
  return PACKET_MULTICAST;
}

/** The fields that a caller may give (convert___skb_to_skb). */
function take_context(given: usize): void {
  const ctx = context();
  if (given != 0) {
    store<u32>(ctx, load<u32>(given, SkBuff.MARK), SkBuff.MARK);
    store<u32>(ctx, load<u32>(given, SkBuff.PRIORITY), SkBuff.PRIORITY);
    store<u32>(ctx, load<u32>(given, SkBuff.INGRESS_IFINDEX), SkBuff.INGRESS_IFINDEX);
    memory.copy(ctx + SkBuff.CB, given + SkBuff.CB, 20);
    store<u64>(ctx, load<u64>(given, SkBuff.TSTAMP), SkBuff.TSTAMP);
    store<u32>(ctx, load<u32>(given, SkBuff.GSO_SEGS), SkBuff.GSO_SEGS);
    store<u32>(ctx, load<u32>(given, SkBuff.GSO_SIZE), SkBuff.GSO_SIZE);
    store<u32>(skb(), load<u32>(given, SkBuff.GSO_SIZE), Skb.GSO_SIZE);
    store<u64>(ctx, load<u64>(given, SkBuff.HWTSTAMP), SkBuff.HWTSTAMP);
  }
  const wire_length: u32 = given == 0 ? 0 : load<u32>(given, SkBuff.WIRE_LEN);
  store<u32>(ctx, wire_length == 0 ? length() : wire_length, SkBuff.WIRE_LEN);
  const ifindex: u32 = given == 0 ? 0 : load<u32>(given, SkBuff.IFINDEX);
  store<u32>(ctx, max<u32>(ifindex, LOOPBACK), SkBuff.IFINDEX);
  store<u32>(skb(), max<u32>(ifindex, LOOPBACK), Skb.IFINDEX);
}

/** The socket of a test run, which takes its addresses from the packet. */
function make_socket(sock: usize, protocol: u32, network: usize, end: usize): void {
  const ctx = context();
  store<u64>(ctx, sock, SkBuff.SK);
  store<u32>(sock, TCP_CLOSE, Sock.STATE);
  store<i32>(sock, -1, Sock.RX_QUEUE_MAPPING);
  if (protocol == PROTO_IP && network + 20 <= end) {
    store<u32>(sock, AF_INET, Sock.FAMILY);
    store<u32>(sock, load<u32>(network, 12), Sock.SRC_IP4);
    store<u32>(sock, load<u32>(network, 16), Sock.DST_IP4);
  } else if (protocol == PROTO_IPV6 && network + 40 <= end) {
    store<u32>(sock, AF_INET6, Sock.FAMILY);
    memory.copy(sock + Sock.SRC_IP6, network + 8, 16);
    memory.copy(sock + Sock.DST_IP6, network + 24, 16);
  }
  store<u32>(ctx, load<u32>(sock, Sock.FAMILY), SkBuff.FAMILY);
  store<u32>(ctx, load<u32>(sock, Sock.SRC_IP4), SkBuff.LOCAL_IP4);
  store<u32>(ctx, load<u32>(sock, Sock.DST_IP4), SkBuff.REMOTE_IP4);
  memory.copy(ctx + SkBuff.LOCAL_IP6, sock + Sock.SRC_IP6, 16);
  memory.copy(ctx + SkBuff.REMOTE_IP6, sock + Sock.DST_IP6, 16);
}

/** After the run: the fields that a caller gets back, and an Ethernet header of zeros where the hook sees none. */
export function skb_end(descriptor: usize): void {
  const ctx = context();
  const out: usize = load<u32>(descriptor, Descriptor.CONTEXT);
  if (out != 0) {
    store<u32>(out, load<u32>(ctx, SkBuff.MARK), SkBuff.MARK);
    store<u32>(out, load<u32>(ctx, SkBuff.PRIORITY), SkBuff.PRIORITY);
    store<u32>(out, load<u32>(ctx, SkBuff.INGRESS_IFINDEX), SkBuff.INGRESS_IFINDEX);
    store<u32>(out, load<u32>(skb(), Skb.IFINDEX), SkBuff.IFINDEX);
    memory.copy(out + SkBuff.CB, ctx + SkBuff.CB, 20);
    store<u64>(out, load<u64>(ctx, SkBuff.TSTAMP), SkBuff.TSTAMP);
    store<u32>(out, load<u32>(ctx, SkBuff.WIRE_LEN), SkBuff.WIRE_LEN);
    store<u32>(out, load<u32>(ctx, SkBuff.GSO_SEGS), SkBuff.GSO_SEGS);
    store<u64>(out, load<u64>(ctx, SkBuff.HWTSTAMP), SkBuff.HWTSTAMP);
  }
  if (load<u32>(WORKER, Worker.HOOK) == ProgramType.tc) return;
  if (!make_room(ETH_HLEN, 0)) return;
  set_packet(data() - ETH_HLEN, data() - ETH_HLEN, data_end());
  memory.fill(data(), 0, ETH_HLEN);
}

/** Where the packet's bytes begin, with a MAC header that lies in front of what the program sees. */
function lowest(): u32 {
  return max<u32>(min<u32>(load<u32>(skb(), Skb.MAC_HEADER), data()), load<u32>(WORKER, Worker.FRAME_START));
}

/**
 * What skb_cow leaves of a transport header that was never set when there are no `front` bytes before the packet: its
 * mark wraps around with the added memory and counts as set, and skb_change_tail minds it.
 */
export function reserve(front: u32): void {
  const state = skb();
  const head = load<u32>(state, Skb.HEAD);
  const missing = <i64>head - (<i64>data() - <i64>front);
  if (missing <= 0) return;
  store<u32>(state, head - ((<u32>missing + NET_SKB_PAD - 1) & ~(NET_SKB_PAD - 1)), Skb.HEAD);
  if (load<u32>(state, Skb.TRANSPORT_HEADER) == 0) store<u32>(state, head - 1, Skb.TRANSPORT_HEADER);
}

/**
 * Makes `front` bytes free before the packet and `back` behind it, moving the packet in its frame where it must
 * (pskb_expand_head takes new memory instead). False when the frame is too small.
 */
export function make_room(front: u32, back: u32): bool {
  reserve(front);
  const first = <i64>load<u32>(WORKER, Worker.FRAME_START);
  // A frame's end may be the memory's, 2^32, which reads as 0.
  const last = <i64>(load<u32>(WORKER, Worker.FRAME_END) - 1) + 1;
  const from = <i64>lowest();
  const end = <i64>data_end();
  if (<i64>data() - <i64>front >= first && end + <i64>back <= last) return true;
  const slack = last - first - (end - from) - <i64>front - <i64>back;
  if (slack < 0) return false;
  const to = first + <i64>front + (slack >> 1);
  memory.copy(<usize>to, <usize>from, <usize>(end - from));
  shift(<u32>(to - from));
  store<u32>(WORKER, <u32>to, Worker.PACKET_LOWEST);
  return true;
}

/** Adds to all addresses of the packet. */
function shift(by: u32): void {
  const state = skb();
  store<u32>(state, load<u32>(state, Skb.MAC_HEADER) + by, Skb.MAC_HEADER);
  store<u32>(state, load<u32>(state, Skb.NETWORK_HEADER) + by, Skb.NETWORK_HEADER);
  store<u32>(state, load<u32>(state, Skb.HEAD) + by, Skb.HEAD);
  const transport = load<u32>(state, Skb.TRANSPORT_HEADER);
  if (transport != 0) store<u32>(state, transport + by, Skb.TRANSPORT_HEADER);
  set_packet(load<u32>(WORKER, Worker.DATA_META) + by, data() + by, data_end() + by);
}

/** Moves the packet's start by `by`, negative for outwards; metadata in front of it is gone. */
export function move_start(by: i32): void {
  const start = data() + by;
  set_packet(start, start, data_end());
  store<u32>(WORKER, min<u32>(load<u32>(WORKER, Worker.PACKET_LOWEST), start), Worker.PACKET_LOWEST);
}

/** Adds to the addresses of the MAC and network headers, and of the transport header that is the network header. */
export function move_headers(by: i32): void {
  const state = skb();
  const network = load<u32>(state, Skb.NETWORK_HEADER);
  const same = load<u32>(state, Skb.TRANSPORT_HEADER) == network;
  store<u32>(state, load<u32>(state, Skb.MAC_HEADER) + by, Skb.MAC_HEADER);
  store<u32>(state, network + by, Skb.NETWORK_HEADER);
  if (same) store<u32>(state, network + by, Skb.TRANSPORT_HEADER);
}

/** 0 when the packet has `size` bytes at `offset` (bpf_try_make_writable), else a positive errno. */
export function writable_refusal(offset: u64, size: u64): i32 {
  return offset + size > <u64>length() ? Errno.ENOMEM : 0;
}
