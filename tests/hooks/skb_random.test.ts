/**
 * Random sequences of helpers that change a packet and its state, on varied packets: return values, bytes and the
 * context afterwards are the kernel's. BEESWAX_SEQUENCES sets how many are tried.
 */
import { beforeAll, expect, it } from 'vitest';
import { Kernel } from '../../src/kernel/index.js';
import { ARP, IPV4, IPV6, spliced, TAGGED } from '../cases/skb_support.js';
import type { Case } from '../cases/types.js';
import { describeNeeding } from '../support/have.js';
import { runInKernel } from '../support/kernel_cases.js';
import { Random } from '../support/random.js';
import { interpreter, run } from '../support/wasm_harness.js';

const COUNT = Number(process.env.BEESWAX_SEQUENCES ?? 300);

const PACKETS = [
  IPV4,
  IPV6,
  TAGGED,
  ARP,
  spliced(TAGGED, 12, 0, '88a80007'),
  spliced(IPV4, 36, 14),
  `${'00'.repeat(14)}`,
];
const LENGTHS = [0, 1, 4, 8, 14, 17, 20, 21, 28, 34, 40, 50, 54, 60, 100, 1500, 4095];
const ROOM_FLAGS = ['0', '1', '2', '4', '10', '12', '18', '20', '32', '64', '128', '256', '0x0e00000000000052 ll'];

/** One call, its result kept in a word of cb. */
function call(random: Random, index: number): string {
  const length = (): number => random.pick(LENGTHS);
  const [helper, ...args] = random.pick<() => (string | number)[]>([
    // Not shorter than the headers: the kernel then shows what lay behind the end.
    () => ['skb_change_tail', random.pick(LENGTHS.filter((wanted) => wanted >= 100)), 0],
    () => ['skb_change_head', length(), 0],
    () => ['skb_adjust_room', length() * (random.chance(0.5) ? -1 : 1), random.pick([0, 1]), random.pick(ROOM_FLAGS)],
    () => ['skb_change_proto', random.pick([8, 0xdd86]), 0],
    () => ['skb_change_type', random.pick([0, 3, 5])],
    () => ['skb_vlan_push', random.pick([0x0081, 0xa888, 8]), random.pick([1, 0x6fff])],
    () => ['skb_vlan_pop'],
    () => ['skb_ecn_set_ce'],
    () => ['skb_pull_data', length()],
    () => ['l3_csum_replace', length() & ~1, 0x1234, 0x5678, random.pick([2, 4])],
    () => ['l4_csum_replace', length() & ~1, 0x1234, 0x5678, random.pick([2, 4, 20, 36])],
    () => ['csum_level', random.pick([0, 1, 2, 3])],
  ])();
  return `r1 = r6
    ${args.map((arg, i) => `r${i + 2} = ${arg}`).join('\n')}
    call ${helper}
    *(u32 *)(r6 + ${48 + 4 * (index % 5)}) = r0`;
}

/** Fields that helpers change and a run does not give back, mixed into r0. */
const FIELDS = [0, 4, 16, 20, 24, 28, 68].map((at) => `r1 = *(u32 *)(r6 + ${at})\nr0 *= 31\nr0 += r1`).join('\n');

function sequence(seed: number): Case {
  const random = new Random(seed);
  const length = 1 + random.below(6);
  const calls = Array.from({ length }, (_, index) => call(random, index));
  return {
    name: `seed ${seed}`,
    type: 'tc',
    packet: random.pick(PACKETS),
    asm: `r6 = r1\n${calls.join('\n')}\nr0 = 0\n${FIELDS}\nexit`,
    want: {},
  };
}

describeNeeding(['kernelBpf'], 'random sequences of helpers', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await Kernel.open();
  });

  it(`${COUNT} of them`, { timeout: 60_000 + COUNT * 100 }, async () => {
    for (let seed = 1; seed <= COUNT; seed++) {
      const test = sequence(seed);
      const { r0, packet, context } = await run(test, interpreter);
      const theirs = runInKernel(kernel, test);
      expect({ seed, asm: test.asm, r0, packet, context }).toEqual({
        seed,
        asm: test.asm,
        r0: theirs.r0,
        packet: theirs.packet,
        context: theirs.context,
      });
    }
  });
});
