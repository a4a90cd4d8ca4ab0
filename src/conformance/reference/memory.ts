/**
 * Memory as the reference model has it: a few regions far apart. An access lies wholly in one of them, or the run is
 * stopped; addresses are 64-bit numbers and do not wrap.
 */

/** The program did what stops it. */
export class Stopped extends Error {}

interface Region {
  readonly base: bigint;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Where regions lie: far apart, and far from the ends of the address space. */
export const INPUT_BASE = 0x2000_0000n;
const STACK_BASE = 0x1000_0000n;
const STACK_DISTANCE = 0x10_0000n;
/** linux/bpf.h MAX_BPF_STACK; linux/bpf_verifier.h MAX_CALL_FRAMES. */
export const FRAME_BYTES = 512;
export const MAX_FRAMES = 8;

export class Memory {
  readonly #regions: Region[] = [];
  readonly input: Uint8Array;

  constructor(input: Uint8Array) {
    this.input = input.slice();
    this.#add(INPUT_BASE, this.input);
  }

  /** Opens the stack frame of call depth `depth`, from 0: r10. */
  enter(depth: number): bigint {
    if (depth >= MAX_FRAMES) throw new Stopped(`call depth ${depth + 1}`);
    const base = STACK_BASE + BigInt(depth) * STACK_DISTANCE;
    this.#add(base, new Uint8Array(FRAME_BYTES));
    return base + BigInt(FRAME_BYTES);
  }

  /** Closes the innermost frame. */
  leave(): void {
    this.#regions.pop();
  }

  read(address: bigint, size: 1 | 2 | 4 | 8): bigint {
    const { view, at } = this.#find(address, size);
    if (size === 8) return view.getBigUint64(at, true);
    return BigInt(size === 4 ? view.getUint32(at, true) : size === 2 ? view.getUint16(at, true) : view.getUint8(at));
  }

  /** Stores the low bytes of `value`. */
  write(address: bigint, size: 1 | 2 | 4 | 8, value: bigint): void {
    const { view, at } = this.#find(address, size);
    for (let byte = 0; byte < size; byte++) view.setUint8(at + byte, Number((value >> BigInt(8 * byte)) & 0xffn));
  }

  #add(base: bigint, bytes: Uint8Array): void {
    this.#regions.push({ base, bytes, view: new DataView(bytes.buffer) });
  }

  #find(address: bigint, size: number): { view: DataView; at: number } {
    for (const { base, bytes, view } of this.#regions) {
      const at = address - base;
      if (at >= 0n && at + BigInt(size) <= BigInt(bytes.length)) return { view, at: Number(at) };
    }
    throw new Stopped(`access of ${size} bytes at 0x${address.toString(16)}`);
  }
}
