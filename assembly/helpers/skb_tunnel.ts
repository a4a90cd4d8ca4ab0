/**
 * bpf_skb_set_tunnel_key, bpf_skb_get_tunnel_key, bpf_skb_set_tunnel_opt, bpf_skb_get_tunnel_opt (net/core/filter.c):
 * what a tunnel device would be told. No packet comes out of a tunnel with a key.
 */
import { Skb } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { skb } from "../skb";
import { errno, is_context, may_read, may_write } from "./arguments";

/** sizeof(struct bpf_tunnel_key), and what it was before members came to its end. */
const KEY_SIZE: u32 = 44;
const KEY_TO_LOCAL: u32 = 28;
const KEY_TO_LABEL: u32 = 24;
const KEY_TO_EXT: u32 = 22;
const KEY_TO_REMOTE_IPV6: u32 = 8;
/** Offsets in it. */
const REMOTE: usize = 4;
const TOS_TTL_EXT: usize = 20;
const EXT: usize = 22;
const LABEL: usize = 24;
const LOCAL: usize = 28;

const TUNINFO_IPV6: u64 = 1;
const TUNINFO_FLAGS: u64 = 1 << 4;
/** BPF_F_ZERO_CSUM_TX, BPF_F_DONT_FRAGMENT, BPF_F_SEQ_NUMBER, BPF_F_NO_TUNNEL_KEY. */
const ZERO_CSUM_TX: u64 = 1 << 1;
const DONT_FRAGMENT: u64 = 1 << 2;
const SEQ_NUMBER: u64 = 1 << 3;
const NO_TUNNEL_KEY: u64 = 1 << 4;
const SET_FLAGS: u64 = TUNINFO_IPV6 | ZERO_CSUM_TX | DONT_FRAGMENT | SEQ_NUMBER | NO_TUNNEL_KEY;
/** net/ip_tunnels.h, in network byte order as lie in memory: TUNNEL_CSUM, _KEY, _SEQ, _DONT_FRAGMENT, _NOCACHE. */
const FLAG_CSUM: u16 = 0x0100;
const FLAG_KEY: u16 = 0x0400;
const FLAG_SEQ: u16 = 0x0800;
const FLAG_DONT_FRAGMENT: u16 = 0x0001;
const FLAG_NOCACHE: u16 = 0x0020;
/** net/ip_tunnels.h TUNNEL_OPTIONS_PRESENT: of some tunnel type. */
const MAX_OPT: u32 = 255;
const FLOW_LABEL: u32 = 0xfffff;

/** Whether a size is one that struct bpf_tunnel_key has had. */
function known_size(size: u32): bool {
  return size == KEY_SIZE || size == KEY_TO_LOCAL || size == KEY_TO_LABEL || size == KEY_TO_EXT || size == KEY_TO_REMOTE_IPV6;
}

export function helper_skb_set_tunnel_key(ctx: u64, from: u64, size: u64, flags: u64): u64 {
  if (!is_context(ctx) || !may_read(from, <u32>size)) return 0;
  if ((flags & ~SET_FLAGS) != 0 || !known_size(<u32>size)) return errno(Errno.EINVAL);
  const label: u32 = <u32>size > KEY_TO_LABEL ? load<u32>(<usize>from, LABEL) : 0;
  const ext: u16 = <u32>size >= KEY_TO_LABEL ? load<u16>(<usize>from, EXT) : 0;
  const ipv6 = (flags & TUNINFO_IPV6) != 0;
  if ((!ipv6 && label != 0) || ext != 0) return errno(Errno.EINVAL);
  const state = skb();
  const key = state + Skb.TUNNEL_KEY;
  memory.fill(key, 0, KEY_SIZE);
  memory.copy(key, <usize>from, <u32>size);
  if (!ipv6) {
    memory.fill(key + REMOTE + 4, 0, 12);
    memory.fill(key + LOCAL + 4, 0, 12);
  }
  store<u32>(key, label & FLOW_LABEL, LABEL);
  store<u32>(state, ipv6 ? 2 : 1, Skb.TUNNEL_SET);
  store<u32>(state, tunnel_flags(flags), Skb.TUNNEL_FLAGS);
  store<u32>(state, 0, Skb.TUNNEL_OPT_LENGTH);
  return 0;
}

