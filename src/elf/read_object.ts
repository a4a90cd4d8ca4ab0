/**
 * Object bytes to `ElfObject`: the outline of loading. Each step is in a file of its own; what a step cannot use it
 * leaves to the programs that need it, so that one bad map or program does not hide the others.
 */
import type { ProgramType } from '../abi/program_types.js';
import type { MapSpec } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { type BtfExt, parseBtfExt } from './btf/ext.js';
import { parseBtf } from './btf/parse.js';
import type { Btf } from './btf/types.js';
import { holdsSymbolValues, isCode, readCode } from './code.js';
import { readCoreTarget } from './core/read_target.js';
import { CoreRelocations, type CoreSource } from './core/relocations.js';
import { ELF, type ElfFile, type ElfSection, type ElfSymbol, readElfFile } from './elf_file.js';
import { readKsyms } from './externs.js';
import { type KconfigValue, readKconfig } from './kconfig.js';
import { type MapDeclaration, mapError, readMapDeclarations } from './maps_btf.js';
import { readDataMap, readVariables } from './maps_data.js';
import { annotateShapes, fillIproute2Slots, type LegacyMap, readLegacyMaps } from './maps_legacy.js';
import type { CodeSection, ElfObject, Extern, Variable } from './object.js';
import { readPrograms } from './programs.js';
import { dataKind, isLegacyMaps } from './sections.js';
import { fillSlots } from './slots.js';

export interface ReadOptions {
  /** Name of the file, for errors. */
  readonly file?: string;
  /** Type of programs whose section name says none; 'xdp' without. */
  readonly defaultType?: ProgramType;
  /** Values of extern kconfig variables, by name: `{ CONFIG_HZ: 250, LINUX_KERNEL_VERSION: 0x060c00 }`. */
  readonly kconfig?: Readonly<Record<string, KconfigValue>>;
  /**
   * Types of the kernel that the programs are for, which CO-RE relocations ask: BTF as in /sys/kernel/btf/vmlinux, or
   * an ELF file that holds it. A small set of networking types is built in.
   */
  readonly btf?: Uint8Array | CoreSource;
}

/** What the steps fill. */
interface Draft {
  readonly maps: Map<string, MapSpec>;
  readonly refusedMaps: Map<string, BeeswaxError>;
  readonly variables: Map<string, Variable>;
  readonly externs: Map<string, Extern>;
  readonly notes: string[];
  /** Name of the map of a data section, by section index. */
  readonly dataMaps: Map<number, string>;
  /** Names of maps by place: section index, then byte offset. */
  readonly mapPlaces: Map<number, Map<number, string>>;
}

/**
 * Reads an object file as clang 11 to 21 and gcc make them.
 *
 * @throws {BeeswaxError} BEESWAX_E_ELF_… when the container is broken, BEESWAX_E_BTF when maps are declared through
 * broken BTF; with the byte offset as the location. What concerns one program or map alone is kept for `linkProgram`.
 */
export function readElfObject(bytes: Uint8Array, options: ReadOptions = {}): ElfObject {
  const file = options.file ?? '';
  try {
    return readObject(bytes, file, options);
  } catch (error) {
    throw error instanceof BeeswaxError && file !== '' ? error.at({ file }) : error;
  }
}

function readObject(bytes: Uint8Array, file: string, options: ReadOptions): ElfObject {
  const elf = readElfFile(bytes);
  const draft: Draft = {
    maps: new Map(),
    refusedMaps: new Map(),
    variables: new Map(),
    externs: new Map(),
    notes: [],
    dataMaps: new Map(),
    mapPlaces: new Map(),
  };
  const { btf, ext } = readBtf(elf, draft);
  const declarations = btf === undefined ? [] : addDeclaredMaps(elf, btf, draft);
  const legacy = addLegacyMaps(elf, btf, draft);
  addData(elf, btf, draft);
  if (btf !== undefined) addExterns(elf, btf, options, draft);
  const code = addCode(elf, ext, draft);
  const programs = readPrograms(code, btf, options.defaultType ?? 'xdp');
  fillSlots(elf, declarations, draft.mapPlaces, draft.maps, code);
  fillIproute2Slots(legacy, programs);
  return {
    file,
    license: readLicense(elf),
    programs,
    maps: draft.maps,
    refusedMaps: draft.refusedMaps,
    variables: draft.variables,
    externs: draft.externs,
    btf,
    core: coreRelocations(btf, code, options.btf),
    notes: draft.notes,
    code,
  };
}

