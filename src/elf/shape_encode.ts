/** JavaScript values to bytes, by shape: the writing half of `shape_codec.ts`, whose head says what is accepted. */
import type { Shape, ShapeField } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { didYouMean } from '../util/nearest.js';
import { type IntShape, intRange, isText, writeBits } from './shape_numbers.js';
import { parseInteger, parseIpv4, parseIpv6, wholeHex } from './shape_text.js';

/** Where a value goes, and what it is called in errors. */
interface Place {
  readonly view: DataView;
  /** Bytes from the start. */
  readonly at: number;
  /** `blocked[0].value.hits`. */
  readonly path: string;
}

/**
 * A value to bytes; what it leaves out is zero.
 *
 * @param path what the value is called in errors
 * @throws {BeeswaxError} BEESWAX_E_VALUE_SHAPE, BEESWAX_E_VALUE_RANGE, BEESWAX_E_VALUE_FIELD naming the path.
 */
export function encodeValue(shape: Shape, value: unknown, path = 'value'): Uint8Array {
  const bytes = typeof value === 'string' ? wholeHex(value, shape.size) : undefined;
  if (bytes !== undefined) return bytes;
  const out = new Uint8Array(shape.size);
  encode(shape, value, { view: new DataView(out.buffer), at: 0, path });
  return out;
}

function encode(shape: Shape, value: unknown, place: Place): void {
  const bytes = wholeBytes(shape, value, place.path);
  if (bytes !== undefined) {
    new Uint8Array(place.view.buffer).set(bytes, place.at);
    return;
  }
  switch (shape.kind) {
    case 'int':
    case 'enum':
    case 'pointer':
      encodeInt(shape, value, place, place.at * 8, shape.size * 8);
      return;
    case 'float':
      encodeFloat(shape.size, value, place);
      return;
    case 'array':
      encodeArray(shape, value, place);
      return;
    case 'struct':
    case 'union':
      encodeStruct(shape, value, place);
      return;
    case 'bytes':
      encodeArray({ kind: 'array', size: shape.size, of: BYTE, length: shape.size }, value, place);
      return;
  }
}

const BYTE: Shape = { kind: 'int', size: 1, signed: false };

/** A value that is the bytes themselves: a byte array, hex text, an address. */
function wholeBytes(shape: Shape, value: unknown, path: string): Uint8Array | undefined {
  if (value instanceof Uint8Array) {
    if (value.length !== shape.size) throw wrong(path, `${shape.size} bytes`, `${value.length} bytes`);
    return value;
  }
  if (typeof value !== 'string') return undefined;
  if (shape.size === 4 && !isText(shape)) {
    const address = parseIpv4(value);
    if (address !== undefined) return address;
  }
  if (shape.kind === 'int' || shape.kind === 'enum' || shape.kind === 'pointer' || shape.kind === 'float')
    return undefined;
  return (shape.size === 16 && !isText(shape) ? parseIpv6(value) : undefined) ?? wholeHex(value, shape.size);
}

function encodeInt(shape: IntShape, value: unknown, { view, path }: Place, bitAt: number, bits: number): void {
  const number = integerOf(shape, value, path);
  const [least, most] = intRange(shape, bits);
  if (number < least || number > most) {
    throw new BeeswaxError('BEESWAX_E_VALUE_RANGE', { path, value: number, least, most });
  }
  if (bits === 32 && bitAt % 8 === 0) view.setUint32(bitAt / 8, Number(BigInt.asUintN(32, number)), true);
  else if (bits === 64 && bitAt % 8 === 0) view.setBigUint64(bitAt / 8, BigInt.asUintN(64, number), true);
  else writeBits(view, bitAt, bits, number);
}

