/**
 * bpf_l3_csum_replace, bpf_l4_csum_replace, bpf_csum_update, bpf_csum_level (net/core/filter.c, net/checksum.h).
 * Packets come without a checksum of the hardware (CHECKSUM_NONE), as in test runs.
 */
import { Skb } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { data, length, skb } from "../skb";
import { errno, is_context } from "./arguments";

/** linux/bpf.h flags of the checksum helpers; the low bits are the field's size. */
const FIELD_MASK: u64 = 0xf;
const PSEUDO_HEADER: u64 = 1 << 4;
const MARK_MANGLED_0: u64 = 1 << 5;
const MARK_ENFORCE: u64 = 1 << 6;
const IPV6: u64 = 1 << 7;
const L4_FLAGS: u64 = FIELD_MASK | PSEUDO_HEADER | MARK_MANGLED_0 | MARK_ENFORCE | IPV6;
const MANGLED_0: u16 = 0xffff;

/** enum of linux/bpf.h: BPF_CSUM_LEVEL_*. */
const LEVEL_QUERY: u32 = 0;
const LEVEL_INC: u32 = 1;
const LEVEL_DEC: u32 = 2;
const LEVEL_RESET: u32 = 3;
/** linux/skbuff.h SKB_MAX_CSUM_LEVEL. */
const MAX_LEVEL: u32 = 3;

@inline function add(a: u32, b: u32): u32 {
  const sum = a + b;
  return sum + <u32>(sum < b);
}

/** csum_fold: 32 bit to 16, inverted. */
@inline function fold(sum: u32): u16 {
  const once = (sum & 0xffff) + (sum >> 16);
  return ~(<u16>((once & 0xffff) + (once >> 16)));
}

@inline function add16(a: u16, b: u16): u16 {
  const sum = <u32>a + <u32>b;
  return <u16>sum + <u16>(sum >> 16);
}

/** Whether the packet has the two bytes; else a positive errno. */
function refusal(offset: u32): i32 {
  if (offset > 0xffff || (offset & 1) != 0) return Errno.EFAULT;
  return offset + 2 > length() ? Errno.EFAULT : 0;
}

/** csum_replace4. */
@inline function replace4(at: usize, from: u32, to: u32): void {
  store<u16>(at, fold(add(add(~(<u32>load<u16>(at)), ~from), to)));
}

/** csum_replace_by_diff. */
@inline function replace_by_difference(at: usize, difference: u32): void {
  store<u16>(at, fold(add(difference, ~(<u32>load<u16>(at)))));
}

export function helper_l3_csum_replace(ctx: u64, offset: u64, from: u64, to: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  if ((flags & ~FIELD_MASK) != 0) return errno(Errno.EINVAL);
  const refused = refusal(<u32>offset);
  if (refused) return errno(refused);
  const at: usize = data() + <u32>offset;
  switch (<u32>flags) {
    case 0:
      if (from != 0) return errno(Errno.EINVAL);
      replace_by_difference(at, <u32>to);
      return 0;
    case 2:
      store<u16>(at, ~add16(add16(~load<u16>(at), ~(<u16>from)), <u16>to));
      return 0;
    case 4:
      replace4(at, <u32>from, <u32>to);
      return 0;
    default:
      return errno(Errno.EINVAL);
  }
}

export function helper_l4_csum_replace(ctx: u64, offset: u64, from: u64, to: u64, flags: u64): u64 {
  if (!is_context(ctx)) return 0;
  if ((flags & ~L4_FLAGS) != 0) return errno(Errno.EINVAL);
  const refused = refusal(<u32>offset);
  if (refused) return errno(refused);
  const at: usize = data() + <u32>offset;
  const marks = (flags & MARK_MANGLED_0) != 0;
  // A UDP checksum of 0 says that there is none.
  if (marks && (flags & MARK_ENFORCE) == 0 && load<u16>(at) == 0) return 0;
  switch (<u32>(flags & FIELD_MASK)) {
    case 0:
      if (from != 0) return errno(Errno.EINVAL);
      replace_by_difference(at, <u32>to);
      break;
    case 2:
      replace4(at, <u32>(<u16>from), <u32>(<u16>to));
      break;
    case 4:
      replace4(at, <u32>from, <u32>to);
      break;
    default:
      return errno(Errno.EINVAL);
  }
  if (marks && load<u16>(at) == 0) store<u16>(at, MANGLED_0);
  return 0;
}

/** Only where the hardware has summed the packet. */
export function helper_csum_update(ctx: u64, _sum: u64): u64 {
  return is_context(ctx) ? errno(Errno.ENOTSUPP) : 0;
}

/** __skb_reset_checksum_unnecessary. */
export function reset_checksum_unnecessary(): void {
  store<u32>(skb(), 0, Skb.CSUM_STATE);
  store<u32>(skb(), 0, Skb.CSUM_LEVEL);
}

export function helper_csum_level(ctx: u64, level: u64): u64 {
  if (!is_context(ctx)) return 0;
  const state = skb();
  const unnecessary = load<u32>(state, Skb.CSUM_STATE) != 0;
  const depth = load<u32>(state, Skb.CSUM_LEVEL);
  switch (<u32>min<u64>(level, 4)) {
    case LEVEL_QUERY:
      return unnecessary ? depth : errno(Errno.EACCES);
    case LEVEL_INC:
      store<u32>(state, 1, Skb.CSUM_STATE);
      if (unnecessary && depth < MAX_LEVEL) store<u32>(state, depth + 1, Skb.CSUM_LEVEL);
      return 0;
    case LEVEL_DEC:
      if (unnecessary && depth > 0) store<u32>(state, depth - 1, Skb.CSUM_LEVEL);
      else store<u32>(state, 0, Skb.CSUM_STATE);
      return 0;
    case LEVEL_RESET:
      reset_checksum_unnecessary();
      return 0;
    default:
      return errno(Errno.EINVAL);
  }
}
