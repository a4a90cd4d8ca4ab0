/**
 * A spin lock: one word, 0 free and 1 held. Sections under it are short and call nothing that could trap, so that it is
 * always given back. Spinning, because a browser's main thread may not wait.
 */

/** Waits for the lock at `address`, which must be 4-byte aligned. */
@inline
export function acquire(address: usize): void {
  while (atomic.cmpxchg<u32>(address, 0, 1) != 0) {}
}

@inline
export function release(address: usize): void {
  atomic.store<u32>(address, 0);
}
