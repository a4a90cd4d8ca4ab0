/**
 * bpf_skb_change_head, bpf_skb_change_tail, bpf_skb_adjust_room, bpf_skb_change_proto (net/core/filter.c): helpers that
 * make room in a packet, or take it away.
 */
import { Skb, SkbFrame, Worker } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { set_packet } from "../packet";
import {
  clear_hash, data, data_end, is_gso, length, mac_header_length, make_room, move_headers, move_start, network_offset,
  PROTO_IP, PROTO_IPV6, reserve, reset_gso, reset_mac_length, set_protocol, skb,
} from "../skb";
import { WORKER } from "../worker";
import { errno, is_context } from "./arguments";
import { reset_checksum_unnecessary } from "./skb_checksum";
import { spend } from "./work";

const IP_LENGTH: u32 = 20;
const IPV6_LENGTH: u32 = 40;
const ETH_HLEN: u32 = 14;

/** linux/bpf.h enum bpf_adj_room_mode. */
const MODE_NET: u32 = 0;
const MODE_MAC: u32 = 1;
/** linux/bpf.h BPF_F_ADJ_ROOM_*. */
const FIXED_GSO: u64 = 1 << 0;
const ENCAP_IPV4: u64 = 1 << 1;
const ENCAP_IPV6: u64 = 1 << 2;
const ENCAP_GRE: u64 = 1 << 3;
const ENCAP_UDP: u64 = 1 << 4;
const NO_CSUM_RESET: u64 = 1 << 5;
const ENCAP_ETH: u64 = 1 << 6;
const DECAP_IPV4: u64 = 1 << 7;
const DECAP_IPV6: u64 = 1 << 8;
const ENCAP_L3: u64 = ENCAP_IPV4 | ENCAP_IPV6;
const DECAP_L3: u64 = DECAP_IPV4 | DECAP_IPV6;
/** The length of an inner link-layer header, in the top byte. */
const ENCAP_L2_SHIFT: u64 = 56;
const ENCAP_L2: u64 = <u64>0xff << 56;
const SHRINK_FLAGS: u64 = FIXED_GSO | DECAP_L3 | NO_CSUM_RESET;
const ROOM_FLAGS: u64 = SHRINK_FLAGS | ENCAP_L3 | ENCAP_GRE | ENCAP_UDP | ENCAP_ETH | ENCAP_L2;
const MAX_DIFFERENCE: u32 = 0xfff;

/** The shortest that a packet may become: its headers stay (__bpf_skb_min_len). */
function minimum_length(): u32 {
  const transport = load<u32>(skb(), Skb.TRANSPORT_HEADER);
  const offset = transport == 0 ? 0 : <i32>(transport - data());
  return offset > 0 ? offset : max<i32>(network_offset(), 0);
}

/** Sets the packet's length; bytes that it grows by are zeros. */
export function helper_skb_change_tail(ctx: u64, new_length: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  const wanted = <u32>new_length;
  if (flags != 0 || wanted > <u32>SkbFrame.MAX_LENGTH || wanted < minimum_length()) return errno(Errno.EINVAL);
  if (load<u32>(skb(), Skb.ENCAPSULATION) != 0) return errno(Errno.ENOTSUPP);
  const old = length();
  if (wanted > old) {
    if (!spend(<u64>wanted)) return 0;
    if (!make_room(0, wanted - old)) return errno(Errno.ENOMEM);
    memory.fill(data_end(), 0, wanted - old);
  }
  set_packet(meta(), data(), data() + wanted);
  if (is_gso()) reset_gso();
  return 0;
}

@inline function meta(): u32 { return load<u32>(WORKER, Worker.DATA_META); }

/** Makes room of zeros in front of the packet: where the MAC header then is. */
export function helper_skb_change_head(ctx: u64, room: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  const size = <u32>room;
  const wanted = <u64>length() + <u64>size;
  if (flags != 0 || (!is_gso() && wanted > <u64>SkbFrame.MAX_LENGTH) || wanted > u32.MAX_VALUE) return errno(Errno.EINVAL);
  if (!spend(wanted)) return 0;
  if (!make_room(size, 0)) return errno(Errno.ENOMEM);
  move_start(-(<i32>size));
  memory.fill(data(), 0, size);
  store<u32>(skb(), data(), Skb.MAC_HEADER);
  reset_mac_length();
  return 0;
}

/**
 * bpf_skb_net_hdr_push: room of zeros at `offset`. False when there is no memory for it. The kernel does so behind the
 * end of a packet that is too short for its headers, too: what comes into the packet from there is zeros.
 */
function push(offset: u32, size: u32): bool {
  if (!make_room(size, 0)) return false;
  const front = min<u32>(offset, length());
  move_start(-(<i32>size));
  memory.copy(data(), data() + size, front);
  memory.fill(data() + front, 0, size);
  move_headers(-(<i32>size));
  return true;
}

/** bpf_skb_net_hdr_pop: takes `size` bytes away at `offset`. False when the packet has not so many. */
function pop(offset: u32, size: u32): bool {
  if (<u64>offset + <u64>size > <u64>length()) return false;
  memory.copy(data() + size, data(), offset);
  move_start(size);
  move_headers(size);
  return true;
}

