/** Copying and comparing keys and values: short ranges word by word, since `memory.copy` is a call into the host. */

/** From this length on the host's copy is faster. */
const LONG: u32 = 256;

/** Copies `size` bytes upwards. */
@inline
export function copy_bytes(target: usize, source: usize, size: u32): void {
  if (size >= LONG) {
    memory.copy(target, source, size);
    return;
  }
  const words = size & ~7;
  for (let i: u32 = 0; i < words; i += 8) store<u64>(target + i, load<u64>(source + i));
  let at = words;
  if (size & 4) {
    store<u32>(target + at, load<u32>(source + at));
    at += 4;
  }
  for (; at < size; at++) store<u8>(target + at, load<u8>(source + at));
}

/** Copies `size` bytes and fills up to the next multiple of 8 with zeros, so that nothing old shows through. */
@inline
export function copy_padded(target: usize, source: usize, size: u32): void {
  if (size & 7) store<u64>(target + (size & ~7), 0);
  copy_bytes(target, source, size);
}

/** Whether `size` bytes are the same. */
@inline
export function equal_bytes(a: usize, b: usize, size: u32): bool {
  const words = size & ~7;
  for (let i: u32 = 0; i < words; i += 8) {
    if (load<u64>(a + i) != load<u64>(b + i)) return false;
  }
  let at = words;
  if (size & 4) {
    if (load<u32>(a + at) != load<u32>(b + at)) return false;
    at += 4;
  }
  if (size & 2) {
    if (load<u16>(a + at) != load<u16>(b + at)) return false;
    at += 2;
  }
  return (size & 1) == 0 || load<u8>(a + at) == load<u8>(b + at);
}
