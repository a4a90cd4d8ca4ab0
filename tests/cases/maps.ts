/** Map helpers as programs see them: what they return, and values in place. The maps themselves have tests of their own. */
import type { Case } from './types.js';

/** `key` and `value` on the stack: r10 − 4 (u32) and r10 − 16 (u64). */
const setKey = (key: number): string => `*(u32 *)(r10 - 4) = ${key}`;
const setValue = (value: number): string => `*(u64 *)(r10 - 16) = ${value}`;
const withKey = (map: string): string => `r1 = &map(${map}) ll\nr2 = r10\nr2 += -4`;
const lookup = (map: string): string => `${withKey(map)}\ncall map_lookup_elem`;
const remove = (map: string): string => `${withKey(map)}\ncall map_delete_elem`;
const update = (map: string, flags: number): string =>
  `${withKey(map)}\nr3 = r10\nr3 += -16\nr4 = ${flags}\ncall map_update_elem`;

/** r0 = the u64 at the address in r0, or 77 where that is null. */
const OR_77 = 'if r0 != 0 goto +2\nr0 = 77\nexit\nr0 = *(u64 *)(r0 + 0)\nexit';

const ARRAY = '.map m, array, 4, 8, 4';
const HASH = '.map m, hash, 4, 8, 2';

type Row = readonly [name: string, map: string, body: string, r0: number, notKernel?: string];

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  ['an array begins with zeros', ARRAY, `${setKey(3)}\n${lookup('m')}\n${OR_77}`, 0],
  ['an index past an array is null', ARRAY, `${setKey(4)}\n${lookup('m')}\n${OR_77}`, 77],
  ['an index of −1 is null', ARRAY, `${setKey(-1)}\n${lookup('m')}\n${OR_77}`, 77],
  ['update, then lookup', ARRAY, `${setKey(2)}\n${setValue(5)}\n${update('m', 0)}\n${lookup('m')}\n${OR_77}`, 5],
  ['update past an array is -E2BIG', ARRAY, `${setKey(4)}\n${setValue(5)}\n${update('m', 0)}\nexit`, -7],
  ['array elements are always there', ARRAY, `${setKey(0)}\n${setValue(5)}\n${update('m', 1)}\nexit`, -17],
  ['array elements cannot be deleted', ARRAY, `${setKey(0)}\n${remove('m')}\nexit`, -22],
  ['unknown flags', ARRAY, `${setKey(0)}\n${setValue(5)}\n${update('m', 8)}\nexit`, -22],
  ['a hash begins empty', HASH, `${setKey(1)}\n${lookup('m')}\n${OR_77}`, 77],
  ['a hash keeps what it is given', HASH, `${setKey(1)}\n${setValue(9)}\n${update('m', 0)}\n${lookup('m')}\n${OR_77}`, 9],
  ['NOEXIST on what is there', HASH, `${setKey(1)}\n${setValue(9)}\n${update('m', 0)}\n${update('m', 1)}\nexit`, -17],
  ['EXIST on what is not there', HASH, `${setKey(1)}\n${setValue(9)}\n${update('m', 2)}\nexit`, -2],
  ['delete, then lookup', HASH, `${setKey(1)}\n${setValue(9)}\n${update('m', 0)}\n${remove('m')}\n${lookup('m')}\n${OR_77}`, 77],
  ['delete what is not there', HASH, `${setKey(1)}\n${remove('m')}\nexit`, -2],
  ['a full hash is -E2BIG', HASH,
    `${setValue(9)}\n${[1, 2, 3].map((key) => `${setKey(key)}\n${update('m', 0)}`).join('\n')}\nexit`, -7],
  ['a value is written in place', HASH,
    `${setKey(1)}\n${setValue(9)}\n${update('m', 0)}\n${lookup('m')}\nif r0 == 0 goto +1\n*(u64 *)(r0 + 0) = 11\n${lookup('m')}\n${OR_77}`, 11],
  ['a value is counted up atomically', ARRAY,
    `${setKey(1)}\n${lookup('m')}\nif r0 == 0 goto +2\nr1 = 3\nlock *(u64 *)(r0 + 0) += r1\n${lookup('m')}\n${OR_77}`, 3],
  ['per-CPU values are this CPU’s', '.map m, percpu_hash, 4, 8, 2', `${setKey(1)}\n${setValue(9)}\n${update('m', 0)}\n${lookup('m')}\n${OR_77}`, 9],
  ['an LRU hash', '.map m, lru_hash, 4, 8, 2', `${setKey(1)}\n${setValue(9)}\n${update('m', 0)}\n${lookup('m')}\n${OR_77}`, 9],
  ['the longest prefix', '.map m, lpm_trie, 8, 8, 4, BPF_F_NO_PREALLOC', `
      *(u32 *)(r10 - 8) = 8
      *(u32 *)(r10 - 4) = 10
      ${setValue(1)}
      r1 = &map(m) ll
      r2 = r10
      r2 += -8
      r3 = r10
      r3 += -16
      r4 = 0
      call map_update_elem
      *(u32 *)(r10 - 8) = 32
      *(u32 *)(r10 - 4) = 0x0102030a
      r1 = &map(m) ll
      r2 = r10
      r2 += -8
      call map_lookup_elem
      ${OR_77}`, 1],
  ['a frozen map refuses programs', '.map m, array, 4, 8, 4, BPF_F_RDONLY_PROG', `${setKey(0)}\n${setValue(5)}\n${update('m', 0)}\nexit`, -13, 'rejected when loaded'],
];

export const MAPS: readonly Case[] = [
  ...ROWS.map(
    ([name, map, body, r0, notKernel]): Case => ({
      name,
      type: 'xdp',
      asm: `${map}\n${body}`,
      ...(notKernel === undefined ? {} : { notKernel }),
      want: { r0: r0 >>> 0 },
    }),
  ),
  {
    name: 'a value as a variable',
    type: 'xdp',
    asm: '.map v, array, 4, 8, 1\nr1 = &value(v, 4) ll\n*(u32 *)(r1 + 0) = 6\nr0 = *(u32 *)(r1 + 0)\nexit',
    want: { r0: 6 },
  },
  {
    name: 'a store to a frozen value traps',
    type: 'xdp',
    asm: '.map v, array, 4, 8, 1, BPF_F_RDONLY_PROG\nr1 = &value(v, 0) ll\nr0 = *(u32 *)(r1 + 0)\n*(u32 *)(r1 + 0) = 6\nexit',
    notKernel: 'rejected when loaded',
    want: { trap: { reason: 'WRITE', pc: 3 } },
  },
  {
    name: 'a program array cannot be looked into',
    type: 'xdp',
    asm: `.map m, prog_array, 4, 4, 4\n${setKey(0)}\n${lookup('m')}\nr0 = 0\nexit`,
    notKernel: 'rejected when loaded',
    want: { trap: { reason: 'HELPER_MAP', pc: 5 } },
  },
];
