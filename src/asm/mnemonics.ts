/**
 * A second front end: the mnemonic syntax of uBPF and of the public conformance suite (`add32 %r0, 1`,
 * `ldxdw %r0, [%r1+8]`, `jeq %r1, 0, exit`). Mnemonics derive from the opcode table; an instruction that the suite has
 * no word for goes by its row's name (`load_acquire64 %r1, [%r2]`). It yields bytes and checks no meaning, so that
 * programs which must be rejected (`%r11`) can be written.
 */
import { SLOT_SIZE } from '../isa/decode.js';
import { encodeInsn } from '../isa/encode.js';
import { type DecodedInsn, makeInsn } from '../isa/insn.js';
import { OPS, type Op } from '../isa/table.js';
import { BeeswaxError } from '../util/errors.js';
import { duplicate, rangeError, syntaxError, unknownName } from './asm_error.js';

/** What an operand is, from the table's columns. */
type Slot = 'dst' | 'src' | 'memory dst' | 'memory src' | 'off' | 'imm' | 'wide';

interface Entry {
  readonly op: Op;
  readonly slots: readonly Slot[];
}

interface Operand {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

interface Pending {
  readonly insn: DecodedInsn;
  readonly label?: { readonly slot: Slot; readonly operand: Operand };
  readonly line: number;
  readonly text: string;
}

const DESCRIPTIONS: Readonly<Record<Slot, string>> = {
  dst: 'a register',
  src: 'a register',
  'memory dst': 'an address `[%rN+OFFSET]`',
  'memory src': 'an address `[%rN+OFFSET]`',
  off: 'a label or distance',
  imm: 'a number',
  wide: 'a 64-bit number',
};
const SIZE: Readonly<Record<number, string>> = { 8: 'b', 16: 'h', 32: 'w', 64: 'dw' };
const REGISTER = /^%?[rR](\d+)$/;
const MEMORY = /^\[\s*(%?[rR]\d+)\s*(?:([-+])\s*(0[xX][0-9a-fA-F]+|\d+)\s*)?\]$/;

const MNEMONICS: ReadonlyMap<string, readonly Entry[]> = indexMnemonics();

/**
 * Assembles a program to slots. Labels stand on lines of their own; the first `exit` is a label of that name. Jumps go
 * to a label or to `+N`, `-N`.
 *
 * @throws {BeeswaxError} BEESWAX_E_ASM_SYNTAX, BEESWAX_E_ASM_UNKNOWN_NAME, BEESWAX_E_ASM_RANGE,
 * BEESWAX_E_ASM_DUPLICATE with file, line and column.
 */
export function assembleMnemonics(text: string, file = 'asm'): Uint8Array {
  const labels = new Map<string, number>();
  const pending: Pending[] = [];
  let pc = 0;
  text.split(/\r?\n/).forEach((source, i) => {
    const location = { file, line: i + 1, text: source };
    placed(location, () => {
      const line = source.replace(/[#;].*$/, '');
      const label = /^\s*([^\s:,[\]]+):\s*$/.exec(line);
      if (label !== null) {
        const name = label[1] as string;
        if (labels.has(name)) throw duplicate('label', name, line.indexOf(name) + 1);
        labels.set(name, pc);
        return;
      }
      const words = splitWords(line);
      if (words.length === 0) return;
      const parsed = parseLine(words, pc);
      // A label of one's own called `exit` wins, wherever it stands.
      if (parsed.insn.op.sem === 'exit' && !labels.has('exit')) labels.set('exit', pc);
      pending.push({ ...parsed, line: i + 1, text: source });
      pc += parsed.insn.op.slots;
    });
  });
  const bytes = new Uint8Array(pc * SLOT_SIZE);
  const view = new DataView(bytes.buffer);
  for (const item of pending) {
    const { line, text: source } = item;
    placed({ file, line, text: source }, () => encodeInsn(view, item.insn.pc * SLOT_SIZE, resolve(item, labels)));
  }
  return bytes;
}

function placed(location: { file: string; line: number; text: string }, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof BeeswaxError) throw error.at(location);
    throw error;
  }
}

/** Splits at blanks and commas; an address in brackets stays whole. */
function splitWords(line: string): Operand[] {
  return [...line.matchAll(/\[[^\]]*\]?|[^\s,]+/g)].map((match) => ({ text: match[0], column: match.index + 1 }));
}

