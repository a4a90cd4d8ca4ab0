/** The cases themselves against the running kernel: what they want is what the kernel gives. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from '../../src/kernel/index.js';
import { CASES } from '../cases/index.js';
import { describeNeeding } from '../support/have.js';
import { kernelKnows, runInKernel, wantedOfKernel } from '../support/kernel_cases.js';

describeNeeding(['kernelBpf'], 'the cases in the kernel', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await Kernel.open();
  });

  describe.each(Object.entries(CASES))('%s', (_group, cases) => {
    const known = cases.filter(kernelKnows);
    if (known.length === 0) it('has none that the kernel takes', () => {});
    else
      it.each(known.map((test) => [test.name, test] as const))('%s', (_name, test) => {
        expect(runInKernel(kernel, test)).toMatchObject(wantedOfKernel(test));
      });
  });
});
