/** What a hostile or careless program does with ring buffer records. */
import type { Case } from './types.js';

const RING = '.map ring, ringbuf, 0, 0, 4096';
const reserve = (size: number): string => `r1 = &map(ring) ll\nr2 = ${size}\nr3 = 0\ncall ringbuf_reserve`;
const query = 'r1 = &map(ring) ll\nr2 = 3\ncall ringbuf_query';

export const RINGBUF: readonly Case[] = [
  {
    name: 'an address that was not reserved is not submitted',
    type: 'xdp',
    asm: `${RING}\nr1 = r10\nr1 += -8\nr2 = 0\ncall ringbuf_submit\nr0 = 0\nexit`,
    notKernel: 'rejected when loaded',
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 3 } },
  },
  {
    name: 'a record is submitted once',
    type: 'xdp',
    asm: `${RING}\n${reserve(8)}\nif r0 == 0 goto +7\nr6 = r0\nr1 = r6\nr2 = 0\ncall ringbuf_submit\nr1 = r6\nr2 = 0\ncall ringbuf_discard\nr0 = 0\nexit`,
    notKernel: 'rejected when loaded',
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 12 } },
  },
  {
    name: 'the middle of a record is no record',
    type: 'xdp',
    asm: `${RING}\n${reserve(64)}\nr1 = r0\nr1 += 16\nr2 = 0\ncall ringbuf_submit\nr0 = 0\nexit`,
    notKernel: 'rejected when loaded',
    want: { trap: { reason: 'HELPER_ARGUMENT', pc: 8 } },
  },
  {
    name: 'a record takes 8 bytes more',
    type: 'xdp',
    asm: `${RING}\n${reserve(17)}\nif r0 == 0 goto +3\nr1 = r0\nr2 = 0\ncall ringbuf_submit\n${query}\nexit`,
    want: { r0: 32 },
  },
  {
    name: 'at most 64 records are held at a time',
    type: 'xdp',
    asm: `${RING}\nr7 = 0\n${reserve(8)}\nif r0 == 0 goto +2\nr7 += 1\ngoto -8\nr0 = r7\nexit`,
    notKernel: 'rejected when loaded',
    want: { r0: 64 },
  },
];
