/**
 * The linear memory as the host functions may use it on behalf of a running program: what the program may read and
 * write (as `assembly/guard.ts` has it), and its trap.
 */
import { Header, Layout, Pc, Trap, Worker } from '../abi/layout.js';
import type { EngineMemory } from './memory.js';

export class HostMemory {
  constructor(readonly memory: EngineMemory) {}

  #within(address: bigint, size: number, start: number, end: number): boolean {
    return address >= BigInt(start) && address + BigInt(size) <= BigInt(end);
  }

  #inPacket(worker: number, address: bigint, size: number): boolean {
    const { memory } = this;
    return this.#within(
      address,
      size,
      memory.getU32(worker + Worker.DATA_META),
      memory.getU32(worker + Worker.DATA_END),
    );
  }

  /** A view of bytes that the program may read; undefined for others. `address` is unsigned 64 bit. */
  readable(worker: number, address: bigint, size: number): Uint8Array | undefined {
    return this.#view(worker, address, size, Header.RO_BASE);
  }

  /** A view of bytes that the program may write; undefined for others. */
  writable(worker: number, address: bigint, size: number): Uint8Array | undefined {
    return this.#view(worker, address, size, Header.RW_BASE);
  }

  #view(worker: number, address: bigint, size: number, base: Header): Uint8Array | undefined {
    const start = this.memory.getU32(Layout.HEADER + base);
    const end = this.memory.getU32(Layout.HEADER + Header.USER_END);
    if (!this.#within(address, size, start, end) && !this.#inPacket(worker, address, size)) return undefined;
    return this.memory.u8.subarray(Number(address), Number(address) + size);
  }

  /** `count` u64, unsigned, from where the program may read or from the worker's own buffer. */
  readU64s(address: number, count: number): bigint[] {
    return Array.from({ length: count }, (_, index) => this.memory.view.getBigUint64(address + 8 * index, true));
  }

  /** Stops the run, unless it is stopped already; the caller of the helper fills in the pc. */
  trap(worker: number, code: Trap, value: bigint): void {
    const { view } = this.memory;
    if (view.getUint32(worker + Worker.TRAP_CODE, true) !== Trap.NONE) return;
    view.setUint32(worker + Worker.TRAP_CODE, code, true);
    view.setInt32(worker + Worker.TRAP_PC, Pc.NONE, true);
    view.setBigUint64(worker + Worker.TRAP_VALUE, BigInt.asUintN(64, value), true);
    view.setUint32(worker + Worker.TRAP_PROGRAM, view.getUint32(worker + Worker.PROGRAM, true), true);
  }
}
