/**
 * Encodings that must be refused: every field of every instruction, set where it must be zero or to registers that do
 * not exist; every opcode byte that is none; halves of 64-bit immediates; programs that are too short. The same
 * program with the field as it should be runs beside them, so that a refusal has one reason.
 */
import { OPS, OPS_BY_BYTE, type Op } from '../../isa/table.js';
import { bytesKey } from '../bytes_key.js';
import { requirementsOfOps } from '../requirements.js';
import type { ConformanceCase } from '../types.js';
import { assembleSteps, ProgramCases, type Step, sourceOf } from './program.js';

const MEMORY = new Uint8Array(32).fill(0x11);
const SLOT = 8;
const SECTION_3 = 'RFC 9669 section 3';

export function* encodingCases(): Generator<ConformanceCase> {
  // Rows that share an opcode differ in the very fields that are changed here, and then come out alike.
  const seen = new Set<string>();
  for (const op of OPS) {
    for (const test of fieldCases(op)) {
      const key = bytesKey(test.program);
      if (!seen.has(key)) yield test;
      seen.add(key);
    }
  }
  yield* opcodeCases();
  yield* halfCases();
  yield* shapeCases();
}

interface Placed {
  readonly program: Uint8Array;
  /** Byte offset of the instruction. */
  readonly at: number;
}

/** A program in which the instruction does nothing odd: r1, r5 the input, r3 = r4 = 1, other registers numbers. */
function place(op: Op): Placed | undefined {
  const before: Step[] = [0, 2, 3, 4, 6, 7, 8, 9].map((dst) => ['mov64_imm', { dst, imm: 1 }]);
  before.push(['mov64_reg', { dst: 5, src: 1 }]);
  const step = placedStep(op);
  if (step === undefined) return undefined;
  if (op.group === 'packet') before.push(['mov64_reg', { dst: 6, src: 1 }]);
  if (op.sem === 'callx') before.push(['lddw_code', { dst: 3, imm64: 4n }]);
  const at = assembleSteps(before).length;
  return { program: assembleSteps([...before, step, ...behind(op)]), at };
}

/** What follows the instruction: all of it is reached, whatever the instruction turns into. */
function behind(op: Op): Step[] {
  const one: Step = ['mov64_imm', { dst: 0, imm: 1 }];
  const callee: Step[] = [['mov64_imm', { dst: 0, imm: 2 }], ['exit']];
  if (op.sem === 'exit') return [];
  if (op.sem === 'callx') return [one, ['exit'], ...callee];
  if (op.sem === 'lddw_code') return [one, ['call_local', { imm: 1 }], ['exit'], ...callee];
  if (op.sem === 'call_local') return [one, ['call_local', { imm: 1 }], ['exit'], ...callee];
  return [one, ['exit']];
}

/** Operands with which the instruction is valid; undefined for those that need a loader. */
function placedStep(op: Op): Step | undefined {
  const { sem } = op;
  if (op.off === 'mem') return [op, op.dst === 'w' ? { dst: 3, src: 5, off: 8 } : { dst: 5, src: 4, off: 8, imm: 1 }];
  if (sem === 'lddw_code') return [op, { dst: 3, imm64: 4n }];
  if (sem.startsWith('lddw_') || sem === 'call_btf') return undefined;
  if (sem === 'call_helper') return [op, { imm: 5 }];
  if (sem === 'call_local') return [op, { imm: 3 }];
  return [op, { dst: 3, src: 4, off: 0, imm: op.imm === 'jump' ? 0 : 1, imm64: 0x1_0000_0001n }];
}

/** Bit patterns of each class: every single bit, all, all but the sign, the sign alone. */
const bits = (count: number): number[] => [
  ...Array.from({ length: count }, (_, i) => 1 << i),
  -1,
  2 ** (count - 1) - 1,
];

const FIELDS: readonly {
  readonly name: string;
  readonly values: readonly number[];
  readonly write: (view: DataView, at: number, value: number) => void;
}[] = [
  {
    name: 'dst',
    values: Array.from({ length: 16 }, (_, i) => i),
    write: (view, at, value) => view.setUint8(at + 1, (view.getUint8(at + 1) & 0xf0) | value),
  },
  {
    name: 'src',
    values: Array.from({ length: 16 }, (_, i) => i),
    write: (view, at, value) => view.setUint8(at + 1, (view.getUint8(at + 1) & 0x0f) | (value << 4)),
  },
  { name: 'off', values: bits(16), write: (view, at, value) => view.setInt16(at + 2, value, true) },
  // 11 is the first number that is no register.
  { name: 'imm', values: [...bits(32), 11], write: (view, at, value) => view.setInt32(at + 4, value, true) },
];

/** Fields in which a changed value is another valid operand: tested elsewhere, by what it does. */
const isFree = (op: Op, field: string): boolean => {
  const column = op[field as 'off' | 'imm'];
  return (field === 'off' || field === 'imm') && typeof column === 'string' && column !== 'reg';
};

