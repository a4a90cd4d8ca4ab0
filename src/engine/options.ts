/** What an engine can be told at its creation, and what is taken when it is told nothing. */
import type { HostOptions } from '../runtime/host.js';

/** 'jit' translates before `load` returns, 'interp' never, 'auto' starts interpreted and swaps when translated. */
export type Tier = 'auto' | 'jit' | 'interp';

export interface EngineOptions extends HostOptions {
  readonly engine?: Tier;
  /** Size of the engine's memory: bytes or text such as '512MiB'; 1 GiB by default. Untouched pages cost nothing. */
  readonly memory?: number | string;
  /** CPUs that programs and per-CPU maps see; 1 by default. */
  readonly cpus?: number;
  /** Instructions that one run may execute before it is stopped; 2^28 by default. */
  readonly fuel?: number | bigint;
  /** Seed of bpf_get_prandom_u32, for reproducible runs. */
  readonly seed?: number | bigint;
  /** How hard binaryen works on a translation, 0 to 3. */
  readonly optimizeLevel?: 0 | 1 | 2 | 3;
  /** runtime.wasm, where it cannot be read from beside the JavaScript. */
  readonly wasm?: Uint8Array | WebAssembly.Module;
}

export const DEFAULT_FUEL = 2n ** 28n;
