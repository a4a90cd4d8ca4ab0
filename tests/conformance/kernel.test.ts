import { expect, test } from 'vitest';
import { kernelEngine } from '../../src/conformance/adapters/kernel.js';
import { explainRefusal, KERNEL_DIFFERENCES } from '../../src/conformance/kernel_differences.js';
import { matrixCases } from '../../src/conformance/matrix/index.js';
import { summarise } from '../../src/conformance/run.js';
import type { ConformanceCase } from '../../src/conformance/types.js';
import { Kernel } from '../../src/kernel/index.js';
import { describeNeeding } from '../support/have.js';
import { havePublicSuite, ownCases, publicCases } from './case_files.js';

/** Puts cases to the kernel; what it refuses or does otherwise has to be listed. */
async function confirm(cases: Iterable<ConformanceCase>): Promise<{ compared: number; refused: number }> {
  const engine = kernelEngine(await Kernel.open(), { explain: true });
  const unlisted: string[] = [];
  let differences = 0;
  const summary = await summarise(engine, cases, {}, ({ case: { name, expect: wanted }, status, answer, detail }) => {
    const known = KERNEL_DIFFERENCES.some(({ cases: which }) => which.test(name));
    if (status === 'failed' && known) differences++;
    else if (status === 'failed') unlisted.push(`${name}: ${detail}`);
    if (answer?.kind !== 'refused') return;
    // A program that must be refused is refused for its fault, not for what is around it.
    if (wanted.kind === 'rejected' && /unreachable|read_ok/.test(answer.reason))
      unlisted.push(`${name}: ${answer.reason}`);
    if (status !== 'refused') return;
    if (explainRefusal(answer.reason) === undefined) unlisted.push(`${name}: ${answer.reason}`);
  });
  await engine.close();
  const { passed, refused, milliseconds } = summary;
  const compared = passed + differences;
  const seconds = (milliseconds / 1000).toFixed(1);
  console.log(`kernel: ${compared} compared, ${differences} differ, ${refused} refused, in ${seconds} s`);
  expect(unlisted.slice(0, 20)).toEqual([]);
  return { compared, refused };
}

describeNeeding(['kernelBpf'], 'the kernel confirms what the reference model gives', () => {
  test('on our case files', async () => {
    const { compared, refused } = await confirm(ownCases());
    expect(compared).toBeGreaterThan(280);
    expect(refused).toBeLessThan(20);
  });

  test.skipIf(!havePublicSuite)('on the public suite', async () => {
    expect((await confirm(publicCases())).compared).toBeGreaterThan(290);
  });

  test('on the matrix', async () => {
    expect((await confirm(matrixCases())).compared).toBeGreaterThan(200_000);
  }, 240_000);
});