function sectionNamed(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

/** Broken BTF matters where maps depend on it; otherwise it only costs names and lines. */
function readBtf(elf: ElfFile, draft: Draft): { btf?: Btf; ext?: BtfExt } {
  const section = sectionNamed(elf, '.BTF');
  if (section === undefined) {
    if (sectionNamed(elf, '.maps') !== undefined) {
      throw new BeeswaxError('BEESWAX_E_BTF', { problem: 'is missing, and .maps needs it' });
    }
    return {};
  }
  let btf: Btf;
  try {
    btf = parseBtf(section.data, section.offset);
  } catch (error) {
    if (!(error instanceof BeeswaxError) || sectionNamed(elf, '.maps') !== undefined) throw error;
    draft.notes.push(`BTF was not used: ${error.message}`);
    return {};
  }
  const extension = sectionNamed(elf, '.BTF.ext');
  if (extension === undefined) return { btf };
  try {
    return { btf, ext: parseBtfExt(extension.data, btf, extension.offset) };
  } catch (error) {
    if (!(error instanceof BeeswaxError)) throw error;
    draft.notes.push(`source lines were not used: ${error.message}`);
    return { btf };
  }
}

function symbolsIn(elf: ElfFile, section: ElfSection): ElfSymbol[] {
  const symbols = elf.symbolsBySection.get(section.index) ?? [];
  return symbols.filter(({ type, name }) => type !== ELF.STT_SECTION && name !== '');
}

function addMap(draft: Draft, name: string, spec: MapSpec | BeeswaxError): void {
  if (draft.maps.has(name) || draft.refusedMaps.has(name)) return;
  if (spec instanceof BeeswaxError) draft.refusedMaps.set(name, spec);
  else draft.maps.set(name, spec);
}

function addDeclaredMaps(elf: ElfFile, btf: Btf, draft: Draft): MapDeclaration[] {
  const section = sectionNamed(elf, '.maps');
  if (section === undefined) return [];
  const places = new Map<number, string>();
  const symbols = new Map(symbolsIn(elf, section).map((symbol) => [symbol.name, symbol]));
  const declarations = readMapDeclarations(btf, section.name);
  for (const { name, spec } of declarations) {
    const symbol = symbols.get(name);
    addMap(draft, name, symbol === undefined ? mapError(name, 'it has no symbol') : spec);
    if (symbol !== undefined) places.set(symbol.value, name);
  }
  draft.mapPlaces.set(section.index, places);
  return declarations;
}

function addLegacyMaps(elf: ElfFile, btf: Btf | undefined, draft: Draft): LegacyMap[] {
  const found: LegacyMap[] = [];
  for (const section of elf.sections) {
    if (!isLegacyMaps(section.name)) continue;
    const maps = readLegacyMaps(section, symbolsIn(elf, section));
    for (const { name, spec } of maps) {
      if (btf !== undefined && !(spec instanceof BeeswaxError)) annotateShapes(spec, btf);
      addMap(draft, name, spec);
    }
    draft.mapPlaces.set(section.index, new Map(maps.map(({ name, at }) => [at, name])));
    for (const map of maps) found.push(map);
  }
  return found;
}

function addData(elf: ElfFile, btf: Btf | undefined, draft: Draft): void {
  for (const section of elf.sections) {
    const kind = dataKind(section.name);
    if (kind === undefined || section.size === 0n) continue;
    if (section.type !== ELF.SHT_PROGBITS && section.type !== ELF.SHT_NOBITS) continue;
    if (draft.maps.has(section.name) || draft.refusedMaps.has(section.name)) {
      draft.notes.push(`a second section ${section.name} was not used`);
      continue;
    }
    const symbols = symbolsIn(elf, section);
    const spec = readDataMap(section, kind, symbols, btf);
    addMap(draft, section.name, spec);
    draft.dataMaps.set(section.index, section.name);
    if (elf.relocations.has(section.index)) {
      draft.notes.push(`${section.name} holds addresses, which stay offsets as the kernel's loaders leave them`);
    }
    if (spec instanceof BeeswaxError) continue;
    for (const variable of readVariables(spec, symbols)) draft.variables.set(variable.name, variable);
  }
}

function addExterns(elf: ElfFile, btf: Btf, options: ReadOptions, draft: Draft): void {
  const weak = new Set(elf.symbols.filter(({ bind }) => bind === ELF.STB_WEAK).map(({ name }) => name));
  const isWeak = (name: string): boolean => weak.has(name);
  for (const extern of readKsyms(btf, isWeak)) draft.externs.set(extern.name, extern);
  const kconfig = readKconfig(btf, options.kconfig ?? {}, isWeak);
  if (kconfig === undefined) return;
  addMap(draft, kconfig.spec.name, kconfig.spec);
  for (const extern of kconfig.externs) draft.externs.set(extern.name, extern);
  for (const variable of kconfig.variables) draft.variables.set(variable.name, variable);
}

function addCode(elf: ElfFile, ext: BtfExt | undefined, draft: Draft): Map<number, CodeSection> {
  const places = {
    symbolValuesHeld: holdsSymbolValues(elf),
    mapAt: (section: number, at: number) => draft.mapPlaces.get(section)?.get(at),
    dataMap: (section: number) => draft.dataMaps.get(section),
  };
  const code = new Map<number, CodeSection>();
  for (const section of elf.sections) if (isCode(section)) code.set(section.index, readCode(elf, section, places, ext));
  return code;
}

function coreRelocations(
  btf: Btf | undefined,
  code: ReadonlyMap<number, CodeSection>,
  target: ReadOptions['btf'],
): CoreRelocations | undefined {
  const records = [...code.values()].flatMap(({ core }) => core);
  if (btf === undefined || records.length === 0) return undefined;
  const source = target instanceof Uint8Array ? readCoreTarget(target) : target;
  return new CoreRelocations(btf, records, source);
}

function readLicense(elf: ElfFile): string {
  const data = sectionNamed(elf, 'license')?.data ?? new Uint8Array(0);
  const end = data.indexOf(0);
  // A license is a word or two: the kernel reads 128 bytes (kernel/bpf/syscall.c bpf_prog_load).
  return new TextDecoder().decode(data.slice(0, Math.min(end < 0 ? data.length : end, 128)));
}
