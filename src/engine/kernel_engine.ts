/**
 * The Linux kernel behind the same interface as the Wasm engine: objects are loaded through bpf(2), packets run by
 * BPF_PROG_TEST_RUN. Only `beeswax/node` exports it, as it needs an operating system.
 */
import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import type { ProgramType } from '../abi/program_types.js';
import { type ElfObject, encodeValue, linkProgram } from '../elf/index.js';
import {
  Kernel,
  type KernelMap,
  KernelObject,
  type KernelProgram,
  KernelSymbols,
  kernelTypesOf,
} from '../kernel/index.js';
import type { PacketInput, RunResult } from '../model/frame.js';
import type { MapSpec } from '../model/map_spec.js';
import type { Program } from '../model/program.js';
import { BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { type EntryPrograms, entryReferences, hasEntryPrograms } from './entry_references.js';
import { type References, ShapedMap } from './map.js';
import type { InnerMapContents } from './map_references.js';
import { chooseMap, chooseProgram } from './object.js';
import { readLoaded } from './read.js';
import type { LoadedObject, LoadedProgram, LoadOptions, ObjectEngine, RepeatResult } from './types.js';

export class KernelEngine implements ObjectEngine {
  readonly kind = 'kernel';
  readonly #objects = new Set<KernelLoadedObject>();
  #closed = false;

  private constructor(
    private readonly kernel: Kernel,
    private readonly unpin: () => void,
  ) {}

  /**
   * Opens the kernel, and keeps this thread on one CPU while the engine is open: per-CPU values then are in one place.
   *
   * @throws BeeswaxError BEESWAX_E_KERNEL_UNAVAILABLE, BEESWAX_E_KERNEL_PERMISSION, BEESWAX_E_FFI_MISSING.
   */
  static async create(): Promise<KernelEngine> {
    const kernel = await Kernel.open();
    return new KernelEngine(kernel, kernel.pin(0));
  }

  async load(object: Uint8Array | ElfObject, options: LoadOptions = {}): Promise<LoadedObject> {
    if (this.#closed) throw new BeeswaxError('BEESWAX_E_ENGINE_CLOSED', { what: 'the engine' });
    const elf = readLoaded(object, options, { types: () => this.kernel.types, config: this.kernel.config });
    const loaded = loadIntoKernel(this.kernel, elf, options);
    this.#objects.add(loaded);
    return loaded;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const object of this.#objects) object.close();
    this.#objects.clear();
    this.unpin();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

interface Failure {
  readonly program: string;
  readonly error: BeeswaxError;
}

function loadIntoKernel(kernel: Kernel, elf: ElfObject, options: LoadOptions): KernelLoadedObject {
  const failures: Failure[] = [];
  const programs: Program[] = [];
  const symbols = new KernelSymbols(kernel, elf.btf);
  for (const { name } of elf.programs) {
    try {
      programs.push(linkProgram(elf, name, { kernelSymbols: symbols }));
    } catch (thrown) {
      if (!isBeeswaxError(thrown)) throw thrown;
      failures.push({ program: name, error: elf.file === '' ? thrown : thrown.at({ file: elf.file }) });
    }
  }
  const maps = [...elf.maps.values()].map((spec) => withContents(spec, options));
  const types = kernelTypesOf(elf);
  const object = KernelObject.load(kernel, { maps, programs, symbols, ...(types === undefined ? {} : { types }) });
  try {
    for (const { name } of programs) {
      const error = object.failures.get(name);
      if (error !== undefined && !object.programs.has(name)) failures.push({ program: name, error });
    }
    const [first] = failures;
    if (object.programs.size === 0 && first !== undefined) throw nothingLoaded(failures, first);
    const loaded = new KernelLoadedObject(object, failures);
    fillMaps(loaded, options);
    return loaded;
  } catch (thrown) {
    object.close();
    throw thrown;
  }
}

/** Data sections get given contents before the kernel freezes them. */
function withContents(spec: MapSpec, { maps = {} }: LoadOptions): MapSpec {
  const given = maps[spec.name]?.[0];
  if (spec.contents === undefined || given === undefined) return spec;
  return { ...spec, contents: encodeValue(spec.valueShape, given.value, `${spec.name}.value`) };
}

function fillMaps(object: KernelLoadedObject, { maps = {} }: LoadOptions): void {
  for (const [name, pairs] of Object.entries(maps)) {
    const map = object.map(name);
    if (map.spec.contents !== undefined) continue;
    for (const { key, value } of pairs) map.set(key, value);
  }
}

function nothingLoaded(failures: readonly Failure[], first: Failure): BeeswaxError {
  if (failures.length === 1) return first.error;
  return new BeeswaxError(
    'BEESWAX_E_NOTHING_LOADED',
    { failures: failures.map(({ program }) => program) },
    { notes: failures.map(({ program, error }) => `${program}: ${error.message}`) },
  );
}

class KernelLoadedObject implements LoadedObject {
  readonly programs: readonly KernelLoadedProgram[];
  readonly #maps: ReadonlyMap<string, ShapedMap>;

  constructor(
    private readonly object: KernelObject,
    readonly failures: readonly Failure[],
  ) {
    this.programs = [...object.programs.values()].map((program) => new KernelLoadedProgram(program));
    this.#maps = new Map([...object.maps].map(([name, map]) => [name, shaped(map, object)]));
  }

  get maps(): readonly ShapedMap[] {
    return [...this.#maps.values()];
  }

  program(name?: string): KernelLoadedProgram {
    return chooseProgram(this.programs, this.failures, name);
  }

  map(name: string): ShapedMap {
    return chooseMap(this.#maps, name);
  }

  close(): void {
    this.object.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function shaped(map: KernelMap, object: KernelObject): ShapedMap {
  const { holds }: MapTypeRow = MAP_TYPES[map.type];
  if (hasEntryPrograms(map.spec)) return new ShapedMap(map.spec, map, entryReferences(map.spec, entryPrograms(object)));
  if (holds === undefined) return new ShapedMap(map.spec, map);
  return new ShapedMap(map.spec, map, holds === 'program' ? programReferences(object) : mapReferences(map, object));
}

/** Entries of devmaps and cpumaps take file descriptors of programs and give the kernel's program ids. */
function entryPrograms(object: KernelObject): EntryPrograms {
  return {
    find(value) {
      const { fd, program } = object.program(value instanceof KernelLoadedProgram ? value.name : String(value));
      return { name: program.name, section: program.section, number: fd };
    },
    show: (number) => number,
  };
}

/** A map of maps takes file descriptors and gives the kernel's map ids; maps go in by name, or as what a new one holds. */
function mapReferences(outer: KernelMap, object: KernelObject): References {
  return {
    toBytes(value) {
      if (typeof value === 'string') return fdBytes(object.map(value).fd);
      const { inner } = outer.spec;
      if (inner === undefined || typeof value !== 'object' || value === null)
        throw new BeeswaxError('BEESWAX_E_VALUE_SHAPE', {
          path: `${outer.name}.value`,
          wanted: "a map's name, or what a new inner map shall hold",
          got: typeof value,
        });
      const { maxEntries = inner.maxEntries, contents = [] } =
        Symbol.iterator in value
          ? { contents: value as Iterable<{ key: unknown; value: unknown }> }
          : (value as InnerMapContents);
      const made = outer.createLike({ ...inner, maxEntries });
      const shapedInner = new ShapedMap(made.spec, made);
      for (const pair of contents) shapedInner.set(pair.key, pair.value);
      return { bytes: fdBytes(made.fd), release: () => made.close() };
    },
    fromBytes: (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true),
  };
}

function fdBytes(fd: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, fd, true);
  return bytes;
}

/** A prog array takes file descriptors and gives the kernel's program ids; to the user these go in by name. */
function programReferences(object: KernelObject): References {
  return {
    toBytes(value) {
      const program = object.program(value instanceof KernelLoadedProgram ? value.name : String(value));
      return fdBytes(program.fd);
    },
    fromBytes: (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true),
  };
}

class KernelLoadedProgram implements LoadedProgram {
  readonly tier = 'kernel';
  readonly name: string;
  readonly section: string;
  readonly type: ProgramType;
  readonly source: Program;

  constructor(private readonly loaded: KernelProgram) {
    this.source = loaded.program;
    this.name = this.source.name;
    this.section = this.source.section;
    this.type = this.source.type;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  run(packet: Uint8Array | PacketInput): RunResult {
    const { nsPerRun: _, ...result } = this.loaded.run(asInput(packet));
    return result;
  }

  runBatch(packets: readonly (Uint8Array | PacketInput)[]): RunResult[] {
    return packets.map((packet) => this.run(packet));
  }

  async test(packet: Uint8Array | PacketInput, repeat: number): Promise<RepeatResult> {
    return { ...this.loaded.run(asInput(packet), { repeat }), repeat };
  }
}

function asInput(packet: Uint8Array | PacketInput): PacketInput {
  return packet instanceof Uint8Array ? { data: packet } : packet;
}
