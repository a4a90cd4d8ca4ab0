/**
 * Executable sections: which functions lie in them, and what each relocation makes of its instruction. Addends stand
 * in the instruction (SHT_REL); after this file nobody looks at ELF symbols any more.
 */
import { opNamed } from '../isa/table.js';
import { BeeswaxError } from '../util/errors.js';
import type { BtfExt } from './btf/ext.js';
import { ByteReader } from './bytes.js';
import { ELF, type ElfFile, type ElfRelocation, type ElfSection, type ElfSymbol } from './elf_file.js';
import type { CodeFunction, CodeSection, CodeTarget } from './object.js';

const SLOT = 8;
const CALL = opNamed('call_local').opcode;
const LDDW = opNamed('lddw').opcode;

/** Relocation types of BPF (LLVM BPFReloc; gcc uses the same numbers for these). */
const R_BPF_64_64 = 1;
const R_BPF_64_32 = 10;

/** What relocations need to know of the object. */
export interface DataPlaces {
  /** Immediates already hold the value of the symbol that they name: see `holdsSymbolValues`. */
  readonly symbolValuesHeld: boolean;
  /** The map whose record is at a place of a map section. */
  mapAt(section: number, at: number): string | undefined;
  /** The map that a data section became. */
  dataMap(section: number): string | undefined;
}

/** Executable sections with code in them. */
export function isCode(section: ElfSection): boolean {
  return (
    section.type === ELF.SHT_PROGBITS && (section.flags & BigInt(ELF.SHF_EXECINSTR)) !== 0n && section.data.length > 0
  );
}

/**
 * Reads one section.
 *
 * @throws {BeeswaxError} BEESWAX_E_ELF_SYMBOL, BEESWAX_E_ELF_RELOCATION for places outside of it.
 */
export function readCode(file: ElfFile, section: ElfSection, places: DataPlaces, ext: BtfExt | undefined): CodeSection {
  const symbols = file.symbolsBySection.get(section.index) ?? [];
  const references = new Map<number, CodeTarget>();
  for (const relocation of file.relocations.get(section.index) ?? []) {
    const { at, offset } = relocation;
    if (at % SLOT !== 0 || at + SLOT > section.data.length) {
      throw new BeeswaxError(
        'BEESWAX_E_ELF_RELOCATION',
        { section: section.name, at, problem: 'it does not begin at an instruction' },
        { location: { offset } },
      );
    }
    references.set(relocation.at, targetOf(file, section, relocation, places));
  }
  return {
    index: section.index,
    name: section.name,
    bytes: section.data,
    functions: readFunctions(section, symbols),
    references,
    lines: ext?.lines.get(section.name) ?? [],
    core: ext?.core.get(section.name) ?? [],
    functionTypes: ext?.functions.get(section.name) ?? [],
  };
}

/**
 * Function symbols in order of address. A size of 0 reaches to the next one. Compilers before clang 10 left functions
 * without a type; then global symbols of no type count. A section without any is one function of its name.
 */
function readFunctions(section: ElfSection, symbols: readonly ElfSymbol[]): CodeFunction[] {
  const typed = symbols.filter(({ type }) => type === ELF.STT_FUNC);
  const found =
    typed.length > 0 ? typed : symbols.filter(({ type, bind }) => type === ELF.STT_NOTYPE && bind !== ELF.STB_LOCAL);
  const { length } = section.data;
  if (found.length === 0) return [{ name: section.name, start: 0, end: length, global: true, hidden: false }];
  const sorted = [...found].sort((a, b) => a.value - b.value);
  const starts = [...new Set(sorted.map(({ value }) => value)), length];
  const nextStart = new Map(starts.slice(0, -1).map((start, index) => [start, starts[index + 1] as number]));
  return sorted.map(({ name, value, size, bind, hidden, index }): CodeFunction => {
    const end = size === 0 ? (nextStart.get(value) as number) : value + size;
    if (value % SLOT !== 0 || end % SLOT !== 0 || value >= length || end > length) {
      throw new BeeswaxError(
        'BEESWAX_E_ELF_SYMBOL',
        {
          index,
          problem: `function ${name} at ${value}, ${size} bytes, does not fit ${section.name} of ${length} bytes`,
        },
        { location: { offset: section.offset } },
      );
    }
    return { name, start: value, end, global: bind !== ELF.STB_LOCAL, hidden };
  });
}

function targetOf(file: ElfFile, section: ElfSection, relocation: ElfRelocation, places: DataPlaces): CodeTarget {
  const { at, type, symbol, offset } = relocation;
  const refused = (problem: string): CodeTarget => ({
    kind: 'refused',
    error: new BeeswaxError(
      'BEESWAX_E_ELF_RELOCATION',
      { section: section.name, at, problem },
      { location: { offset } },
    ),
  });
  const opcode = section.data[at] as number;
  const addend = new DataView(section.data.buffer, section.data.byteOffset + at + 4, 4).getInt32(0, true);
  if (opcode === CALL ? type !== R_BPF_64_32 : opcode !== LDDW || type !== R_BPF_64_64) {
    return refused(`type ${type} does not fit opcode 0x${opcode.toString(16)}`);
  }
  if (symbol.section === ELF.SHN_UNDEF) return { kind: 'extern', name: symbol.name };
  const target = file.sections[symbol.section];
  if (target === undefined) return refused(`symbol ${symbol.name} has no section`);
  if (opcode === CALL) {
    if (!isCode(target)) return refused(`it calls ${symbol.name}, which is no code`);
    // Behind a section, imm counts slots, −1 being its first. A function is meant itself, whatever imm gas put there.
    const slots = symbol.type === ELF.STT_SECTION ? addend + 1 : 0;
    return { kind: 'code', section: target.index, at: symbol.value + slots * SLOT };
  }
  const base = places.symbolValuesHeld && symbol.type !== ELF.STT_SECTION ? 0 : symbol.value;
  return loadTarget(target, symbol, base + addend, places) ?? refused(unusable(target, symbol));
}

/**
 * Whether this is an object of GNU as up to 2.40, which puts the symbol's own value into the immediate that a
 * relocation of that symbol patches, so that it must not be added again. Nothing in the file says so but the
 * compiler's mark and that no such immediate is below its symbol's value.
 */
export function holdsSymbolValues(file: ElfFile): boolean {
  const comment = file.sections.find(({ name }) => name === '.comment')?.data;
  if (comment === undefined || !new TextDecoder().decode(comment.slice(0, 64)).includes('GCC:')) return false;
  for (const section of file.sections) {
    if (!isCode(section)) continue;
    const reader = new ByteReader(section.data, section.name, section.offset);
    for (const { at, type, symbol } of file.relocations.get(section.index) ?? []) {
      if (type !== R_BPF_64_64 || symbol.type === ELF.STT_SECTION || symbol.section === ELF.SHN_UNDEF) continue;
      if (at + SLOT <= reader.length && reader.u32(at + 4) < symbol.value) return false;
    }
  }
  return true;
}

function loadTarget(target: ElfSection, symbol: ElfSymbol, place: number, places: DataPlaces): CodeTarget | undefined {
  if (isCode(target)) return { kind: 'code', section: target.index, at: place };
  const data = places.dataMap(target.index);
  if (data !== undefined) return { kind: 'data', map: data, offset: place };
  const map = places.mapAt(target.index, symbol.type === ELF.STT_SECTION ? place : symbol.value);
  return map === undefined ? undefined : { kind: 'map', map };
}

function unusable(target: ElfSection, symbol: ElfSymbol): string {
  return `symbol ${symbol.name} lies in section ${target.name}, which is neither maps, data nor code`;
}
