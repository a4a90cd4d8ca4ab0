/** Local calls, calls through registers, callbacks, tail calls, and what registers and frames hold around them. */
import type { Case } from './types.js';

/** A chain of functions, each with a frame, `depth` frames in all; the last returns 7. */
function chain(depth: number): string {
  const functions = Array.from({ length: depth - 1 }, (_, index) =>
    index === depth - 2 ? `f${index}:\n r0 = 7\n exit` : `f${index}:\n call local f${index + 1}\n exit`,
  );
  return `call local f0\n exit\n${functions.join('\n')}`;
}

const LOCAL: readonly Case[] = [
  {
    name: 'arguments go up, the result comes down',
    type: 'xdp',
    asm: `
      r1 = 1
      r2 = 2
      r3 = 3
      r4 = 4
      r5 = 5
      call local sum
      exit
    sum:
      r0 = r1
      r0 *= 10
      r0 += r2
      r0 *= 10
      r0 += r3
      r0 *= 10
      r0 += r4
      r0 *= 10
      r0 += r5
      exit`,
    want: { r0: 12345 },
  },
  {
    name: 'r6 to r9 are kept for the caller',
    type: 'xdp',
    asm: `
      r6 = 6
      r7 = 7
      r8 = 8
      r9 = 9
      call local clobber
      r0 = r6
      r0 += r7
      r0 += r8
      r0 += r9
      exit
    clobber:
      r6 = 100
      r7 = 100
      r8 = 100
      r9 = 100
      r0 = 0
      exit`,
    want: { r0: 30 },
  },
  {
    name: 'r1 to r5 read as 0 after a local call',
    type: 'xdp',
    asm: `
      r1 = 1
      r5 = 5
      call local f
      r0 += r1
      r0 += r5
      exit
    f:
      r0 = 40
      r1 = 3
      r5 = 4
      exit`,
    notKernel: 'registers that are not initialised may not be read',
    want: { r0: 40 },
  },
  {
    name: 'registers that are no arguments read as 0 in a callee',
    type: 'xdp',
    asm: `
      r0 = 9
      r6 = 9
      r9 = 9
      call local f
      exit
    f:
      r0 += r6
      r0 += r9
      exit`,
    notKernel: 'registers that are not initialised may not be read',
    want: { r0: 0 },
  },
  {
    name: 'registers but r1 and r10 read as 0 at entry',
    type: 'xdp',
    asm: 'r0 += r2\nr0 += r5\nr0 += r9\nexit',
    notKernel: 'registers that are not initialised may not be read',
    want: { r0: 0 },
  },
  {
    name: 'a raw program gets its packet in r1 and its length in r2',
    asm: 'r0 = *(u8 *)(r1 + 1)\nr0 <<= 8\nr0 += r2\nexit',
    packet: '01 02 03 04 05',
    want: { r0: 0x205 },
  },
  {
    name: 'a callee has a frame of its own, zeroed each time',
    type: 'xdp',
    asm: `
      *(u64 *)(r10 - 8) = 5
      call local f
      call local f
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      exit
    f:
      r0 = *(u64 *)(r10 - 8)
      *(u64 *)(r10 - 8) = 77
      exit`,
    notKernel: 'the kernel does not zero frames',
    want: { r0: 5 },
  },
  {
    name: 'a callee writes through a pointer to its caller’s frame',
    type: 'xdp',
    asm: `
      r1 = r10
      r1 += -8
      call local f
      r0 = *(u64 *)(r10 - 8)
      exit
    f:
      *(u64 *)(r1 + 0) = 33
      r0 = 0
      exit`,
    want: { r0: 33 },
  },
  { name: 'eight frames', type: 'xdp', asm: chain(8), want: { r0: 7 } },
  {
    name: 'a ninth frame traps at its call',
    type: 'xdp',
    asm: chain(9),
    notKernel: 'more than 8 frames are rejected',
    // Two slots a function: the eighth function begins at 14.
    want: { trap: { reason: 'CALL_DEPTH', pc: 14 } },
  },
  {
    name: 'endless recursion traps',
    type: 'xdp',
    asm: 'call local f\nexit\nf: call local f\nexit',
    notKernel: 'recursion is rejected',
    want: { trap: { reason: 'CALL_DEPTH', pc: 2 } },
  },
];

