/** Arithmetic of the intermediate form on known numbers: signed bigints in the range of their type, in and out. */
import type { BinaryOp, CompareOp, IrType, UnaryOp } from '../../model/ir.js';

const bitsOf = (type: IrType): number => (type === 'i64' ? 64 : 32);

export function signed(type: IrType, value: bigint): bigint {
  return BigInt.asIntN(bitsOf(type), value);
}

export function unsigned(type: IrType, value: bigint): bigint {
  return BigInt.asUintN(bitsOf(type), value);
}

/** Division rounds towards zero, as bigint's does. */
const BINARY: Readonly<Record<BinaryOp, (a: bigint, b: bigint, type: IrType) => bigint>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div_u: (a, b, type) => (b === 0n ? 0n : unsigned(type, a) / unsigned(type, b)),
  div_s: (a, b) => (b === 0n ? 0n : a / b),
  rem_u: (a, b, type) => (b === 0n ? a : unsigned(type, a) % unsigned(type, b)),
  rem_s: (a, b) => (b === 0n ? a : a % b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b, type) => a << shiftCount(type, b),
  shr_u: (a, b, type) => unsigned(type, a) >> shiftCount(type, b),
  shr_s: (a, b, type) => a >> shiftCount(type, b),
};

/** The count that a shift uses: modulo the width. */
export function shiftCount(type: IrType, count: bigint): bigint {
  return count & BigInt(bitsOf(type) - 1);
}

export function evaluateBinary(type: IrType, op: BinaryOp, a: bigint, b: bigint): bigint {
  return signed(type, BINARY[op](a, b, type));
}

export function evaluateCompare(type: IrType, op: CompareOp, a: bigint, b: bigint): boolean {
  const [x, y] = op.endsWith('_u') ? [unsigned(type, a), unsigned(type, b)] : [a, b];
  switch (op) {
    case 'eq':
      return x === y;
    case 'ne':
      return x !== y;
    case 'lt_u':
    case 'lt_s':
      return x < y;
    case 'le_u':
    case 'le_s':
      return x <= y;
    case 'gt_u':
    case 'gt_s':
      return x > y;
    case 'ge_u':
    case 'ge_s':
      return x >= y;
  }
}

/** Reverses the `bytes` low bytes; the result has no others. */
export function swapBytes(value: bigint, bytes: number): bigint {
  let result = 0n;
  for (let i = 0; i < bytes; i++) result = (result << 8n) | ((value >> BigInt(8 * i)) & 0xffn);
  return result;
}

const UNARY: Readonly<Record<UnaryOp, (a: bigint) => bigint>> = {
  wrap: (a) => a,
  extend_u: (a) => BigInt.asUintN(32, a),
  extend_s: (a) => a,
  extend8_s: (a) => BigInt.asIntN(8, a),
  extend16_s: (a) => BigInt.asIntN(16, a),
  bswap16: (a) => swapBytes(a, 2),
  bswap32: (a) => swapBytes(a, 4),
  bswap64: (a) => swapBytes(a, 8),
};

/** `type` is the result's. */
export function evaluateUnary(type: IrType, op: UnaryOp, a: bigint): bigint {
  return signed(type, UNARY[op](a));
}
