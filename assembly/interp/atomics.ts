/**
 * Atomic instructions (RFC 9669 section 5.3) and ordered loads and stores (linux/bpf.h BPF_LOAD_ACQ, BPF_STORE_REL),
 * on addresses that were guarded before. Wasm traps on misaligned atomics where x86 does not, so a misaligned one is
 * done by plain accesses: right, but not atomic across workers. All return the old value.
 */

@inline function aligned<T>(at: usize): bool { return (at & (sizeof<T>() - 1)) == 0; }

function add<T>(at: usize, value: T): T {
  if (aligned<T>(at)) return atomic.add<T>(at, value);
  const old = load<T>(at);
  store<T>(at, <T>(old + value));
  return old;
}

function or<T>(at: usize, value: T): T {
  if (aligned<T>(at)) return atomic.or<T>(at, value);
  const old = load<T>(at);
  store<T>(at, <T>(old | value));
  return old;
}

function and<T>(at: usize, value: T): T {
  if (aligned<T>(at)) return atomic.and<T>(at, value);
  const old = load<T>(at);
  store<T>(at, <T>(old & value));
  return old;
}

function xor<T>(at: usize, value: T): T {
  if (aligned<T>(at)) return atomic.xor<T>(at, value);
  const old = load<T>(at);
  store<T>(at, <T>(old ^ value));
  return old;
}

function xchg<T>(at: usize, value: T): T {
  if (aligned<T>(at)) return atomic.xchg<T>(at, value);
  const old = load<T>(at);
  store<T>(at, value);
  return old;
}

function cmpxchg<T>(at: usize, expected: T, value: T): T {
  if (aligned<T>(at)) return atomic.cmpxchg<T>(at, expected, value);
  const old = load<T>(at);
  if (old == expected) store<T>(at, value);
  return old;
}

@inline function acquire<T>(at: usize): u64 { return <u64>(aligned<T>(at) ? atomic.load<T>(at) : load<T>(at)); }

@inline function release<T>(at: usize, value: T): void {
  if (aligned<T>(at)) atomic.store<T>(at, value);
  else store<T>(at, value);
}

// 32-bit results are zero-extended.
@inline export function atomic_add_32(at: usize, value: u64): u64 { return add<u32>(at, <u32>value); }
@inline export function atomic_add_64(at: usize, value: u64): u64 { return add<u64>(at, value); }
@inline export function atomic_or_32(at: usize, value: u64): u64 { return or<u32>(at, <u32>value); }
@inline export function atomic_or_64(at: usize, value: u64): u64 { return or<u64>(at, value); }
@inline export function atomic_and_32(at: usize, value: u64): u64 { return and<u32>(at, <u32>value); }
@inline export function atomic_and_64(at: usize, value: u64): u64 { return and<u64>(at, value); }
@inline export function atomic_xor_32(at: usize, value: u64): u64 { return xor<u32>(at, <u32>value); }
@inline export function atomic_xor_64(at: usize, value: u64): u64 { return xor<u64>(at, value); }
@inline export function atomic_fetch_add_32(at: usize, value: u64): u64 { return add<u32>(at, <u32>value); }
@inline export function atomic_fetch_add_64(at: usize, value: u64): u64 { return add<u64>(at, value); }
@inline export function atomic_fetch_or_32(at: usize, value: u64): u64 { return or<u32>(at, <u32>value); }
@inline export function atomic_fetch_or_64(at: usize, value: u64): u64 { return or<u64>(at, value); }
@inline export function atomic_fetch_and_32(at: usize, value: u64): u64 { return and<u32>(at, <u32>value); }
@inline export function atomic_fetch_and_64(at: usize, value: u64): u64 { return and<u64>(at, value); }
@inline export function atomic_fetch_xor_32(at: usize, value: u64): u64 { return xor<u32>(at, <u32>value); }
@inline export function atomic_fetch_xor_64(at: usize, value: u64): u64 { return xor<u64>(at, value); }
@inline export function atomic_xchg_32(at: usize, value: u64): u64 { return xchg<u32>(at, <u32>value); }
@inline export function atomic_xchg_64(at: usize, value: u64): u64 { return xchg<u64>(at, value); }

/** Compares with r0, and r0 gets the old value whether or not it was equal. */
@inline export function atomic_cmpxchg_32(at: usize, value: u64, r0: u64): u64 {
  return cmpxchg<u32>(at, <u32>r0, <u32>value);
}
@inline export function atomic_cmpxchg_64(at: usize, value: u64, r0: u64): u64 { return cmpxchg<u64>(at, r0, value); }

@inline export function load_acquire_8(at: usize): u64 { return acquire<u8>(at); }
@inline export function load_acquire_16(at: usize): u64 { return acquire<u16>(at); }
@inline export function load_acquire_32(at: usize): u64 { return acquire<u32>(at); }
@inline export function load_acquire_64(at: usize): u64 { return acquire<u64>(at); }
@inline export function store_release_8(at: usize, value: u64): void { release<u8>(at, <u8>value); }
@inline export function store_release_16(at: usize, value: u64): void { release<u16>(at, <u16>value); }
@inline export function store_release_32(at: usize, value: u64): void { release<u32>(at, <u32>value); }
@inline export function store_release_64(at: usize, value: u64): void { release<u64>(at, value); }
