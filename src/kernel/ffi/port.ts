/**
 * What the kernel floor needs of a foreign function interface: one system call, and where bytes lie. Back ends
 * implement it (`koffi.ts`); nothing above knows which one runs.
 */

export interface SystemPort {
  /** Makes a system call of the C library's syscall(2): its result, or the negated errno. Up to six arguments. */
  syscall(number: number, ...args: readonly (number | bigint)[]): number;
  /**
   * Address of the first byte. It holds while the bytes' buffer is referenced; whoever passes it to a system call
   * keeps that reference until the call is over.
   */
  addressOf(bytes: Uint8Array): bigint;
}

/** Bytes whose address does not change: outside of the garbage-collected heap, zeroed. */
export function stableBytes(length: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length));
}

/** A copy of `bytes`, followed by zeros up to `length`, in memory whose address does not change. */
export function stableCopy(bytes: Uint8Array, length = bytes.length): Uint8Array {
  const copy = stableBytes(length);
  copy.set(bytes);
  return copy;
}
