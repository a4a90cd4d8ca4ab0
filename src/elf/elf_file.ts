/**
 * The container: ELF64 header, section headers, symbols and relocation records as plain data, checked against the
 * file's length (System V ABI, chapters 4 and 5; machine EM_BPF). What the sections mean to BPF is for the files
 * beside this one.
 */
import { BeeswaxError } from '../util/errors.js';
import { ByteReader } from './bytes.js';

/** Numbers of elf.h that BPF objects use. */
export const ELF = {
  ET_REL: 1,
  EM_BPF: 247,
  SHT_PROGBITS: 1,
  SHT_SYMTAB: 2,
  SHT_RELA: 4,
  SHT_NOBITS: 8,
  SHT_REL: 9,
  SHF_EXECINSTR: 4,
  SHN_UNDEF: 0,
  SHN_LORESERVE: 0xff00,
  SHN_XINDEX: 0xffff,
  STB_LOCAL: 0,
  STB_WEAK: 2,
  STT_NOTYPE: 0,
  STT_OBJECT: 1,
  STT_FUNC: 2,
  STT_SECTION: 3,
} as const;

const HEADER_SIZE = 64;
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;

export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly flags: bigint;
  /** Bytes in memory; of NOBITS sections, which have none in the file, the only size. */
  readonly size: bigint;
  /** What the file holds of it; empty for NOBITS. A view into the file's bytes. */
  readonly data: Uint8Array;
  /** Byte offset of `data` in the file. */
  readonly offset: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: bigint;
}

export interface ElfSymbol {
  readonly index: number;
  /** Of a section symbol, the section's name. */
  readonly name: string;
  /** STT_*. */
  readonly type: number;
  /** STB_*. */
  readonly bind: number;
  /** Not seen outside of the object (STV_INTERNAL, STV_HIDDEN). */
  readonly hidden: boolean;
  /** Index of its section; 0 where it is undefined, reserved numbers from 0xff00 on. */
  readonly section: number;
  /** Byte offset in its section. */
  readonly value: number;
  readonly size: number;
}

export interface ElfRelocation {
  /** Byte offset in the section that it patches. */
  readonly at: number;
  /** R_BPF_*. */
  readonly type: number;
  readonly symbol: ElfSymbol;
  /** Byte offset of the record in the file. */
  readonly offset: number;
}

export interface ElfFile {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
  /** The same by the index of their section. */
  readonly symbolsBySection: ReadonlyMap<number, readonly ElfSymbol[]>;
  /** Relocation records by the index of the section that they patch, in order of the file. */
  readonly relocations: ReadonlyMap<number, readonly ElfRelocation[]>;
}

/** Names of machines that people mistake for BPF's, for the error. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i386',
  40: 'ARM',
  62: 'x86-64',
  183: 'AArch64',
  243: 'RISC-V',
  258: 'LoongArch',
};

/**
 * Reads the container.
 *
 * @throws {BeeswaxError} BEESWAX_E_ELF_… with the byte offset as the location.
 */
export function readElfFile(bytes: Uint8Array): ElfFile {
  const reader = new ByteReader(bytes, 'file');
  checkIdent(reader);
  checkObject(reader);
  const sections = readSections(reader);
  const symbols = readSymbols(sections);
  return {
    sections,
    symbols,
    symbolsBySection: groupBySection(symbols),
    relocations: readRelocations(sections, symbols, bytes.length),
  };
}

/** The sections of an ELF64 file of any machine, as `vmlinux` is; throws as `readElfFile`. */
export function readElfSections(bytes: Uint8Array): readonly ElfSection[] {
  const reader = new ByteReader(bytes, 'file');
  checkIdent(reader);
  return readSections(reader);
}

function refuse(offset: number, reason: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_ELF_FORMAT', { reason }, { location: { offset } });
}

function checkIdent(reader: ByteReader): void {
  if (
    reader.length < 4 ||
    reader.u8(0) !== 0x7f ||
    reader.u8(1) !== 0x45 ||
    reader.u8(2) !== 0x4c ||
    reader.u8(3) !== 0x46
  ) {
    throw refuse(
      0,
      reader.length === 0 ? 'the file is empty' : 'the file does not begin with the ELF magic 7f 45 4c 46',
    );
  }
  reader.need(0, 16);
  if (reader.u8(4) !== 2) throw refuse(4, `class ${reader.u8(4)} is not ELF64`);
  if (reader.u8(5) === 2) throw new BeeswaxError('BEESWAX_E_ELF_BIG_ENDIAN', {}, { location: { offset: 5 } });
  if (reader.u8(5) !== 1) throw refuse(5, `byte order ${reader.u8(5)} is neither little nor big endian`);
  reader.need(0, HEADER_SIZE);
}

