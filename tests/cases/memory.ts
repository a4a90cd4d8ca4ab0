/** Loads and stores (RFC 9669 sections 5.1, 5.2), atomics (5.3), ordered accesses, legacy packet loads (5.5). */
import { packetInR6 } from './prologue.js';
import type { Case } from './types.js';

/** Runs on a packet with r6 at its start; the 8 bytes there afterwards are the result. */
type Row = readonly [name: string, asm: string, packet: string, want: bigint, notKernel?: string];

// biome-ignore format: a table
const LOADS_AND_STORES: readonly Row[] = [
  ['u8 is zero-extended',  'r0 = *(u8 *)(r6 + 15)\n*(u64 *)(r6 + 0) = r0',  '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffn],
  ['u16 is zero-extended', 'r0 = *(u16 *)(r6 + 14)\n*(u64 *)(r6 + 0) = r0', '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffeen],
  ['u32 is zero-extended', 'r0 = *(u32 *)(r6 + 12)\n*(u64 *)(r6 + 0) = r0', '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffeeddccn],
  ['u64',                  'r0 = *(u64 *)(r6 + 8)\n*(u64 *)(r6 + 0) = r0',  '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffeeddccbbaa9988n],
  ['s8 is sign-extended',  'r0 = *(s8 *)(r6 + 15)\n*(u64 *)(r6 + 0) = r0',  '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffff_ffff_ffff_ffffn],
  ['s16 is sign-extended', 'r0 = *(s16 *)(r6 + 14)\n*(u64 *)(r6 + 0) = r0', '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffff_ffff_ffff_ffeen],
  ['s32 is sign-extended', 'r0 = *(s32 *)(r6 + 12)\n*(u64 *)(r6 + 0) = r0', '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0xffff_ffff_ffee_ddccn],
  ['misaligned u64',       'r0 = *(u64 *)(r6 + 1)\n*(u64 *)(r6 + 0) = r0',  '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff', 0x8877665544332211n],
  ['stores keep to their width', 'r0 = 0x1122334455667788 ll\n*(u8 *)(r6 + 0) = r0\n*(u16 *)(r6 + 2) = r0\n*(u32 *)(r6 + 4) = r0',
                                                                            '00'.repeat(16), 0x5566_7788_7788_0088n],
  ['an immediate is sign-extended to 64 bits', '*(u64 *)(r6 + 0) = -2',     '00'.repeat(16), 0xffff_ffff_ffff_fffen],
  ['an immediate of 8 bits', '*(u8 *)(r6 + 0) = -2',                        '00'.repeat(16), 0xfen],
  ['an immediate of 16 bits', '*(u16 *)(r6 + 0) = -2',                      '00'.repeat(16), 0xfffen],
  ['an immediate of 32 bits', '*(u32 *)(r6 + 0) = -2',                      '00'.repeat(16), 0xffff_fffen],
  ['a negative offset',    'r1 = r6\nr1 += 16\nr0 = *(u8 *)(r1 - 16)\n*(u8 *)(r1 - 15) = r0', '5a'.padEnd(32, '0'), 0x5a5an],
  ['the stack keeps what is stored', 'r0 = 0x1122334455667788 ll\n*(u64 *)(r10 - 512) = r0\nr1 = *(u32 *)(r10 - 508)\n*(u64 *)(r6 + 0) = r1',
                                                                            '00'.repeat(16), 0x1122_3344n],
  ['the stack reads as zero at first', 'r0 = *(u64 *)(r10 - 8)\nr0 += 1\n*(u64 *)(r6 + 0) = r0', 'ff'.repeat(16), 1n, 'the kernel does not zero frames'],
];

const ONE_TO_8 = '01 02 03 04 05 06 07 08 00 00 00 00 00 00 00 00';

// biome-ignore format: a table
const ATOMICS: readonly Row[] = [
  ['add of 64 bits', 'r1 = 0x1000000000000001 ll\nlock *(u64 *)(r6 + 0) += r1', ONE_TO_8, 0x1807060504030202n],
  ['add of 32 bits leaves the upper half', 'r1 = -1\nlock *(u32 *)(r6 + 0) += r1', ONE_TO_8, 0x0807060504030200n],
  ['or', 'r1 = 0xf0\nlock *(u64 *)(r6 + 0) |= r1', ONE_TO_8, 0x08070605040302f1n],
  ['and', 'r1 = 0xff\nlock *(u64 *)(r6 + 0) &= r1', ONE_TO_8, 1n],
  ['xor of 32 bits', 'r1 = -1\nlock *(u32 *)(r6 + 0) ^= r1', ONE_TO_8, 0x08070605fbfcfdfen],
  ['fetch and add gives the old value', 'r1 = 1\nr1 = atomic_fetch_add((u64 *)(r6 + 0), r1)\n*(u64 *)(r6 + 0) = r1', ONE_TO_8, 0x0807060504030201n],
  ['a fetch of 32 bits is zero-extended', 'r1 = -1\nw1 = atomic_fetch_or((u32 *)(r6 + 0), w1)\n*(u64 *)(r6 + 0) = r1', ONE_TO_8, 0x04030201n],
  ['fetch and and', 'r1 = 0xf\nr1 = atomic_fetch_and((u64 *)(r6 + 0), r1)\nr2 = *(u64 *)(r6 + 0)\nr1 += r2\n*(u64 *)(r6 + 0) = r1', ONE_TO_8, 0x0807060504030202n],
  ['fetch and xor', 'r1 = 0xf\nr1 = atomic_fetch_xor((u64 *)(r6 + 0), r1)', ONE_TO_8, 0x080706050403020en],
  ['exchange', 'r1 = 7\nr1 = xchg_64(r6 + 0, r1)\nr1 += 1\n*(u64 *)(r6 + 8) = r1', ONE_TO_8, 7n],
  ['exchange of 32 bits is zero-extended', 'r1 = -1\nw1 = xchg32_32(r6 + 0, w1)\n*(u64 *)(r6 + 0) = r1', ONE_TO_8, 0x04030201n],
  ['compare and exchange that is equal', 'r0 = 0x0807060504030201 ll\nr1 = 9\nr0 = cmpxchg_64(r6 + 0, r0, r1)', ONE_TO_8, 9n],
  ['compare and exchange that differs gives the old value in r0', 'r0 = 5\nr1 = 9\nr0 = cmpxchg_64(r6 + 0, r0, r1)\nr0 += 1\n*(u64 *)(r6 + 0) = r0', ONE_TO_8, 0x0807060504030202n],
  ['compare and exchange of 32 bits compares the low half of r0', 'r0 = 0xdead000004030201 ll\nr1 = 9\nw0 = cmpxchg32_32(r6 + 0, w0, w1)', ONE_TO_8, 0x0807060500000009n],
  ['compare and exchange of 32 bits zero-extends r0 even when equal', 'r0 = 0xdead000004030201 ll\nr1 = 9\nw0 = cmpxchg32_32(r6 + 0, w0, w1)\n*(u64 *)(r6 + 0) = r0', ONE_TO_8, 0x04030201n],
  ['misaligned add', 'r1 = 1\nlock *(u64 *)(r6 + 1) += r1', ONE_TO_8, 0x0807060504030301n, 'atomics on packets and misaligned ones are rejected'],
  ['misaligned compare and exchange', 'r0 = 0x05040302\nr1 = 0\nw0 = cmpxchg32_32(r6 + 1, w0, w1)', ONE_TO_8, 0x0807060000000001n, 'misaligned'],
  ['load-acquire of 16 bits', 'w1 = load_acquire((u16 *)(r6 + 0))\n*(u64 *)(r6 + 0) = r1', ONE_TO_8, 0x0201n],
  ['load-acquire of 64 bits', 'r1 = load_acquire((u64 *)(r6 + 0))\nr1 += 1\n*(u64 *)(r6 + 0) = r1', ONE_TO_8, 0x0807060504030202n],
  ['store-release of 8 bits', 'r1 = 0x1ff\nstore_release((u8 *)(r6 + 1), w1)', ONE_TO_8, 0x080706050403ff01n],
  ['store-release of 32 bits', 'r1 = -1\nstore_release((u32 *)(r6 + 4), w1)', ONE_TO_8, 0xffffffff04030201n],
];

const rows = (from: readonly Row[], notKernel?: string): Case[] =>
  from.map(([name, asm, packet, u64, reason = notKernel]) => ({
    name,
    type: 'xdp',
    packet,
    asm: `${packetInR6(16)}\n${asm}\nr0 = 0\nexit`,
    ...(reason === undefined ? {} : { notKernel: reason }),
    want: { r0: 0, u64 },
  }));

const FRAME = '00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff';

const PACKET_LOADS: readonly Case[] = [
  { name: 'an absolute byte', asm: 'r6 = r1\nr0 = *(u8 *)skb[13]\nexit', packet: FRAME, want: { r0: 0xdd } },
  {
    name: 'an absolute u16 is big-endian',
    asm: 'r6 = r1\nr0 = *(u16 *)skb[12]\nexit',
    packet: FRAME,
    want: { r0: 0xccdd },
  },
  {
    name: 'an absolute u32 is big-endian',
    asm: 'r6 = r1\nr0 = *(u32 *)skb[12]\nexit',
    packet: FRAME,
    want: { r0: 0xccddeeff },
  },
  {
    name: 'an indirect u16 adds the register',
    asm: 'r6 = r1\nr7 = 4\nr0 = *(u16 *)skb[r7 + 8]\nexit',
    packet: FRAME,
    want: { r0: 0xccdd },
  },
  {
    name: 'a byte past the end ends the program with 0',
    asm: 'r6 = r1\nr0 = *(u8 *)skb[16]\nr0 = 5\nexit',
    packet: FRAME,
    want: { r0: 0 },
  },
  {
    name: 'a u32 that straddles the end ends the program with 0',
    asm: 'r6 = r1\nr0 = *(u32 *)skb[13]\nr0 = 5\nexit',
    packet: FRAME,
    want: { r0: 0 },
  },
  {
    name: 'a negative offset ends the program with 0',
    asm: 'r6 = r1\nr7 = -9\nr0 = *(u8 *)skb[r7 + 8]\nr0 = 5\nexit',
    packet: FRAME,
    want: { r0: 0 },
  },
  {
    name: 'r1 to r5 read as 0 after a packet load',
    asm: 'r6 = r1\nr3 = 9\nr0 = *(u8 *)skb[1]\nr0 += r1\nr0 += r3\nexit',
    packet: FRAME,
    want: { r0: 0x11 },
  },
];

export const MEMORY: readonly Case[] = [
  ...rows(LOADS_AND_STORES),
  ...rows(ATOMICS, 'atomics on packets are rejected'),
  ...PACKET_LOADS,
];
