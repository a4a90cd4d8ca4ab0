/**
 * Bloom filters (kernel/bpf/bloom_filter.c), of the kernel's size and with its hash function (linux/jhash.h): with
 * BPF_F_ZERO_SEED both take the same values for known.
 */
import { Arena, MapRecord, Worker } from "../../src/abi/layout";
import { MapFlag } from "../../src/abi/map_numbers";
import { arena_alloc, arena_free } from "../memory/index";
import { WORKER } from "../worker";
import { make_seed } from "./hash_function";
import { BloomRecord, has_flag, max_entries, value_size } from "./record";

const DEFAULT_HASHES: u32 = 5;
const INITIAL: u32 = 0xdeadbeef;

/** Bits - 1: about 7/5 of entries × hash functions, rounded up to a power of two. */
function bloom_mask(max_entries: u32, hashes: u32): u32 {
  const wanted = <u64>max_entries * hashes;
  const bits = wanted > u32.MAX_VALUE ? <u64>u32.MAX_VALUE : (wanted / 5) * 7;
  if (wanted > u32.MAX_VALUE || bits > 0x80000000) return u32.MAX_VALUE;
  return bits <= 64 ? 63 : <u32>((<u64>1 << (64 - clz<u64>(bits - 1))) - 1);
}

export function bloom_bytes(max_entries: u32, extra: u32): u32 {
  return bloom_mask(max_entries, extra == 0 ? DEFAULT_HASHES : extra) / 8 + 1;
}

export function bloom_create(record: usize): bool {
  const extra = load<u32>(record, MapRecord.EXTRA);
  const hashes = extra == 0 ? DEFAULT_HASHES : extra;
  store<u32>(record, hashes, BloomRecord.HASHES);
  store<u32>(record, bloom_mask(max_entries(record), hashes), BloomRecord.MASK);
  const seed = has_flag(record, MapFlag.ZERO_SEED) ? 0 : make_seed(load<u64>(WORKER, Worker.RANDOM), record);
  store<u32>(record, <u32>seed, BloomRecord.SEED);
  const bits = arena_alloc(Arena.HEAP, bloom_bytes(max_entries(record), extra), 8);
  store<u32>(record, bits, BloomRecord.BITS);
  return bits != 0;
}

export function bloom_destroy(record: usize): void {
  const bytes = bloom_bytes(max_entries(record), load<u32>(record, MapRecord.EXTRA));
  arena_free(Arena.HEAP, load<u32>(record, BloomRecord.BITS), bytes);
}

/** The kernel's jhash of bytes. */
function jhash(key: usize, length: u32, initial: u32): u32 {
  let a = INITIAL + length + initial;
  let b = a;
  let c = a;
  let at = key;
  let left = length;
  for (; left > 12; left -= 12, at += 12) {
    a += load<u32>(at);
    b += load<u32>(at, 4);
    c += load<u32>(at, 8);
    a = (a - c) ^ rotl<u32>(c, 4);
    c += b;
    b = (b - a) ^ rotl<u32>(a, 6);
    a += c;
    c = (c - b) ^ rotl<u32>(b, 8);
    b += a;
    a = (a - c) ^ rotl<u32>(c, 16);
    c += b;
    b = (b - a) ^ rotl<u32>(a, 19);
    a += c;
    c = (c - b) ^ rotl<u32>(b, 4);
    b += a;
  }
  for (let i: u32 = 0; i < left; i++) {
    const byte = <u32>load<u8>(at + i) << ((i & 3) * 8);
    if (i < 4) a += byte;
    else if (i < 8) b += byte;
    else c += byte;
  }
  c = (c ^ b) - rotl<u32>(b, 14);
  a = (a ^ c) - rotl<u32>(c, 11);
  b = (b ^ a) - rotl<u32>(a, 25);
  c = (c ^ b) - rotl<u32>(b, 16);
  a = (a ^ c) - rotl<u32>(c, 4);
  b = (b ^ a) - rotl<u32>(a, 14);
  return (c ^ b) - rotl<u32>(b, 24);
}

/** Address of the word with the bit of a value's n-th hash, and the bit in it: word << 5 | bit. */
@inline
function bit_of(record: usize, value: usize, n: u32): u32 {
  return jhash(value, value_size(record), load<u32>(record, BloomRecord.SEED) + n) & load<u32>(record, BloomRecord.MASK);
}

@inline
function word_of(record: usize, bit: u32): usize {
  return load<u32>(record, BloomRecord.BITS) + (bit >> 5) * 4;
}

export function bloom_add(record: usize, value: usize): void {
  for (let n: u32 = 0, hashes = load<u32>(record, BloomRecord.HASHES); n < hashes; n++) {
    const bit = bit_of(record, value, n);
    atomic.or<u32>(word_of(record, bit), 1 << (bit & 31));
  }
}

/** Whether the value may have been added. */
export function bloom_has(record: usize, value: usize): bool {
  for (let n: u32 = 0, hashes = load<u32>(record, BloomRecord.HASHES); n < hashes; n++) {
    const bit = bit_of(record, value, n);
    if ((load<u32>(word_of(record, bit)) & (1 << (bit & 31))) == 0) return false;
  }
  return true;
}
