/** What `build/runtime.wasm` exports to TypeScript (ARCHITECTURE.md, "The seam between Wasm modules"). Addresses are i32: use `>>> 0`. */
import type { Arena, BatchFlag } from '../abi/layout.js';
import type { MapExports } from './maps_exports.js';

export interface RuntimeExports extends WebAssembly.Exports, MapExports {
  /** Zeroed memory of an arena; 0 when it is full. */
  arena_alloc(arena: Arena, size: number, align: number): number;
  arena_free(arena: Arena, address: number, size: number): void;
  /** Bytes of an arena that are free, in one piece or not. */
  arena_left(arena: Arena): number;
  /** For `Layout.HELPER_SLOT` of the function table. */
  called_helper: CallableFunction;
  /** Nanoseconds of the clock that timers go by. */
  clock_now(): bigint;
  /** Runs the callback of one timer that is due: 1, or 2 when it trapped; 0 when none is due. */
  run_timer(now: bigint): number;
  /** Runs `count` packets through a program. */
  run_batch(program: number, descriptors: number, count: number, flags: BatchFlag | 0): void;
}
