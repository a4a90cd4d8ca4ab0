/**
 * What a user holds: an engine that loads objects, their programs and maps. The Wasm engine and the Linux kernel
 * (in `beeswax/node`) both give these shapes, so that a caller, the command line and the tests can exchange them.
 */
import type { MapTypeName } from '../abi/map_types.js';
import type { ProgramType } from '../abi/program_types.js';
import type { ElfObject } from '../elf/index.js';
import type { PacketInput, RunResult } from '../model/frame.js';
import type { MapSpec } from '../model/map_spec.js';
import type { Program } from '../model/program.js';
import type { BeeswaxError } from '../util/errors.js';

/** Options of one load. */
export interface LoadOptions {
  /** Name of the file, for messages. */
  readonly file?: string;
  /** Type of programs whose section name does not say it; XDP by default. */
  readonly type?: ProgramType;
  /** Initial contents of maps, by map name. */
  readonly maps?: MapContents;
}

/** Contents of maps as `--maps` files hold them: keys and values shaped by BTF, or hex strings of their bytes. */
export type MapContents = Readonly<Record<string, readonly { readonly key: unknown; readonly value: unknown }[]>>;

export interface ObjectEngine extends Disposable {
  /** 'wasm', or 'kernel'. */
  readonly kind: string;
  /**
   * Loads an object file: its maps are made and filled, each program is verified and made ready to run. A program that
   * cannot be loaded is listed in `failures`; the others load.
   *
   * @throws BeeswaxError when the file is unusable, a map cannot be made, or not one program loads.
   */
  load(object: Uint8Array | ElfObject, options?: LoadOptions): Promise<LoadedObject>;
  /** Frees all; objects loaded before are unusable afterwards. */
  close(): void;
}

export interface LoadedObject extends Disposable {
  readonly programs: readonly LoadedProgram[];
  readonly maps: readonly EngineMap[];
  /** Programs that could not be loaded, with the reason. */
  readonly failures: readonly { readonly program: string; readonly error: BeeswaxError }[];
  /**
   * A program by function name or section name; without a name the only one, or the first.
   *
   * @throws BeeswaxError BEESWAX_E_NO_SUCH_PROGRAM with the nearest name; the program's own error when it failed to load.
   */
  program(name?: string): LoadedProgram;
  /** A map by name. @throws BeeswaxError BEESWAX_E_NO_SUCH_MAP with the nearest name. */
  map(name: string): EngineMap;
  close(): void;
}

/** How one packet is run many times. */
export interface RepeatResult extends RunResult {
  readonly repeat: number;
  /** Mean time of a run in nanoseconds, timed around a loop inside the engine. */
  readonly nsPerRun: number;
}

export interface LoadedProgram {
  readonly name: string;
  readonly section: string;
  readonly type: ProgramType;
  /** The program before it was loaded: instructions, functions, source lines. */
  readonly source: Program;
  /** What runs now: the interpreter, translated code, or the kernel. */
  readonly tier: 'interp' | 'jit' | 'kernel';
  /** Resolves when the tier that was asked for runs ('auto': when the translation was swapped in, or given up). */
  ready(): Promise<void>;
  /**
   * Runs one packet. The input is not changed; `packet` of the result is a copy.
   *
   * @throws BeeswaxError BEESWAX_E_PACKET_LENGTH when the hook cannot take a packet of this length.
   */
  run(packet: Uint8Array | PacketInput): RunResult;
  /** Runs packets in order, in chunks inside the engine. */
  runBatch(packets: readonly (Uint8Array | PacketInput)[]): RunResult[];
  /** Runs one packet `repeat` times, as BPF_PROG_TEST_RUN does, and times it. */
  test(packet: Uint8Array | PacketInput, repeat: number): Promise<RepeatResult>;
}

/** A map of a loaded object. Keys and values are shaped by BTF, or given and taken as hex strings where there is none. */
export interface EngineMap {
  readonly name: string;
  readonly type: MapTypeName;
  readonly spec: Readonly<MapSpec>;
  /** Elements held now. */
  readonly size: number;
  /** The value, undefined when the key is not there; of a per-CPU map an array of values, one a CPU. */
  get(key: unknown): unknown;
  /** Adds or replaces (`flags`: BPF_ANY, BPF_NOEXIST, BPF_EXIST). One value given to a per-CPU map is every CPU's. */
  set(key: unknown, value: unknown, flags?: number): void;
  has(key: unknown): boolean;
  /** Whether the key was there. */
  delete(key: unknown): boolean;
  clear(): void;
  entries(): IterableIterator<[key: unknown, value: unknown]>;
  keys(): IterableIterator<unknown>;
  values(): IterableIterator<unknown>;
  [Symbol.iterator](): IterableIterator<[key: unknown, value: unknown]>;
  /** Many at once: the values of the keys; sets all pairs; deletes and counts. */
  getBatch(keys: Iterable<unknown>): unknown[];
  setBatch(pairs: Iterable<readonly [key: unknown, value: unknown]>, flags?: number): void;
  deleteBatch(keys: Iterable<unknown>): number;
  /** The same map as bytes. */
  readonly raw: RawMap;
}

/** A map as bytes in memory order. A per-CPU value is all CPUs' values, each padded to a multiple of 8 bytes. */
export interface RawMap {
  readonly name: string;
  readonly type: MapTypeName;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** CPUs that a per-CPU value holds; 1 for other types. */
  readonly cpus: number;
  readonly count: number;
  lookup(key: Uint8Array): Uint8Array | undefined;
  /** @throws BeeswaxError BEESWAX_E_MAP_OPERATION with the kernel's errno. */
  update(key: Uint8Array, value: Uint8Array, flags?: number): void;
  /** Whether the key was there. @throws BeeswaxError BEESWAX_E_MAP_OPERATION where the type has no delete. */
  delete(key: Uint8Array): boolean;
  entries(): IterableIterator<[key: Uint8Array, value: Uint8Array]>;
  clear(): void;
}