/** All mnemonics with the operands they take, in order. */
function indexMnemonics(): Map<string, Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const op of OPS) {
    for (const name of new Set([...mnemonicsOf(op), op.name])) {
      const entries = index.get(name) ?? [];
      entries.push({ op, slots: slotsOf(op) });
      if (op.off === 'val') entries.push({ op, slots: [...slotsOf(op), 'off'] });
      index.set(name, entries);
    }
  }
  return index;
}

function mnemonicsOf(op: Op): readonly string[] {
  const { sem, width, off, group } = op;
  const size = SIZE[width] as string;
  if (sem === 'le' || sem === 'be') return [`${sem}${width}`];
  if (sem === 'bswap') return [`bswap${width}`, `swap${width}`];
  if (sem.startsWith('movsx')) return [`${sem}${width}`];
  if (sem === 'ldx') return [`ldx${size}`];
  if (sem === 'ldsx') return [`ldxs${size}`];
  if (sem === 'st' || sem === 'stx') return [`${sem}${size}`];
  if (group === 'atomic32' || group === 'atomic64') {
    const word = sem.replace('atomic_', '').replace('fetch_', 'fetch ');
    const sized = width === 32 ? `${word}32` : word;
    return [`lock ${sized}`, `lock ${sized.replace('fetch ', 'fetch_')}`];
  }
  if (sem === 'ja') return [op.imm === 'jump' ? 'ja32' : 'ja'];
  if (sem === 'call_helper') return ['call', 'call helper'];
  if (sem === 'call_local') return ['call local'];
  if (sem === 'call_btf') return ['call runtime'];
  if (op.name === 'callx') return ['callx', 'call', 'call helper'];
  if (off === 'mem' || op.slots === 2 || group === 'packet') return [op.name];
  return width === 32 ? [`${sem}32`] : [sem, `${sem}64`];
}

function slotsOf(op: Op): readonly Slot[] {
  const slots: Slot[] = [];
  const memory = op.off === 'mem';
  const loads = memory && op.dst === 'w';
  if (op.dst !== 0 || op.imm === 'reg') slots.push(memory && !loads ? 'memory dst' : 'dst');
  if (typeof op.src === 'string') slots.push(loads ? 'memory src' : 'src');
  if (op.slots === 2) slots.push('wide');
  else if (typeof op.imm === 'string' && op.imm !== 'reg') slots.push('imm');
  if (op.off === 'jump') slots.push('off');
  return slots;
}

function parseLine(words: readonly Operand[], pc: number): Pick<Pending, 'insn' | 'label'> {
  const first = words[0] as Operand;
  for (const count of [3, 2, 1]) {
    const entries = MNEMONICS.get(
      words
        .slice(0, count)
        .map(({ text }) => text)
        .join(' '),
    );
    if (entries === undefined || words.length < count) continue;
    const operands = words.slice(count);
    const entry = entries.find(({ slots }) => fits(slots, operands));
    if (entry !== undefined) return parseOperands(entry, operands, pc);
    const wanted = entries
      .map(({ slots }) => slots.map((slot) => DESCRIPTIONS[slot]).join(', ') || 'nothing')
      .join(', or ');
    throw syntaxError(`${first.text} takes ${wanted}`, first.column);
  }
  throw unknownName(
    'mnemonic',
    words
      .slice(0, first.text === 'lock' ? 2 : 1)
      .map(({ text }) => text)
      .join(' '),
    MNEMONICS.keys(),
    first.column,
  );
}