const INDIRECT: readonly Case[] = [
  {
    name: 'callx calls the function whose address a register holds',
    type: 'xdp',
    asm: `
      r6 = &func(add) ll
      r1 = 40
      r2 = 2
      callx r6
      exit
    add:
      r0 = r1
      r0 += r2
      exit`,
    notKernel: 'callx is rejected',
    want: { r0: 42 },
  },
  {
    name: 'callx to what is no function traps',
    type: 'xdp',
    asm: 'r1 = 0x12345\ncallx r1\nexit',
    notKernel: 'callx is rejected',
    want: { trap: { reason: 'CALL_TARGET', pc: 1, value: 0x12345n } },
  },
  {
    name: 'callx to 2^64 − 1 traps',
    type: 'xdp',
    asm: 'r1 = -1\ncallx r1\nexit',
    notKernel: 'callx is rejected',
    want: { trap: { reason: 'CALL_TARGET', pc: 1, value: 0xffff_ffff_ffff_ffffn } },
  },
];

const COUNT_UP = `
    count:
      r3 = *(u64 *)(r2 + 0)
      r3 += r1
      *(u64 *)(r2 + 0) = r3
      r0 = 0`;

const CALLBACKS: readonly Case[] = [
  {
    name: 'bpf_loop calls back with the index and the context, and counts',
    type: 'xdp',
    asm: `
      *(u64 *)(r10 - 8) = 0
      r1 = 10
      r2 = &func(count) ll
      r3 = r10
      r3 += -8
      r4 = 0
      call loop
      r1 = *(u64 *)(r10 - 8)
      r0 *= 1000
      r0 += r1
      exit${COUNT_UP}
      exit`,
    want: { r0: 10045 },
  },
  {
    name: 'bpf_loop stops when the callback returns 1',
    type: 'xdp',
    asm: `
      *(u64 *)(r10 - 8) = 0
      r1 = 10
      r2 = &func(count) ll
      r3 = r10
      r3 += -8
      r4 = 0
      call loop
      exit${COUNT_UP}
      if r1 < 3 goto +1
      r0 = 1
      exit`,
    want: { r0: 4 },
  },
  {
    name: 'bpf_loop of no rounds',
    type: 'xdp',
    asm: `
      r1 = 0
      r2 = &func(f) ll
      r3 = 0
      r4 = 0
      call loop
      exit
    f:
      r0 = 0
      exit`,
    want: { r0: 0 },
  },
  {
    name: 'bpf_loop with flags is -EINVAL',
    type: 'xdp',
    asm: `
      r1 = 1
      r2 = &func(f) ll
      r3 = 0
      r4 = 1
      call loop
      exit
    f:
      r0 = 0
      exit`,
    notKernel: 'flags that are known not to be 0 are rejected',
    want: { r0: -22 >>> 0 },
  },
  {
    name: 'bpf_loop of more than 2^23 rounds is -E2BIG',
    type: 'xdp',
    asm: `
      r1 = 8388609
      r2 = &func(f) ll
      r3 = 0
      r4 = 0
      call loop
      exit
    f:
      r0 = 0
      exit`,
    want: { r0: -7 >>> 0 },
  },
  {
    name: 'bpf_loop without a callback traps',
    type: 'xdp',
    asm: 'r1 = 1\nr2 = 0\nr3 = 0\nr4 = 0\ncall loop\nexit',
    notKernel: 'rejected',
    want: { trap: { reason: 'CALL_TARGET', pc: 4, value: 0n } },
  },
  {
    name: 'a trap in a callback keeps the callback’s pc',
    type: 'xdp',
    asm: `
      r1 = 1
      r2 = &func(f) ll
      r3 = 0
      r4 = 0
      call loop
      r0 = 5
      exit
    f:
      r0 = *(u64 *)(r2 + 0)
      exit`,
    notKernel: 'rejected',
    want: { trap: { reason: 'READ', pc: 8, value: 0n } },
  },
  {
    name: 'callbacks burn the budget',
    type: 'xdp',
    fuel: 1000n,
    asm: `
      r1 = 8388608
      r2 = &func(f) ll
      r3 = 0
      r4 = 0
      call loop
      exit
    f:
      r0 = 0
      exit`,
    notKernel: 'the budget is ours',
    want: { trap: { reason: 'FUEL', pc: 7 } },
  },
  {
    name: 'a loop within a loop',
    type: 'xdp',
    asm: `
      *(u64 *)(r10 - 8) = 0
      r1 = 5
      r2 = &func(outer) ll
      r3 = r10
      r3 += -8
      r4 = 0
      call loop
      r0 = *(u64 *)(r10 - 8)
      exit
    outer:
      r3 = r2
      r1 = 4
      r2 = &func(inner) ll
      r4 = 0
      call loop
      r0 = 0
      exit
    inner:
      r3 = *(u64 *)(r2 + 0)
      r3 += 1
      *(u64 *)(r2 + 0) = r3
      r0 = 0
      exit`,
    want: { r0: 20 },
  },
];

