/**
 * Programs and maps as a BPF object file that libbpf and our own loader take: entry functions in their sections, their
 * functions as static ones in `.text`, maps in `.maps` by BTF, data sections as they are, source lines in `.BTF.ext`.
 */
import type { ProgramType } from '../abi/program_types.js';
import { SLOT_SIZE } from '../isa/decode.js';
import { encodeInsn } from '../isa/encode.js';
import { makeInsn } from '../isa/insn.js';
import type { MapSpec } from '../model/map_spec.js';
import type { FunctionInfo, Insn, Program } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import type { Assembly } from './assemble.js';
import { BtfWriter } from './btf_writer.js';
import {
  type ElfRelocation,
  type ElfSection,
  type ElfSymbol,
  RELOCATION,
  SECTION,
  SYMBOL,
  writeElf,
} from './elf_writer.js';

const TEXT = '.text';

/** Section of a program that names none, by libbpf's conventions. */
const SECTION_OF_TYPE: Readonly<Record<ProgramType, string>> = {
  xdp: 'xdp',
  raw: 'raw',
  socket_filter: 'socket',
  tc: 'tc',
  cgroup_skb: 'cgroup/skb',
  lwt_in: 'lwt_in',
  lwt_out: 'lwt_out',
  lwt_xmit: 'lwt_xmit',
  flow_dissector: 'flow_dissector',
  sk_lookup: 'sk_lookup',
};

/** Maps that are a data section of the file. */
const DATA_SECTION = /^\.(rodata|data|bss)(\.|$)/;

/** A function at its place in a section. */
interface Placed {
  readonly program: Program;
  readonly fn: FunctionInfo;
  readonly symbol: ElfSymbol;
}

/**
 * Writes an ELF64 little-endian BPF object.
 *
 * @throws {BeeswaxError} BEESWAX_E_OBJECT_WRITE for what an object file cannot say: an address within a map that is no
 * data section, a data section whose map is missing.
 */
export function writeObject({ programs, maps, license }: Assembly): Uint8Array {
  const btf = new BtfWriter();
  const data = maps.filter(({ name }) => DATA_SECTION.test(name));
  const defined = maps.filter(({ name }) => !DATA_SECTION.test(name));
  const mapSymbols = defineMaps(btf, defined);
  const placed = place(programs);
  const withSymbols = data.map(({ name }) => name);
  if (placed.some(({ symbol }) => symbol.section === TEXT)) withSymbols.push(TEXT);
  const sectionSymbols = new Map(withSymbols.map((name) => [name, sectionSymbol(name)]));
  const names = new Map([...mapSymbols, ...sectionSymbols]);
  const codeSections = [...new Set(placed.map(({ symbol }) => symbol.section))].sort();
  const sections: ElfSection[] = codeSections.map((name) => ({
    name,
    type: SECTION.PROGBITS,
    flags: SECTION.ALLOC | SECTION.EXEC,
    alignment: SLOT_SIZE,
    ...codeOf(
      placed.filter(({ symbol }) => symbol.section === name),
      placed,
      names,
    ),
  }));
  const licenseBytes = new TextEncoder().encode(`${license}\0`);
  sections.push(dataLike('license', licenseBytes));
  const mapsSize = [...mapSymbols.values()].reduce((sum, { size }) => sum + size, 0);
  if (mapsSize > 0) sections.push(dataLike('.maps', new Uint8Array(mapsSize)));
  for (const spec of data) sections.push(dataSection(spec));
  const extension = btf.extension(codeSections.map((name) => infoOf(name, placed, btf)));
  sections.push(debugLike('.BTF', btf.finish()), debugLike('.BTF.ext', extension));
  const licenseSymbol = object('_license', 'license', 0, licenseBytes.length);
  const symbols = [
    ...placed.map(({ symbol }) => symbol),
    ...mapSymbols.values(),
    ...sectionSymbols.values(),
    licenseSymbol,
  ];
  return writeElf(sections, symbols);
}

/** Gives every function its place: entries in their program's section, the others in `.text`. */
function place(programs: readonly Program[]): Placed[] {
  const ends = new Map<string, number>();
  return programs.flatMap((program) =>
    program.functions.map((fn, i) => {
      const own = program.section === '' || program.section === TEXT ? SECTION_OF_TYPE[program.type] : program.section;
      const section = i === 0 ? own : TEXT;
      const value = ends.get(section) ?? 0;
      const size = (fn.end - fn.start) * SLOT_SIZE;
      ends.set(section, value + size);
      const binding = i === 0 ? SYMBOL.GLOBAL : SYMBOL.LOCAL;
      return { program, fn, symbol: { name: fn.name, section, binding, type: SYMBOL.FUNC, value, size } };
    }),
  );
}

/** Code of a section with its relocations. */
function codeOf(
  here: readonly Placed[],
  all: readonly Placed[],
  names: ReadonlyMap<string, ElfSymbol>,
): { bytes: Uint8Array; relocations: ElfRelocation[] } {
  const bytes = new Uint8Array(here.reduce((sum, { symbol }) => sum + symbol.size, 0));
  const view = new DataView(bytes.buffer);
  const relocations: ElfRelocation[] = [];
  for (const { program, fn, symbol: place } of here) {
    for (const insn of program.insns) {
      if (insn.pc < fn.start || insn.pc >= fn.end) continue;
      const offset = place.value + (insn.pc - fn.start) * SLOT_SIZE;
      const linked = functionOf(insn, program, all, names) ?? mapOf(insn, program, names);
      encodeInsn(view, offset, linked === undefined ? insn : linked.insn);
      if (linked === undefined) continue;
      const type = insn.op.slots === 2 ? RELOCATION.R_BPF_64_64 : RELOCATION.R_BPF_64_32;
      relocations.push({ offset, type, symbol: linked.symbol });
    }
  }
  return { bytes, relocations };
}

