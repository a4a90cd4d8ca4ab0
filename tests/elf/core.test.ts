/** CO-RE records as llvm-objdump lists them; nothing applies them yet. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { CoreKind } from '../../src/elf/index.js';
import { linkCore } from '../../src/elf/index.js';
import { describeNeeding, TOOLS } from '../support/have.js';
import { fixture, fixturePath } from './support.js';

/** llvm's short names. */
const LLVM_NAMES = {
  field_byte_offset: 'byte_off',
  field_byte_size: 'byte_sz',
  field_exists: 'field_exists',
  field_signed: 'signed',
  field_lshift_u64: 'lshift_u64',
  field_rshift_u64: 'rshift_u64',
  type_id_local: 'local_type_id',
  type_id_target: 'target_type_id',
  type_exists: 'type_exists',
  type_size: 'type_size',
  enumval_exists: 'enumval_exists',
  enumval_value: 'enumval_value',
  type_matches: 'type_matches',
} as const satisfies Record<CoreKind, string>;

test('records by program, moved to their slots', () => {
  const object = fixture('core.o');
  const kinds = object.programs.map((spec) => linkCore(object, spec).map(({ pc, kind, access }) => [pc, kind, access]));
  expect(kinds).toEqual([
    [
      [0, 'field_byte_offset', '0:1:1:1'],
      [6, 'field_exists', '0:2'],
      [10, 'field_lshift_u64', '0:2'],
    ],
    [
      [0, 'type_size', '0'],
      [6, 'enumval_value', '1'],
      [11, 'type_id_local', '0'],
    ],
  ]);
  expect(object.notes).toEqual(['CO-RE relocations were not applied: field offsets are those that the compiler saw']);
});

describeNeeding(['llvm'], 'CO-RE records against llvm-objdump', () => {
  test('place, kind and type', () => {
    const text = execFileSync(TOOLS.llvmObjdump, ['-dr', fixturePath('core.o')], { encoding: 'utf8' });
    const listed = [...text.matchAll(/^\t\t([0-9a-f]+): {2}CO-RE <(\w+)> \[(\d+)\]/gm)].map(([, at, kind, type]) => [
      Number.parseInt(at as string, 16),
      kind,
      Number(type),
    ]);
    const ours = [...fixture('core.o').code.values()].flatMap(({ core }) =>
      core.map(({ at, kind, type }) => [at, LLVM_NAMES[kind], type]),
    );
    expect(ours).toEqual(listed);
    expect(ours.length).toBe(6);
  });
});
