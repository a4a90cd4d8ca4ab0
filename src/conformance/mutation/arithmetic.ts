/** Faults of arithmetic, moves and byte swaps (RFC 9669 sections 4.1 and 4.2). */
import type { Op, Sem } from '../../isa/table.js';
import { isShift } from '../matrix/program.js';
import {
  type BinaryName,
  binary,
  constant,
  DST,
  type Expr,
  joined,
  low,
  SRC,
  select,
  sext32,
  unary,
} from './expression.js';
import type { Described } from './fault.js';

type Compute = (a: Expr, b: Expr) => Expr;

/** What operations give on 64 bits; on 32 the operands are extended and the result cut as `narrow` says. */
const WIDE = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  div: 'div_u',
  sdiv: 'div_s',
  mod: 'rem_u',
  smod: 'rem_s',
  or: 'or',
  and: 'and',
  xor: 'xor',
  lsh: 'shl',
  rsh: 'shr_u',
  arsh: 'shr_s',
} as const satisfies Partial<Record<Sem, BinaryName>>;
type TwoOperands = keyof typeof WIDE;

const isTwoOperands = (sem: Sem): sem is TwoOperands => sem in WIDE;
const SIGNED: readonly Sem[] = ['sdiv', 'smod', 'arsh'];
const COMMUTATIVE: readonly Sem[] = ['add', 'mul', 'or', 'and', 'xor'];
/** Their low bits depend on the low bits of their operands alone. */
const LOW_BITS_ONLY: readonly Sem[] = ['add', 'sub', 'mul', 'or', 'and', 'xor', 'lsh'];

/** The operation as it should be, for operands of 64 bits. */
function compute(sem: TwoOperands, width: number): Compute {
  const op = WIDE[sem];
  if (width === 64) return (a, b) => binary(op, a, b);
  const extend = SIGNED.includes(sem) ? sext32 : low;
  return (a, b) => low(binary(op, extend(a), isShiftSem(sem) ? binary('and', b, constant(31n)) : extend(b)));
}

const isShiftSem = (sem: Sem): boolean => sem === 'lsh' || sem === 'rsh' || sem === 'arsh';

/** What is easily taken for what. */
const MISTAKEN = {
  add: 'sub',
  sub: 'add',
  mul: 'add',
  div: 'mod',
  sdiv: 'smod',
  mod: 'div',
  smod: 'sdiv',
  or: 'xor',
  and: 'or',
  xor: 'or',
  lsh: 'rsh',
  rsh: 'lsh',
  arsh: 'lsh',
} as const satisfies Record<TwoOperands, TwoOperands>;

const OTHER_SIGN: Partial<Record<TwoOperands, TwoOperands>> = {
  div: 'sdiv',
  sdiv: 'div',
  mod: 'smod',
  smod: 'mod',
  rsh: 'arsh',
  arsh: 'rsh',
};

export function arithmeticFaults(op: Op): Described[] {
  if (isTwoOperands(op.sem)) return [...twoOperands(op, op.sem), ...places(op)];
  if (op.sem === 'mov') return [...moves(op), ...places(op)];
  if (op.sem.startsWith('movsx')) return [...signedMoves(op), ...places(op)];
  if (op.sem === 'neg') return [...negations(op), ...places(op)];
  return [...swaps(op), ...places(op)];
}

const gives = (value: Expr): { value: Expr } => ({ value });

function* twoOperands(op: Op, sem: TwoOperands): Generator<Described> {
  const { width } = op;
  const right = compute(sem, width)(DST, SRC);
  yield ['operation', gives(compute(MISTAKEN[sem], width)(DST, SRC))];
  const other = OTHER_SIGN[sem];
  if (other !== undefined) yield ['sign', gives(compute(other, width)(DST, SRC))];
  if (!COMMUTATIVE.includes(sem)) yield ['swapped operands', gives(compute(sem, width)(SRC, DST))];
  yield ['operand never read', gives(DST)];
  if (width === 32) yield* narrowFaults(sem, right);
  else yield* wideFaults(op, sem, right);
  if (isShift(op)) yield* shifts(sem, width);
  if (sem === 'div' || sem === 'mod') yield* unsignedDivisions(sem, width, right);
  if (sem === 'sdiv' || sem === 'smod') yield* signedDivisions(sem, width, right);
}

