/** Integers of any width inside values: bits in bytes, little-endian, signed or not. */
import type { Shape } from '../model/map_spec.js';

export type IntShape = Extract<Shape, { kind: 'int' | 'enum' | 'pointer' }>;

/** Widest integer that is a JavaScript number when decoded, in bytes. */
const NUMBER_SIZE = 4;

/** Reads `bits` bits from bit `at` on, unsigned; bit 0 is the lowest of the first byte. */
export function readBits(view: DataView, at: number, bits: number): bigint {
  const first = Math.floor(at / 8);
  const last = Math.ceil((at + bits) / 8);
  let value = 0n;
  for (let i = last - 1; i >= first; i--) value = (value << 8n) | BigInt(view.getUint8(i));
  return BigInt.asUintN(bits, value >> BigInt(at % 8));
}

/** Writes the low `bits` bits of `value` from bit `at` on; the bits around them stay. */
export function writeBits(view: DataView, at: number, bits: number, value: bigint): void {
  const first = Math.floor(at / 8);
  const last = Math.ceil((at + bits) / 8);
  const shift = BigInt(at % 8);
  const mask = ((1n << BigInt(bits)) - 1n) << shift;
  let word = (value << shift) & mask;
  let keep = ~mask;
  for (let i = first; i < last; i++) {
    view.setUint8(i, Number(word & 0xffn) | (view.getUint8(i) & Number(keep & 0xffn)));
    word >>= 8n;
    keep >>= 8n;
  }
}

/** What an integer's bits are to JavaScript: a number up to 32 bits of its type, a bigint above, a boolean for 0 and 1 of a bool. */
export function decodeInt(shape: IntShape, raw: bigint, bits: number = shape.size * 8): unknown {
  if (shape.kind === 'int' && shape.bool === true && raw <= 1n) return raw === 1n;
  const value = isSigned(shape) ? BigInt.asIntN(bits, raw) : raw;
  return shape.size <= NUMBER_SIZE ? Number(value) : value;
}

/** An integer of whole bytes. Maps of a million entries are read through here, so common widths take no bigint detour. */
export function decodeWhole(shape: IntShape, view: DataView, at: number): unknown {
  if (shape.kind === 'int' && shape.bool === true) return decodeInt(shape, readBits(view, at * 8, shape.size * 8));
  const signed = isSigned(shape);
  switch (shape.size) {
    case 1:
      return signed ? view.getInt8(at) : view.getUint8(at);
    case 2:
      return signed ? view.getInt16(at, true) : view.getUint16(at, true);
    case 4:
      return signed ? view.getInt32(at, true) : view.getUint32(at, true);
    case 8:
      return signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
    case 16:
      return decodeInt(shape, readBits(view, at * 8, 128));
  }
}

/** Least and greatest value of an integer of that many bits. */
export function intRange(shape: IntShape, bits: number): readonly [bigint, bigint] {
  const all = 1n << BigInt(bits);
  return isSigned(shape) ? [-all / 2n, all / 2n - 1n] : [0n, all - 1n];
}

function isSigned(shape: IntShape): boolean {
  return shape.kind !== 'pointer' && shape.signed;
}

/** Whether a shape is an array of char, whose values may be text. */
export function isText(shape: Shape): boolean {
  return shape.kind === 'array' && shape.of.kind === 'int' && shape.of.char === true;
}
