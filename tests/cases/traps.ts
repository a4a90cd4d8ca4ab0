/** What stops a program, where and with which value. The kernel rejects all of these when they are loaded. */
import { Layout } from '../../src/abi/layout.js';
import type { Case } from './types.js';

const REJECTED = 'rejected when loaded';

/** r1 = an address, then one access of it at slot 2. */
const accessAt = (name: string, address: bigint, access: string, reason: 'READ' | 'WRITE', value = address): Case => ({
  name,
  asm: `r1 = 0x${address.toString(16)} ll\n${access}\nr0 = 5\nexit`,
  notKernel: REJECTED,
  want: { trap: { reason, pc: 2, value: BigInt.asUintN(64, value) }, packet: '00'.repeat(16) },
});

const TOP = 0xffff_ffff_ffff_ffffn;

const ADDRESSES: readonly Case[] = [
  accessAt('a null read', 0n, 'r0 = *(u8 *)(r1 + 0)', 'READ'),
  accessAt('a null write', 0n, '*(u8 *)(r1 + 0) = 1', 'WRITE'),
  accessAt('an atomic on null', 0n, 'lock *(u64 *)(r1 + 0) += r1', 'WRITE'),
  accessAt('an exchange on null', 0n, 'r1 = xchg_64(r1 + 0, r1)', 'WRITE'),
  accessAt('a load-acquire from null', 0n, 'r2 = load_acquire((u64 *)(r1 + 0))', 'READ'),
  accessAt('a store-release to null', 0n, 'store_release((u64 *)(r1 + 0), r1)', 'WRITE'),
  accessAt('the last address', TOP, 'r0 = *(u8 *)(r1 + 0)', 'READ'),
  accessAt('address + size wraps', TOP - 3n, 'r0 = *(u64 *)(r1 + 0)', 'READ'),
  accessAt('address + offset wraps to a low address', TOP - 7n, 'r0 = *(u64 *)(r1 + 8)', 'READ', 0n),
  accessAt('a negative offset below 0', 0n, 'r0 = *(u8 *)(r1 - 1)', 'READ', TOP),
  accessAt('2^32', 0x1_0000_0000n, 'r0 = *(u8 *)(r1 + 0)', 'READ'),
  accessAt('2^63', 0x8000_0000_0000_0000n, '*(u64 *)(r1 + 0) = 1', 'WRITE'),
  accessAt('the engine header', BigInt(Layout.HEADER), 'r0 = *(u32 *)(r1 + 0)', 'READ'),
  accessAt('the engine header by a write', BigInt(Layout.HEADER), '*(u32 *)(r1 + 0) = 0', 'WRITE'),
  accessAt('the worker block', BigInt(Layout.WORKERS), '*(u32 *)(r1 + 0) = 0', 'WRITE'),
  accessAt('the largest offset', 0n, 'r0 = *(u8 *)(r1 + 32767)', 'READ', 32767n),
  accessAt('the smallest offset', 0n, 'r0 = *(u8 *)(r1 - 32768)', 'READ', -32768n),
];

/** A raw program of one access; the packet's start is its r1, so that no value can be named. */
const packetCase = (name: string, asm: string, want: Case['want'], more: Partial<Case> = {}): Case => ({
  name,
  asm: `${asm}\nr0 = 5\nexit`,
  notKernel: REJECTED,
  ...more,
  want,
});