function* narrowFaults(sem: TwoOperands, right: Expr): Generator<Described> {
  const wide = compute(sem, 64)(DST, SRC);
  yield ['width', gives(wide)];
  yield ['no zero-extension', gives(joined(32, DST, right))];
  yield ['sign-extended', gives(sext32(right))];
  const masked = isShiftSem(sem) ? compute(sem, 64)(DST, binary('and', SRC, constant(31n))) : wide;
  const uncut: Described[1] = gives(low(masked));
  yield LOW_BITS_ONLY.includes(sem)
    ? ['operands not cut', uncut, 'the low half of the result depends on the low halves of the operands alone']
    : ['operands not cut', uncut];
}

function* wideFaults(op: Op, sem: TwoOperands, right: Expr): Generator<Described> {
  yield ['width', gives(compute(sem, 32)(DST, SRC))];
  yield ['high half lost', gives(low(right))];
  if (op.imm !== 'val') return;
  const unextended: Described = ['imm not sign-extended', gives(compute(sem, 64)(DST, low(SRC)))];
  yield isShiftSem(sem) ? [unextended[0], unextended[1], 'of a shift count only the low 6 bits matter'] : unextended;
}

function* shifts(sem: TwoOperands, width: number): Generator<Described> {
  const count = width === 32 ? low(SRC) : SRC;
  const value = width === 32 ? (sem === 'arsh' ? sext32(DST) : low(DST)) : DST;
  const cut = (result: Expr): Expr => (width === 32 ? low(result) : result);
  const filled = sem === 'arsh' ? binary('shr_s', value, constant(63n)) : constant(0n);
  const shifted = binary(WIDE[sem], value, count);
  yield ['count not masked', gives(cut(select(binary('lt_u', count, constant(BigInt(width))), shifted, filled)))];
  const otherMask = binary('and', SRC, constant(width === 32 ? 63n : 31n));
  yield ['mask of the other width', gives(cut(binary(WIDE[sem], value, otherMask)))];
  const off = binary('and', binary('add', SRC, constant(1n)), constant(BigInt(width - 1)));
  yield ['count off by one', gives(cut(binary(WIDE[sem], value, off)))];
}

const isZero = (width: number): Expr => binary('eq', width === 32 ? low(SRC) : SRC, constant(0n));
const atWidth = (value: Expr, width: number): Expr => (width === 32 ? low(value) : value);

function* unsignedDivisions(sem: 'div' | 'mod', width: number, right: Expr): Generator<Described> {
  const instead = sem === 'div' ? constant(-1n) : constant(0n);
  yield ['by zero', gives(select(isZero(width), atWidth(instead, width), right))];
  if (sem === 'div') yield ['by zero leaves dst', gives(select(isZero(width), atWidth(DST, width), right))];
}

function* signedDivisions(sem: 'sdiv' | 'smod', width: number, right: Expr): Generator<Described> {
  yield* unsignedDivisions(sem === 'sdiv' ? 'div' : 'mod', width, right);
  const extend = (value: Expr): Expr => (width === 32 ? sext32(value) : value);
  const [a, b] = [extend(DST), extend(SRC)];
  const least = constant(-(1n << BigInt(width - 1)));
  const overflow = binary('and', binary('eq', a, least), binary('eq', b, constant(-1n)));
  const wrong = atWidth(sem === 'sdiv' ? constant(0n) : least, width);
  yield ['MIN by -1', gives(select(overflow, wrong, right))];
  const remainder = binary('rem_s', a, b);
  const uneven = binary(
    'and',
    binary('ne', remainder, constant(0n)),
    binary('lt_s', binary('xor', a, b), constant(0n)),
  );
  const applies = binary('and', uneven, binary('ne', b, constant(0n)));
  const floor = sem === 'sdiv' ? binary('sub', right, applies) : binary('add', right, binary('mul', applies, b));
  yield ['rounds down', gives(atWidth(floor, width))];
}

