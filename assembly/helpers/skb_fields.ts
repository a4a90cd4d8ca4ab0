/**
 * bpf_skb_change_type, bpf_skb_ecn_set_ce, bpf_skb_set_tstamp, bpf_get_hash_recalc, bpf_set_hash,
 * bpf_set_hash_invalid (net/core/filter.c): helpers that set what struct sk_buff says of a packet.
 */
import { Skb } from "../../src/abi/layout";
import { Errno, SkBuff } from "../generated/abi";
import { clear_hash, context, data, data_end, ETH_HLEN, length, PROTO_IP, PROTO_IPV6, skb } from "../skb";
import { is_vlan } from "./skb_vlan";
import { errno, is_context } from "./arguments";

/** linux/if_packet.h PACKET_OTHERHOST: the last type that may be set. */
const LAST_TYPE: u32 = 3;
/** Clocks of skb_set_tstamp: realtime, monotonic, TAI. */
const CLOCK_REALTIME: u32 = 0;
const CLOCK_TAI: u32 = 2;

export function helper_skb_change_type(ctx: u64, type: u64): u64 {
  if (!is_context(ctx)) return 0;
  if (load<u32>(skb(), Skb.PKT_TYPE) > LAST_TYPE || <u32>type > LAST_TYPE) return errno(Errno.EINVAL);
  store<u32>(skb(), <u32>type, Skb.PKT_TYPE);
  store<u32>(context(), <u32>type, SkBuff.PKT_TYPE);
  return 0;
}

/** linux/if_vlan.h: length of a tag, and how many are looked behind. */
const VLAN_HLEN: u32 = 4;
const MAX_TAGS: i32 = 7;

/** The network protocol behind VLAN tags in the packet (linux/if_vlan.h __vlan_get_protocol). */
function network_protocol(): u32 {
  let protocol = load<u32>(skb(), Skb.PROTOCOL);
  if (!is_vlan(protocol)) return protocol;
  const mac_length = load<u32>(skb(), Skb.MAC_LEN);
  if (mac_length != 0 && mac_length < VLAN_HLEN) return 0;
  let at = <u64>data() + <u64>(mac_length == 0 ? ETH_HLEN : mac_length - VLAN_HLEN);
  for (let depth = 0; depth < MAX_TAGS && is_vlan(protocol); depth++) {
    if (at + 4 > <u64>data_end()) return 0;
    protocol = load<u16>(<usize>at + 2);
    at += 4;
  }
  return is_vlan(protocol) ? 0 : protocol;
}

/** Marks congestion in an IP header that says that it may be: 1 when it is marked now. */
export function helper_skb_ecn_set_ce(ctx: u64): u64 {
  if (!is_context(ctx)) return 0;
  const protocol = network_protocol();
  const size: u32 = protocol == PROTO_IP ? 20 : 40;
  if ((protocol != PROTO_IP && protocol != PROTO_IPV6) || length() < size) return 0;
  const header: usize = load<u32>(skb(), Skb.NETWORK_HEADER);
  if (<u64>header + <u64>size > <u64>data_end()) return 0;
  return protocol == PROTO_IP ? mark_ipv4(header) : mark_ipv6(header);
}

function mark_ipv4(header: usize): u64 {
  const ecn = (<u32>load<u8>(header, 1) + 1) & 3;
  if ((ecn & 2) == 0) return ecn == 0 ? 1 : 0;
  const added = bswap<u16>(0xfffb) + bswap<u16>(<u16>ecn);
  const sum = <u32>load<u16>(header, 10) + <u32>(<u16>added);
  store<u16>(header, <u16>sum + <u16>(sum >> 16), 10);
  store<u8>(header, load<u8>(header, 1) | 3, 1);
  return 1;
}

function mark_ipv6(header: usize): u64 {
  const word = bswap<u32>(load<u32>(header));
  if ((word >> 20 & 3) == 0) return 0;
  store<u32>(header, bswap<u32>(word | 3 << 20));
  return 1;
}

export function helper_skb_set_tstamp(ctx: u64, tstamp: u64, clock: u64): u64 {
  if (!is_context(ctx)) return 0;
  const protocol = load<u32>(skb(), Skb.PROTOCOL);
  if (protocol != PROTO_IP && protocol != PROTO_IPV6) return errno(Errno.EOPNOTSUPP);
  if (<u32>clock > CLOCK_TAI || (<u32>clock != CLOCK_REALTIME && tstamp == 0)) return errno(Errno.EINVAL);
  store<u64>(context(), tstamp, SkBuff.TSTAMP);
  store<u8>(context(), <u8>clock, SkBuff.TSTAMP_TYPE);
  return 0;
}

/** The packet's hash, made where there is none; the kernel's is keyed by a random number. */
export function helper_get_hash_recalc(ctx: u64): u64 {
  if (!is_context(ctx)) return 0;
  if (load<u32>(skb(), Skb.HASH_VALID) == 0) {
    store<u32>(skb(), 1, Skb.HASH_VALID);
    store<u32>(context(), flow_hash(), SkBuff.HASH);
  }
  return load<u32>(context(), SkBuff.HASH);
}

/** A hash of addresses, protocol and ports; never 0. */
function flow_hash(): u32 {
  const header: usize = load<u32>(skb(), Skb.NETWORK_HEADER);
  const left = <i64>data_end() - <i64>header;
  const protocol = load<u32>(skb(), Skb.PROTOCOL);
  let hash: u32 = protocol * 0x9e3779b1;
  let from: usize = 0;
  let to: usize = 0;
  let ports: usize = 0;
  if (protocol == PROTO_IP && left >= 20) {
    from = 12;
    to = 20;
    hash = mix(hash, load<u8>(header, 9));
    ports = (load<u8>(header) & 15) * 4;
  } else if (protocol == PROTO_IPV6 && left >= 40) {
    from = 8;
    to = 40;
    hash = mix(hash, load<u8>(header, 6));
    ports = 40;
  }
  for (let at = from; at < to; at += 4) hash = mix(hash, load<u32>(header + at));
  if (ports != 0 && <i64>ports + 4 <= left) hash = mix(hash, load<u32>(header + ports));
  return hash == 0 ? 1 : hash;
}

@inline function mix(hash: u32, word: u32): u32 {
  const mixed = (hash ^ word) * 0x85ebca6b;
  return mixed ^ mixed >> 13;
}

export function helper_set_hash(ctx: u64, hash: u64): u64 {
  if (!is_context(ctx)) return 0;
  store<u32>(skb(), 1, Skb.HASH_VALID);
  store<u32>(context(), <u32>hash, SkBuff.HASH);
  return 0;
}

export function helper_set_hash_invalid(ctx: u64): u64 {
  if (is_context(ctx)) clear_hash();
  return 0;
}
