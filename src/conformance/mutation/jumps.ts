/** Faults of jumps (RFC 9669 section 4.3): conditions, widths, signs, distances. */
import type { Op, Sem } from '../../isa/table.js';
import { type BinaryName, binary, constant, DST, type Expr, low, SRC, sext32 } from './expression.js';
import type { Described } from './fault.js';

type Compute = (a: Expr, b: Expr) => Expr;

const plain =
  (op: BinaryName): Compute =>
  (a, b) =>
    binary(op, a, b);
const reversed =
  (op: BinaryName): Compute =>
  (a, b) =>
    binary(op, b, a);

const CONDITIONS = {
  jeq: plain('eq'),
  jne: plain('ne'),
  jgt: reversed('lt_u'),
  jge: reversed('le_u'),
  jlt: plain('lt_u'),
  jle: plain('le_u'),
  jsgt: reversed('lt_s'),
  jsge: reversed('le_s'),
  jslt: plain('lt_s'),
  jsle: plain('le_s'),
  jset: (a, b) => binary('ne', binary('and', a, b), constant(0n)),
} as const satisfies Partial<Record<Sem, Compute>>;
type Conditional = keyof typeof CONDITIONS;

const isConditional = (sem: Sem): sem is Conditional => sem in CONDITIONS;
const isSigned = (sem: Conditional): boolean => sem.startsWith('js') && sem !== 'jset';
const COMMUTATIVE: readonly Conditional[] = ['jeq', 'jne', 'jset'];

/** What is off by the case of equality, and what has the other sign. */
const BOUNDARY: Partial<Record<Conditional, Conditional>> = {
  jgt: 'jge',
  jge: 'jgt',
  jlt: 'jle',
  jle: 'jlt',
  jsgt: 'jsge',
  jsge: 'jsgt',
  jslt: 'jsle',
  jsle: 'jslt',
};
const OTHER_SIGN: Partial<Record<Conditional, Conditional>> = {
  jgt: 'jsgt',
  jge: 'jsge',
  jlt: 'jslt',
  jle: 'jsle',
  jsgt: 'jgt',
  jsge: 'jge',
  jslt: 'jlt',
  jsle: 'jle',
};

/** The condition as it should be; operands of 64 bits. */
function compute(sem: Conditional, width: number): Compute {
  if (width === 64) return CONDITIONS[sem];
  const extend = isSigned(sem) ? sext32 : low;
  return (a, b) => CONDITIONS[sem](extend(a), extend(b));
}

export function jumpFaults(op: Op): Described[] {
  const { sem } = op;
  if (isConditional(sem)) return [...conditions(op, sem), ...distances(op)];
  if (sem === 'may_goto') return [['never jumps', { condition: constant(0n) }], ...distances(op)];
  return [...distances(op)];
}

const when = (condition: Expr): { condition: Expr } => ({ condition });

function* conditions(op: Op, sem: Conditional): Generator<Described> {
  const { width } = op;
  const right = compute(sem, width)(DST, SRC);
  yield ['negated', when(binary('xor', right, constant(1n)))];
  yield ['always', when(constant(1n))];
  yield ['never', when(constant(0n))];
  yield ['width', when(compute(sem, width === 64 ? 32 : 64)(DST, SRC))];
  const boundary = BOUNDARY[sem];
  if (boundary !== undefined) yield ['equality', when(compute(boundary, width)(DST, SRC))];
  const other = OTHER_SIGN[sem];
  if (other !== undefined) yield ['sign', when(compute(other, width)(DST, SRC))];
  if (!COMMUTATIVE.includes(sem)) yield ['swapped operands', when(compute(sem, width)(SRC, DST))];
  if (sem === 'jset') {
    yield ['all bits', when(binary('eq', binary('and', DST, SRC), SRC))];
    yield ['as jeq', when(compute('jeq', width)(DST, SRC))];
  }
  if (op.imm === 'val' && width === 64) yield ['imm not sign-extended', when(compute(sem, 64)(DST, low(SRC)))];
  if (op.imm === 'val') yield ['imm of 16 bits', { fields: { imm: 'low16' } }];
  yield ['neighbour of dst', { fields: { dst: 'neighbour' } }];
  if (op.src === 'r') {
    yield ['neighbour of src', { fields: { src: 'neighbour' } }];
    yield ['dst for src', { fields: { src: 'other' } }];
  }
}

function* distances(op: Op): Generator<Described> {
  const field = op.imm === 'jump' ? 'imm' : 'off';
  yield ['distance plus one', { fields: { [field]: 'plus one' } }];
  yield ['distance minus one', { fields: { [field]: 'minus one' } }];
  yield ['distance unread', { fields: { [field]: 'zero' } }];
  if (field === 'imm') yield ['distance of 16 bits', { fields: { imm: 'low16' } }];
}