/** The key's flags as skb_get_tunnel_key shows them. */
function tunnel_flags(flags: u64): u16 {
  let shown = FLAG_NOCACHE;
  if ((flags & DONT_FRAGMENT) != 0) shown |= FLAG_DONT_FRAGMENT;
  if ((flags & ZERO_CSUM_TX) == 0) shown |= FLAG_CSUM;
  if ((flags & SEQ_NUMBER) != 0) shown |= FLAG_SEQ;
  if ((flags & NO_TUNNEL_KEY) == 0) shown |= FLAG_KEY;
  return shown;
}

/** Gives the key back as the far end sees it: what was set as local is remote. */
export function helper_skb_get_tunnel_key(ctx: u64, to: u64, size: u64, flags: u64): u64 {
  if (!is_context(ctx) || !may_write(to, <u32>size)) return 0;
  const set = load<u32>(skb(), Skb.TUNNEL_SET);
  let refused: i32 = 0;
  if (set == 0 || (flags & ~(TUNINFO_IPV6 | TUNINFO_FLAGS)) != 0) refused = Errno.EINVAL;
  else if ((set == 2) != ((flags & TUNINFO_IPV6) != 0)) refused = Errno.EPROTO;
  else if (!known_size(<u32>size) || (<u32>size == KEY_TO_REMOTE_IPV6 && set == 2)) refused = Errno.EINVAL;
  if (refused != 0) {
    memory.fill(<usize>to, 0, <u32>size);
    return errno(refused);
  }
  const key = skb() + Skb.TUNNEL_KEY;
  const out = <usize>to;
  store<u32>(out, load<u32>(key));
  memory.copy(out + REMOTE, key + LOCAL, min<u32>(<u32>size - 4, 16));
  if (<u32>size < KEY_TO_EXT) return 0;
  store<u16>(out, load<u16>(key, TOS_TTL_EXT), TOS_TTL_EXT);
  if (<u32>size < KEY_TO_LABEL) return 0;
  store<u16>(out, (flags & TUNINFO_FLAGS) != 0 ? <u16>load<u32>(skb(), Skb.TUNNEL_FLAGS) : 0, EXT);
  if (<u32>size < KEY_TO_LOCAL) return 0;
  store<u32>(out, load<u32>(key, LABEL), LABEL);
  if (<u32>size == KEY_SIZE) memory.copy(out + LOCAL, key + REMOTE, 16);
  return 0;
}

/** Options go with a key that was set before. */
export function helper_skb_set_tunnel_opt(ctx: u64, from: u64, size: u64): u64 {
  if (!is_context(ctx) || !may_read(from, <u32>size)) return 0;
  if (load<u32>(skb(), Skb.TUNNEL_SET) == 0 || (<u32>size & 3) != 0) return errno(Errno.EINVAL);
  if (<u32>size > MAX_OPT) return errno(Errno.ENOMEM);
  memory.copy(skb() + Skb.TUNNEL_OPT, <usize>from, <u32>size);
  store<u32>(skb(), <u32>size, Skb.TUNNEL_OPT_LENGTH);
  return 0;
}

export function helper_skb_get_tunnel_opt(ctx: u64, to: u64, size: u64): u64 {
  if (!is_context(ctx) || !may_write(to, <u32>size)) return 0;
  const there: u32 = load<u32>(skb(), Skb.TUNNEL_SET) == 0 ? 0 : load<u32>(skb(), Skb.TUNNEL_OPT_LENGTH);
  memory.fill(<usize>to, 0, <u32>size);
  if (there == 0) return errno(Errno.ENOENT);
  if (<u32>size < there) return errno(Errno.ENOMEM);
  memory.copy(<usize>to, skb() + Skb.TUNNEL_OPT, there);
  return there;
}
