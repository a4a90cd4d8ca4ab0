/**
 * Folds what is known at translation: constants, laws of algebra, 64-bit operations on zero-extended 32-bit values
 * (which become 32-bit ones), byte swaps against constants, constant offsets of addresses. Every rule holds for all
 * operands; none looks at what may be undefined, as nothing is.
 */

import type {
  BinaryValue,
  CompareOp,
  CompareValue,
  ElementValue,
  IrFunction,
  IrType,
  IrValue,
  UnaryValue,
  ValueId,
} from '../../model/ir.js';
import { irGraph, isAccess } from '../ir_access.js';
import { largest } from './bounds.js';
import { evaluateBinary, evaluateCompare, evaluateUnary, shiftCount, swapBytes, unsigned } from './evaluate.js';
import { Rewriter } from './rewriter.js';

const LOW = 0xffff_ffffn;
/** Offsets that accesses may gather: far from where 64-bit sums or Wasm's immediates need care. */
const MAX_OFFSET = 0x3fff_ffffn;

export function fold(fn: IrFunction): IrFunction {
  const r = new Rewriter(fn);
  for (const id of irGraph(fn).order) {
    const block = fn.blocks[id];
    if (block !== undefined) r.block(block, (value) => foldValue(r, value));
  }
  return r.finish();
}

function foldValue(r: Rewriter, value: IrValue): ValueId {
  switch (value.kind) {
    case 'const':
      return r.constant(value.type as IrType, value.value);
    case 'unary':
      return foldUnary(r, value);
    case 'binary':
      return foldBinary(r, value);
    case 'compare':
      return foldCompare(r, value);
    case 'element':
      return foldElement(r, value);
    default:
      if (isAccess(value) || value.kind === 'array_lookup') gatherOffset(r, value);
      return value.id;
  }
}

/** An element of an array that is not per CPU at a known index has a known address. */
function foldElement(r: Rewriter, value: ElementValue): ValueId {
  const { map, args, id } = value;
  const index = r.constantOf(args[0] as ValueId);
  if (index === undefined) return id;
  const bare = unsigned('i32', index);
  if (bare >= BigInt(map.maxEntries)) return r.constant('i64', 0n);
  return map.cpuStride === 0 ? r.constant('i64', BigInt(map.values) + bare * BigInt(map.stride)) : id;
}

/** base + constant: the constant goes into the offset, exactly, as both are sums in 64 bits. */
function gatherOffset(r: Rewriter, access: { args: ValueId[]; offset: number }): void {
  const base = r.value(access.args[0] as ValueId);
  if (base.kind !== 'binary' || base.op !== 'add') return;
  const by = r.constantOf(base.args[1] as ValueId);
  if (by === undefined) return;
  const offset = by + BigInt(access.offset);
  if (offset > MAX_OFFSET || offset < -MAX_OFFSET) return;
  access.args[0] = r.resolve(base.args[0] as ValueId);
  access.offset = Number(offset);
}

/** The i32 that a 64-bit value zero-extends, if it does. */
function extended(r: Rewriter, id: ValueId): ValueId | undefined {
  const value = r.value(id);
  if (value.kind === 'unary' && value.op === 'extend_u') return r.resolve(value.args[0] as ValueId);
  if (value.kind === 'const' && value.type === 'i64' && value.value >= 0n && value.value <= LOW) {
    return r.constant('i32', value.value);
  }
  return undefined;
}

function foldUnary(r: Rewriter, value: UnaryValue): ValueId {
  const type = value.type as IrType;
  const operand = r.value(value.args[0] as ValueId);
  if (operand.kind === 'const') return r.constant(type, evaluateUnary(type, value.op, operand.value));
  if (operand.kind === 'unary') {
    const inner = r.resolve(operand.args[0] as ValueId);
    if (value.op === 'wrap' && (operand.op === 'extend_u' || operand.op === 'extend_s')) return inner;
    if (value.op === operand.op && (value.op === 'bswap32' || value.op === 'bswap64')) return inner;
    if (value.op === 'bswap16' && operand.op === 'bswap16' && largest(r.fn, inner) <= 0xffffn) return inner;
  }
  if (value.op === 'wrap' && operand.kind === 'binary') return foldWrap(r, value, operand);
  return value.id;
}

/** The low half of a sum needs the low halves only; pays where these are at hand. */
function foldWrap(r: Rewriter, value: UnaryValue, of: BinaryValue): ValueId {
  const [left, right] = of.args as [ValueId, ValueId];
  if (of.op === 'and' && r.constantOf(right) === LOW) return r.unary('i32', 'wrap', left);
  if (of.op !== 'add' && of.op !== 'sub' && of.op !== 'mul' && of.op !== 'and' && of.op !== 'or' && of.op !== 'xor') {
    return value.id;
  }
  const low = (id: ValueId): ValueId | undefined => {
    const constant = r.constantOf(id);
    return constant === undefined ? extended(r, id) : r.constant('i32', constant);
  };
  const [a, b] = [low(left), low(right)];
  return a === undefined || b === undefined ? value.id : foldNew(r, r.binary('i32', of.op, a, b));
}

