/**
 * Hands keys and values to the map functions: through the worker's scratch area, or a block of the heap when they are
 * long.
 */
import { Arena, Worker } from '../abi/layout.js';
import type { RuntimeExports } from './exports.js';
import type { EngineMemory } from './memory.js';
import type { Wakeups } from './wakeups.js';

/** What maps need of a runtime. */
export interface MapHost {
  readonly memory: EngineMemory;
  readonly exports: RuntimeExports;
  /** Address of the worker block whose scratch area is used. */
  readonly worker: number;
  readonly cpus: number;
  /** Who waits for records. */
  readonly wakeups: Wakeups;
  /** Remembers what a map is called, for messages; forgets it when the name is undefined. */
  nameMap(record: number, name: string | undefined): void;
}

const align8 = (length: number): number => (length + 7) & ~7;

/**
 * Calls `use` with the addresses of two byte ranges in the linear memory, the second one 0 when there is none.
 * Returns what it returns, or undefined when the heap has no room for them.
 */
export function withBytes<R>(
  host: MapHost,
  first: Uint8Array,
  second: Uint8Array | undefined,
  use: (first: number, second: number) => R,
): R | undefined {
  const { memory, exports } = host;
  const offset = align8(first.length);
  const size = offset + (second === undefined ? 0 : align8(second.length));
  const inScratch = size <= Worker.SCRATCH_SIZE;
  const address = inScratch ? host.worker + Worker.SCRATCH : exports.arena_alloc(Arena.HEAP, size, 8) >>> 0;
  if (address === 0) return undefined;
  try {
    memory.u8.set(first, address);
    if (second !== undefined) memory.u8.set(second, address + offset);
    return use(address, second === undefined ? 0 : address + offset);
  } finally {
    if (!inScratch) exports.arena_free(Arena.HEAP, address, size);
  }
}
