/** CO-RE: what each relocation of core_programs.c comes to in two targets, and what is refused. */
import { expect, test } from 'vitest';
import { linkProgram } from '../../src/elf/index.js';
import { BeeswaxError } from '../../src/util/errors.js';
import { coreFixture, fixupsOf, withOwnTypes } from './core_support.js';
import { fixture, fixtureBytes } from './support.js';

const a = coreFixture('a');
const b = coreFixture('b');

/** By program: the answers in target A, and in target B. */
const ANSWERS: Readonly<Record<string, readonly [string, string]>> = {
  offsets: [
    'byte_off=0->0 byte_off=4->4 byte_off=8->8 byte_off=12->12 byte_off=12->12 byte_off=28->28 byte_off=52->52 byte_off=20->20 byte_off=36->36',
    'byte_off=0->12 byte_off=4->8 byte_off=8->96 byte_off=12->88 byte_off=12->80 byte_off=28->116 byte_off=52->40 byte_off=20->40 byte_off=36->92',
  ],
  sizes: [
    'byte_sz=4->4 byte_sz=8->8 byte_sz=8->8 byte_sz=16->16 byte_sz=4->4 byte_sz=8->8 signed=0->0 signed=1->1 type_size=56->56 type_size=4->4 type_size=4->0',
    'byte_sz=4->8 byte_sz=8->4 byte_sz=8->8 byte_sz=16->24 byte_sz=4->4 byte_sz=8->16 signed=0->0 signed=1->1 type_size=56->128 type_size=4->8 type_size=4->0',
  ],
  bit_fields: [
    'byte_off=0->0 byte_sz=4->4 lshift_u64=61->61 rshift_u64=61->61 byte_off=0->0 byte_sz=8->8 lshift_u64=16->16 rshift_u64=24->24 signed=1->1 lshift_u64=42->42 rshift_u64=58->58 byte_off=0->0 lshift_u64=56->56',
    'byte_off=0->0 byte_sz=4->8 lshift_u64=61->40 rshift_u64=61->60 byte_off=0->8 byte_sz=8->8 lshift_u64=16->14 rshift_u64=24->14 signed=1->1 lshift_u64=42->52 rshift_u64=58->53 byte_off=0->0 lshift_u64=56->31',
  ],
  existence: [
    'field_exists=1->1 field_exists=1->1 field_exists=1->0 field_exists=1->1 field_exists=1->1 field_exists=1->1 field_exists=1->1 field_exists=1->1 field_exists=1->1',
    'field_exists=1->1 field_exists=1->0 field_exists=1->0 field_exists=1->0 field_exists=1->0 field_exists=1->0 field_exists=1->1 field_exists=1->0 field_exists=1->1',
  ],
  types: [
    'type_exists=1->1 type_exists=1->0 type_exists=1->1 type_exists=1->1 type_exists=1->1 type_exists=1->1 type_exists=1->1 type_exists=1->1 local_type_id=8->8 target_type_id=8->1 target_type_id=29->0',
    'type_exists=1->1 type_exists=1->0 type_exists=1->0 type_exists=1->0 type_exists=1->1 type_exists=1->0 type_exists=1->0 type_exists=1->1 local_type_id=8->8 target_type_id=8->1 target_type_id=29->0',
  ],
  matches: [
    'type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1 type_matches=1->1',
    'type_matches=1->1 type_matches=1->0 type_matches=1->0 type_matches=1->0 type_matches=1->1 type_matches=1->0 type_matches=1->0 type_matches=1->0 type_matches=1->1 type_matches=1->0 type_matches=1->0',
  ],
  enumerators: [
    'enumval_value=7->7 enumval_value=-5->-5 enumval_exists=1->1 enumval_exists=1->1 enumval_value=20015998343868->20015998343868 enumval_value=1->1 enumval_value=2147483647->2147483647',
    'enumval_value=7->70 enumval_value=-5->-50 enumval_exists=1->1 enumval_exists=1->0 enumval_value=20015998343868->280223976814164 enumval_value=1->2 enumval_value=2147483647->305419896',
  ],
  renamed: [
    'field_exists=1->1 byte_off=0->4 field_exists=1->0 byte_off=0->none',
    'field_exists=1->0 byte_off=0->none field_exists=1->1 byte_off=0->12',
  ],
  agreeing: ['byte_off=8->8', 'byte_off=8->8'],
  narrowing: ['field_exists=1->1 field_exists=1->1', 'field_exists=1->0 field_exists=1->1'],
  err_missing_field: ['byte_off=0->none', 'byte_off=0->none'],
  err_missing_size: ['byte_sz=4->none', 'byte_sz=4->none'],
};

for (const [name, [inA, inB]] of Object.entries(ANSWERS)) {
  test(name, () => {
    expect(fixupsOf(a, name).join(' ')).toBe(inA);
    expect(fixupsOf(b, name).join(' ')).toBe(inB);
  });
}

test('a load takes the size that the target has, where that cannot change the value', () => {
  const names = (object: typeof a, program: string) => linkProgram(object, program).insns.map(({ op }) => op.name);
  expect(
    names(a, 'accesses')
      .filter((name) => name.startsWith('ldx'))
      .join(' '),
  ).toBe('ldx32 ldx32 ldx64 ldx64 ldx16 ldx32');
  expect(
    names(b, 'accesses')
      .filter((name) => name.startsWith('ldx'))
      .join(' '),
  ).toBe('ldx32 ldx64 ldx32 ldx64 ldx16 ldx32');
  expect(names(a, 'err_signed_size')).toContain('ldx32');
  expect(names(b, 'err_signed_size')).toContain('callx');
});

test('an instruction without an answer says what it stands for', () => {
  const missing = linkProgram(b, 'renamed').insns.flatMap(({ ref }) => (ref?.kind === 'missing' ? [ref.what] : []));
  expect(missing).toEqual(['struct flavoured___old.renamed (byte_off) in target b']);
});

test('types that disagree refuse the program, with the place in its source', () => {
  let thrown: unknown;
  try {
    linkProgram(a, 'err_ambiguous');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(BeeswaxError);
  const { code, message, location } = thrown as BeeswaxError;
  expect(code).toBe('BEESWAX_E_CORE');
  expect(message).toBe('CO-RE relocation: struct twins.apart could be 12 or 0: types 33 and 35 of the target disagree');
  expect(location).toMatchObject({ file: './core_programs.c', text: expect.stringContaining('err_ambiguous') });
});

test('another target gives other answers', () => {
  const object = coreFixture('a');
  expect(fixupsOf(object, 'agreeing')).toEqual(['byte_off=8->8']);
  expect(fixupsOf(withOwnTypes(object), 'renamed').join(' ')).toBe(
    'field_exists=1->1 byte_off=0->0 field_exists=1->1 byte_off=0->0',
  );
});

test('without a target the built-in types answer', () => {
  const object = fixture('core_programs.o');
  expect(object.core?.target.name).toMatch(/^Linux \d/);
  expect(fixupsOf(object, 'existence').join(' ')).toBe(Array(9).fill('field_exists=1->0').join(' '));
});

test('a target that is neither BTF nor ELF with BTF', () => {
  const read = (btf: Uint8Array) => () => fixture('core_programs.o', { btf });
  expect(read(new Uint8Array(0))).toThrow('section .BTF');
  expect(read(new TextEncoder().encode('not a kernel'))).toThrow('not with the magic eb9f');
  expect(read(fixtureBytes('plain.o').slice(0, 40))).toThrow(BeeswaxError);
});
