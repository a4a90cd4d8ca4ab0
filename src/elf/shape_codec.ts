/**
 * Values of maps and variables: bytes ⇄ JavaScript values, by shape. All numbers are little-endian, as BPF has them.
 *
 *   shape            JavaScript value                       accepted besides
 *   int ≤ 32 bit     number                                 bigint, text of a number, 'a.b.c.d' for four bytes
 *   int 64, 128 bit  bigint                                 number that is a safe integer, text of a number
 *   bool             boolean (a number if neither 0 nor 1)  0, 1
 *   enum             as int                                 the name of an enumerator
 *   float            number                                 'NaN', 'Infinity', '-Infinity'
 *   pointer          bigint                                 as int
 *   array            array                                  fewer elements: the rest is zero
 *   array of char    text if printable ASCII, then only     array of numbers
 *                    NUL to the end, at least one; else an
 *                    array of numbers
 *   struct, union    object; fields of unnamed members are  fields may be missing: zero; of a union, one is enough
 *                    the parent's
 *   bytes            hex text                               array of numbers
 *
 * For every shape a Uint8Array of its size, or hex text of its bytes in memory order, is taken as the whole value. Of
 * ints inside structs and arrays text is a number, so hex there needs `0x` and is a number too. Addresses in
 * text ('10.0.0.1', '2001:db8::1') are taken for any shape of 4 or 16 bytes, in network order.
 */
import type { Shape, ShapeField } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { toHex } from '../util/hex.js';
import { decodeInt, decodeWhole, isText, readBits } from './shape_numbers.js';

/**
 * Bytes to a value.
 *
 * @param bytes at least as many as the shape has; more are not looked at
 * @throws {BeeswaxError} BEESWAX_E_VALUE_SHAPE for fewer.
 */
export function decodeValue(shape: Shape, bytes: Uint8Array): unknown {
  if (bytes.length < shape.size) {
    throw new BeeswaxError('BEESWAX_E_VALUE_SHAPE', {
      path: 'value',
      wanted: `${shape.size} bytes`,
      got: `${bytes.length} bytes`,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return decode(shape, view, 0);
}

export { encodeValue } from './shape_encode.js';

function decode(shape: Shape, view: DataView, at: number): unknown {
  switch (shape.kind) {
    case 'int':
    case 'enum':
    case 'pointer':
      return decodeWhole(shape, view, at);
    case 'float':
      return shape.size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    case 'bytes':
      return toHex(bytesOf(view, at, shape.size));
    case 'array':
      return decodeArray(shape, view, at);
    case 'struct':
    case 'union':
      return Object.fromEntries(decodeFields(shape.fields, view, at * 8));
  }
}

function decodeArray(shape: Extract<Shape, { kind: 'array' }>, view: DataView, at: number): unknown {
  if (isText(shape)) {
    const text = textOf(bytesOf(view, at, shape.size));
    if (text !== undefined) return text;
  }
  const elements: unknown[] = [];
  for (let index = 0; index < shape.length; index++) elements.push(decode(shape.of, view, at + index * shape.of.size));
  return elements;
}

function* decodeFields(fields: readonly ShapeField[], view: DataView, base: number): Generator<[string, unknown]> {
  for (const { name, bitOffset, bitSize, shape } of fields) {
    const at = base + bitOffset;
    if (name === '' && (shape.kind === 'struct' || shape.kind === 'union')) {
      yield* decodeFields(shape.fields, view, at);
    } else if (bitSize !== undefined && (shape.kind === 'int' || shape.kind === 'enum')) {
      yield [name, decodeInt(shape, readBits(view, at, bitSize), bitSize)];
    } else {
      yield [name, decode(shape, view, at / 8)];
    }
  }
}

function bytesOf(view: DataView, at: number, size: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, size);
}

/** Printable ASCII followed by nothing but NULs, at least one. */
function textOf(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  if (end < 0) return undefined;
  for (let i = end; i < bytes.length; i++) if (bytes[i] !== 0) return undefined;
  let text = '';
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/**
 * A decoded value as JSON has it: bigints become numbers where they are safe, decimal text otherwise; bytes become
 * hex; what has a `toJSON` (an inner map) becomes that. `encodeValue` reads it back. A lone number whose text would look like the hex of its own bytes (16 or 32
 * digits) gets a leading 0.
 */
export function toJson(value: unknown): unknown {
  if (typeof value === 'bigint' && !isSafe(value)) {
    const text = value.toString();
    return text.length === 16 || text.length === 32 ? `0${text}` : text;
  }
  return nestedJson(value);
}

function nestedJson(value: unknown): unknown {
  if (typeof value === 'bigint') return isSafe(value) ? Number(value) : value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(nestedJson);
  if (typeof value === 'object' && value !== null) {
    if ('toJSON' in value && typeof value.toJSON === 'function') return nestedJson(value.toJSON());
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, nestedJson(field)]));
  }
  return value;
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
