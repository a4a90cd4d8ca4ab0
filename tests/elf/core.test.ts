/** CO-RE records as llvm-objdump lists them. What becomes of them is for core_fixups.test.ts. */
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { CORE_WORDS } from '../../src/elf/core/fixup.js';
import { linkCore } from '../../src/elf/index.js';
import { describeNeeding, TOOLS } from '../support/have.js';
import { fixture, fixturePath } from './support.js';

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
      core.map(({ at, kind, type }) => [at, CORE_WORDS[kind], type]),
    );
    expect(ours).toEqual(listed);
    expect(ours.length).toBe(6);
  });
});
