/**
 * Accesses at the edges of what guards and their shared checks distinguish: at every level the translator does what the
 * interpreter does, bytes of the packet before a trap included.
 */
import { describe, expect, it } from 'vitest';
import { interpreter, run } from '../support/wasm_harness.js';
import { LEVELS, translator } from './translator.js';

/** Programs of type xdp on a packet of 32 bytes; r2 is the packet's start. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'across the end of the frame, alone': 'r3 = r10\nr0 = *(u64 *)(r3 - 4)\nexit',
  'a store across the end of the frame': 'r3 = r10\n*(u64 *)(r3 - 4) = 7\nr0 = *(u32 *)(r10 - 4)\nexit',
  'an atomic across the end of the frame':
    'r1 = 3\nr3 = r10\nlock *(u64 *)(r3 - 4) += r1\nr0 = *(u32 *)(r10 - 4)\nexit',
  'a misaligned atomic in the frame': 'r1 = 3\nlock *(u64 *)(r10 - 13) += r1\nr0 = *(u32 *)(r10 - 13)\nexit',
  'right behind the frame': 'r3 = r10\nr0 = *(u64 *)(r3 + 0)\nexit',
  'below the frame': 'r3 = r10\nr0 = *(u64 *)(r3 - 520)\nr0 = 1\nexit',
  'the last bytes of the packet, one check': 'r0 = *(u16 *)(r2 + 30)\nr3 = *(u8 *)(r2 + 0)\nr0 += r3\nexit',
  'one byte past the packet, behind one that is fine': 'r3 = *(u8 *)(r2 + 0)\nr0 = *(u16 *)(r2 + 31)\nr0 += r3\nexit',
  'stores before the one that traps stay':
    '*(u32 *)(r2 + 0) = 1\n*(u32 *)(r2 + 4) = 2\n*(u32 *)(r2 + 29) = 3\nr0 = 1\nexit',
  'two bases in turn, the second traps first':
    'r3 = 8\nr4 = *(u8 *)(r2 + 0)\nr5 = *(u8 *)(r3 + 0)\nr4 = *(u8 *)(r2 + 40)\nr0 = 1\nexit',
  'in front of the packet': 'r3 = *(u8 *)(r2 + 3)\nr0 = *(u8 *)(r2 - 1)\nexit',
  'a base below 0 with an offset that brings it back': 'r3 = -5\nr0 = *(u8 *)(r3 + 16)\nexit',
  'a base whose upper half is set': 'r3 = 1 ll\nr3 <<= 32\nr3 += r2\nr0 = *(u8 *)(r3 + 0)\nr4 = *(u8 *)(r3 + 1)\nexit',
  'the top of the address space': 'r3 = -1\nr0 = *(u64 *)(r3 + 0)\nexit',
  'sums of constants beyond 32 bits':
    'r3 = r2\nr4 = 0x7fffffff ll\nr3 += r4\nr3 += r4\nr3 -= r4\nr3 -= r4\nr0 = *(u8 *)(r3 + 5)\nexit',
  'a range longer than one check covers': 'r3 = *(u8 *)(r2 + 1)\nr0 = *(u8 *)(r2 + 3000)\nexit',
  'a spilled pointer': '*(u64 *)(r10 - 8) = r2\nr3 = *(u64 *)(r10 - 8)\nr0 = *(u8 *)(r3 + 2)\nexit',
  'a store that overlaps what was stored':
    'r3 = -1\n*(u64 *)(r10 - 8) = r3\n*(u16 *)(r10 - 6) = 0\nr0 = *(u32 *)(r10 - 8)\nr4 = *(u64 *)(r10 - 8)\nr4 >>= 32\nr0 ^= r4\nexit',
  'a narrow load of a wide store':
    'r3 = 0x1ff\n*(u8 *)(r10 - 8) = r3\nr0 = *(u8 *)(r10 - 8)\nr3 = *(s8 *)(r10 - 8)\nr0 += r3\nexit',
  'a frame written through another pointer':
    'r4 = r10\nr4 += -16\n*(u64 *)(r10 - 16) = 5\nr5 = r2\nr5 ^= r4\nr5 ^= r2\n*(u64 *)(r5 + 0) = 9\nr0 = *(u64 *)(r10 - 16)\nexit',
  'an array at an index that is out of bounds':
    '.map a, array, 4, 8, 4\n*(u32 *)(r10 - 4) = 4\nr2 = r10\nr2 += -4\nr1 = &map(a) ll\ncall map_lookup_elem\nexit',
  'an array with a key that cannot be read':
    '.map a, array, 4, 8, 4\nr2 = 16\nr1 = &map(a) ll\ncall map_lookup_elem\nexit',
  'an array with its key in the packet':
    '.map a, array, 4, 8, 4\nr1 = &map(a) ll\ncall map_lookup_elem\nif r0 == 0 goto out\nr0 = *(u32 *)(r0 + 4)\nout: exit',
  'behind the value of an array, still in the window':
    '.map a, array, 4, 8, 4\n*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = &map(a) ll\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 16)\nexit',
  'a null that nothing checked':
    '.map h, hash, 4, 8, 4\n*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = &map(h) ll\ncall map_lookup_elem\nr0 = *(u64 *)(r0 + 0)\nexit',
  'the wrong side of a check for null':
    '.map h, hash, 4, 8, 4\n*(u32 *)(r10 - 4) = 1\nr2 = r10\nr2 += -4\nr1 = &map(h) ll\ncall map_lookup_elem\nif r0 != 0 goto out\nr0 = *(u64 *)(r0 + 0)\nout: exit',
  'a frozen map is not written':
    '.map f, array, 4, 8, 1, BPF_F_RDONLY_PROG\n*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = &map(f) ll\ncall map_lookup_elem\nif r0 == 0 goto out\n*(u64 *)(r0 + 0) = 1\nout: exit',
};

const PACKET = '00000000 01010202 03030404 05050606 07070808 09090a0a 0b0b0c0c 0d0d0e0e';

describe.each(Object.entries(PROGRAMS))('%s', (name, text) => {
  const [directives, body] = text.startsWith('.')
    ? [text.split('\n')[0], text.slice(text.indexOf('\n') + 1)]
    : ['', text];
  const test = {
    name,
    asm: `${directives}\nr2 = *(u32 *)(r1 + 0)\n${body}`,
    type: 'xdp' as const,
    packet: PACKET,
    want: {},
  };
  it.each(LEVELS)('level %i', async (level) => {
    expect(await run(test, translator(level))).toEqual(await run(test, interpreter));
  });
});
