/**
 * An object in the kernel: its maps created and filled, its programs loaded, each with a failure of its own where
 * the kernel refused it. Takes linked programs; reading object files is not its work.
 */
import { MAP_FLAGS, MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import type { BtfType } from '../elf/btf/types.js';
import type { MapSpec } from '../model/map_spec.js';
import type { Program } from '../model/program.js';
import { BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { ObjectBtf } from './btf.js';
import type { Kernel } from './kernel.js';
import { KernelMap } from './map.js';
import { KernelProgram, type ProgramContext } from './program.js';
import type { KernelSymbols } from './symbols.js';

export interface KernelObjectInput {
  readonly maps: readonly MapSpec[];
  readonly programs: readonly Program[];
  /** Types of the object, as `kernelTypesOf` gives them. */
  readonly types?: readonly BtfType[];
  /** What the kernel has of the functions and variables that the programs name. */
  readonly symbols?: KernelSymbols;
  /** Called once the maps are there, before read-only ones are frozen and programs load: the place to fill maps. */
  readonly fill?: (object: KernelObject) => void;
}

export class KernelObject {
  readonly #maps = new Map<string, KernelMap>();
  readonly #programs = new Map<string, KernelProgram>();
  readonly #mapFailures = new Map<string, BeeswaxError>();
  readonly #programFailures = new Map<string, BeeswaxError>();

  private constructor() {}

  /**
   * Creates the maps and loads the programs. What the kernel refuses stands in `failures`; the rest works. Slots
   * that name a refused program or map stay empty.
   */
  static load(kernel: Kernel, { maps, programs, types, symbols, fill }: KernelObjectInput): KernelObject {
    const object = new KernelObject();
    const btf = types && ObjectBtf.load(kernel, types, programs);
    try {
      for (const spec of maps) object.#createMap(kernel, spec, btf);
      fill?.(object);
      for (const map of object.#maps.values()) if (isConstant(map.spec)) map.freeze();
      for (const program of programs) object.#loadProgram(kernel, program, { btf, symbols });
      for (const spec of maps) object.#fillSlots(spec);
    } catch (thrown) {
      object.close();
      throw thrown;
    } finally {
      btf?.close();
    }
    return object;
  }

  /** The maps that were created, by name. */
  get maps(): ReadonlyMap<string, KernelMap> {
    return this.#maps;
  }

  /** The programs that the kernel took, by name. */
  get programs(): ReadonlyMap<string, KernelProgram> {
    return this.#programs;
  }

  /** Why a program or map is not there, by its name. */
  get failures(): ReadonlyMap<string, BeeswaxError> {
    return new Map([...this.#mapFailures, ...this.#programFailures]);
  }

  /**
   * A program by name.
   * @throws BeeswaxError why the kernel refused it, or BEESWAX_E_KERNEL_NO_SUCH when there is none.
   */
  program(name: string): KernelProgram {
    return find('program', name, this.#programs, this.#programFailures);
  }

  /**
   * A map by name.
   * @throws BeeswaxError why the kernel refused it, or BEESWAX_E_KERNEL_NO_SUCH when there is none.
   */
  map(name: string): KernelMap {
    return find('map', name, this.#maps, this.#mapFailures);
  }

  /** Closes all file descriptors: the kernel then frees what nothing else holds. May be called again. */
  close(): void {
    for (const program of this.#programs.values()) program.close();
    for (const map of this.#maps.values()) map.close();
    this.#programs.clear();
    this.#maps.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #createMap(kernel: Kernel, spec: MapSpec, btf: ObjectBtf | undefined): void {
    keepFailure(this.#mapFailures, spec.name, () => this.#maps.set(spec.name, KernelMap.create(kernel, spec, btf)));
  }

  #loadProgram(kernel: Kernel, program: Program, of: ProgramContext): void {
    keepFailure(this.#programFailures, program.name, () => {
      const loaded = KernelProgram.load(kernel, program, (map) => this.map(map).fd, of);
      this.#programs.set(program.name, loaded);
    });
  }

  /** Puts programs and inner maps into the slots that the object file fills. */
  #fillSlots({ name, type, keySize, slots }: MapSpec): void {
    const map = this.#maps.get(name);
    if (map === undefined || slots === undefined) return;
    const { holds }: MapTypeRow = MAP_TYPES[type];
    for (const [slot, target] of slots) {
      const held = holds === 'program' ? this.#programs.get(target) : this.#maps.get(target);
      if (held === undefined) continue;
      keepFailure(this.#mapFailures, name, () => map.update(littleEndian(slot, keySize), littleEndian(held.fd, 4)));
    }
  }
}

/** Data sections that neither programs nor users may change: .rodata and .kconfig, which libbpf freezes too. */
function isConstant({ flags, contents, name }: MapSpec): boolean {
  const isData = contents !== undefined || /^\.(rodata|kconfig)/.test(name);
  return isData && (flags & MAP_FLAGS.BPF_F_RDONLY_PROG) !== 0;
}

/** Runs a step that may fail without harm to the others; what is no catalogued error is a defect and passes. */
function keepFailure(failures: Map<string, BeeswaxError>, name: string, step: () => void): void {
  try {
    step();
  } catch (thrown) {
    if (!isBeeswaxError(thrown)) throw thrown;
    failures.set(name, thrown);
  }
}

function find<T>(
  kind: 'program' | 'map',
  name: string,
  there: ReadonlyMap<string, T>,
  failures: ReadonlyMap<string, BeeswaxError>,
): T {
  const found = there.get(name);
  if (found !== undefined) return found;
  throw failures.get(name) ?? new BeeswaxError('BEESWAX_E_KERNEL_NO_SUCH', { kind, name, known: [...there.keys()] });
}

function littleEndian(value: number, size: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(size, 4));
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes.subarray(0, size);
}
