/** CO-RE with types that no compiler makes: every question ends soon, with an answer or an error of the catalogue. */
import { expect, test } from 'vitest';
import { parseBtf } from '../../src/elf/btf/parse.js';
import type { Btf, BtfType } from '../../src/elf/btf/types.js';
import { type CoreKind, CoreRelocations, CoreTarget, formatFixup } from '../../src/elf/index.js';
import { BeeswaxError } from '../../src/util/errors.js';
import { BtfBuilder } from './btf_builder.js';

function ask(local: Btf, target: Btf, type: number, kind: CoreKind, access: string): string {
  const record = { at: 0, type, kind, access };
  const result = new CoreRelocations(local, [record], new CoreTarget(target, 'hostile')).result(record);
  return result instanceof BeeswaxError ? `${result.code}: ${result.message}` : formatFixup(result);
}

const wanted = parseBtf(
  new BtfBuilder()
    .struct('s', 4, [['field', 2, 0]])
    .int('int', 4, 1)
    .bytes(),
);
const INT: BtfType = {
  kind: 'int',
  name: 'int',
  size: 4,
  signed: true,
  char: false,
  bool: false,
  bitOffset: 0,
  bits: 32,
};

function typesOf(...types: BtfType[]): Btf {
  return { types: [{ kind: 'void', name: '' }, ...types], string: () => '' };
}

function struct(name: string, size: number, members: readonly (readonly [name: string, type: number])[]): BtfType {
  return {
    kind: 'struct',
    name,
    size,
    members: members.map(([member, type]) => ({ name: member, type, bitOffset: 0, bitSize: 0 })),
  };
}

test('access strings', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', "BEESWAX_E_CORE: CO-RE relocation: '' is no access string"],
    ['0:', "BEESWAX_E_CORE: CO-RE relocation: '0:' is no access string"],
    ['-1', "BEESWAX_E_CORE: CO-RE relocation: '-1' is no access string"],
    ['0:1', 'BEESWAX_E_CORE: CO-RE relocation: struct s has no member 1'],
    ['0:0:0', 'BEESWAX_E_CORE: CO-RE relocation: it goes into a type of kind int'],
    ['4294967295:0', 'BEESWAX_E_CORE: CO-RE relocation: it lies more than 2^32 bits behind the start of its type'],
    [Array(65).fill('0').join(':'), 'BEESWAX_E_CORE: CO-RE relocation: it goes through more than 64 levels'],
    ['0:0', 'byte_off=0->0'],
  ];
  for (const [access, answer] of cases) expect(ask(wanted, wanted, 1, 'field_byte_offset', access)).toBe(answer);
  expect(ask(wanted, wanted, 1, 'type_exists', '0:0')).toContain('is asked about as a whole');
  expect(ask(wanted, wanted, 1, 'enumval_value', '0')).toContain('is no enumerator');
  expect(ask(wanted, wanted, 9, 'type_exists', '0')).toBe('BEESWAX_E_BTF: BTF: type 9 of 2 does not exist');
});

test('an anonymous struct that holds itself twice', () => {
  const target = typesOf(
    struct('s', 4, [
      ['', 2],
      ['', 2],
    ]),
    struct('', 4, [
      ['', 2],
      ['', 2],
    ]),
  );
  expect(ask(wanted, target, 1, 'field_byte_offset', '0:0')).toBe('byte_off=0->none');
});

test('anonymous structs that double at each of sixty levels', () => {
  const levels = Array.from({ length: 60 }, (_, level) =>
    struct('', 4, [
      ['', level + 3],
      ['', level + 3],
    ]),
  );
  const target = typesOf(struct('s', 4, [['', 2]]), ...levels, struct('', 4, []), INT);
  expect(ask(wanted, target, 1, 'field_byte_offset', '0:0')).toBe('byte_off=0->none');
});

test('structs that double at each of thirty levels, to be matched as wholes', () => {
  const levels = Array.from({ length: 30 }, (_, level) =>
    struct('s', 4, [
      ['a', level + 2],
      ['b', level + 2],
    ]),
  );
  const bomb = typesOf(...levels, INT);
  expect(ask(bomb, bomb, 1, 'type_matches', '0')).toContain('its types take too long to compare');
});

test('deeper than the rules go', () => {
  const levels = Array.from({ length: 40 }, (_, level) => struct('s', 4, [['a', level + 2]]));
  const deep = typesOf(...levels, INT);
  expect(ask(deep, deep, 1, 'type_matches', '0')).toContain('levels deep');
  const pointers = typesOf({ kind: 'typedef', name: 'p', type: 2 }, { kind: 'ptr', name: '', type: 2 });
  expect(ask(pointers, pointers, 1, 'type_exists', '0')).toContain('levels deep');
  const typedefs = typesOf({ kind: 'typedef', name: 't', type: 1 });
  expect(ask(typedefs, typedefs, 1, 'type_size', '0')).toContain('typedefs without end');
});

test('bit fields of types without bytes, and wider than a load', () => {
  const bitField = (bitSize: number, type: number): Btf =>
    typesOf({ kind: 'struct', name: 's', size: 16, members: [{ name: 'field', type, bitOffset: 5, bitSize }] }, INT, {
      kind: 'struct',
      name: 'empty',
      size: 0,
      members: [],
    });
  expect(ask(bitField(3, 3), wanted, 1, 'field_byte_offset', '0:0')).toContain('has a type without bytes');
  expect(ask(bitField(64, 2), wanted, 1, 'field_byte_offset', '0:0')).toContain('does not fit one 64-bit load');
  expect(ask(bitField(3, 2), wanted, 1, 'field_lshift_u64', '0:0')).toBe('lshift_u64=56->32');
});

test('a thousand candidates and a thousand questions', () => {
  const target = typesOf(INT, ...Array.from({ length: 1000 }, () => struct('s', 4, [['field', 1]])));
  const records = Array.from({ length: 1000 }, (_, at) => ({
    at: at * 8,
    type: 1,
    kind: 'field_byte_offset' as const,
    access: `${at}:0`,
  }));
  const relocations = new CoreRelocations(wanted, records, new CoreTarget(target, 'many'));
  const results = records.map((record) => relocations.result(record));
  expect(results.every((result) => result instanceof BeeswaxError || 'kind' in result)).toBe(true);
});
