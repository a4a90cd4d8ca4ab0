/** Values by shape: bytes in, JavaScript out, and back; what is accepted and what is refused, with the path. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue, encodeValue, toJson } from '../../src/elf/index.js';
import type { Shape } from '../../src/model/map_spec.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { fromHex, toHex } from '../../src/util/hex.js';

const U8: Shape = { kind: 'int', size: 1, signed: false };
const U16: Shape = { kind: 'int', size: 2, signed: false };
const U32: Shape = { kind: 'int', size: 4, signed: false };
const S32: Shape = { kind: 'int', size: 4, signed: true };
const U64: Shape = { kind: 'int', size: 8, signed: false };
const S64: Shape = { kind: 'int', size: 8, signed: true };
const BOOL: Shape = { kind: 'int', size: 1, signed: false, bool: true };
const CHAR: Shape = { kind: 'int', size: 1, signed: false, char: true };
const array = (of: Shape, length: number): Shape => ({ kind: 'array', size: of.size * length, of, length });
const TEXT = array(CHAR, 8);
const MODE: Shape = { kind: 'enum', size: 4, signed: false, names: { OFF: 0n, ON: 5n } };
const BYTES: Shape = { kind: 'bytes', size: 6 };

/** struct { u64 hits; u32 a:3, b:20 (9 left); s32 delta; union { u32 v4; u8 octets[4]; }; char name[8]; } */
const RECORD: Shape = {
  kind: 'struct',
  size: 28,
  name: 'record',
  fields: [
    { name: 'hits', bitOffset: 0, shape: U64 },
    { name: 'a', bitOffset: 64, bitSize: 3, shape: U32 },
    { name: 'b', bitOffset: 67, bitSize: 20, shape: S32 },
    { name: 'delta', bitOffset: 96, shape: S32 },
    {
      name: '',
      bitOffset: 128,
      shape: {
        kind: 'union',
        size: 4,
        name: '',
        fields: [
          { name: 'v4', bitOffset: 0, shape: U32 },
          { name: 'octets', bitOffset: 0, shape: array(U8, 4) },
        ],
      },
    },
    { name: 'name', bitOffset: 160, shape: TEXT },
  ],
};

const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;

describe('decode and encode', () => {
  test.each<[string, Shape, string, unknown]>([
    ['u8', U8, 'ff', 255],
    ['u32 is little-endian', U32, '01020304', 0x04030201],
    ['s32', S32, 'feffffff', -2],
    ['u64 is a bigint', U64, 'ffffffffffffffff', 0xffffffffffffffffn],
    ['s64', S64, 'feffffffffffffff', -2n],
    ['bool', BOOL, '01', true],
    ['bool that is neither', BOOL, '07', 7],
    ['enum is its number', MODE, '05000000', 5],
    ['float', { kind: 'float', size: 4 }, '0000c03f', 1.5],
    ['pointer', { kind: 'pointer', size: 8 }, '0100000000000000', 1n],
    ['array', array(U16, 2), '01000200', [1, 2]],
    ['text', TEXT, '6574683000000000', 'eth0'],
    ['empty text', TEXT, '0000000000000000', ''],
    ['text without an end', TEXT, '6161616161616161', [97, 97, 97, 97, 97, 97, 97, 97]],
    ['text with bytes behind its end', TEXT, '6100000000000001', [97, 0, 0, 0, 0, 0, 0, 1]],
    ['text that is not printable', TEXT, '0700000000000000', [7, 0, 0, 0, 0, 0, 0, 0]],
    ['bytes', BYTES, '0a0b0c0d0e0f', '0a0b0c0d0e0f'],
  ])('%s', (_, shape, hex, value) => {
    expect(decodeValue(shape, bytes(hex))).toEqual(value);
    expect(toHex(encodeValue(shape, value))).toBe(hex);
  });

  test('a struct with bit fields and an unnamed union', () => {
    // a = 0b101, b = −2 in 20 bits (0xffffe): the word is 0xffffe << 3 | 5.
    const hex = `${'0100000000000000'}${'f5ff7f00'}${'ffffffff'}${'0a000001'}${'6c6f000000000000'}`;
    const value = { hits: 1n, a: 5, b: -2, delta: -1, v4: 0x0100000a, octets: [10, 0, 0, 1], name: 'lo' };
    expect(decodeValue(RECORD, bytes(hex))).toEqual(value);
    expect(toHex(encodeValue(RECORD, value))).toBe(hex);
  });
});