/** Folds a value that a rule has just made. */
function foldNew(r: Rewriter, id: ValueId): ValueId {
  return foldValue(r, r.value(id));
}

const COMMUTES = new Set(['add', 'mul', 'and', 'or', 'xor']);

function foldBinary(r: Rewriter, value: BinaryValue): ValueId {
  const type = value.type as IrType;
  let [left, right] = value.args as [ValueId, ValueId];
  let b = r.constantOf(right);
  const a = r.constantOf(left);
  if (a !== undefined && b !== undefined) return r.constant(type, evaluateBinary(type, value.op, a, b));
  if (a !== undefined && COMMUTES.has(value.op)) {
    [left, right] = [right, left];
    value.args = [left, right];
    b = a;
  }
  if (b !== undefined) {
    const known = foldConstantOperand(r, value, type, left, b);
    if (known !== undefined) return known;
  } else if (left === right) {
    if (value.op === 'sub' || value.op === 'xor') return r.constant(type, 0n);
    if (value.op === 'and' || value.op === 'or') return left;
  }
  return type === 'i64' ? (narrowed(r, value, left, right) ?? value.id) : value.id;
}

function foldConstantOperand(
  r: Rewriter,
  value: BinaryValue,
  type: IrType,
  left: ValueId,
  b: bigint,
): ValueId | undefined {
  const inner = r.value(left);
  const innerConstant = inner.kind === 'binary' ? r.constantOf(inner.args[1] as ValueId) : undefined;
  switch (value.op) {
    case 'sub':
      return b === 0n ? left : foldNew(r, r.binary(type, 'add', left, r.constant(type, -b)));
    case 'add':
      if (b === 0n) return left;
      if (inner.kind !== 'binary' || inner.op !== 'add' || innerConstant === undefined) return undefined;
      return foldNew(r, r.binary(type, 'add', inner.args[0] as ValueId, r.constant(type, innerConstant + b)));
    case 'mul':
      return b === 0n ? r.constant(type, 0n) : b === 1n ? left : undefined;
    case 'or':
    case 'xor':
      return b === 0n ? left : undefined;
    case 'and': {
      if (b === 0n) return r.constant(type, 0n);
      if (b === -1n) return left;
      // A mask of low bits that covers all that the value can have.
      const mask = unsigned(type, b);
      if ((mask & (mask + 1n)) === 0n && largest(r.fn, left) <= mask) return left;
      if (inner.kind !== 'binary' || inner.op !== 'and' || innerConstant === undefined) return undefined;
      return foldNew(r, r.binary(type, 'and', inner.args[0] as ValueId, r.constant(type, innerConstant & b)));
    }
    case 'shl':
      return shiftCount(type, b) === 0n ? left : undefined;
    case 'shr_u':
    case 'shr_s': {
      const count = shiftCount(type, b);
      if (count === 0n) return left;
      if (inner.kind !== 'binary' || inner.op !== 'shl' || innerConstant === undefined) return undefined;
      if (shiftCount(type, innerConstant) !== count) return undefined;
      return foldShifts(r, value.op, type, inner.args[0] as ValueId, count);
    }
    default:
      return undefined;
  }
}

/** x << n >> n: how compilers without 32-bit instructions extend. */
function foldShifts(r: Rewriter, op: 'shr_u' | 'shr_s', type: IrType, of: ValueId, count: bigint): ValueId | undefined {
  if (op === 'shr_u') {
    const mask = unsigned(type, -1n) >> count;
    return foldNew(r, r.binary(type, 'and', of, r.constant(type, mask)));
  }
  const bits = (type === 'i64' ? 64n : 32n) - count;
  if (bits === 32n) return foldNew(r, r.unary('i64', 'extend_s', foldNew(r, r.unary('i32', 'wrap', of))));
  if (bits === 16n) return r.unary(type, 'extend16_s', of);
  return bits === 8n ? r.unary(type, 'extend8_s', of) : undefined;
}

