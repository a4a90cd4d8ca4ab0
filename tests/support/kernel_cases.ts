/** Runs a case of `tests/cases` in the running kernel, which knows nothing of what we think it should give. */
import { assemble } from '../../src/asm/assemble.js';
import { KernelObject } from '../../src/kernel/index.js';
import type { Kernel } from '../../src/kernel/kernel.js';
import { bytes, type Case, hex, type Want } from '../cases/types.js';

/** Whether the kernel can be asked: it takes the program, and a test run shows what the case wants. */
export function kernelKnows(test: Case): boolean {
  return test.type !== undefined && test.type !== 'raw' && test.notKernel === undefined;
}

/** @throws BeeswaxError with the verifier's log where the kernel refuses the program. */
export function runInKernel(kernel: Kernel, test: Case): Want {
  const { programs, maps } = assemble(test.asm, { type: test.type ?? 'xdp' });
  const slots = test.slots ?? {};
  const object = KernelObject.load(kernel, {
    programs,
    maps: maps.map((spec) => {
      const filled = slots[spec.name];
      return filled === undefined ? spec : { ...spec, slots: new Map(filled) };
    }),
    fill: (loaded) => {
      for (const [name, elements] of Object.entries(test.elements ?? {}))
        for (const [key, value] of elements) loaded.map(name).update(bytes(key), bytes(value));
    },
  });
  try {
    for (const [name, failure] of object.failures)
      throw Object.assign(failure, { message: `${name}: ${failure.message}` });
    const { retval, packet, context } = object.program(programs[0]?.name ?? '').run({
      data: bytes(test.packet ?? '00'.repeat(16)),
      ...(test.meta === undefined ? {} : { meta: bytes(test.meta) }),
      ...(test.context === undefined ? {} : { context: test.context }),
    });
    return {
      r0: retval,
      packet: hex(packet),
      ...(context === undefined ? {} : { context }),
      ...(packet.length >= 8 ? { u64: new DataView(packet.buffer, packet.byteOffset).getBigUint64(0, true) } : {}),
    };
  } finally {
    object.close();
  }
}

/** What of a case a test run shows. */
export function wantedOfKernel({ want }: Case): Want {
  const { r0, u64, packet, context } = want;
  return {
    ...(r0 === undefined ? {} : { r0 }),
    ...(context === undefined ? {} : { context }),
    ...(u64 === undefined ? {} : { u64 }),
    ...(packet === undefined ? {} : { packet: packet.replace(/\s+/g, '') }),
  };
}
