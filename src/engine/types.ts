/**
 * What a user holds: an engine that loads objects, their programs and maps. The Wasm engine and the Linux kernel
 * (in `beeswax/node`) both give these shapes, so that a caller, the command line and the tests can exchange them.
 */
import type { MapTypeName } from '../abi/map_types.js';
import type { ProgramType } from '../abi/program_types.js';
import type { CoreTarget, ElfObject, KconfigValue } from '../elf/index.js';
import type { PacketInput, RunResult, TrapInfo } from '../model/frame.js';
import type { MapSpec } from '../model/map_spec.js';
import type { Program } from '../model/program.js';
import type { BeeswaxError } from '../util/errors.js';
import type { MapStream } from './map_stream.js';
import type { MapView } from './map_view.js';

/** What `Engine.tick` did. */
export interface TickResult {
  /** Callbacks that ran. */
  readonly ran: number;
  /** Those that trapped, in batches before it too. */
  readonly traps: readonly TrapInfo[];
}

/** Options of one load. */
export interface LoadOptions {
  /** Name of the file, for messages. */
  readonly file?: string;
  /** Type of programs whose section name does not say it; XDP by default. */
  readonly type?: ProgramType;
  /**
   * Types of the kernel that the programs are for, which CO-RE relocations ask: BTF as in /sys/kernel/btf/vmlinux, or
   * an ELF file that holds it. Without, an ElfObject keeps its own; the Wasm engine has a small set of networking types
   * built in, the kernel engine takes the running kernel's.
   */
  readonly btf?: Uint8Array | CoreTarget;
  /**
   * Values of extern kconfig variables, by name: `{ CONFIG_HZ: 250, CONFIG_BPF: 'y' }`. The kernel engine knows the
   * running kernel's. An ElfObject keeps its own.
   */
  readonly kconfig?: Readonly<Record<string, KconfigValue>>;
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

/** An event that a program wrote to a perf_event_array. */
export interface PerfEvent {
  readonly cpu: number;
  /** What bpf_perf_event_output was given, then the packet's bytes that its flags asked for. */
  readonly data: Uint8Array;
}

export interface PerfOptions {
  /** Room for events that are not read yet, of each CPU; 64 KiB unless said. Rounded up to a power of two. */
  readonly bytesPerCpu?: number;
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
  /** Whether the key is there; of a bloom filter, whether the value may have been added. */
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
  /**
   * The records of a ring buffer as they come: `for await (const record of map.records())`. What there was no room for
   * is counted in `lost`; `drain()` takes what is there without waiting.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_OPERATION for other types, BEESWAX_E_NOT_YET for the kernel's maps.
   */
  records(): MapStream<Uint8Array>;
  /** The events of a perf_event_array, from now on. One reader at a time. @throws as `records`. */
  events(options?: PerfOptions): MapStream<PerfEvent>;
  /** Adds to a queue, stack or bloom filter (`flags`: BPF_EXIST drops the oldest value of a full queue or stack). */
  push(value: unknown, flags?: number): void;
  /** The next value of a queue or stack, taken away; undefined when it is empty. */
  pop(): unknown;
  /** The next value of a queue or stack, left there; undefined when it is empty. */
  peek(): unknown;
  /**
   * The values of an array in place: `.bss` and `.data` variables, shared with the programs.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_OPERATION: ENOTSUPP for other types, EPERM for frozen maps;
   * BEESWAX_E_NOT_YET for the kernel's maps.
   */
  view(): MapView;
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
  /** Of a queue or stack: takes the next value. */
  take(): Uint8Array | undefined;
  /** Of a bloom filter. */
  contains(value: Uint8Array): boolean;
}
