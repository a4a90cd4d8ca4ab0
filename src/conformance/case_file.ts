/**
 * Case files (`.data`): the syntax of the public suite (Alan-Jowett/bpf_conformance), so that its files run unchanged,
 * with sections of our own whose names its parser reports as unknown. Reading and writing text; no files are opened.
 *
 *   # source: RFC 9669 section 4.1      comments; these words are read: source, note, group
 *   -- asm        assembly in its syntax; `-- insns` the same with instructions that it has no word for
 *   -- raw        the program as 64-bit words, or as bytes
 *   -- mem        the memory, bytes in hex
 *   -- result     r0, in hex or decimal; several lines: any of these
 *   -- after      the memory after the run
 *   -- reject     the class of the fault: it must not load (`-- error`: of whatever class)
 *   -- stopped    it must not come to its exit
 *   -- may stop   beside a result: or it may be refused or stopped
 */
import { formatInsn } from '../asm/format.js';
import { assembleMnemonics } from '../asm/mnemonics.js';
import { decodeInsn } from '../isa/decode.js';
import type { Group } from '../isa/table.js';
import { BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { SLOT_BYTES } from './reference/encoding.js';
import { GROUPS, requirementsOf } from './requirements.js';
import { type ConformanceCase, type Expectation, REJECT_CLASSES, type RejectClass } from './types.js';

/** Sections by the words that open them; 'ignored' ones are comments of the public suite's files. */
const SECTIONS = {
  asm: 'asm',
  insns: 'asm',
  raw: 'raw',
  mem: 'mem',
  result: 'result',
  error: 'error',
  after: 'after',
  reject: 'reject',
  stopped: 'stopped',
  'may stop': 'mayStop',
  c: 'ignored',
  'no register offset': 'ignored',
} as const;
type Section = (typeof SECTIONS)[keyof typeof SECTIONS];

type Parsed = ReadonlyMap<Section, readonly string[]>;

const DEFAULT_SOURCE = 'RFC 9669';

/**
 * Reads a case.
 *
 * @param name what the case is called: the file's path without `.data`.
 * @throws {BeeswaxError} BEESWAX_E_CASE_FILE, and those of `assembleMnemonics`; with the file's name.
 */
export function parseCaseFile(text: string, name: string): ConformanceCase {
  const { sections, words, assembly } = split(text, name);
  const program = programOf(sections, assembly, name);
  const memory = sections.has('mem') ? bytesOf(sections.get('mem') ?? [], name) : undefined;
  const expect = expectationOf(sections, name);
  const { group, needs, since } = requirementsOf(program);
  const named = words.get('group');
  if (named !== undefined && !(GROUPS as readonly string[]).includes(named)) {
    throw problem(name, `unknown group ${named}, expected one of ${GROUPS.join(', ')}`);
  }
  const note = words.get('note');
  return {
    name,
    group: named === undefined ? group : (named as Group),
    needs: named === undefined ? needs : [group, ...needs].filter((other) => other !== named),
    since,
    source: words.get('source') ?? DEFAULT_SOURCE,
    program,
    ...(memory === undefined || memory.length === 0 ? {} : { memory }),
    expect,
    ...(note === undefined ? {} : { note }),
  };
}

/** Writes a case as a file that `parseCaseFile` reads back: the program in words, each with its disassembly. */
export function renderCaseFile(test: ConformanceCase): string {
  const { expect } = test;
  const lines = [`# ${test.name}`, `# source: ${test.source}`];
  if (test.note !== undefined) lines.push(`# note: ${test.note.replaceAll(/\s+/g, ' ')}`);
  lines.push(`# group: ${test.group}`, '-- raw', ...rawLines(test.program));
  if (test.memory !== undefined) lines.push('-- mem', ...hexLines(test.memory));
  if (expect.kind === 'value') {
    lines.push('-- result', ...expect.r0.map((value) => `0x${value.toString(16)}`));
    if (expect.memory !== undefined) lines.push('-- after', ...hexLines(expect.memory));
    if (expect.mayStop) lines.push('-- may stop');
  } else if (expect.kind === 'rejected') lines.push('-- reject', expect.reason);
  else lines.push('-- stopped');
  return `${lines.join('\n')}\n`;
}

interface File {
  readonly sections: Parsed;
  /** `# word: text` of the comments. */
  readonly words: ReadonlyMap<string, string>;
  /** The assembly with every other line empty, so that errors name the file's own lines. */
  readonly assembly: string;
}

function split(text: string, name: string): File {
  const sections = new Map<Section, string[]>();
  const words = new Map<string, string>();
  const assembly: string[] = [];
  let section: Section = 'ignored';
  text.split(/\r?\n/).forEach((line, index) => {
    assembly.push('');
    const comment = /#\s*(source|note|group):\s*(.*\S)/.exec(line);
    if (comment !== null) words.set(comment[1] as string, comment[2] as string);
    const code = line.replace(/#.*$/, '').trimEnd();
    const opening = /^--\s*(.*)$/.exec(code);
    if (opening !== null) {
      const title = (opening[1] as string).trim();
      if (!Object.hasOwn(SECTIONS, title)) throw problem(name, `unknown section \`-- ${title}\``, index + 1);
      section = SECTIONS[title as keyof typeof SECTIONS];
      if (!sections.has(section)) sections.set(section, []);
      return;
    }
    if (code.trim() === '') return;
    if (section === 'asm') assembly[index] = code;
    sections.get(section)?.push(code.trim());
  });
  return { sections, words, assembly: assembly.join('\n') };
}

function programOf(sections: Parsed, assembly: string, name: string): Uint8Array {
  const raw = sections.get('raw');
  // As in the public suite's runner, the raw form wins where a file has both.
  if (raw !== undefined && raw.length > 0) return rawProgram(raw, name);
  if (sections.has('asm')) return assembleMnemonics(assembly, `${name}.data`);
  if (raw !== undefined) return new Uint8Array(0);
  throw problem(name, 'no program');
}

/** 64-bit words (`0x…`), or bytes of two digits. */
function rawProgram(lines: readonly string[], name: string): Uint8Array {
  const tokens = lines.join(' ').split(/\s+/);
  if (tokens.every((token) => /^[0-9a-fA-F]{2}$/.test(token))) return bytesOf(lines, name);
  const bytes = new Uint8Array(tokens.length * SLOT_BYTES);
  const view = new DataView(bytes.buffer);
  tokens.forEach((token, i) => {
    view.setBigUint64(i * SLOT_BYTES, numberOf(token, name), true);
  });
  return bytes;
}

function expectationOf(sections: Parsed, name: string): Expectation {
  const reject = sections.get('reject');
  if (reject !== undefined) return { kind: 'rejected', reason: rejectClass(reject[0], name) };
  if (sections.has('stopped')) return { kind: 'stopped' };
  const results = sections.get('result');
  if (results !== undefined && results.length > 0) {
    const after = sections.get('after');
    return {
      kind: 'value',
      r0: results.map((result) => numberOf(result, name)),
      ...(after === undefined ? {} : { memory: bytesOf(after, name) }),
      ...(sections.has('mayStop') ? { mayStop: true } : {}),
    };
  }
  if (sections.has('error')) return { kind: 'rejected', reason: 'any' };
  throw problem(name, 'no expectation');
}

function rejectClass(word: string | undefined, name: string): RejectClass {
  const known: readonly string[] = REJECT_CLASSES;
  if (word !== undefined && known.includes(word)) return word as RejectClass;
  throw problem(name, `\`-- reject\` wants one of ${known.join(', ')}`);
}

function numberOf(text: string, name: string): bigint {
  if (!/^-?(0[xX][0-9a-fA-F]+|\d+)$/.test(text)) throw problem(name, `expected a number, not \`${text}\``);
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  if (value >= 2n ** 64n || value < -(2n ** 63n)) throw problem(name, `${text} has more than 64 bits`);
  return BigInt.asUintN(64, value);
}

function bytesOf(lines: readonly string[], name: string): Uint8Array {
  const tokens = lines
    .join(' ')
    .split(/\s+/)
    .filter((token) => token !== '');
  return Uint8Array.from(tokens, (token) => {
    if (!/^(0[xX])?[0-9a-fA-F]{1,2}$/.test(token)) throw problem(name, `expected a byte in hex, not \`${token}\``);
    return Number.parseInt(token, 16);
  });
}

function problem(name: string, text: string, line?: number): BeeswaxError {
  const location = { file: `${name}.data`, ...(line === undefined ? {} : { line }) };
  return new BeeswaxError('BEESWAX_E_CASE_FILE', { problem: text }, { location });
}

function rawLines(program: Uint8Array): string[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const lines: string[] = [];
  for (let pc = 0; (pc + 1) * SLOT_BYTES <= program.length; ) {
    const word = (slot: number): string =>
      `0x${view
        .getBigUint64(slot * SLOT_BYTES, true)
        .toString(16)
        .padStart(16, '0')}`;
    const { text, slots } = described(view, pc);
    lines.push(text === undefined ? word(pc) : `${word(pc)} # ${text}`);
    if (slots === 2) lines.push(word(pc + 1));
    pc += slots;
  }
  return lines;
}

/** An instruction in words; none for what is no instruction. */
function described(view: DataView, pc: number): { readonly text?: string; readonly slots: number } {
  try {
    const insn = decodeInsn(view, pc);
    return { text: formatInsn(insn), slots: insn.op.slots };
  } catch (thrown) {
    if (isBeeswaxError(thrown)) return { slots: 1 };
    throw thrown;
  }
}

function hexLines(bytes: Uint8Array): string[] {
  const texts = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  return Array.from({ length: Math.ceil(texts.length / 16) }, (_, i) => texts.slice(16 * i, 16 * i + 16).join(' '));
}