function* moves({ width, imm }: Op): Generator<Described> {
  if (width === 64) {
    yield ['width', gives(low(SRC))];
    yield ['high half kept', gives(joined(32, DST, low(SRC)))];
    if (imm === 'val') yield ['imm of 16 bits', gives(unary('sext16', SRC))];
    return;
  }
  yield ['width', gives(SRC)];
  yield ['no zero-extension', gives(joined(32, DST, low(SRC)))];
  yield ['sign-extended', gives(sext32(SRC))];
  if (imm === 'val') yield ['imm of 16 bits', gives(low(unary('sext16', SRC)))];
}

const SIGNED_FROM = { movsx8: 8, movsx16: 16, movsx32: 32 } as const;

function* signedMoves({ sem, width }: Op): Generator<Described> {
  const from = SIGNED_FROM[sem as keyof typeof SIGNED_FROM];
  const right = unary(`sext${from}`, SRC);
  const unsigned = binary('and', SRC, constant((1n << BigInt(from)) - 1n));
  yield ['sign', gives(unsigned)];
  yield ['source width', gives(atWidth(unary(from === 8 ? 'sext16' : 'sext8', SRC), width))];
  yield ['not extended', gives(atWidth(SRC, width))];
  yield ['width', gives(width === 32 ? right : low(right))];
  if (width === 32) yield ['no zero-extension', gives(joined(32, DST, low(right)))];
}

function* negations({ width }: Op): Generator<Described> {
  const right = binary('sub', constant(0n), DST);
  yield ['operation', gives(atWidth(binary('xor', DST, constant(-1n)), width))];
  yield ['width', gives(width === 32 ? right : low(right))];
  if (width === 32) {
    yield ['no zero-extension', gives(joined(32, DST, low(right)))];
    yield ['sign-extended', gives(sext32(right))];
    yield ['operands not cut', gives(low(right)), 'the low half of the result depends on the low half of dst alone'];
  }
}

const SWAP = { 16: 'swap16', 32: 'swap32', 64: 'swap64' } as const;

function* swaps({ sem, width }: Op): Generator<Described> {
  const bits = width as 16 | 32 | 64;
  const cut = bits === 64 ? DST : binary('and', DST, constant((1n << BigInt(bits)) - 1n));
  const reversed = unary(SWAP[bits], DST);
  const right = sem === 'le' ? cut : reversed;
  yield ['byte order', gives(sem === 'le' ? reversed : cut)];
  if (bits !== 64) yield ['upper bits kept', gives(joined(bits, DST, right))];
  if (bits !== 16)
    yield ['width 16', gives(sem === 'le' ? binary('and', DST, constant(0xffffn)) : unary('swap16', DST))];
  if (bits !== 32) yield ['width 32', gives(sem === 'le' ? low(DST) : unary('swap32', DST))];
  if (bits !== 64) yield ['width 64', gives(sem === 'le' ? DST : unary('swap64', DST))];
  if (bits === 16) yield ['sign-extended', gives(unary('sext16', right))];
  if (bits === 32) yield ['sign-extended', gives(sext32(right))];
}

/** Registers taken for others. */
function* places(op: Op): Generator<Described> {
  const neighbour: Described[1] = { fields: { dst: 'neighbour' } };
  yield op.name === 'le64'
    ? ['neighbour of dst', neighbour, 'it changes no register of a little-endian machine']
    : ['neighbour of dst', neighbour];
  if (op.src !== 'r') return;
  yield ['neighbour of src', { fields: { src: 'neighbour' } }];
  yield ['dst for src', { fields: { src: 'other' } }];
}
