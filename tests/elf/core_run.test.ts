/**
 * Relocated programs run, with the interpreter, the translator and, where there is one, the kernel: they read and write
 * fields where the target has them, and an access without an answer does no harm unless it is reached.
 */
import { describe, expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { KernelEngine } from '../../src/engine/kernel_engine.js';
import type { LoadedObject, ObjectEngine } from '../../src/engine/types.js';
import { trapError } from '../../src/pipeline/trap_error.js';
import { have } from '../support/have.js';
import { coreFixture, fixupsOf } from './core_support.js';

const ENGINES: readonly { name: string; open: () => Promise<ObjectEngine> }[] = [
  { name: 'interp', open: () => Engine.create({ engine: 'interp' }) },
  { name: 'jit', open: () => Engine.create({ engine: 'jit' }) },
  ...(have.kernelBpf ? [{ name: 'kernel', open: () => KernelEngine.create() }] : []),
];
if (!have.kernelBpf) console.warn('skipped: relocated programs in the kernel: needs Linux with bpf(2) allowed');

const answersOf = (object: LoadedObject): bigint[] => (object.map('.bss').get(0) as { answers: bigint[] }).answers;
const PACKET = new Uint8Array(64);

describe.each(ENGINES)('$name', ({ open }) => {
  test.each(['a', 'b'] as const)('answers in target %s are those of the fixups', async (target) => {
    const engine = await open();
    const source = coreFixture(target);
    const object = await engine.load(source);
    for (const name of ['offsets', 'sizes', 'existence', 'types', 'matches', 'enumerators', 'agreeing', 'narrowing']) {
      object.map('.bss').clear();
      object.program(name).run(PACKET);
      const wanted = fixupsOf(source, name).map((text) => BigInt.asUintN(64, BigInt(text.split('->')[1] as string)));
      expect(answersOf(object).slice(0, wanted.length), name).toEqual(wanted);
    }
    engine.close();
  });

  test('a field is found under the name that the target has', async () => {
    const engine = await open();
    const verdicts: number[] = [];
    for (const target of ['a', 'b'] as const) {
      const object = await engine.load(coreFixture(target));
      verdicts.push(object.program('renamed').run(PACKET).retval);
    }
    expect(verdicts).toEqual([0, 100]);
    engine.close();
  });
});

test('reached without an answer, it traps and says what is missing', async () => {
  const engine = await Engine.create({ engine: 'interp' });
  const object = await engine.load(coreFixture('b'));
  const { trap } = object.program('err_missing_field').run(PACKET);
  expect(trap?.code).toBe('BEESWAX_E_TRAP_CALL_TARGET');
  expect(trapError(trap as NonNullable<typeof trap>, object.programs).notes).toEqual([
    'the instruction stands for struct nowhere.field (byte_off) in target b, which is not there',
  ]);
  expect(object.failures.map(({ program, error }) => [program, error.code])).toEqual([
    ['err_ambiguous', 'BEESWAX_E_CORE'],
  ]);
  engine.close();
});
