/**
 * bpf_csum_diff (net/core/filter.c) as of Linux 6.13: the one's-complement sum of what replaces less what is replaced
 * (RFC 1624), folded to 16 bit. Older kernels want sizes in multiples of 4 and 512 bytes in all, and do not fold.
 */
import { may_read_or_none } from "./arguments";
import { spend } from "./work";

/** Sums 32 bit with end-around carry. */
@inline function add(a: u32, b: u32): u32 {
  const sum = <u64>a + <u64>b;
  return <u32>sum + <u32>(sum >> 32);
}

/** The sum of `size` bytes on top of `sum` (lib/checksum.c csum_partial); a last odd byte counts as a low one. */
function partial(from: usize, size: u32, sum: u32): u32 {
  let total: u64 = sum;
  let at = from;
  for (let end = from + (size & ~3); at < end; at += 4) total += load<u32>(at);
  if (size & 2) {
    total += load<u16>(at);
    at += 2;
  }
  if (size & 1) total += load<u8>(at);
  return add(<u32>total, <u32>(total >> 32));
}

/** 32 bit to 16 (include/net/checksum.h csum_from32to16). */
@inline function fold(sum: u32): u64 { return (sum + rotl<u32>(sum, 16)) >> 16; }

export function helper_csum_diff(from: u64, from_size: u64, to: u64, to_size: u64, seed: u64): u64 {
  const old_size = <u32>from_size;
  const new_size = <u32>to_size;
  if (!may_read_or_none(from, old_size) || !may_read_or_none(to, new_size)) return 0;
  if (!spend(<u64>old_size + <u64>new_size)) return 0;
  const sum = <u32>seed;
  if (old_size && new_size) {
    return fold(add(partial(<usize>to, new_size, sum), ~partial(<usize>from, old_size, 0)));
  }
  if (new_size) return fold(partial(<usize>to, new_size, sum));
  if (old_size) return fold(~partial(<usize>from, old_size, ~sum));
  return fold(sum);
}