/** Turns IPv4 into IPv6 and back: only the room that the header needs. */
export function helper_skb_change_proto(ctx: u64, protocol: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  if (flags != 0) return errno(Errno.EINVAL);
  const from = load<u32>(skb(), Skb.PROTOCOL);
  const to = <u32>(<u16>protocol);
  const offset = mac_header_length();
  if (!spend(length())) return 0;
  if (from == PROTO_IP && to == PROTO_IPV6) {
    if (!push(offset, IPV6_LENGTH - IP_LENGTH)) return errno(Errno.ENOMEM);
  } else if (from == PROTO_IPV6 && to == PROTO_IP) {
    if (!pop(offset, IPV6_LENGTH - IP_LENGTH)) return errno(Errno.ENOMEM);
  } else {
    return errno(Errno.ENOTSUPP);
  }
  set_protocol(to);
  clear_hash();
  return 0;
}

/** Makes room behind the MAC header, or behind the network header, or takes it away. */
export function helper_skb_adjust_room(ctx: u64, difference: u64, mode: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  const by = <i32>difference;
  const size = <u32>abs<i32>(by);
  const shrink = by < 0;
  const protocol = load<u32>(skb(), Skb.PROTOCOL);
  if ((flags & ~ROOM_FLAGS) != 0) return errno(Errno.EINVAL);
  if (size > MAX_DIFFERENCE) return errno(Errno.EFAULT);
  if (protocol != PROTO_IP && protocol != PROTO_IPV6) return errno(Errno.ENOTSUPP);
  const base = protocol == PROTO_IP ? IP_LENGTH : IPV6_LENGTH;
  let shortest = base;
  let offset = mac_header_length();
  if (<u32>mode == MODE_NET) offset += base;
  else if (<u32>mode != MODE_MAC) return errno(Errno.ENOTSUPP);
  const decap = flags & DECAP_L3;
  if (decap != 0) {
    if (!shrink || decap == DECAP_L3) return errno(Errno.EINVAL);
    shortest = decap == DECAP_IPV4 ? IP_LENGTH : IPV6_LENGTH;
  }
  const current = length() - network_offset();
  if (shrink && (size >= current || current - size < shortest)) return errno(Errno.ENOTSUPP);
  if (!shrink && length() + size > <u32>SkbFrame.MAX_LENGTH && !is_gso()) return errno(Errno.ENOTSUPP);
  if (!spend(length())) return 0;
  const refused = shrink ? narrow(offset, size, flags, protocol) : widen(offset, size, flags, protocol);
  if (refused != 0) return errno(refused);
  if ((flags & NO_CSUM_RESET) == 0) reset_checksum_unnecessary();
  return 0;
}

/** bpf_skb_net_shrink: 0, or a positive errno. */
function narrow(offset: u32, size: u32, flags: u64, protocol: u32): i32 {
  if ((flags & ~SHRINK_FLAGS) != 0) return Errno.EINVAL;
  if (is_gso()) return Errno.ENOTSUPP;
  if (!pop(offset, size)) return Errno.ENOMEM;
  if (protocol == PROTO_IP && (flags & DECAP_IPV6) != 0) set_protocol(PROTO_IPV6);
  else if (protocol == PROTO_IPV6 && (flags & DECAP_IPV4) != 0) set_protocol(PROTO_IP);
  return 0;
}

/** bpf_skb_net_grow: 0, or a positive errno. */
function widen(offset: u32, size: u32, flags: u64, protocol: u32): i32 {
  if (is_gso()) return Errno.ENOTSUPP;
  reserve(size);
  const state = skb();
  const inner_mac = <u32>(flags >> ENCAP_L2_SHIFT);
  const encap = (flags & ENCAP_L3) != 0;
  const mac = mac_header_length();
  if (encap) {
    if ((flags & ENCAP_L3) == ENCAP_L3) return Errno.EINVAL;
    if ((flags & ENCAP_GRE) != 0 && (flags & ENCAP_UDP) != 0) return Errno.EINVAL;
    if ((flags & ENCAP_ETH) != 0 && inner_mac < ETH_HLEN) return Errno.EINVAL;
    if (load<u32>(state, Skb.ENCAPSULATION) != 0) return Errno.EALREADY;
    if (inner_mac > size) return Errno.EINVAL;
  }
  if (!push(offset, size)) return Errno.ENOMEM;
  if (!encap) return 0;
  store<u32>(state, 1, Skb.ENCAPSULATION);
  store<u32>(state, data() + mac, Skb.NETWORK_HEADER);
  const to_ipv6 = (flags & ENCAP_IPV6) != 0;
  if ((flags & (ENCAP_GRE | ENCAP_UDP)) != 0) {
    store<u32>(state, data() + mac + (to_ipv6 ? IPV6_LENGTH : IP_LENGTH), Skb.TRANSPORT_HEADER);
  }
  if ((protocol == PROTO_IP) == to_ipv6) set_protocol(to_ipv6 ? PROTO_IPV6 : PROTO_IP);
  return 0;
}
