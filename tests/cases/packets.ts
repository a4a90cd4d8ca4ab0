/** Helpers that move the packet's bounds or copy its bytes (net/core/filter.c). */
import type { Case } from './types.js';

const FRAME = '10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f';

type Step = readonly ['head' | 'meta' | 'tail', number];

/** Calls adjust helpers one after the other on a 16-byte frame; r0 is what the last returned. */
const adjust = (name: string, steps: readonly Step[], r0: number, packet: string, more: Partial<Case> = {}): Case => ({
  name,
  type: 'xdp',
  packet: FRAME,
  asm: `r6 = r1
    ${steps.map(([what, by]) => `r1 = r6\nr2 = ${by}\ncall xdp_adjust_${what}`).join('\n')}
    exit`,
  ...more,
  want: { r0: r0 >>> 0, packet },
});

const HEAD: readonly Case[] = [
  adjust('the head moves in', [['head', 2]], 0, FRAME.slice(6)),
  adjust('fewer than 14 bytes may not be left', [['head', 3]], -22, FRAME),
  adjust('the head moves out over zeros', [['head', -4]], 0, `00000000 ${FRAME}`),
  adjust(
    'in and out again brings the bytes back',
    [
      ['head', 2],
      ['head', -2],
    ],
    0,
    FRAME,
  ),
  adjust(
    'in and further out',
    [
      ['head', 2],
      ['head', -4],
    ],
    0,
    `0000 ${FRAME}`,
  ),
  adjust('the farthest', [['head', -216]], 0, `${'00'.repeat(216)} ${FRAME}`),
  adjust('too far', [['head', -217]], -22, FRAME),
  adjust('the offset is 32 bit', [['head', -2147483648]], -22, FRAME),
  adjust('metadata goes along inwards', [['head', 2]], 0, `a0a1a2a3 ${FRAME.slice(6)}`, { meta: 'a0a1a2a3' }),
  adjust(
    'metadata goes along outwards, its old place keeps its bytes',
    [['head', -8]],
    0,
    `a0a1a2a3 00000000 a0a1a2a3 ${FRAME}`,
    {
      meta: 'a0a1a2a3',
    },
  ),
  adjust('metadata that overlaps its new place', [['head', -2]], 0, `a0a1a2a3 a2a3 ${FRAME}`, { meta: 'a0a1a2a3' }),
  adjust('the farthest with metadata', [['head', -212]], 0, `a0a1a2a3 ${'00'.repeat(208)} a0a1a2a3 ${FRAME}`, {
    meta: 'a0a1a2a3',
  }),
  adjust('too far with metadata', [['head', -213]], -22, `a0a1a2a3 ${FRAME}`, { meta: 'a0a1a2a3' }),
];

const META: readonly Case[] = [
  adjust('metadata begins', [['meta', -4]], 0, `00000000 ${FRAME}`),
  adjust('metadata shrinks', [['meta', 4]], 0, FRAME, { meta: 'a0a1a2a3' }),
  adjust('metadata may not reach into the packet', [['meta', 4]], -22, FRAME),
  adjust('metadata has a length of 4, 8, …', [['meta', -3]], -13, FRAME),
  adjust('the farthest metadata', [['meta', -216]], 0, `${'00'.repeat(216)} ${FRAME}`),
  adjust('metadata too far', [['meta', -220]], -22, FRAME),
  adjust(
    'the bytes left outside come back',
    [
      ['head', 2],
      ['meta', -4],
    ],
    0,
    `0000 ${FRAME}`,
  ),
];

const TAIL: readonly Case[] = [
  adjust('the tail moves in', [['tail', -2]], 0, FRAME.slice(0, -6)),
  adjust('the tail may not leave fewer than 14 bytes', [['tail', -3]], -22, FRAME),
  adjust('the tail grows by zeros', [['tail', 3]], 0, `${FRAME} 000000`),
  adjust(
    'in and out again gives zeros',
    [
      ['tail', -2],
      ['tail', 2],
    ],
    0,
    `${FRAME.slice(0, -6)} 0000`,
  ),
  adjust('the longest', [['tail', 3504]], 0, `${FRAME} ${'00'.repeat(3504)}`),
  adjust('too long', [['tail', 3505]], -22, FRAME),
];

/** Copies between the packet and the stack; the 8 bytes at r10 − 8 end up at the packet's start. */
const copy = (
  name: string,
  what: 'load' | 'store',
  offset: string,
  size: number,
  r0: number,
  packet: string,
): Case => ({
  name: `${what}_bytes: ${name}`,
  type: 'xdp',
  packet: FRAME,
  asm: `
    r6 = r1
    r1 = 0xa7a6a5a4a3a2a1a0 ll
    *(u64 *)(r10 - 8) = r1
    r1 = r6
    r2 = ${offset}
    r3 = r10
    r3 += -8
    r4 = ${size}
    call xdp_${what}_bytes
    r7 = r0
    ${
      what === 'load'
        ? `r1 = *(u32 *)(r6 + 0)
           r2 = *(u32 *)(r6 + 4)
           r3 = r1
           r3 += 8
           if r3 > r2 goto +2
           r2 = *(u64 *)(r10 - 8)
           *(u64 *)(r1 + 0) = r2`
        : ''
    }
    r0 = r7
    exit`,
  want: { r0: r0 >>> 0, packet },
});

const COPIES: readonly Case[] = [
  {
    name: 'the length, metadata not counted',
    type: 'xdp',
    packet: FRAME,
    meta: 'a0a1a2a3',
    asm: 'call xdp_get_buff_len\nexit',
    want: { r0: 16 },
  },
  copy('8 bytes', 'load', '8', 8, 0, `${FRAME.slice(24)} ${FRAME.slice(24)}`),
  copy('the last byte', 'load', '15', 1, 0, `1fa1a2a3a4a5a6a7 ${FRAME.slice(24)}`),
  copy('past the end leaves the buffer', 'load', '9', 8, -22, `a0a1a2a3a4a5a6a7 ${FRAME.slice(24)}`),
  copy('an offset above 65535', 'load', '65536', 4, -14, `a0a1a2a3a4a5a6a7 ${FRAME.slice(24)}`),
  copy('an offset of −1', 'load', '-1', 4, -14, `a0a1a2a3a4a5a6a7 ${FRAME.slice(24)}`),
  copy('4 bytes', 'store', '12', 4, 0, `${FRAME.slice(0, 36)} a0a1a2a3`),
  copy('past the end', 'store', '13', 4, -22, FRAME),
];

export const PACKETS: readonly Case[] = [...HEAD, ...META, ...TAIL, ...COPIES];