const TAIL = (index: number | string, after = 'r0 = 1\nexit'): string => `
    r2 = &map(progs) ll
    r3 = ${index}
    call tail_call
    ${after}`;

const PROGS = '.map progs, prog_array, 4, 4, 4\n';

const TAIL_CALLS: readonly Case[] = [
  {
    name: 'a tail call does not come back',
    type: 'xdp',
    asm: `${PROGS}.program a xdp\n${TAIL(2)}\n.program b xdp\nr0 = 9\nexit`,
    slots: { progs: [[2, 'b']] },
    want: { r0: 9 },
  },
  {
    name: 'a tail call to an empty entry falls through',
    type: 'xdp',
    asm: `${PROGS}.program a xdp\n${TAIL(1)}`,
    want: { r0: 1 },
  },
  {
    name: 'a tail call past the array falls through',
    type: 'xdp',
    asm: `${PROGS}.program a xdp\n${TAIL(4)}`,
    want: { r0: 1 },
  },
  {
    name: 'the index is 32 bit',
    type: 'xdp',
    asm: `${PROGS}.program a xdp\n${TAIL('0x100000002 ll')}\n.program b xdp\nr0 = 9\nexit`,
    slots: { progs: [[2, 'b']] },
    want: { r0: 9 },
  },
  {
    name: 'the context goes along, other registers do not',
    type: 'xdp',
    asm: `${PROGS}.program a xdp\nr6 = 5\n${TAIL(0)}\n.program b xdp\nr0 = *(u32 *)(r1 + 12)\nr0 += r6\nr0 += r2\nexit`,
    slots: { progs: [[0, 'b']] },
    notKernel: 'registers that are not initialised may not be read',
    want: { r0: 1 },
  },
  {
    name: 'the stack reads as zero after a tail call',
    type: 'xdp',
    asm: `${PROGS}.program a xdp\n*(u64 *)(r10 - 8) = 5\n${TAIL(0)}\n.program b xdp\nr0 = *(u64 *)(r10 - 8)\nexit`,
    slots: { progs: [[0, 'b']] },
    notKernel: 'the kernel does not zero frames',
    want: { r0: 0 },
  },
  {
    name: '33 tail calls, then the next falls through',
    type: 'xdp',
    asm: `.map count, array, 4, 8, 1
      ${PROGS}.program a xdp
      r6 = r1
      r1 = &value(count, 0) ll
      r2 = *(u64 *)(r1 + 0)
      r2 += 1
      *(u64 *)(r1 + 0) = r2
      r1 = r6
      ${TAIL(0, 'r1 = &value(count, 0) ll\nr0 = *(u64 *)(r1 + 0)\nexit')}`,
    slots: { progs: [[0, 'a']] },
    want: { r0: 34 },
  },
  {
    name: 'a tail call in a function ends that function',
    type: 'xdp',
    asm: `${PROGS}.program a xdp
      call local f
      r0 += 100
      exit
    f:
      ${TAIL(0)}
    .program b xdp
      r0 = 9
      exit`,
    slots: { progs: [[0, 'b']] },
    notKernel: 'functions with tail calls need BTF',
    want: { r0: 109 },
  },
  {
    name: 'after a tail call in a function, traps are the caller’s again',
    type: 'xdp',
    asm: `${PROGS}.program a xdp
      call local f
      r1 = 0
      r0 = *(u8 *)(r1 + 0)
      exit
    f:
      ${TAIL(0)}
    .program b xdp
      r0 = 9
      exit`,
    slots: { progs: [[0, 'b']] },
    notKernel: 'rejected',
    want: { trap: { reason: 'READ', pc: 2, value: 0n } },
  },
  {
    name: 'a tail call by what is no program array traps',
    type: 'xdp',
    asm: '.map other, array, 4, 4, 1\nr2 = &map(other) ll\nr3 = 0\ncall tail_call\nr0 = 0\nexit',
    notKernel: 'rejected',
    want: { trap: { reason: 'HELPER_MAP', pc: 3 } },
  },
];

export const CALLS: readonly Case[] = [...LOCAL, ...INDIRECT, ...CALLBACKS, ...TAIL_CALLS];
