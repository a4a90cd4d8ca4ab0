/**
 * A verified program whose names became addresses of one engine: what both back ends take. The runtime makes it at
 * load, after it made the object's maps and reserved table slots.
 */
import type { MapTypeName } from '../abi/map_types.js';
import type { VerifiedProgram } from './verified.js';

/** What a back end may rely on of a map that a program names. */
export interface AddressedMap {
  readonly name: string;
  readonly type: MapTypeName;
  /** Address of its record: what a program holds as the map. */
  readonly record: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** For types with values in one block: its address and the distance between elements; 0 otherwise. */
  readonly values: number;
  readonly stride: number;
  /** For per-CPU arrays: distance between two workers' blocks. */
  readonly cpuStride: number;
}

export interface AddressedProgram {
  readonly verified: VerifiedProgram;
  /** Index of its program record. */
  readonly index: number;
  /** Final value of each 64-bit immediate that has a reference, by pc. */
  readonly immediates: ReadonlyMap<number, bigint>;
  /** Table slot of each function whose address is taken, by entry pc. */
  readonly functionSlots: ReadonlyMap<number, number>;
  /** Maps that it names, by record address. */
  readonly maps: ReadonlyMap<number, AddressedMap>;
  /** Embedder's helpers: number → declared argument count. */
  readonly customHelpers: ReadonlyMap<number, number>;
}

/** Boundaries of an engine's memory (see `abi/layout.ts`), fixed at its creation: back ends bake them in. */
export interface MemoryBounds {
  readonly roBase: number;
  readonly rwBase: number;
  readonly userEnd: number;
  readonly umemEnd: number;
  /** Size of the whole memory in 64 KiB pages, initial and maximum alike. */
  readonly pages: number;
}
