/**
 * What a faulty instruction computes, as data: expressions over 64-bit numbers that each engine under mutation turns
 * into its own terms. Arithmetic is total, as eBPF's is: x / 0 is 0, x % 0 is x, shift counts are taken modulo 64.
 */

/** A register by its role in the instruction, or by number. */
export type Place = 'dst' | 'src' | number;

export const BINARY = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div_u: (a, b) => (b === 0n ? 0n : a / b),
  div_s: (a, b) => (b === 0n ? 0n : signed(a) / signed(b)),
  rem_u: (a, b) => (b === 0n ? a : a % b),
  rem_s: (a, b) => (b === 0n ? a : signed(a) % signed(b)),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << (b & 63n),
  shr_u: (a, b) => a >> (b & 63n),
  shr_s: (a, b) => signed(a) >> (b & 63n),
  eq: (a, b) => BigInt(a === b),
  ne: (a, b) => BigInt(a !== b),
  lt_u: (a, b) => BigInt(a < b),
  lt_s: (a, b) => BigInt(signed(a) < signed(b)),
  le_u: (a, b) => BigInt(a <= b),
  le_s: (a, b) => BigInt(signed(a) <= signed(b)),
} as const satisfies Record<string, (a: bigint, b: bigint) => bigint>;
export type BinaryName = keyof typeof BINARY;

export const UNARY = {
  /** The low 32 bits, zero-extended. */
  low: (a) => BigInt.asUintN(32, a),
  sext8: (a) => BigInt.asIntN(8, a),
  sext16: (a) => BigInt.asIntN(16, a),
  sext32: (a) => BigInt.asIntN(32, a),
  /** The order of the low bytes reversed, what lies above dropped. */
  swap16: (a) => swapped(a, 2),
  swap32: (a) => swapped(a, 4),
  swap64: (a) => swapped(a, 8),
} as const satisfies Record<string, (a: bigint) => bigint>;
export type UnaryName = keyof typeof UNARY;

export type Expr =
  | { readonly kind: 'const'; readonly value: bigint }
  /** What a place held before the instruction; 'src' of one with an immediate is that, sign-extended. */
  | { readonly kind: 'before'; readonly place: Place }
  /** What it holds after the instruction as it should be. */
  | { readonly kind: 'after'; readonly place: Place }
  | { readonly kind: 'unary'; readonly op: UnaryName; readonly operand: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryName; readonly left: Expr; readonly right: Expr };

const signed = (value: bigint): bigint => BigInt.asIntN(64, value);

function swapped(value: bigint, bytes: number): bigint {
  let result = 0n;
  for (let byte = 0; byte < bytes; byte++) result = (result << 8n) | ((value >> BigInt(8 * byte)) & 0xffn);
  return result;
}

export const constant = (value: bigint): Expr => ({ kind: 'const', value: BigInt.asUintN(64, value) });
export const before = (place: Place): Expr => ({ kind: 'before', place });
export const after = (place: Place): Expr => ({ kind: 'after', place });
export const unary = (op: UnaryName, operand: Expr): Expr => ({ kind: 'unary', op, operand });
export const binary = (op: BinaryName, left: Expr, right: Expr): Expr => ({ kind: 'binary', op, left, right });

export const DST = before('dst');
export const SRC = before('src');
export const low = (operand: Expr): Expr => unary('low', operand);
export const sext32 = (operand: Expr): Expr => unary('sext32', operand);
/** The bits from `from` up of one value, the bits below of another. */
export const joined = (from: number, upper: Expr, lower: Expr): Expr => {
  const mask = constant(~((1n << BigInt(from)) - 1n));
  return binary('or', binary('and', upper, mask), lower);
};
/** One of two values: `condition` is 0 or 1. */
export const select = (condition: Expr, then: Expr, otherwise: Expr): Expr =>
  binary('xor', otherwise, binary('and', binary('xor', then, otherwise), binary('sub', constant(0n), condition)));

/** Where the leaves of an expression come from. */
export interface Leaves<T> {
  before(place: Place): T;
  after(place: Place): T;
}

/** The value of an expression, unsigned 64 bit. */
export function evaluate(expr: Expr, leaves: Leaves<bigint>): bigint {
  switch (expr.kind) {
    case 'const':
      return expr.value;
    case 'before':
      return leaves.before(expr.place);
    case 'after':
      return leaves.after(expr.place);
    case 'unary':
      return BigInt.asUintN(64, UNARY[expr.op](evaluate(expr.operand, leaves)));
    case 'binary':
      return BigInt.asUintN(64, BINARY[expr.op](evaluate(expr.left, leaves), evaluate(expr.right, leaves)));
  }
}
