/** The interpreter gives what the cases say; that they say right is for the kernel and the reference model to judge. */
import { describe, expect, it } from 'vitest';
import { CASES } from '../cases/index.js';
import { interpreter, run, wanted } from '../support/wasm_harness.js';

describe.each(Object.entries(CASES))('%s', (_group, cases) => {
  it.each(cases.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
    expect(await run(test, interpreter)).toMatchObject(wanted(test));
  });
});
