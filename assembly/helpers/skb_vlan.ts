/**
 * bpf_skb_vlan_push, bpf_skb_vlan_pop (net/core/filter.c, net/core/skbuff.c): the outermost tag is kept beside the
 * packet, as hardware with VLAN acceleration gives it; only a second one goes into the bytes.
 */
import { Skb } from "../../src/abi/layout";
import { Errno, SkBuff } from "../generated/abi";
import { context, data, length, make_room, move_headers, move_start, network_offset, reset_mac_length, set_protocol, skb } from "../skb";
import { errno, is_context } from "./arguments";
import { spend } from "./work";

/** 0x8100 and 0x88a8, as the 16 bits lie in memory. */
const PROTO_8021Q: u32 = 0x0081;
const PROTO_8021AD: u32 = 0xa888;
const TAG_LENGTH: u32 = 4;
const ETH_HLEN: u32 = 14;
/** Both addresses: where the tag goes. */
const ADDRESSES: u32 = 12;
const FIRST_TYPE: u16 = 0x0600;
const PROTO_802_3: u32 = 0x0100;
const PROTO_802_2: u32 = 0x0400;

export function is_vlan(protocol: u32): bool { return protocol == PROTO_8021Q || protocol == PROTO_8021AD; }

function set_tag(present: u32, tci: u32, protocol: u32): void {
  const state = skb();
  const ctx = context();
  store<u32>(state, present, Skb.VLAN_PRESENT);
  store<u32>(state, tci, Skb.VLAN_TCI);
  store<u32>(state, protocol, Skb.VLAN_PROTO);
  store<u32>(ctx, present, SkBuff.VLAN_PRESENT);
  store<u32>(ctx, tci, SkBuff.VLAN_TCI);
  store<u32>(ctx, protocol, SkBuff.VLAN_PROTO);
}

/** Whether the packet begins with its MAC header, which alone these helpers work on. */
function at_mac_header(): bool { return load<u32>(skb(), Skb.MAC_HEADER) == data(); }

export function helper_skb_vlan_push(ctx: u64, protocol: u64, tci: u64): u64 {
  if (!is_context(ctx)) return 0;
  const state = skb();
  if (load<u32>(state, Skb.VLAN_PRESENT) != 0) {
    if (!at_mac_header() || length() < ETH_HLEN) return errno(Errno.EINVAL);
    if (!spend(length())) return 0;
    if (!make_room(TAG_LENGTH, 0)) return errno(Errno.ENOMEM);
    move_start(-(<i32>TAG_LENGTH));
    memory.copy(data(), data() + TAG_LENGTH, ADDRESSES);
    move_headers(-(<i32>TAG_LENGTH));
    const outer = load<u32>(state, Skb.VLAN_PROTO);
    store<u16>(data() + ADDRESSES, <u16>outer);
    store<u16>(data() + ADDRESSES, bswap<u16>(<u16>load<u32>(state, Skb.VLAN_TCI)), 2);
    set_protocol(outer);
  }
  const proto = <u32>(<u16>protocol);
  set_tag(1, <u32>(<u16>tci), is_vlan(proto) ? proto : PROTO_8021Q);
  reset_mac_length();
  return 0;
}

export function helper_skb_vlan_pop(ctx: u64): u64 {
  if (!is_context(ctx)) return 0;
  if (!spend(length())) return 0;
  if (load<u32>(skb(), Skb.VLAN_PRESENT) != 0) {
    set_tag(0, 0, 0);
  } else {
    if (!is_vlan(load<u32>(skb(), Skb.PROTOCOL))) return 0;
    const refused = remove_tag();
    if (refused < 0) return <u64>(<i64>refused);
  }
  // The next tag goes where hardware would put it.
  const protocol = load<u32>(skb(), Skb.PROTOCOL);
  if (!is_vlan(protocol)) return 0;
  const tci = remove_tag();
  if (tci < 0) return <u64>(<i64>tci);
  set_tag(1, tci, protocol);
  return 0;
}

/** Takes the first tag out of the bytes (__skb_vlan_pop): its TCI, or a negative errno. */
function remove_tag(): i32 {
  if (!at_mac_header()) return -Errno.EINVAL;
  if (length() < ETH_HLEN + TAG_LENGTH) return -Errno.ENOMEM;
  const tag: usize = data() + ETH_HLEN;
  const tci = <i32>bswap<u16>(load<u16>(tag));
  const inner = load<u16>(tag, 2);
  const has_llc = length() >= ETH_HLEN + TAG_LENGTH + 2;
  const protocol = bswap<u16>(inner) >= FIRST_TYPE
    ? <u32>inner
    : has_llc && load<u16>(tag, 4) == 0xffff ? PROTO_802_3 : PROTO_802_2;
  memory.copy(data() + TAG_LENGTH, data(), ADDRESSES);
  move_start(TAG_LENGTH);
  store<u32>(skb(), load<u32>(skb(), Skb.MAC_HEADER) + TAG_LENGTH, Skb.MAC_HEADER);
  set_protocol(protocol);
  if (network_offset() < <i32>ETH_HLEN) store<u32>(skb(), data() + ETH_HLEN, Skb.NETWORK_HEADER);
  reset_mac_length();
  return tci;
}