function checkObject(reader: ByteReader): void {
  const machine = reader.u16(18);
  if (machine !== ELF.EM_BPF) {
    throw new BeeswaxError(
      'BEESWAX_E_ELF_MACHINE',
      { machine, name: MACHINES[machine] ?? 'another machine' },
      { location: { offset: 18 } },
    );
  }
  if (reader.u16(16) !== ELF.ET_REL) throw refuse(16, `file type ${reader.u16(16)} is not a relocatable object`);
}

/** An offset or size that must be a plain number inside the file. */
function fileNumber(reader: ByteReader, at: number): number {
  const value = reader.u64(at);
  return value > 0xffff_ffff_ffffn ? Number.MAX_SAFE_INTEGER / 2 : Number(value);
}

function readSections(reader: ByteReader): ElfSection[] {
  const tableOffset = fileNumber(reader, 40);
  const entrySize = reader.u16(58);
  let count = reader.u16(60);
  let namesIndex = reader.u16(62);
  if (tableOffset === 0) return [];
  if (entrySize !== SECTION_HEADER_SIZE) {
    throw new BeeswaxError(
      'BEESWAX_E_ELF_FORMAT',
      { reason: `section headers of ${entrySize} bytes, ELF64 has ${SECTION_HEADER_SIZE}` },
      { location: { offset: 58 } },
    );
  }
  // Counts past SHN_LORESERVE stand in the first section header.
  reader.need(tableOffset, SECTION_HEADER_SIZE);
  if (count === 0) count = fileNumber(reader, tableOffset + 32);
  if (namesIndex === ELF.SHN_XINDEX) namesIndex = reader.u32(tableOffset + 40);
  reader.need(tableOffset, count * SECTION_HEADER_SIZE);

  const names = namesIndex === 0 ? undefined : sectionNames(reader, tableOffset, count, namesIndex);
  const sections: ElfSection[] = [];
  for (let index = 0; index < count; index++) {
    const at = tableOffset + index * SECTION_HEADER_SIZE;
    const type = reader.u32(at + 4);
    const offset = fileNumber(reader, at + 24);
    const name = index === 0 || names === undefined ? '' : names.string(reader.u32(at));
    const size = reader.u64(at + 32);
    const hasData = type !== ELF.SHT_NOBITS && index !== 0;
    sections.push({
      index,
      name,
      type,
      flags: reader.u64(at + 8),
      size,
      data: hasData ? sectionData(reader, name, offset, fileNumber(reader, at + 32)) : new Uint8Array(0),
      offset: hasData ? offset : 0,
      link: reader.u32(at + 40),
      info: reader.u32(at + 44),
      entrySize: reader.u64(at + 56),
    });
  }
  return sections;
}

function sectionNames(reader: ByteReader, tableOffset: number, count: number, index: number): ByteReader {
  if (index >= count) {
    throw new BeeswaxError(
      'BEESWAX_E_ELF_FORMAT',
      { reason: `section names are said to be in section ${index} of ${count}` },
      { location: { offset: 62 } },
    );
  }
  const at = tableOffset + index * SECTION_HEADER_SIZE;
  const offset = fileNumber(reader, at + 24);
  return new ByteReader(
    sectionData(reader, 'section names', offset, fileNumber(reader, at + 32)),
    'section names',
    offset,
  );
}

function sectionData(reader: ByteReader, name: string, offset: number, size: number): Uint8Array {
  if (size === 0) return new Uint8Array(0);
  if (offset + size > reader.length) {
    throw new BeeswaxError(
      'BEESWAX_E_ELF_TRUNCATED',
      { what: 'file', at: offset, size, length: reader.length },
      {
        location: { offset: Math.min(offset, reader.length) },
        notes: [`section ${name} lies past the end of the file`],
      },
    );
  }
  return reader.slice(offset, size);
}

/** The strings that a symbol table names by its `link`. */
function linkedStrings(sections: readonly ElfSection[], table: ElfSection): ByteReader {
  const strings = sections[table.link];
  if (table.link === 0 || strings === undefined) {
    throw new BeeswaxError(
      'BEESWAX_E_ELF_SECTION',
      { section: table.name, problem: `its link, section ${table.link}, does not exist` },
      { location: { offset: table.offset } },
    );
  }
  return new ByteReader(strings.data, `section ${strings.name}`, strings.offset);
}

