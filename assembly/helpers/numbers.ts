/** bpf_strtol, bpf_strtoul (kernel/bpf/helpers.c), bpf_probe_read_kernel on the program's own memory. */
import { readable } from "../guard";
import { Errno } from "../generated/abi";
import { errno, may_read, may_write } from "./arguments";
import { spend } from "./work";

const BASE_MASK: u64 = 0x1f;
/** Longest text behind blanks and sign that is looked at. */
const MAX_TEXT: u32 = 63;

@inline function is_space(char: u32): bool { return char == 0x20 || (char >= 9 && char <= 13) || char == 0xa0; }

/** The value of a digit, or a number above every base. */
@inline function digit(char: u32): u32 {
  if (char >= 0x30 && char <= 0x39) return char - 0x30;
  const small = char | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x61 + 10 : 99;
}

/**
 * Reads a number with its sign: its magnitude at `result` (0 when there is none), and the bytes read, or a negative
 * errno.
 */
function parse(text: u64, size: u32, flags: u64, signed: bool, result: u64): i64 {
  store<u64>(<usize>result, 0);
  let base = <u32>(flags & BASE_MASK);
  if (size == 0 || (flags & ~BASE_MASK) != 0) return -Errno.EINVAL;
  if (base != 0 && base != 8 && base != 10 && base != 16) return -Errno.EINVAL;
  let at = <usize>text;
  const limit = at + size;
  while (at < limit && is_space(load<u8>(at))) at++;
  const negative = at < limit && load<u8>(at) == 0x2d;
  if (negative) at++;
  if (at == limit) return -Errno.EINVAL;
  const end = min<usize>(limit, at + MAX_TEXT);
  const first = <u32>load<u8>(at);
  const second = at + 1 < end ? <u32>load<u8>(at + 1) : 0;
  const hex = first == 0x30 && (second | 0x20) == 0x78;
  if (base == 0) base = hex && at + 2 < end && digit(load<u8>(at + 2)) < 16 ? 16 : first == 0x30 ? 8 : 10;
  if (base == 16 && hex) at += 2;
  const start = at;
  let value: u64 = 0;
  let overflow = false;
  for (; at < end; at++) {
    const next = digit(load<u8>(at));
    if (next >= base) break;
    if (value > (u64.MAX_VALUE - next) / base) overflow = true;
    value = value * base + next;
  }
  if (overflow) return -Errno.ERANGE;
  if (at == start) return -Errno.EINVAL;
  if (!signed) {
    if (negative) return -Errno.EINVAL;
  } else if (negative) {
    value = 0 - value;
    if (<i64>value > 0) return -Errno.ERANGE;
  } else if (<i64>value < 0) {
    return -Errno.ERANGE;
  }
  store<u64>(<usize>result, value);
  return <i64>(at - <usize>text);
}

export function helper_strtol(text: u64, size: u64, flags: u64, result: u64): u64 {
  if (!may_read(text, <u32>size) || !may_write(result, 8) || !spend(<u32>size)) return 0;
  return <u64>parse(text, <u32>size, flags, true, result);
}

export function helper_strtoul(text: u64, size: u64, flags: u64, result: u64): u64 {
  if (!may_read(text, <u32>size) || !may_write(result, 8) || !spend(<u32>size)) return 0;
  return <u64>parse(text, <u32>size, flags, false, result);
}

/** Copies from where the program may read; from anywhere else zeros, as from an address that nothing is at. */
export function helper_probe_read_kernel(to: u64, size: u64, from: u64): u64 {
  const bytes = <u32>size;
  if (bytes == 0) return 0;
  if (!may_write(to, bytes) || !spend(bytes)) return 0;
  if (readable(from, bytes)) {
    memory.copy(<usize>to, <usize>from, bytes);
    return 0;
  }
  memory.fill(<usize>to, 0, bytes);
  return errno(Errno.EFAULT);
}
