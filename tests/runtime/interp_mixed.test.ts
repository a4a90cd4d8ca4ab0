/** Interpreted and translated programs in one run: a tail call goes from either to either. */
import { describe, expect, it } from 'vitest';
import { compileModule } from '../../src/codegen/compile.js';
import { installTranslation } from '../../src/runtime/install.js';
import { CALLS } from '../cases/calls.js';
import type { Case } from '../cases/types.js';
import { type Backend, run, wanted } from '../support/wasm_harness.js';

/** Translates the programs of these names; the others stay interpreted. */
const translating = (names: readonly string[]): Backend => ({
  name: `translating ${names.join(', ')}`,
  async install(runtime, programs) {
    const chosen = programs.filter(({ verified }) => names.includes(verified.program.name));
    const compiled = await compileModule(chosen, runtime.memory.bounds);
    await installTranslation(runtime, chosen, compiled, () => false);
  },
});

const RING: Case = {
  name: 'a ring of three programs, until the calls are used up',
  type: 'xdp',
  asm: `
    .map progs, prog_array, 4, 4, 4
    .map count, array, 4, 8, 1
    ${['a', 'b', 'c']
      .map(
        (name, index) => `.program ${name} xdp
          r6 = r1
          r1 = &value(count, 0) ll
          r2 = *(u64 *)(r1 + 0)
          r2 *= 3
          r2 += ${index + 1}
          *(u64 *)(r1 + 0) = r2
          r1 = r6
          r2 = &map(progs) ll
          r3 = ${(index + 1) % 3}
          call tail_call
          r1 = &value(count, 0) ll
          r0 = *(u64 *)(r1 + 0)
          exit`,
      )
      .join('\n')}`,
  slots: {
    progs: [
      [0, 'a'],
      [1, 'b'],
      [2, 'c'],
    ],
  },
  want: {},
};

const TAIL_CALLS = CALLS.filter(({ slots }) => slots !== undefined);

describe.each([[['a']], [['b']], [['a', 'b']]])('translating %j', (names) => {
  it.each(TAIL_CALLS.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
    expect(await run(test, translating(names))).toMatchObject(wanted(test));
  });
});

it('a ring of programs gives the same however it is mixed', async () => {
  const results = [];
  for (const names of [[], ['a'], ['b'], ['c'], ['a', 'b'], ['b', 'c'], ['a', 'c'], ['a', 'b', 'c']]) {
    results.push((await run(RING, translating(names))).retval);
  }
  expect(new Set(results).size).toBe(1);
  // Horner's scheme over 34 rounds of 1, 2, 3, modulo 2^32.
  let want = 0n;
  for (let round = 0; round < 34; round++) want = want * 3n + BigInt((round % 3) + 1);
  expect(results[0]).toBe(Number(BigInt.asUintN(32, want)));
});
