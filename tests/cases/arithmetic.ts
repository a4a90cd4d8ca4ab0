/** Arithmetic (RFC 9669 sections 4.1 and 4.2): r0 is the destination, r2 the source, both 64 bits given. */
import { packetInR6 } from './prologue.js';
import type { Case } from './types.js';

/** [instruction, r0 before, r2, r0 after] */
type Row = readonly [insn: string, dst: bigint, src: bigint, want: bigint];

const MIN64 = 0x8000_0000_0000_0000n;
const MIN32 = 0x8000_0000n;
const ONES = 0xffff_ffff_ffff_ffffn;

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  // 32-bit results are zero-extended, whatever the upper halves hold.
  ['w0 += w2',      0xdead_0000_ffff_ffffn, 0xbeef_0000_0000_0002n, 1n],
  ['w0 += -1',      0xdead_0000_0000_0000n, 0n,                     0xffff_ffffn],
  ['w0 -= w2',      0xdead_0000_0000_0000n, 1n,                     0xffff_ffffn],
  ['w0 *= w2',      0xdead_0001_0001_0000n, 0x1_0000n,              0n],
  ['w0 |= w2',      0xdead_0000_0000_00f0n, 0xffff_ffff_0000_000fn, 0xffn],
  ['w0 &= w2',      ONES,                   ONES,                   0xffff_ffffn],
  ['w0 ^= w2',      ONES,                   0xffff_ffff_0000_0000n, 0xffff_ffffn],
  ['w0 = w2',       ONES,                   0xdead_beef_8000_0000n, MIN32],
  ['w0 = -w0',      0xdead_beef_0000_0001n, 0n,                     0xffff_ffffn],
  ['r0 = -r0',      1n,                     0n,                     ONES],
  ['r0 = -r0',      MIN64,                  0n,                     MIN64],
  // A 32-bit immediate is zero-extended by MOV32, sign-extended by everything of 64 bits.
  ['w0 = -1',       0n,                     0n,                     0xffff_ffffn],
  ['r0 = -1',       0n,                     0n,                     ONES],
  ['r0 += -1',      0n,                     0n,                     ONES],
  ['r0 &= -256',    ONES,                   0n,                     0xffff_ffff_ffff_ff00n],
  ['r0 |= -2147483648', 0n,                 0n,                     0xffff_ffff_8000_0000n],
  ['r0 *= -1',      5n,                     0n,                     ONES - 4n],
  ['r0 /= -1',      ONES,                   0n,                     1n],
  // 64 bits wrap.
  ['r0 += r2',      ONES,                   2n,                     1n],
  ['r0 -= r2',      0n,                     1n,                     ONES],
  ['r0 *= r2',      MIN64,                  2n,                     0n],
  ['r0 *= r2',      0x1_0000_0001n,         0x1_0000_0001n,         0x0000_0002_0000_0001n],
  // Division by 0 gives 0, modulo by 0 the dividend; of 32 bits, zero-extended.
  ['r0 /= r2',      7n,                     0n,                     0n],
  ['r0 %= r2',      0xdead_0000_0000_0007n, 0n,                     0xdead_0000_0000_0007n],
  ['w0 /= w2',      0xdead_0000_0000_0007n, 0xffff_ffff_0000_0000n, 0n],
  ['w0 %= w2',      0xdead_0000_0000_0007n, 0xffff_ffff_0000_0000n, 7n],
  ['r0 s/= r2',     ONES,                   0n,                     0n],
  ['r0 s%= r2',     ONES,                   0n,                     ONES],
  ['w0 s/= w2',     ONES,                   0n,                     0n],
  ['w0 s%= w2',     ONES,                   0n,                     0xffff_ffffn],
  // Unsigned against signed.
  ['r0 /= r2',      ONES - 9n,              2n,                     0x7fff_ffff_ffff_fffbn],
  ['r0 s/= r2',     ONES - 9n,              2n,                     ONES - 4n],
  ['r0 s%= r2',     ONES - 6n,              4n,                     ONES - 2n],
  ['r0 s%= r2',     7n,                     ONES - 3n,              3n],
  ['w0 s/= w2',     0xffff_fff6n,           2n,                     0xffff_fffbn],
  ['w0 s%= w2',     0xffff_fff9n,           4n,                     0xffff_fffdn],
  ['r0 s/= -3',     10n,                    0n,                     ONES - 2n],
  ['w0 s%= -3',     10n,                    0n,                     1n],
  // The smallest number by −1 stays itself, its remainder is 0.
  ['r0 s/= r2',     MIN64,                  ONES,                   MIN64],
  ['r0 s%= r2',     MIN64,                  ONES,                   0n],
  ['w0 s/= w2',     MIN32,                  0xffff_ffffn,           MIN32],
  ['w0 s%= w2',     MIN32,                  0xffff_ffffn,           0n],
  ['r0 s/= -1',     MIN64,                  0n,                     MIN64],
  ['r0 s%= -1',     MIN64,                  0n,                     0n],
  ['w0 s/= -1',     MIN32,                  0n,                     MIN32],
  ['w0 s%= -1',     MIN32,                  0n,                     0n],
  // Shift counts are taken modulo the width.
  ['r0 <<= r2',     1n,                     65n,                    2n],
  ['r0 >>= r2',     MIN64,                  64n,                    MIN64],
  ['r0 s>>= r2',    MIN64,                  127n,                   ONES],
  ['w0 <<= w2',     1n,                     33n,                    2n],
  ['w0 >>= w2',     0xffff_ffff_8000_0000n, 63n,                    1n],
  ['w0 s>>= w2',    0x8000_0000n,           31n,                    0xffff_ffffn],
  ['w0 s>>= w2',    0x8000_0000n,           32n,                    MIN32],
  ['r0 s>>= 4',     MIN64,                  0n,                     0xf800_0000_0000_0000n],
  ['w0 s>>= 4',     0x7fff_ffff_8000_0000n, 0n,                     0xf800_0000n],
  ['w0 <<= 31',     3n,                     0n,                     MIN32],
  // Sign extension.
  ['r0 = (s8)r2',   0n,                     0x1234_5678_9abc_de80n, 0xffff_ffff_ffff_ff80n],
  ['r0 = (s16)r2',  0n,                     0x8000n,                0xffff_ffff_ffff_8000n],
  ['r0 = (s32)r2',  0n,                     0x8000_0000n,           0xffff_ffff_8000_0000n],
  ['w0 = (s8)w2',   ONES,                   0x80n,                  0xffff_ff80n],
  ['w0 = (s16)w2',  ONES,                   0x8000n,                0xffff_8000n],
  ['r0 = (s8)r2',   ONES,                   0xff7fn,                0x7fn],
  // Byte order: the width is kept, the rest cleared.
  ['r0 = le16 r0',  0x1122_3344_5566_7788n, 0n,                     0x7788n],
  ['r0 = le32 r0',  0x1122_3344_5566_7788n, 0n,                     0x5566_7788n],
  ['r0 = le64 r0',  0x1122_3344_5566_7788n, 0n,                     0x1122_3344_5566_7788n],
  ['r0 = be16 r0',  0x1122_3344_5566_7788n, 0n,                     0x8877n],
  ['r0 = be32 r0',  0x1122_3344_5566_7788n, 0n,                     0x8877_6655n],
  ['r0 = be64 r0',  0x1122_3344_5566_7788n, 0n,                     0x8877_6655_4433_2211n],
  ['r0 = bswap16 r0', 0x1122_3344_5566_7788n, 0n,                   0x8877n],
  ['r0 = bswap32 r0', 0x1122_3344_5566_7788n, 0n,                   0x8877_6655n],
  ['r0 = bswap64 r0', 0x1122_3344_5566_7788n, 0n,                   0x8877_6655_4433_2211n],
];

export const ARITHMETIC: readonly Case[] = ROWS.map(([insn, dst, src, want]) => ({
  name: `${insn} with r0 = 0x${dst.toString(16)}, r2 = 0x${src.toString(16)}`,
  type: 'xdp',
  asm: `${packetInR6(8)}
    r0 = 0x${dst.toString(16)} ll
    r2 = 0x${src.toString(16)} ll
    ${insn}
    *(u64 *)(r6 + 0) = r0
    r0 = 0
    exit`,
  want: { r0: 0, u64: want },
}));