/** A 64-bit operation whose result has no upper half, done in 32 bits. */
function narrowed(r: Rewriter, value: BinaryValue, left: ValueId, right: ValueId): ValueId | undefined {
  const wide = (id: ValueId): ValueId => r.unary('i64', 'extend_u', id);
  const b = r.constantOf(right);
  if (value.op === 'and' && b !== undefined && b >= 0n && b <= LOW) {
    const low = foldNew(r, r.unary('i32', 'wrap', left));
    return wide(b === LOW ? low : foldNew(r, r.binary('i32', 'and', low, r.constant('i32', b))));
  }
  const x = extended(r, left);
  if (x === undefined) return undefined;
  if (value.op === 'shr_u' && b !== undefined) {
    const count = shiftCount('i64', b);
    if (count >= 32n) return r.constant('i64', 0n);
    return wide(foldNew(r, r.binary('i32', 'shr_u', x, r.constant('i32', count))));
  }
  if (value.op === 'shl' && b !== undefined) {
    const count = shiftCount('i64', b);
    if (count >= 32n || largest(r.fn, x) << count > LOW) return undefined;
    return wide(r.binary('i32', 'shl', x, r.constant('i32', count)));
  }
  const y = extended(r, right);
  if (y === undefined) return undefined;
  switch (value.op) {
    case 'and':
    case 'or':
    case 'xor':
    case 'div_u':
    case 'rem_u':
      return wide(foldNew(r, r.binary('i32', value.op, x, y)));
    case 'add':
      return largest(r.fn, x) + largest(r.fn, y) > LOW ? undefined : wide(foldNew(r, r.binary('i32', 'add', x, y)));
    case 'mul':
      return largest(r.fn, x) * largest(r.fn, y) > LOW ? undefined : wide(foldNew(r, r.binary('i32', 'mul', x, y)));
    default:
      return undefined;
  }
}

const SWAPPED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'eq',
  ne: 'ne',
  lt_u: 'gt_u',
  lt_s: 'gt_s',
  le_u: 'ge_u',
  le_s: 'ge_s',
  gt_u: 'lt_u',
  gt_s: 'lt_s',
  ge_u: 'le_u',
  ge_s: 'le_s',
};
/** On numbers without a sign. */
const UNSIGNED: Readonly<Record<CompareOp, CompareOp>> = {
  eq: 'eq',
  ne: 'ne',
  lt_u: 'lt_u',
  lt_s: 'lt_u',
  le_u: 'le_u',
  le_s: 'le_u',
  gt_u: 'gt_u',
  gt_s: 'gt_u',
  ge_u: 'ge_u',
  ge_s: 'ge_u',
};

function foldCompare(r: Rewriter, value: CompareValue): ValueId {
  const [left, right] = value.args as [ValueId, ValueId];
  const type = r.value(left).type as IrType;
  const a = r.constantOf(left);
  const b = r.constantOf(right);
  const answer = (yes: boolean): ValueId => r.constant('i32', yes ? 1n : 0n);
  if (a !== undefined && b !== undefined) return answer(evaluateCompare(type, value.op, a, b));
  if (a !== undefined) return foldNew(r, r.compare(SWAPPED[value.op], right, left));
  if (left === right) return answer(evaluateCompare(type, value.op, 0n, 0n));
  if (type === 'i64') {
    const x = extended(r, left);
    const y = extended(r, right);
    if (x !== undefined && y !== undefined) return foldNew(r, r.compare(UNSIGNED[value.op], x, y));
    // An element that exists is never 0.
    const element = r.value(left);
    if (b === 0n && element.kind === 'element' && (value.op === 'eq' || value.op === 'ne')) {
      if (largest(r.fn, element.args[0] as ValueId) < BigInt(element.map.maxEntries)) return answer(value.op === 'ne');
    }
    // A constant beyond 32 bits: any zero-extended value answers for all.
    if (x !== undefined && b !== undefined) return answer(evaluateCompare('i64', value.op, 0n, b));
  }
  if ((value.op === 'eq' || value.op === 'ne') && b !== undefined) return foldSwapped(r, value, left, type, b);
  return value.id;
}

/** A swapped value equal to a constant: the constant is swapped instead. */
function foldSwapped(r: Rewriter, value: CompareValue, left: ValueId, type: IrType, b: bigint): ValueId {
  const of = r.value(left);
  if (of.kind !== 'unary') return value.id;
  const inner = r.resolve(of.args[0] as ValueId);
  const bare = unsigned(type, b);
  if (of.op === 'bswap16') {
    if (bare > 0xffffn) return r.constant('i32', value.op === 'ne' ? 1n : 0n);
    if (largest(r.fn, inner) > 0xffffn) return value.id;
    return r.compare(value.op, inner, r.constant('i32', swapBytes(bare, 2)));
  }
  if (of.op === 'bswap32') return r.compare(value.op, inner, r.constant('i32', swapBytes(bare, 4)));
  if (of.op === 'bswap64') return r.compare(value.op, inner, r.constant('i64', swapBytes(bare, 8)));
  return value.id;
}