function integerOf(shape: IntShape, value: unknown, path: string): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean' && shape.kind === 'int') return BigInt(value);
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return BigInt(value);
    throw wrong(path, Number.isInteger(value) ? 'a bigint above 2^53' : 'an integer', `the number ${value}`);
  }
  if (typeof value === 'string') {
    if (shape.kind === 'enum') {
      const named = Object.hasOwn(shape.names, value) ? shape.names[value] : undefined;
      if (named !== undefined) return named;
    }
    const parsed = parseInteger(value);
    if (parsed !== undefined) return parsed;
    if (shape.kind === 'enum') {
      const suggestion = didYouMean(value, Object.keys(shape.names));
      throw wrong(path, 'a number or the name of an enumerator', show(value), suggestion);
    }
  }
  throw wrong(path, 'a number', show(value));
}

function encodeFloat(size: 4 | 8, value: unknown, { view, at, path }: Place): void {
  const number = typeof value === 'string' && /^(NaN|-?Infinity)$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') throw wrong(path, 'a number', show(value));
  if (size === 4) view.setFloat32(at, number, true);
  else view.setFloat64(at, number, true);
}

function encodeArray(shape: Extract<Shape, { kind: 'array' }>, value: unknown, { view, at, path }: Place): void {
  if (typeof value === 'string' && isText(shape)) {
    const text = new TextEncoder().encode(value);
    if (text.length > shape.size) throw wrong(path, `text of at most ${shape.size} bytes`, `${text.length} bytes`);
    new Uint8Array(view.buffer).set(text, at);
    return;
  }
  if (!Array.isArray(value)) {
    const bytes = shape.of.size === 1 ? `, or ${shape.size} bytes in hex` : '';
    throw wrong(path, `an array of ${shape.length}${bytes}`, show(value));
  }
  if (value.length > shape.length) throw wrong(path, `an array of ${shape.length}`, `one of ${value.length}`);
  value.forEach((element, index) => {
    encode(shape.of, element, { view, at: at + index * shape.of.size, path: `${path}[${index}]` });
  });
}

function encodeStruct(shape: Extract<Shape, { kind: 'struct' | 'union' }>, value: unknown, place: Place): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(
      place.path,
      `an object with fields ${[...fieldNames(shape.fields)].slice(0, 8).join(', ')}`,
      show(value),
    );
  }
  const given = new Map<string, unknown>(Object.entries(value));
  writeFields(shape.fields, given, place, place.at * 8);
  for (const name of given.keys()) {
    const fields = [...fieldNames(shape.fields)];
    const suggestion = didYouMean(name, fields);
    throw new BeeswaxError(
      'BEESWAX_E_VALUE_FIELD',
      { path: place.path, field: name, fields },
      suggestion === undefined ? {} : { suggestion },
    );
  }
}

/** Writes the fields that are given and takes them out of `given`; what stays is unknown. */
function writeFields(fields: readonly ShapeField[], given: Map<string, unknown>, place: Place, base: number): void {
  for (const { name, bitOffset, bitSize, shape } of fields) {
    const bitAt = base + bitOffset;
    if (name === '' && (shape.kind === 'struct' || shape.kind === 'union')) {
      writeFields(shape.fields, given, place, bitAt);
      continue;
    }
    if (!given.has(name)) continue;
    const value = given.get(name);
    given.delete(name);
    if (value === undefined) continue;
    const path = `${place.path}.${name}`;
    if (bitSize !== undefined && (shape.kind === 'int' || shape.kind === 'enum')) {
      encodeInt(shape, value, { ...place, path }, bitAt, bitSize);
    } else {
      encode(shape, value, { view: place.view, at: bitAt / 8, path });
    }
  }
}

function* fieldNames(fields: readonly ShapeField[]): Generator<string> {
  for (const { name, shape } of fields) {
    if (name !== '') yield name;
    else if (shape.kind === 'struct' || shape.kind === 'union') yield* fieldNames(shape.fields);
  }
}

function wrong(path: string, wanted: string, got: string, suggestion?: string): BeeswaxError {
  return new BeeswaxError(
    'BEESWAX_E_VALUE_SHAPE',
    { path, wanted, got },
    suggestion === undefined ? {} : { suggestion },
  );
}

/** What was given, short enough for a message. */
function show(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === 'object' ? 'an object' : `${typeof value} ${String(value)}`;
}
