/**
 * Programs and maps as text that `assemble.ts` reads back to the same bytes, with labels, names of helpers and source
 * lines for people. One instruction alone is printed by `format.ts`.
 */
import { MAP_FLAGS } from '../abi/map_types.js';
import { jumpTarget } from '../isa/insn.js';
import type { MapSpec } from '../model/map_spec.js';
import type { Insn, Program } from '../model/program.js';
import { type FormatOptions, formatInsn, quoteName } from './format.js';

export interface DisassembleOptions {
  /** Labels instead of distances; true by default. */
  readonly labels?: boolean;
  /** Helpers by name; true by default. */
  readonly helperNames?: boolean;
  /** The slot number before each instruction; false by default. */
  readonly pcs?: boolean;
  /** Source lines as comments, where the program has them; false by default. */
  readonly sources?: boolean;
  /** 'llvm' for llvm-objdump's own text, which does not read back: see `FormatOptions`. */
  readonly style?: FormatOptions['style'];
}

/** What is printed: what `assemble` returns, or an object file's programs and maps. */
export interface Listing {
  readonly programs: readonly Program[];
  readonly maps?: readonly MapSpec[];
  readonly license?: string;
}

/** Prints programs with their maps, sections and license as directives. */
export function disassemble({ programs, maps = [], license }: Listing, options: DisassembleOptions = {}): string {
  const lines = maps.flatMap(mapLines);
  if (license !== undefined && license !== '') lines.push(`.license ${JSON.stringify(license)}`);
  let section = '';
  for (const program of programs) {
    if (lines.length > 0) lines.push('');
    if (program.section !== section) lines.push(`.section ${JSON.stringify(program.section)}`);
    section = program.section;
    lines.push(`.program ${JSON.stringify(program.name)} ${program.type}`, ...programLines(program, options));
  }
  return `${lines.join('\n')}\n`;
}

/** Prints the instructions of one program, a line each, with label lines between. */
export function disassembleProgram(program: Program, options: DisassembleOptions = {}): string {
  return `${programLines(program, options).join('\n')}\n`;
}

function mapLines({ name, type, keySize, valueSize, maxEntries, flags, contents }: MapSpec): string[] {
  const fields = [JSON.stringify(name), type, keySize, valueSize, maxEntries];
  const lines = [`.map ${fields.join(', ')}${flags === 0 ? '' : `, ${flagNames(flags)}`}`];
  if (contents?.some((byte) => byte !== 0) === true) {
    const hex = Array.from(contents, (byte) => byte.toString(16).padStart(2, '0')).join('');
    lines.push(`.contents ${JSON.stringify(name)} ${hex}`);
  }
  return lines;
}

/** `BPF_F_RDONLY_PROG|BPF_F_MMAPABLE`; a number when some bit has no name. */
function flagNames(flags: number): string {
  const named = Object.entries(MAP_FLAGS).filter(([, bit]) => (flags & bit) !== 0);
  const all = named.reduce((sum, [, bit]) => sum | bit, 0);
  return all === flags ? named.map(([name]) => name).join('|') : `0x${(flags >>> 0).toString(16)}`;
}

function programLines(program: Program, options: DisassembleOptions): string[] {
  const labels = options.labels === false ? new Map<number, string>() : labelsOf(program);
  const format: FormatOptions = {
    style: options.style ?? 'exact',
    helperNames: options.helperNames ?? true,
    label: (pc) => labels.get(pc),
  };
  const width = String(program.length).length;
  const lines: string[] = [];
  let source = '';
  for (const insn of program.insns) {
    const label = labels.get(insn.pc);
    if (label !== undefined) lines.push(`${label}:`);
    const from = options.sources === true ? sourceComment(program, insn) : undefined;
    if (from !== undefined && from !== source) lines.push(from);
    source = from ?? source;
    const pc = options.pcs === true ? `${String(insn.pc).padStart(width)}: ` : '';
    lines.push(`  ${pc}${formatInsn(insn, format)}`);
  }
  return lines;
}

/** Names of functions, and `L` with the slot for other targets of jumps and calls. */
function labelsOf(program: Program): Map<number, string> {
  const labels = new Map<number, string>();
  const taken = new Set<string>();
  for (const { name, start } of program.functions) {
    const unique = taken.has(name) ? `${name}.${start}` : name;
    taken.add(unique);
    labels.set(start, quoteName(unique));
  }
  const starts = new Set(program.insns.map(({ pc }) => pc));
  for (const insn of program.insns) {
    const target = targetOf(insn);
    if (target === undefined || !starts.has(target) || labels.has(target)) continue;
    labels.set(target, taken.has(`L${target}`) ? quoteName(`L.${target}`) : `L${target}`);
  }
  return labels;
}

function targetOf(insn: Insn): number | undefined {
  if (insn.op.imm === 'func') return insn.pc + 1 + insn.imm;
  return insn.ref?.kind === 'function' ? insn.ref.pc : jumpTarget(insn);
}

function sourceComment(program: Program, { pc }: Insn): string | undefined {
  const at = program.lines.get(pc);
  return at === undefined ? undefined : `; ${at.file}:${at.line}  ${at.text.trim()}`;
}
