/** The same source by clang and by gcc: other addends, sections and BTF, one meaning, as the kernel runs both. */

import { expect, test } from 'vitest';
import { linkProgram } from '../../src/elf/index.js';
import { Kernel, KernelObject } from '../../src/kernel/index.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import { describeNeeding } from '../support/have.js';
import { fixture } from './support.js';

test('gcc puts constants into .data and the value of a symbol into the immediate: each variable keeps its own', () => {
  const gcc = fixture('plain.gcc.o');
  const values = (name: string) => [gcc.variables.get(name)?.map, gcc.variables.get(name)?.get()];
  expect(values('limit')).toEqual(['.data', 7]);
  expect(values('table')).toEqual(['.data', [10, 20, 30, 40]]);
  const offsets = new Set(
    linkProgram(gcc, 'judge').insns.flatMap(({ ref }) =>
      ref?.kind === 'map_value' && ref.map === '.data' ? [ref.offset] : [],
    ),
  );
  const places = ['limit', 'low', 'high', 'table'].map((name) => gcc.variables.get(name)?.offset ?? -1);
  expect([...offsets].sort()).toEqual(places.sort());
});

test('maps and functions are those of the clang object', () => {
  const [clang, gcc] = [fixture('plain.o'), fixture('plain.gcc.o')];
  for (const name of ['first_map', 'second_map']) {
    const { contents: _, ...spec } = clang.maps.get(name) as MapSpec;
    // The compilers number types as they like.
    expect({ ...gcc.maps.get(name), keyType: spec.keyType, valueType: spec.valueType }).toEqual(spec);
  }
  const functions = (object: typeof gcc) => linkProgram(object, 'judge').functions.map(({ name }) => name);
  expect(functions(gcc)).toEqual(functions(clang));
});

describeNeeding(['kernelBpf'], 'gcc and clang in the kernel', () => {
  test('return the same', async () => {
    const kernel = await Kernel.open();
    const results = ['plain.o', 'plain.gcc.o'].map((name) => {
      const object = fixture(name);
      const loaded = KernelObject.load(kernel, {
        maps: [...object.maps.values()],
        programs: ['judge', 'other'].map((program) => linkProgram(object, program)),
      });
      try {
        expect([...loaded.failures]).toEqual([]);
        const run = (program: string) => loaded.program(program).run({ data: new Uint8Array(64) }).retval;
        return [run('judge'), run('judge'), run('other'), run('other')];
      } finally {
        loaded.close();
      }
    });
    expect(results[1]).toEqual(results[0]);
  });
});