const PACKET_EDGES: readonly Case[] = [
  packetCase('the last byte of the packet', 'r0 = *(u8 *)(r1 + 15)', { r0: 5 }),
  packetCase('one past the packet', 'r0 = *(u8 *)(r1 + 16)', { trap: { reason: 'READ', pc: 0 } }),
  packetCase('a u16 that straddles the end', 'r0 = *(u16 *)(r1 + 15)', { trap: { reason: 'READ', pc: 0 } }),
  packetCase('a u32 that straddles the end', '*(u32 *)(r1 + 13) = 1', { trap: { reason: 'WRITE', pc: 0 } }),
  packetCase('a u64 that straddles the end', '*(u64 *)(r1 + 9) = 1', { trap: { reason: 'WRITE', pc: 0 } }),
  packetCase('the last u64 of the packet', '*(u64 *)(r1 + 8) = -1', {
    r0: 5,
    packet: `${'00'.repeat(8)}${'ff'.repeat(8)}`,
  }),
  packetCase('one before the packet', 'r0 = *(u8 *)(r1 - 1)', { trap: { reason: 'READ', pc: 0 } }),
  packetCase('the same address with the upper half set', 'r2 = 0x100000000 ll\nr1 += r2\nr0 = *(u8 *)(r1 + 0)', {
    trap: { reason: 'READ', pc: 3 },
  }),
  packetCase('an empty packet', 'r0 = *(u8 *)(r1 + 0)', { trap: { reason: 'READ', pc: 0 } }, { packet: '' }),
  packetCase(
    'a packet shorter than the access',
    'r0 = *(u64 *)(r1 + 0)',
    { trap: { reason: 'READ', pc: 0 } },
    { packet: '00 11 22' },
  ),
  packetCase('a store before the trap stays', '*(u8 *)(r1 + 0) = 7\nr0 = *(u8 *)(r1 + 16)', {
    trap: { reason: 'READ', pc: 1 },
    packet: '07'.padEnd(32, '0'),
  }),
];

const FUEL: readonly Case[] = [
  {
    name: 'an endless loop',
    type: 'xdp',
    fuel: 1000n,
    asm: 'r0 = 0\nagain: goto again\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'FUEL', pc: 1 } },
  },
  {
    name: 'a conditional endless loop',
    type: 'xdp',
    fuel: 1000n,
    asm: 'r0 = 0\nagain: r0 += 1\nif r0 != 0 goto again\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'FUEL', pc: 2 } },
  },
  {
    name: 'exactly enough: 4 at entry, 2 for each of 9 jumps back',
    type: 'xdp',
    fuel: 22n,
    asm: 'r0 = 10\nagain: r0 += -1\nif r0 != 0 goto again\nexit',
    notKernel: 'the budget is ours',
    want: { r0: 0 },
  },
  {
    name: 'one too few',
    type: 'xdp',
    fuel: 21n,
    asm: 'r0 = 10\nagain: r0 += -1\nif r0 != 0 goto again\nexit',
    notKernel: 'the budget is ours',
    want: { trap: { reason: 'FUEL', pc: 2 } },
  },
  {
    name: 'a program longer than its budget',
    type: 'xdp',
    fuel: 2n,
    asm: 'r0 = 1\nr0 = 2\nexit',
    notKernel: 'the budget is ours',
    want: { trap: { reason: 'FUEL', pc: 0 } },
  },
  {
    name: 'a function burns its length, and the trap is at its entry',
    type: 'xdp',
    fuel: 4n,
    asm: 'call local f\nexit\nf: r0 = 1\nr0 = 2\nexit',
    notKernel: 'the budget is ours',
    want: { trap: { reason: 'FUEL', pc: 2 } },
  },
  {
    name: 'a tail call burns the target’s entry, and the trap is at the call',
    type: 'xdp',
    fuel: 9n,
    asm: `.map progs, prog_array, 4, 4, 1
      .program a xdp
      r2 = &map(progs) ll
      r3 = 0
      call tail_call
      r0 = 1
      exit
      .program b xdp
      r0 = 1
      r0 = 2
      r0 = 3
      exit`,
    slots: { progs: [[0, 'b']] },
    notKernel: 'the budget is ours',
    want: { trap: { reason: 'FUEL', pc: 3 } },
  },
  {
    name: 'a helper burns for the bytes that it sums, and the trap is at its call',
    type: 'xdp',
    fuel: 4200n,
    asm: `.map data, array, 4, 8192, 1
      r6 = 10
    again:
      r1 = 0
      r2 = 0
      r3 = &value(data, 0) ll
      r4 = 8192
      r5 = 0
      call csum_diff
      r6 += -1
      if r6 != 0 goto again
      exit`,
    notKernel: 'the budget is ours',
    // 11 at entry and 9 a round, 1,024 for each sum: the fifth is too much.
    want: { trap: { reason: 'FUEL', pc: 7 } },
  },
  {
    name: 'what a helper burnt is gone for the jumps that follow',
    type: 'xdp',
    fuel: 1100n,
    asm: `.map data, array, 4, 8192, 1
      r6 = 100
      r1 = 0
      r2 = 0
      r3 = &value(data, 0) ll
      r4 = 8192
      r5 = 0
      call csum_diff
    again:
      r6 += -1
      if r6 != 0 goto again
      exit`,
    notKernel: 'the budget is ours',
    want: { trap: { reason: 'FUEL', pc: 9 } },
  },
  {
    name: 'a ring of tail calls ends by their count',
    type: 'xdp',
    asm: `.map progs, prog_array, 4, 4, 1
      .program a xdp
      r2 = &map(progs) ll
      r3 = 0
      call tail_call
      r0 = 1
      exit`,
    slots: { progs: [[0, 'a']] },
    want: { r0: 1 },
  },
];