function readSymbols(sections: readonly ElfSection[]): ElfSymbol[] {
  const table = sections.find(({ type }) => type === ELF.SHT_SYMTAB);
  if (table === undefined) return [];
  const reader = new ByteReader(table.data, `section ${table.name}`, table.offset);
  const strings = linkedStrings(sections, table);
  const symbols: ElfSymbol[] = [];
  const count = Math.floor(table.data.length / SYMBOL_SIZE);
  for (let index = 0; index < count; index++) {
    const at = index * SYMBOL_SIZE;
    const nameOffset = reader.u32(at);
    const info = reader.u8(at + 4);
    const section = reader.u16(at + 6);
    const type = info & 0xf;
    if (section >= sections.length && section < ELF.SHN_LORESERVE) {
      throw new BeeswaxError(
        'BEESWAX_E_ELF_SYMBOL',
        { index, problem: `its section ${section} does not exist` },
        { location: { offset: table.offset + at } },
      );
    }
    const name = nameOffset === 0 ? '' : strings.string(nameOffset);
    symbols.push({
      index,
      name: name === '' && type === ELF.STT_SECTION ? (sections[section]?.name ?? '') : name,
      type,
      bind: info >> 4,
      hidden: (reader.u8(at + 5) & 3) === 1 || (reader.u8(at + 5) & 3) === 2,
      section,
      value: fileNumber(reader, at + 8),
      size: fileNumber(reader, at + 16),
    });
  }
  return symbols;
}

function groupBySection(symbols: readonly ElfSymbol[]): Map<number, readonly ElfSymbol[]> {
  const groups = new Map<number, ElfSymbol[]>();
  for (const symbol of symbols) {
    const group = groups.get(symbol.section);
    if (group === undefined) groups.set(symbol.section, [symbol]);
    else group.push(symbol);
  }
  return groups;
}

function readRelocations(
  sections: readonly ElfSection[],
  symbols: readonly ElfSymbol[],
  fileLength: number,
): Map<number, readonly ElfRelocation[]> {
  const bySection = new Map<number, ElfRelocation[]>();
  // Sections may overlap: without a bound on their sum, a small file could ask for any number of records.
  let budget = fileLength / 16;
  for (const section of sections) {
    if (section.type !== ELF.SHT_REL && section.type !== ELF.SHT_RELA) continue;
    const target = sections[section.info];
    // Debug sections have thousands, and nobody here reads those.
    if (target === undefined || target.name.startsWith('.debug') || target.name.startsWith('.BTF')) continue;
    budget -= section.data.length / 16;
    if (budget < 0) {
      throw new BeeswaxError(
        'BEESWAX_E_ELF_SECTION',
        { section: section.name, problem: 'it overlaps other relocation sections' },
        { location: { offset: section.offset } },
      );
    }
    const known = bySection.get(section.info) ?? [];
    for (const record of readRelocationSection(section, target, symbols)) known.push(record);
    bySection.set(section.info, known);
  }
  return bySection;
}

function readRelocationSection(
  section: ElfSection,
  target: ElfSection,
  symbols: readonly ElfSymbol[],
): ElfRelocation[] {
  const reader = new ByteReader(section.data, `section ${section.name}`, section.offset);
  const entry = section.type === ELF.SHT_REL ? 16 : 24;
  const records: ElfRelocation[] = [];
  for (let at = 0; at + entry <= section.data.length; at += entry) {
    const refuse = (problem: string): BeeswaxError =>
      new BeeswaxError(
        'BEESWAX_E_ELF_RELOCATION',
        { section: target.name, at: fileNumber(reader, at), problem },
        { location: { offset: section.offset + at } },
      );
    const info = reader.u64(at + 8);
    const symbol = symbols[Number(info >> 32n)];
    if (symbol === undefined) throw refuse(`its symbol ${info >> 32n} does not exist`);
    if (section.type === ELF.SHT_RELA && reader.u64(at + 16) !== 0n) {
      throw refuse('it carries an addend, which BPF objects keep in the instruction');
    }
    const place = fileNumber(reader, at);
    if (place >= target.data.length) throw refuse(`it lies past the section's ${target.data.length} bytes`);
    records.push({ at: place, type: Number(info & 0xffff_ffffn), symbol, offset: section.offset + at });
  }
  return records;
}