describe('accepted besides', () => {
  test.each<[string, Shape, unknown, string]>([
    ['a safe number for 64 bits', U64, 7, '0700000000000000'],
    ['a bigint for 32 bits', U32, 7n, '07000000'],
    ['decimal text', U64, '18446744073709551615', 'ffffffffffffffff'],
    ['hexadecimal text is a number', U32, '0x0a', '0a000000'],
    ['hex of all bytes, in memory order', U32, '0a000001', '0a000001'],
    ['hex of all bytes with 0x', U64, '0x0102030405060708', '0102030405060708'],
    ['hex with separators', BYTES, '02:00:00:00:00:01', '020000000001'],
    ['hex for a struct', RECORD, '11'.repeat(28), '11'.repeat(28)],
    ['hex for text', TEXT, '6162630000000000', '6162630000000000'],
    ['a byte array', RECORD, new Uint8Array(28).fill(3), '03'.repeat(28)],
    ['an IPv4 address, in network order', U32, '203.0.113.7', 'cb007107'],
    ['an IPv6 address', array(U32, 4), '2001:db8::1', '20010db8000000000000000000000001'],
    ['an IPv6 address with an IPv4 one in it', array(U8, 16), '::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['the name of an enumerator', MODE, 'ON', '05000000'],
    ['0 and 1 for bool', BOOL, 1, '01'],
    ['fewer elements', array(U16, 3), [1], '010000000000'],
    ['fewer fields, one of a union', RECORD, { octets: [1, 2] }, `${'00'.repeat(16)}01020000${'00'.repeat(8)}`],
    ['text as long as its array', TEXT, 'abcdefgh', '6162636465666768'],
  ])('%s', (_, shape, value, hex) => {
    expect(toHex(encodeValue(shape, value))).toBe(hex);
  });
});

describe('refused', () => {
  test.each<[string, Shape, unknown, string]>([
    ['too large', U8, 256, 'key is 256, it can be 0 to 255'],
    ['negative', U32, -1, 'key is -1, it can be 0 to 4294967295'],
    ['bit field too large', RECORD, { a: 8 }, 'key.a is 8, it can be 0 to 7'],
    ['no integer', U32, 1.5, 'key must be an integer, not the number 1.5'],
    ['no safe integer', U64, 2 ** 60, 'key must be a bigint above 2^53, not the number 1152921504606847000'],
    ['no number', U32, 'many', "key must be a number, not 'many'"],
    ['nothing', U32, null, 'key must be a number, not null'],
    ['wrong length', BYTES, new Uint8Array(5), 'key must be 6 bytes, not 5 bytes'],
    ['too many elements', array(U8, 2), [1, 2, 3], 'key must be an array of 2, not one of 3'],
    ['element of the wrong kind', array(U16, 2), [1, {}], 'key[1] must be a number, not an object'],
    ['too long text', TEXT, 'ninechars', 'key must be text of at most 8 bytes, not 9 bytes'],
    ['unknown field', RECORD, { hit: 1 }, 'key has no field hit (it has hits, a, b, delta, v4, octets, name)'],
    [
      'array for a struct',
      RECORD,
      [1],
      'key must be an object with fields hits, a, b, delta, v4, octets, name, not an array of 1',
    ],
    ['unknown enumerator', MODE, 'ONN', "key must be a number or the name of an enumerator, not 'ONN'"],
  ])('%s', (_, shape, value, message) => {
    expect(() => encodeValue(shape, value, 'key')).toThrow(message);
  });

  test('too few bytes', () => {
    expect(() => decodeValue(RECORD, new Uint8Array(27))).toThrow('value must be 28 bytes, not 27 bytes');
  });

  test('with the nearest right word', () => {
    try {
      encodeValue(RECORD, { hit: 1 });
    } catch (error) {
      expect(isBeeswaxError(error, 'BEESWAX_E_VALUE_FIELD') && error.suggestion).toBe('did you mean `hits`?');
    }
  });
});

describe('JSON', () => {
  test('bigints are numbers where safe, decimal text otherwise', () => {
    expect(toJson({ a: 5n, b: [2n ** 64n - 1n], c: 'x', d: NaN })).toEqual({
      a: 5,
      b: ['18446744073709551615'],
      c: 'x',
      d: 'NaN',
    });
  });

  test('a lone number that would look like hex gets a leading 0', () => {
    expect(toJson(9_999_999_999_999_999n)).toBe('09999999999999999');
    expect(decodeValue(U64, encodeValue(U64, toJson(9_999_999_999_999_999n)))).toBe(9_999_999_999_999_999n);
  });

  test('whatever bytes a record holds, JSON brings them back', () => {
    const RECORDS: Shape = { kind: 'array', size: 56, of: RECORD, length: 2 };
    const shapes = [RECORD, U64, S64, TEXT, MODE, BOOL, BYTES, RECORDS];
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.uint8Array({ minLength: 64, maxLength: 64 }), (shape, random) => {
        const value = random.slice(0, shape.size);
        // Bits that no field covers are padding, which encoding zeroes.
        if (shape !== U64 && shape.kind !== 'bytes' && shape.size >= 28) {
          for (let at = 0; at + 28 <= shape.size; at += 28) value[at + 10] = (value[at + 10] as number) & 0x7f;
          for (let at = 0; at + 28 <= shape.size; at += 28) value[at + 11] = 0;
        }
        const json = JSON.parse(JSON.stringify(toJson(decodeValue(shape, value)))) as unknown;
        expect(toHex(encodeValue(shape, json))).toBe(toHex(value));
      }),
      { numRuns: 500, seed: 1 },
    );
  });
});