const HELPERS: readonly Case[] = [
  {
    name: 'a map helper with what is no map',
    type: 'xdp',
    asm: 'r1 = 5\nr2 = r10\nr2 += -8\ncall map_lookup_elem\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'HELPER_MAP', pc: 3, value: 5n } },
  },
  {
    name: 'a map helper with a null key',
    type: 'xdp',
    asm: '.map m, array, 4, 8, 1\nr1 = &map(m) ll\nr2 = 0\ncall map_lookup_elem\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'HELPER_RANGE', pc: 3, value: 0n } },
  },
  {
    name: 'a helper that is not handed its context',
    type: 'xdp',
    asm: 'r2 = 0\nr1 = r10\ncall xdp_adjust_head\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 2 } },
  },
  {
    name: 'a packet helper whose buffer is no memory',
    type: 'xdp',
    asm: 'r2 = 0\nr3 = 0x1234\nr4 = 4\ncall xdp_load_bytes\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'HELPER_RANGE', pc: 3, value: 0x1234n } },
  },
  {
    name: 'a packet helper whose buffer ends past the window',
    type: 'xdp',
    asm: 'r2 = 0\nr3 = r10\nr4 = 0x7fffffff\ncall xdp_load_bytes\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'HELPER_RANGE', pc: 3 } },
  },
  {
    name: 'csum_diff over 4 GiB',
    type: 'xdp',
    asm: 'r1 = r10\nr1 += -4\nr2 = -4\nr3 = 0\nr4 = 0\nr5 = 0\ncall csum_diff\nexit',
    notKernel: REJECTED,
    want: { trap: { reason: 'HELPER_RANGE', pc: 6 } },
  },
  {
    name: 'a stale packet pointer after adjust_tail',
    type: 'xdp',
    asm: `
      r6 = *(u32 *)(r1 + 0)
      r2 = -2
      call xdp_adjust_tail
      r0 = *(u8 *)(r6 + 15)
      exit`,
    notKernel: REJECTED,
    want: { trap: { reason: 'READ', pc: 3 } },
  },
  {
    name: 'writing over the context does not move the packet’s bounds',
    type: 'xdp',
    asm: `
      r6 = *(u32 *)(r1 + 0)
      *(u32 *)(r1 + 4) = -1
      r0 = *(u8 *)(r6 + 16)
      exit`,
    notKernel: REJECTED,
    want: { trap: { reason: 'READ', pc: 2 } },
  },
];

export const TRAPS: readonly Case[] = [...ADDRESSES, ...PACKET_EDGES, ...FUEL, ...HELPERS];
