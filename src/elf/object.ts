/**
 * What an object file says, as plain data: programs, maps, variables, BTF, and the code that linking puts together.
 * A user may read it and change what is not `readonly` before loading; nothing here is loaded or proven.
 */
import type { ProgramType } from '../abi/program_types.js';
import type { MapSpec, Shape } from '../model/map_spec.js';
import type { BeeswaxError } from '../util/errors.js';
import type { CoreRecord, FunctionRecord, LineRecord } from './btf/ext.js';
import type { Btf } from './btf/types.js';
import type { CoreRelocations } from './core/relocations.js';

export interface ElfObject {
  /** Name of the file, for errors; '' when it was not given. */
  readonly file: string;
  /** Text of the `license` section, '' without one. */
  license: string;
  /** In order of the file: entry points only, not the functions that they call. */
  readonly programs: readonly ProgramSpec[];
  /** By name, in order of the file; data sections under their section's name. See `findMap`. */
  readonly maps: Map<string, MapSpec>;
  /** Maps that cannot be made, with the reason: a program that names one is refused with it. */
  readonly refusedMaps: ReadonlyMap<string, BeeswaxError>;
  /** Global and static variables of the data sections, and kconfig externs, by name. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly externs: ReadonlyMap<string, Extern>;
  readonly btf: Btf | undefined;
  /** CO-RE relocations and the kernel types that answer them; undefined where the object has none. */
  core: CoreRelocations | undefined;
  /** What was passed over, for people. */
  readonly notes: readonly string[];
  /** By ELF section index: what `linkProgram` links. */
  readonly code: ReadonlyMap<number, CodeSection>;
}

export interface ProgramSpec {
  readonly name: string;
  readonly section: string;
  /** What it will be loaded as; undefined for a type without a hook here, which a user may override. */
  type: ProgramType | undefined;
  /** The kernel's name of the type that the section says, 'kprobe'; undefined where the name says nothing. */
  readonly kernelType: string | undefined;
  /** Slots of its own function, without those that it calls. */
  readonly slots: number;
  /** BTF declaration tags on its function, in order of the file. */
  readonly tags: readonly string[];
  /** Its function: ELF section index and byte offset. */
  readonly code: CodePlace;
}

/** A variable of a data section. */
export interface Variable {
  readonly name: string;
  /** The map that holds it. */
  readonly map: string;
  /** Bytes from the start of the map's value. */
  readonly offset: number;
  readonly shape: Shape;
  /** Its value as it will be at load. */
  get(): unknown;
  /** Changes what it will be at load. */
  set(value: unknown): void;
}

/** A symbol that the object wants from outside. */
export interface Extern {
  readonly name: string;
  readonly weak: boolean;
  /** 'kconfig' has a place in the map `.kconfig`; the others are the kernel's functions and variables. */
  readonly kind: 'kconfig' | 'function' | 'variable';
  /** Of kconfig: bytes from the start of the map's value. */
  readonly offset?: number;
  /** Of kconfig: it has a value, by option, by default or because it is weak. */
  known: boolean;
}

/** A place in the code of an object. */
export interface CodePlace {
  /** ELF section index. */
  readonly section: number;
  /** Byte offset. */
  readonly at: number;
}

export interface CodeSection {
  readonly index: number;
  readonly name: string;
  /** As the file has it, not yet relocated. */
  readonly bytes: Uint8Array;
  /** In order of `start`. */
  readonly functions: readonly CodeFunction[];
  /** By byte offset of the instruction. */
  readonly references: ReadonlyMap<number, CodeTarget>;
  readonly lines: readonly LineRecord[];
  readonly core: readonly CoreRecord[];
  /** Types of its functions. */
  readonly functionTypes: readonly FunctionRecord[];
}

export interface CodeFunction {
  readonly name: string;
  /** Byte offsets in the section. */
  readonly start: number;
  readonly end: number;
  readonly global: boolean;
  /** Global inside the object only: to the kernel it is static. */
  readonly hidden: boolean;
}

/** What a relocation makes of an instruction; addends are already in it. */
export type CodeTarget =
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'data'; readonly map: string; readonly offset: number }
  | ({ readonly kind: 'code' } & CodePlace)
  | { readonly kind: 'extern'; readonly name: string }
  /** It cannot be resolved: a program that reaches it is refused with this. */
  | { readonly kind: 'refused'; readonly error: BeeswaxError };

/**
 * The map of that name, also under the name that libbpf would give a data section's map: `filter.rodata`, eight
 * letters of the object's name and the section's.
 */
export function findMap(object: ElfObject, name: string): MapSpec | undefined {
  const dot = name.indexOf('.', 1);
  return object.maps.get(name) ?? (dot > 0 ? object.maps.get(name.slice(dot)) : undefined);
}
