/** A relocatable ELF64 file for BPF (elf.h), from its sections, symbols and relocations. What they mean is for `write_object.ts`. */
import { ByteWriter, StringTable } from './byte_writer.js';

/** elf.h, linux/elf-em.h EM_BPF. */
const ET_REL = 1;
const EM_BPF = 247;
const HEADER_SIZE = 64;
const SECTION_HEADER_SIZE = 64;
const SYMBOL_SIZE = 24;
const RELOCATION_SIZE = 16;

/** sh_type and sh_flags of elf.h. */
export const SECTION = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, NOBITS: 8, REL: 9, WRITE: 1, ALLOC: 2, EXEC: 4 } as const;
/** st_info halves of elf.h. */
export const SYMBOL = { LOCAL: 0, GLOBAL: 1, OBJECT: 1, FUNC: 2, SECTION: 3 } as const;
/** Relocation types of the BPF psABI: a 64-bit immediate, a call. */
export const RELOCATION = { R_BPF_64_64: 1, R_BPF_64_32: 10 } as const;

export interface ElfSection {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly alignment: number;
  readonly bytes: Uint8Array;
  readonly relocations?: readonly ElfRelocation[];
}

export interface ElfSymbol {
  readonly name: string;
  /** The section that defines it. */
  readonly section: string;
  readonly binding: number;
  readonly type: number;
  /** Bytes from the start of its section. */
  readonly value: number;
  readonly size: number;
}

export interface ElfRelocation {
  /** Bytes from the start of the section that it changes. */
  readonly offset: number;
  readonly type: number;
  readonly symbol: ElfSymbol;
}

interface Header {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly alignment: number;
  readonly link: number;
  readonly info: number;
  readonly entrySize: number;
  readonly bytes: Uint8Array;
}

/** Writes the file. Symbols must have distinct identities; the writer puts local ones first, as ELF wants. */
export function writeElf(sections: readonly ElfSection[], symbols: readonly ElfSymbol[]): Uint8Array {
  const ordered = [...symbols].sort((a, b) => a.binding - b.binding);
  const indexOfSection = new Map(sections.map(({ name }, i) => [name, i + 1]));
  const indexOfSymbol = new Map(ordered.map((symbol, i) => [symbol, i + 1]));
  const relocated = sections.filter(({ relocations }) => (relocations ?? []).length > 0);
  const symtabIndex = sections.length + relocated.length + 1;
  const strings = new StringTable();
  const symtab = symbolTable(ordered, indexOfSection, strings);
  const firstGlobal = ordered.filter(({ binding }) => binding === SYMBOL.LOCAL).length + 1;
  const plain = { link: 0, info: 0, entrySize: 0 };
  const table = { flags: 0, alignment: 8 };
  const headers: Header[] = [
    ...sections.map((section) => ({ ...plain, ...section })),
    ...relocated.map(({ name, relocations }) => ({
      ...table,
      name: `.rel${name}`,
      type: SECTION.REL,
      link: symtabIndex,
      info: indexOfSection.get(name) as number,
      entrySize: RELOCATION_SIZE,
      bytes: relocationTable(relocations ?? [], indexOfSymbol),
    })),
    {
      ...table,
      name: '.symtab',
      type: SECTION.SYMTAB,
      link: symtabIndex + 1,
      info: firstGlobal,
      entrySize: SYMBOL_SIZE,
      bytes: symtab,
    },
  ];
  for (const { name } of headers) strings.add(name);
  strings.add('.strtab');
  headers.push({ ...plain, ...table, name: '.strtab', type: SECTION.STRTAB, alignment: 1, bytes: strings.finish() });
  return layOut(headers, strings);
}

function symbolTable(
  symbols: readonly ElfSymbol[],
  indexOfSection: ReadonlyMap<string, number>,
  strings: StringTable,
): Uint8Array {
  const out = new ByteWriter().append(new Uint8Array(SYMBOL_SIZE));
  for (const { name, section, binding, type, value, size } of symbols) {
    out
      .u32(strings.add(name))
      .u8((binding << 4) | type)
      .u8(0);
    out
      .u16(indexOfSection.get(section) as number)
      .u64(value)
      .u64(size);
  }
  return out.finish();
}

function relocationTable(
  relocations: readonly ElfRelocation[],
  indexOfSymbol: ReadonlyMap<ElfSymbol, number>,
): Uint8Array {
  const out = new ByteWriter();
  for (const { offset, type, symbol } of relocations) {
    out
      .u64(offset)
      .u32(type)
      .u32(indexOfSymbol.get(symbol) as number);
  }
  return out.finish();
}

function layOut(headers: readonly Header[], strings: StringTable): Uint8Array {
  const body = new ByteWriter().append(new Uint8Array(HEADER_SIZE));
  const offsets = headers.map(({ alignment, bytes, type }) => {
    body.align(alignment);
    const offset = body.length;
    if (type !== SECTION.NOBITS) body.append(bytes);
    return offset;
  });
  body.align(8);
  const tableOffset = body.length;
  body.append(new Uint8Array(SECTION_HEADER_SIZE));
  headers.forEach(({ name, type, flags, alignment, link, info, entrySize, bytes }, i) => {
    body
      .u32(strings.add(name))
      .u32(type)
      .u64(flags)
      .u64(0)
      .u64(offsets[i] as number)
      .u64(bytes.length);
    body.u32(link).u32(info).u64(alignment).u64(entrySize);
  });
  const file = body.finish();
  file.set(fileHeader(tableOffset, headers.length + 1));
  return file;
}

function fileHeader(tableOffset: number, sectionCount: number): Uint8Array {
  // Magic, 64 bit, little-endian, version 1, System V.
  const out = new ByteWriter().append(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  out.u16(ET_REL).u16(EM_BPF).u32(1).u64(0).u64(0).u64(tableOffset).u32(0);
  out.u16(HEADER_SIZE).u16(0).u16(0).u16(SECTION_HEADER_SIZE).u16(sectionCount);
  return out.u16(sectionCount - 1).finish();
}
