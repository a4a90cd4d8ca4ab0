/**
 * What integers mean, written once for every width: operands are BigInts in [0, 2^bits), and so are results. Nothing
 * here knows instructions.
 */

/** The low `bits` bits as an unsigned number. */
export const wrap = (value: bigint, bits: number): bigint => BigInt.asUintN(bits, value);
/** The low `bits` bits as a two's complement number. */
export const signed = (value: bigint, bits: number): bigint => BigInt.asIntN(bits, value);
/** The low `from` bits sign-extended to `to` bits. */
export const extend = (value: bigint, from: number, to: number): bigint => wrap(signed(value, from), to);

export type Binary = (a: bigint, b: bigint, bits: number) => bigint;
export type Test = (a: bigint, b: bigint, bits: number) => boolean;

/** A shift count is masked to the width: 0x1f or 0x3f (RFC 9669 section 4.1). */
const count = (b: bigint, bits: number): bigint => b & BigInt(bits - 1);

export const add: Binary = (a, b, bits) => wrap(a + b, bits);
export const sub: Binary = (a, b, bits) => wrap(a - b, bits);
export const mul: Binary = (a, b, bits) => wrap(a * b, bits);
export const or: Binary = (a, b) => a | b;
export const and: Binary = (a, b) => a & b;
export const xor: Binary = (a, b) => a ^ b;
export const lsh: Binary = (a, b, bits) => wrap(a << count(b, bits), bits);
export const rsh: Binary = (a, b, bits) => a >> count(b, bits);
export const arsh: Binary = (a, b, bits) => wrap(signed(a, bits) >> count(b, bits), bits);
export const mov: Binary = (_a, b) => b;

/** Division by zero gives zero, the remainder leaves dst (RFC 9669 section 4.1). */
export const div: Binary = (a, b) => (b === 0n ? 0n : a / b);
export const mod: Binary = (a, b) => (b === 0n ? a : a % b);
/** Signed division truncates towards zero; MIN / −1 wraps to MIN, its remainder is 0 (RFC 9669 section 4.1). */
export const sdiv: Binary = (a, b, bits) => (b === 0n ? 0n : wrap(signed(a, bits) / signed(b, bits), bits));
export const smod: Binary = (a, b, bits) => (b === 0n ? a : wrap(signed(a, bits) % signed(b, bits), bits));

export const negate = (a: bigint, bits: number): bigint => wrap(-a, bits);

/** Reverses the order of the low `bits / 8` bytes; what lies above is dropped. */
export function swapBytes(value: bigint, bits: number): bigint {
  let result = 0n;
  for (let byte = 0; byte < bits / 8; byte++) result = (result << 8n) | ((value >> BigInt(8 * byte)) & 0xffn);
  return result;
}

export const equal: Test = (a, b) => a === b;
export const notEqual: Test = (a, b) => a !== b;
export const above: Test = (a, b) => a > b;
export const aboveOrEqual: Test = (a, b) => a >= b;
export const below: Test = (a, b) => a < b;
export const belowOrEqual: Test = (a, b) => a <= b;
export const anyBit: Test = (a, b) => (a & b) !== 0n;
export const greater: Test = (a, b, bits) => signed(a, bits) > signed(b, bits);
export const greaterOrEqual: Test = (a, b, bits) => signed(a, bits) >= signed(b, bits);
export const less: Test = (a, b, bits) => signed(a, bits) < signed(b, bits);
export const lessOrEqual: Test = (a, b, bits) => signed(a, bits) <= signed(b, bits);
