/** Jumps (RFC 9669 section 4.3): which are taken, and how far they go. */
import type { Case } from './types.js';

/** [condition, r1, r2, taken] */
type Row = readonly [condition: string, r1: bigint, r2: bigint, taken: boolean];

const ONES = 0xffff_ffff_ffff_ffffn;
const MIN64 = 0x8000_0000_0000_0000n;

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['r1 == r2',   ONES,                   ONES,                   true],
  ['r1 == r2',   0x1_0000_0000n,         0n,                     false],
  ['r1 == -1',   ONES,                   0n,                     true],
  ['r1 == -1',   0xffff_ffffn,           0n,                     false],
  ['r1 != r2',   0x1_0000_0000n,         0n,                     true],
  ['r1 != 5',    5n,                     0n,                     false],
  ['r1 > r2',    ONES,                   1n,                     true],
  ['r1 > r2',    1n,                     1n,                     false],
  ['r1 >= r2',   1n,                     1n,                     true],
  ['r1 > -1',    ONES,                   0n,                     false],
  ['r1 >= -1',   ONES,                   0n,                     true],
  ['r1 < r2',    1n,                     ONES,                   true],
  ['r1 <= r2',   ONES,                   1n,                     false],
  ['r1 < -1',    0xffff_ffffn,           0n,                     true],
  ['r1 s> r2',   ONES,                   1n,                     false],
  ['r1 s> r2',   1n,                     ONES,                   true],
  ['r1 s>= -1',  ONES,                   0n,                     true],
  ['r1 s< r2',   MIN64,                  0n,                     true],
  ['r1 s<= r2',  0n,                     MIN64,                  false],
  ['r1 s< -5',   ONES - 5n,              0n,                     true],
  ['r1 & r2',    0x8000_0000_0000_0000n, MIN64,                  true],
  ['r1 & r2',    5n,                     2n,                     false],
  ['r1 & -2147483648', MIN64,            0n,                     true],
  // 32 bits compare the low halves alone.
  ['w1 == w2',   0xdead_0000_0000_0001n, 1n,                     true],
  ['w1 == -1',   0xffff_ffffn,           0n,                     true],
  ['w1 != w2',   0xdead_0000_0000_0001n, 1n,                     false],
  ['w1 > w2',    0xffff_ffff_0000_0000n, 1n,                     false],
  ['w1 >= w2',   0x8000_0000n,           0x7fff_ffffn,           true],
  ['w1 < w2',    0xffff_ffff_0000_0000n, 1n,                     true],
  ['w1 <= -1',   0xffff_ffffn,           0n,                     true],
  ['w1 s> w2',   0x8000_0000n,           0x7fff_ffffn,           false],
  ['w1 s>= w2',  0xffff_ffff_7fff_ffffn, 0x8000_0000n,           true],
  ['w1 s< w2',   0x8000_0000n,           0n,                     true],
  ['w1 s<= -1',  0xffff_ffffn,           0n,                     true],
  ['w1 & w2',    0x1_0000_0000n,         0x1_0000_0000n,         false],
  ['w1 & -2147483648', 0x8000_0000n,     0n,                     true],
];

const CONDITIONS: readonly Case[] = ROWS.map(([condition, r1, r2, taken]) => ({
  name: `if ${condition} with r1 = 0x${r1.toString(16)}, r2 = 0x${r2.toString(16)}`,
  type: 'xdp',
  asm: `
    r1 = 0x${r1.toString(16)} ll
    r2 = 0x${r2.toString(16)} ll
    r0 = 2
    if ${condition} goto +1
    r0 = 1
    exit`,
  want: { r0: taken ? 2 : 1 },
}));

const WAYS: readonly Case[] = [
  {
    name: 'goto skips',
    type: 'xdp',
    asm: 'r0 = 1\ngoto out\nr0 = 2\nout: exit',
    notKernel: 'unreachable instructions are rejected',
    want: { r0: 1 },
  },
  {
    name: 'gotol takes its distance from imm',
    type: 'xdp',
    asm: 'r0 = 1\ngotol out\nr0 = 2\nout: exit',
    notKernel: 'unreachable instructions are rejected',
    want: { r0: 1 },
  },
  {
    name: 'a loop backwards',
    type: 'xdp',
    asm: `
      r0 = 0
      r1 = 10
    again:
      r0 += r1
      r1 += -1
      if r1 != 0 goto again
      exit`,
    want: { r0: 55 },
  },
  {
    name: 'gotol backwards',
    type: 'xdp',
    asm: `
      r0 = 0
    again:
      r0 += 3
      if r0 > 20 goto out
      gotol again
    out:
      exit`,
    want: { r0: 21 },
  },
  {
    name: 'may_goto leaves an endless loop once half of the budget is burnt',
    type: 'xdp',
    fuel: 1000n,
    asm: `
      r0 = 0
    again:
      may_goto out
      r0 += 1
      goto again
    out:
      exit`,
    notKernel: 'the kernel counts 8 M rounds, whatever the budget',
    // 6 at entry, then 3 a round: the 165th check finds 498 burnt, the next 501.
    want: { r0: 165 },
  },
];

export const JUMPS: readonly Case[] = [...CONDITIONS, ...WAYS];
