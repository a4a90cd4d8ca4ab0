/** The translator gives what the cases say, at every level of optimisation. */
import { describe, expect, it } from 'vitest';
import { CASES } from '../cases/index.js';
import { run, wanted } from '../support/wasm_harness.js';
import { LEVELS, translator } from './translator.js';

describe.each(LEVELS)('level %i', (level) => {
  describe.each(Object.entries(CASES))('%s', (_group, cases) => {
    it.each(cases.map((test) => [test.name, test] as const))('%s', async (_name, test) => {
      expect(await run(test, translator(level))).toMatchObject(wanted(test));
    });
  });
});