function* fieldCases(op: Op): Generator<ConformanceCase> {
  const placed = place(op);
  if (placed === undefined) return;
  const source = sourceOf(op);
  yield new ProgramCases(placed.program, { source, after: true }).on(`${op.name}/encoding/valid`, MEMORY);
  const requirements = requirementsOfOps([op]);
  for (const { name, values, write } of FIELDS) {
    if (isFree(op, name)) continue;
    for (const value of values) {
      // A local call becomes one of a helper, which an engine may have.
      if (op.sem === 'call_local' && name === 'src' && value === 0) continue;
      const program = placed.program.slice();
      write(new DataView(program.buffer), placed.at, value);
      const made = new ProgramCases(program, { source: SECTION_3, requirements });
      const found = made.on(`${op.name}/encoding/${name}=${value}`, MEMORY);
      // What is valid all the same is another row, or another register.
      if (found.expect.kind === 'rejected') yield found;
    }
  }
}

/** Opcode bytes that no instruction has, with fields empty and full. */
function* opcodeCases(): Generator<ConformanceCase> {
  for (let opcode = 0; opcode < 256; opcode++) {
    if ((OPS_BY_BYTE[opcode] as readonly Op[]).length > 0) continue;
    for (const [name, registers, off, imm] of [
      ['empty', 0, 0, 0],
      ['registers', 0x43, 0, 0],
      ['all fields', 0x43, 1, 1],
      ['off=1', 0x03, 1, 0],
      ['imm=16', 0x03, 0, 16],
    ] as const) {
      const program = assembleSteps([
        ['mov64_imm', { dst: 0, imm: 1 }],
        ['mov64_imm', { dst: 3, imm: 1 }],
        ['mov64_imm', { dst: 4, imm: 1 }],
        ['exit'],
        ['exit'],
      ]);
      const view = new DataView(program.buffer);
      const at = 3 * SLOT;
      view.setUint8(at, opcode);
      view.setUint8(at + 1, registers);
      view.setInt16(at + 2, off, true);
      view.setInt32(at + 4, imm, true);
      const hex = `0x${opcode.toString(16).padStart(2, '0')}`;
      yield new ProgramCases(program, { source: SECTION_3 }).on(`opcode/${hex}/${name}`);
    }
  }
}

/** What the second slot of a 64-bit immediate may not hold, and where it may not lack. */
function* halfCases(): Generator<ConformanceCase> {
  const source = 'RFC 9669 section 5.4';
  const valid = assembleSteps([['lddw', { dst: 0, imm64: 0x1_0000_0002n }], ['exit']]);
  const changed = (name: string, change: (view: DataView) => void): ConformanceCase => {
    const program = valid.slice();
    change(new DataView(program.buffer));
    return new ProgramCases(program, { source }).on(`lddw/second slot/${name}`);
  };
  for (let opcode = 1; opcode < 256; opcode++) yield changed(`opcode=${opcode}`, (view) => view.setUint8(SLOT, opcode));
  for (let registers = 1; registers < 256; registers++) {
    yield changed(`registers=${registers}`, (view) => view.setUint8(SLOT + 1, registers));
  }
  for (const off of bits(16)) yield changed(`off=${off}`, (view) => view.setInt16(SLOT + 2, off, true));
  yield new ProgramCases(valid.slice(0, SLOT), { source }).on('lddw/second slot/missing');
  const middle = assembleSteps([['lddw', { dst: 0, imm64: 1n }], ['exit']]);
  middle.copyWithin(SLOT, 2 * SLOT);
  yield new ProgramCases(middle, { source }).on('lddw/second slot/another instruction');
}

/** Programs that are empty or run past their end. */
function* shapeCases(): Generator<ConformanceCase> {
  yield new ProgramCases(new Uint8Array(0), { source: SECTION_3 }).on('program/empty');
  const cut = assembleSteps([['mov64_imm', { dst: 0 }], ['exit'], ['exit']]);
  for (const length of [4, 12, 17, 23]) {
    yield new ProgramCases(cut.slice(0, length), { source: SECTION_3 }).on(`program/${length} bytes`);
  }
  const endings = OPS.filter(({ sem }) => sem !== 'exit' && sem !== 'ja');
  for (const op of endings) {
    const step = placedStep(op);
    if (step === undefined) continue;
    const before: Step[] = [
      ['mov64_imm', { dst: 0 }],
      ['mov64_imm', { dst: 3, imm: 1 }],
      ['mov64_imm', { dst: 4, imm: 1 }],
      ['mov64_reg', { dst: 5, src: 1 }],
      ['mov64_reg', { dst: 6, src: 1 }],
    ];
    const last: Step = op.off === 'jump' ? [op, { ...step[1], off: -2 }] : op.imm === 'func' ? [op, { imm: -1 }] : step;
    const made = new ProgramCases(assembleSteps([...before, last]), { source: 'RFC 9669 section 4.3' });
    yield made.on(`program/ends with ${op.name}`, MEMORY);
  }
}
