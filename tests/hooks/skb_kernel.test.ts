/**
 * The cases about struct __sk_buff, compared whole: return value, bytes and every field of the context that comes back
 * are the kernel's on both back ends, whether a case names them or not.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { Kernel } from '../../src/kernel/index.js';
import { NETWORK } from '../cases/network.js';
import { SKB_CONTEXT } from '../cases/skb_context.js';
import { SKB_HELPERS } from '../cases/skb_helpers.js';
import { SKB_LOADS } from '../cases/skb_loads.js';
import { translator } from '../codegen/translator.js';
import { describeNeeding } from '../support/have.js';
import { kernelKnows, runInKernel } from '../support/kernel_cases.js';
import { interpreter, run } from '../support/wasm_harness.js';

const GROUPS = { 'struct __sk_buff': SKB_CONTEXT, ...SKB_HELPERS, 'packet loads': SKB_LOADS, ...NETWORK };

describeNeeding(['kernelBpf'], 'all that a run gives back', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await Kernel.open();
  });

  describe.each([interpreter, translator(2)])('$name', (backend) => {
    describe.each(Object.entries(GROUPS))('%s', (_group, cases) => {
      it.each(cases.filter(kernelKnows).map((test) => [test.name, test] as const))('%s', async (_name, test) => {
        const { r0, packet, context } = await run(test, backend);
        expect({ r0, packet, context }).toEqual(pick(runInKernel(kernel, test)));
      });
    });
  });
});

function pick({ r0, packet, context }: ReturnType<typeof runInKernel>): object {
  return { r0, packet, context };
}