/** An instruction as compilers leave it for the linker, the addend in imm and src 0 in 64-bit immediates. */
interface Unlinked {
  readonly insn: Insn;
  readonly symbol: ElfSymbol;
}

/**
 * What an instruction that calls a function or takes its address becomes. Global functions go by their symbol, static
 * ones by their section's: libbpf knows no other form of an address.
 */
function functionOf(
  insn: Insn,
  program: Program,
  all: readonly Placed[],
  names: ReadonlyMap<string, ElfSymbol>,
): Unlinked | undefined {
  const { op, pc, dst, ref } = insn;
  const entry = op.imm === 'func' ? pc + 1 + insn.imm : ref?.kind === 'function' ? ref.pc : undefined;
  if (entry === undefined) return undefined;
  const found = all.find((placed) => placed.program === program && placed.fn.start === entry);
  if (found === undefined) throw refuse(program, insn, `slot ${entry} is not where a function starts`);
  const isStatic = found.symbol.binding === SYMBOL.LOCAL;
  const symbol = isStatic ? (names.get(TEXT) as ElfSymbol) : found.symbol;
  const addend = isStatic ? found.symbol.value : 0;
  if (op.imm === 'func') return { insn: makeInsn(op, pc, { imm: addend / SLOT_SIZE - 1 }), symbol };
  return { insn: makeInsn('lddw', pc, { dst, imm: addend }), symbol };
}

/** What an instruction that loads the address of a map or of a data section's byte becomes. */
function mapOf(insn: Insn, program: Program, names: ReadonlyMap<string, ElfSymbol>): Unlinked | undefined {
  const { ref, pc, dst } = insn;
  if (ref?.kind !== 'map' && ref?.kind !== 'map_value') return undefined;
  const symbol = names.get(ref.map);
  if (symbol === undefined) throw refuse(program, insn, `no map ${ref.map} is given`);
  if (ref.kind === 'map_value' && symbol.type !== SYMBOL.SECTION) {
    throw refuse(
      program,
      insn,
      `an object file cannot hold an address within map ${ref.map}, only within data sections`,
    );
  }
  return { insn: makeInsn('lddw', pc, { dst, imm: ref.kind === 'map_value' ? ref.offset : 0 }), symbol };
}

function refuse(program: Program, insn: Insn, problem: string): BeeswaxError {
  const location = { ...program.lines.get(insn.pc), pc: insn.pc };
  return new BeeswaxError('BEESWAX_E_OBJECT_WRITE', { program: program.name, problem }, { location });
}

function defineMaps(btf: BtfWriter, maps: readonly MapSpec[]): Map<string, ElfSymbol> {
  if (maps.length === 0) return new Map();
  let value = 0;
  return new Map(
    btf.maps(maps).map((size, i) => {
      const { name } = maps[i] as MapSpec;
      const symbol = object(name, '.maps', value, size);
      value += size;
      return [name, symbol];
    }),
  );
}

function infoOf(section: string, placed: readonly Placed[], btf: BtfWriter) {
  const here = placed.filter(({ symbol }) => symbol.section === section);
  // The kernel wants a line for the first instruction of each function, or none at all.
  const traced = placed.every(({ program, fn }) => program.lines.has(fn.start));
  return {
    section,
    functions: here.map(({ fn, symbol }) => ({
      offset: symbol.value,
      type: btf.function(fn.name, symbol.binding === SYMBOL.LOCAL),
    })),
    lines: traced
      ? here.flatMap(({ program, fn, symbol }) =>
          program.insns
            .filter(({ pc }) => pc >= fn.start && pc < fn.end)
            .flatMap(({ pc }) => {
              const line = program.lines.get(pc);
              return line === undefined ? [] : [{ offset: symbol.value + (pc - fn.start) * SLOT_SIZE, line }];
            }),
        )
      : [],
  };
}

function object(name: string, section: string, value: number, size: number): ElfSymbol {
  return { name, section, binding: SYMBOL.GLOBAL, type: SYMBOL.OBJECT, value, size };
}

function sectionSymbol(section: string): ElfSymbol {
  return { name: '', section, binding: SYMBOL.LOCAL, type: SYMBOL.SECTION, value: 0, size: 0 };
}

function dataLike(name: string, bytes: Uint8Array): ElfSection {
  return { name, type: SECTION.PROGBITS, flags: SECTION.ALLOC | SECTION.WRITE, alignment: 8, bytes };
}

function debugLike(name: string, bytes: Uint8Array): ElfSection {
  return { name, type: SECTION.PROGBITS, flags: 0, alignment: 4, bytes };
}

/** A data section: its bytes, zero where none are given. */
function dataSection({ name, valueSize, contents }: MapSpec): ElfSection {
  const bytes = new Uint8Array(valueSize);
  bytes.set((contents ?? new Uint8Array()).subarray(0, valueSize));
  const flags = name.startsWith('.rodata') ? SECTION.ALLOC : SECTION.ALLOC | SECTION.WRITE;
  return { name, type: name.startsWith('.bss') ? SECTION.NOBITS : SECTION.PROGBITS, flags, alignment: 8, bytes };
}
