/** The hash function of the maps: seeded, so that who chooses the keys cannot choose the buckets. */

const FACTOR_1: u64 = 0x9e3779b97f4a7c15;
const FACTOR_2: u64 = 0xd6e8feb86659fd93;

/** A bijection of 64 bits in which each bit of the input changes half of the output. */
@inline
function mix(word: u64): u64 {
  let h = word * FACTOR_1;
  h = (h ^ (h >> 32)) * FACTOR_2;
  return h ^ (h >> 32);
}

@inline
export function hash_word(word: u64, seed: u64): u32 {
  return <u32>mix(word ^ seed);
}

/** The 0 to 7 bytes at the end of a key as one word. */
@inline
function tail_of(at: usize, size: u32): u64 {
  let tail: u64 = 0;
  if (size & 4) {
    tail = load<u32>(at);
    at += 4;
  }
  if (size & 2) {
    tail = (tail << 16) | load<u16>(at);
    at += 2;
  }
  return size & 1 ? (tail << 8) | load<u8>(at) : tail;
}

/** Hash of a key of any size; those of 4, 8 and 16 bytes without a loop. */
@inline
export function hash_bytes(key: usize, size: u32, seed: u64): u32 {
  if (size == 4) return hash_word(load<u32>(key), seed);
  if (size == 8) return hash_word(load<u64>(key), seed);
  if (size == 16) return <u32>mix(mix(load<u64>(key) ^ seed) + load<u64>(key, 8));
  let h = seed ^ size;
  const words = size & ~7;
  for (let i: u32 = 0; i < words; i += 8) h = mix(h ^ load<u64>(key + i)) + FACTOR_2;
  return <u32>mix(h ^ tail_of(key + words, size & 7));
}

/** A seed from two numbers that differ between maps and engines. */
export function make_seed(a: u64, b: u64): u64 {
  return mix(mix(a) ^ b);
}