/** Whether operands are of the kinds that an entry takes; their values are looked at later. */
function fits(slots: readonly Slot[], operands: readonly Operand[]): boolean {
  if (slots.length !== operands.length) return false;
  return slots.every((slot, i) => {
    const { text } = operands[i] as Operand;
    if (slot === 'dst' || slot === 'src') return REGISTER.test(text);
    if (slot.startsWith('memory')) return text.startsWith('[');
    return !text.startsWith('[') && !text.startsWith('%');
  });
}

function parseOperands(
  { op, slots }: Entry,
  operands: readonly Operand[],
  pc: number,
): Pick<Pending, 'insn' | 'label'> {
  const fields = { dst: 0, src: 0, off: 0, imm: 0, imm64: 0n };
  let label: Pending['label'];
  slots.forEach((slot, i) => {
    const operand = operands[i] as Operand;
    const jumps = slot === 'off' ? op.off === 'jump' : op.imm === 'jump' || op.imm === 'func';
    if (slot === 'dst' || slot === 'src') fields[slot] = register(operand);
    else if (slot === 'memory dst' || slot === 'memory src') {
      const [base, distance] = memory(operand);
      fields[slot === 'memory dst' ? 'dst' : 'src'] = base;
      fields.off = distance;
    } else if (slot === 'wide') fields.imm64 = number(operand, 64);
    else if (jumps && !/^[-+]/.test(operand.text)) label = { slot, operand };
    else if (slot === 'off') fields.off = Number(BigInt.asIntN(16, number(operand, 16)));
    else fields.imm = Number(BigInt.asIntN(32, number(operand, 32)));
  });
  const insn = makeInsn(op, pc, fields);
  return label === undefined ? { insn } : { insn, label };
}

/** A register; those that do not exist (up to 15) are taken, for programs that must be rejected. */
function register({ text, column }: Operand): number {
  const number = Number(REGISTER.exec(text)?.[1]);
  if (!(number <= 15)) throw unknownName('register', text, [], column);
  return number;
}

function memory(operand: Operand): [base: number, distance: number] {
  const match = MEMORY.exec(operand.text);
  if (match === null) throw syntaxError(`expected \`[%rN+OFFSET]\`, not \`${operand.text}\``, operand.column);
  const sign = match[2] ?? '+';
  const distance = number({ text: `${sign === '-' ? '-' : ''}${match[3] ?? '0'}`, column: operand.column }, 16);
  return [register({ text: match[1] as string, column: operand.column }), Number(BigInt.asIntN(16, distance))];
}

/** A decimal number, signed, or hexadecimal bits; decimals of 64 bits may be unsigned. */
function number({ text, column }: Operand, bits: number): bigint {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text);
  if (match === null) throw syntaxError(`expected a number, not \`${text}\``, column);
  const value = match[1] === '-' ? -BigInt(match[2] as string) : BigInt(match[2] as string);
  const unsigned = bits === 64 || /^0[xX]/.test(match[2] as string);
  const min = -(2n ** BigInt(bits - 1));
  const max = 2n ** BigInt(unsigned ? bits : bits - 1) - 1n;
  if (value < min || value > max) throw rangeError('number', value, min, max, column);
  return value;
}

function resolve({ insn, label }: Pending, labels: ReadonlyMap<string, number>): DecodedInsn {
  if (label === undefined) return insn;
  const { text, column } = label.operand;
  const target = labels.get(text);
  if (target === undefined) throw unknownName('label', text, labels.keys(), column);
  const distance = target - insn.pc - 1;
  if (label.slot !== 'off') return { ...insn, imm: distance };
  if (distance < -32768 || distance > 32767) {
    throw rangeError('jump distance', BigInt(distance), -32768n, 32767n, column, 'use `ja32`');
  }
  return { ...insn, off: distance };
}
