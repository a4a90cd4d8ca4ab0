/** What a hostile or careless program does with bpf_spin_lock. */
import type { Case } from './types.js';

/** r6 = address of a value's first bytes, taken for a lock. */
const VALUE = '.map v, array, 4, 8, 1\nr6 = &value(v, 0) ll';
const lock = 'r1 = r6\ncall spin_lock';
const unlock = 'r1 = r6\ncall spin_unlock';
const notKernel = 'rejected when loaded';

export const LOCKS: readonly Case[] = [
  {
    name: 'a lock that a run holds is not taken again',
    asm: `${VALUE}\n${lock}\n${lock}\nr0 = 0\nexit`,
    notKernel,
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 5 } },
  },
  {
    name: 'a lock that is not held is not given back',
    asm: `${VALUE}\n${unlock}\nr0 = 0\nexit`,
    notKernel,
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 3 } },
  },
  {
    name: 'a lock that was overwritten stops who waits for it, in time',
    asm: `${VALUE}\n*(u32 *)(r6 + 0) = 1\n${lock}\nr0 = 0\nexit`,
    fuel: 100000n,
    notKernel,
    want: { trap: { reason: 'FUEL', pc: 4 } },
  },
  {
    name: 'a lock lies at a multiple of 4',
    asm: `${VALUE}\nr6 += 2\n${lock}\nr0 = 0\nexit`,
    notKernel,
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 4 } },
  },
  {
    name: 'a lock is where programs may write',
    asm: '.map v, array, 4, 8, 1\nr1 = &map(v) ll\ncall spin_lock\nr0 = 0\nexit',
    notKernel,
    want: { trap: { reason: 'HELPER_RANGE', pc: 2 } },
  },
  {
    name: 'lock and unlock leave 0',
    asm: `${VALUE}\n${lock}\nr7 = *(u32 *)(r6 + 0)\n${unlock}\nr0 = *(u32 *)(r6 + 0)\nr7 <<= 4\nr0 += r7\nexit`,
    notKernel,
    want: { r0: 16 },
  },
];
