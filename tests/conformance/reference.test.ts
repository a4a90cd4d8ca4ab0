import { describe, expect, test } from 'vitest';
import { referenceEngine } from '../../src/conformance/adapters/reference.js';
import { runReference } from '../../src/conformance/reference/index.js';
import { summarise } from '../../src/conformance/run.js';
import { collectFailures, havePublicSuite, ownCases, publicCases, publicNegatives } from './case_files.js';

describe('the reference model', () => {
  test('gives what our case files say', async () => {
    const { failures, see } = collectFailures();
    const summary = await summarise(referenceEngine(), ownCases(), {}, see);
    expect(failures).toEqual([]);
    expect(summary.passed).toBeGreaterThanOrEqual(300);
  });

  test('rejects for the reason that they name, and stops where they say so', () => {
    for (const { name, program, memory, expect: wanted } of ownCases()) {
      if (wanted.kind === 'value') continue;
      const answer = runReference(program, memory);
      // A constant offset out of the frame may be found at load or at run time.
      expect(answer.kind, name).toBe(wanted.kind);
      if (wanted.kind === 'rejected')
        expect(answer, name).toMatchObject({ reason: expect.stringMatching(`^${wanted.reason} `) });
    }
  });

  test.skipIf(!havePublicSuite)('gives what the 313 files of the public suite say', async () => {
    const { failures, see } = collectFailures();
    expect(await summarise(referenceEngine(), publicCases(), {}, see)).toMatchObject({ passed: 313, failed: 0 });
    expect(failures).toEqual([]);
  });

  test.skipIf(!havePublicSuite)("refuses the public suite's programs that must be refused", async () => {
    const { failures, see } = collectFailures();
    const summary = await summarise(referenceEngine(), publicNegatives(), {}, see);
    expect(failures).toEqual([]);
    expect(summary.ok).toBe(true);
  });
});
