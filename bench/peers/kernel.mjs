// The running kernel's JIT, by BPF_PROG_TEST_RUN with a repeat count: one packet many times, no batch of many packets.
// The kernel times the runs itself; around them it waits for RCU, tens of milliseconds a call.
import { readFileSync } from 'node:fs';
import { isBeeswaxError, KernelEngine } from '../../dist/node.js';

const REPEATS = 10_000;
/** The kernel tells whole nanoseconds, rounded down. */
const CUT_OFF = 0.5;

export const kernel = {
  name: 'kernel',
  title: 'kernel JIT',
  async open(program, packets, sample) {
    if (jit() === '0') return { none: 'the kernel interprets (net.core.bpf_jit_enable is 0)' };
    let engine;
    try {
      engine = await KernelEngine.create();
    } catch (thrown) {
      if (!isBeeswaxError(thrown)) throw thrown;
      return { none: thrown.message };
    }
    const object = await engine.load(readFileSync(program.object), { maps: program.maps });
    const loaded = object.program(program.name);
    let measured = 0;
    return {
      judge: () => loaded.runBatch(packets).map(({ retval, packet }) => ({ retval, packet })),
      repeat: {
        runs: sample.length * REPEATS,
        async call() {
          let sum = 0;
          for (const i of sample) sum += (await loaded.test(packets[i], REPEATS)).nsPerRun + CUT_OFF;
          measured = sum / sample.length;
        },
        measured: () => measured,
      },
      close: () => engine.close(),
    };
  },
};

function jit() {
  try {
    return readFileSync('/proc/sys/net/core/bpf_jit_enable', 'utf8').trim();
  } catch {
    return undefined;
  }
}
