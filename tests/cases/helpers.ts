/** Helpers, the ones about packets and maps in their own files. */
import type { Case } from './types.js';

const csum = (name: string, from: string, to: string, seed: string, r0: number): Case => ({
  name: `csum_diff: ${name}`,
  type: 'xdp',
  asm: `
    *(u32 *)(r10 - 16) = 0x11223344
    *(u32 *)(r10 - 12) = -2
    *(u32 *)(r10 - 8) = 0
    *(u32 *)(r10 - 4) = -1
    ${from}
    ${to}
    r5 = ${seed}
    call csum_diff
    exit`,
  want: { r0 },
});

const NONE_FROM = 'r1 = 0\nr2 = 0';
const NONE_TO = 'r3 = 0\nr4 = 0';
const from = (offset: number, size: number): string => `r1 = r10\nr1 += ${offset}\nr2 = ${size}`;
const to = (offset: number, size: number): string => `r3 = r10\nr3 += ${offset}\nr4 = ${size}`;

const CHECKSUMS: readonly Case[] = [
  csum('pushing', NONE_FROM, to(-16, 4), '0', 0x4466),
  csum('pushing on a seed', NONE_FROM, to(-16, 4), '0xffff', 0x4466),
  csum('pulling', from(-16, 4), NONE_TO, '0', 0xbb99),
  csum('pulling with a seed', from(-16, 4), NONE_TO, '0x12345678', 0x2446),
  csum('diffing', from(-16, 4), to(-12, 4), '0', 0xbb98),
  csum('different sizes', from(-16, 4), to(-12, 8), '0', 0xbb98),
  csum('nothing', NONE_FROM, NONE_TO, '0x12345678', 0x68ac),
  csum('zeros pushed', NONE_FROM, to(-8, 4), '0', 0),
  csum('zeros pulled', from(-8, 4), NONE_TO, '0', 0),
  csum('ones pulled', from(-4, 4), NONE_TO, '0', 0),
  csum('ones for zeros', from(-8, 4), to(-4, 4), '0', 0xffff),
  csum('zeros for ones', from(-4, 4), to(-8, 4), '0', 0),
  csum('a size that is no multiple of 4', from(-16, 6), NONE_TO, '0', 48026),
  csum('an odd size', NONE_FROM, to(-16, 7), '0', 0x4564),
  csum('a single byte pulled', from(-16, 1), NONE_TO, '5', 0xffc0),
];

const strncmp = (name: string, s1: string, size: number, s2: string, r0: number): Case => {
  const data = (text: string): string =>
    Array.from(text.padEnd(8, '\0'), (c) => c.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return {
    name: `strncmp: ${name}`,
    type: 'xdp',
    asm: `.license GPL
      .map .rodata, array, 4, 8, 1, BPF_F_RDONLY_PROG
      .map .data, array, 4, 8, 1
      r1 = &value(.data, 0) ll
      r2 = ${size}
      r3 = &value(.rodata, 0) ll
      call strncmp
      exit`,
    elements: { '.rodata': [['00000000', data(s2)]], '.data': [['00000000', data(s1)]] },
    want: { r0: r0 >>> 0 },
  };
};

const STRINGS: readonly Case[] = [
  strncmp('equal', 'abc', 8, 'abc', 0),
  strncmp('less', 'abb', 8, 'abc', -1),
  strncmp('greater', 'abd', 8, 'abc', 1),
  strncmp('only so far', 'abd', 2, 'abc', 0),
  strncmp('a prefix is less', 'ab', 8, 'abc', -1),
  strncmp('bytes are unsigned', '\u00ff', 8, 'a', 1),
];

const REDIRECTS: readonly Case[] = [
  {
    name: 'redirect to an interface',
    type: 'xdp',
    asm: 'r1 = 7\nr2 = 0\ncall redirect\nexit',
    notKernel: 'a test run would take the redirect',
    want: { r0: 4, redirect: { kind: 'ifindex', key: 7 } },
  },
  { name: 'redirect with flags', type: 'xdp', asm: 'r1 = 7\nr2 = 1\ncall redirect\nexit', want: { r0: 0 } },
  ...(
    [
      ['devmap', 2, 2, 'a miss returns the low bits of the flags'],
      ['devmap', 0x10, 0, 'a miss with EXCLUDE_INGRESS'],
      ['devmap', 0x20, 0, 'unknown flags'],
      ['devmap', 8, 4, 'BROADCAST on an empty map'],
      ['devmap', 9, 4, 'BROADCAST with low bits'],
      ['devmap_hash', 3, 3, 'a miss'],
      ['devmap_hash', 8, 4, 'BROADCAST'],
      ['cpumap', 1, 1, 'a miss'],
      ['cpumap', 8, 0, 'BROADCAST is unknown'],
      ['xskmap', 2, 2, 'a miss'],
      ['xskmap', 9, 0, 'BROADCAST is unknown'],
    ] as const
  ).map(
    ([type, flags, r0, what]): Case => ({
      name: `redirect_map on ${type}: ${what}`,
      type: 'xdp',
      asm: `.map m, ${type}, 4, 4, 4\nr1 = &map(m) ll\nr2 = 1\nr3 = ${flags}\ncall redirect_map\nexit`,
      want: { r0 },
    }),
  ),
  {
    name: 'redirect_map finds its entry',
    type: 'xdp',
    asm: '.map m, devmap, 4, 4, 4\nr1 = &map(m) ll\nr2 = 1\nr3 = 1\ncall redirect_map\nexit',
    elements: { m: [['01000000', '01000000']] },
    want: { r0: 4, redirect: { kind: 'map', key: 1 } },
  },
  {
    name: 'the last redirect counts: a miss clears an earlier target',
    type: 'xdp',
    asm: `.map m, devmap, 4, 4, 4
      r1 = 7
      r2 = 0
      call redirect
      r1 = &map(m) ll
      r2 = 1
      r3 = 2
      call redirect_map
      exit`,
    want: { r0: 2 },
  },
  {
    name: 'redirect_map on what sends nowhere traps',
    type: 'xdp',
    asm: '.map m, array, 4, 4, 4\nr1 = &map(m) ll\nr2 = 1\nr3 = 1\ncall redirect_map\nexit',
    notKernel: 'rejected',
    want: { trap: { reason: 'HELPER_MAP', pc: 4 } },
  },
];

const perf = (what: string, flags: string, r0: number): Case => ({
  name: `perf_event_output: ${what}`,
  type: 'xdp',
  asm: `.license GPL
    .map events, perf_event_array, 4, 4, 4
    *(u64 *)(r10 - 8) = 0
    r2 = &map(events) ll
    r3 = ${flags}
    r4 = r10
    r4 += -8
    r5 = 8
    call perf_event_output
    exit`,
  want: { r0: r0 >>> 0 },
});

const EVENTS: readonly Case[] = [
  perf('nobody listens', '0xffffffff ll', -2),
  perf('an index past the map', '4', -7),
  perf('unknown flags', '0x8000000000000000 ll', -22),
  perf('more of the packet than there is', '0x1100000000 ll', -14),
  perf('all of the packet', '0x10ffffffff ll', -2),
];

const ENVIRONMENT: readonly Case[] = [
  {
    name: 'the only CPU is 0',
    type: 'xdp',
    asm: 'call get_smp_processor_id\nexit',
    notKernel: 'any CPU',
    want: { r0: 0 },
  },
  { name: 'all memory is near', type: 'xdp', asm: 'call get_numa_node_id\nexit', want: { r0: 0 } },
  {
    name: 'a clock that the embedder gives',
    type: 'xdp',
    asm: 'call ktime_get_ns\nexit',
    clock: () => 1_234_567_890n,
    notKernel: 'the clock is given',
    want: { r0: 1_234_567_890 },
  },
  {
    name: 'the coarse clock stands still within a tick',
    type: 'xdp',
    asm: 'call ktime_get_coarse_ns\nexit',
    clock: () => 1_234_567_890n,
    notKernel: 'the clock is given',
    want: { r0: 1_232_000_000 },
  },
  {
    name: 'jiffies count ticks of 4 ms from five minutes before 2^32',
    type: 'xdp',
    asm: 'call jiffies64\nr1 = 0xfffedb08 ll\nr0 -= r1\nexit',
    clock: () => 40_000_000n,
    notKernel: 'the clock is given',
    want: { r0: 10 },
  },
  {
    name: 'random numbers that the embedder gives',
    type: 'xdp',
    asm: 'call get_prandom_u32\nexit',
    random: () => 0xdead_beef,
    notKernel: 'random',
    want: { r0: 0xdead_beef },
  },
  {
    name: 'r1 to r5 read as 0 after a helper',
    type: 'xdp',
    asm: 'r1 = 1\nr3 = 3\nr5 = 5\ncall get_numa_node_id\nr0 += r1\nr0 += r3\nr0 += r5\nexit',
    notKernel: 'registers that are not initialised may not be read',
    want: { r0: 0 },
  },
];

const CUSTOM: readonly Case[] = [
  {
    name: 'numbers in, a number out',
    type: 'xdp',
    asm: 'r1 = -1\nr2 = 2\ncall 65536\nr0 += 1\nexit',
    helpers: [{ id: 65536, name: 'add', args: ['scalar', 'scalar'], call: (a, b) => (a as bigint) + (b as bigint) }],
    notKernel: 'a helper of the embedder',
    want: { r0: 2 },
  },
  {
    name: 'memory in and out',
    type: 'xdp',
    asm: `
      *(u32 *)(r10 - 8) = 0x04030201
      r1 = r10
      r1 += -8
      r2 = 4
      r3 = r10
      r3 += -4
      r4 = 4
      call 65537
      r0 = *(u32 *)(r10 - 4)
      exit`,
    helpers: [
      {
        id: 65537,
        name: 'reverse',
        args: ['mem', 'size', 'out', 'size'],
        call: (input, output) => {
          (output as Uint8Array).set((input as Uint8Array).slice().reverse());
          return undefined;
        },
      },
    ],
    notKernel: 'a helper of the embedder',
    want: { r0: 0x01020304 },
  },
  {
    name: 'memory that may not be read',
    type: 'xdp',
    asm: 'r1 = 0\nr2 = 4\ncall 65537\nexit',
    helpers: [{ id: 65537, name: 'length', args: ['mem', 'size'], call: (input) => (input as Uint8Array).length }],
    notKernel: 'a helper of the embedder',
    want: { trap: { reason: 'HELPER_RANGE', pc: 2, value: 0n } },
  },
  {
    name: 'what it throws stops the run',
    type: 'xdp',
    asm: 'call 65538\nr0 = 5\nexit',
    helpers: [
      {
        id: 65538,
        name: 'fail',
        args: [],
        call: () => {
          throw new Error('no');
        },
      },
    ],
    notKernel: 'a helper of the embedder',
    want: { trap: { reason: 'HELPER_HOST', pc: 0 } },
  },
  {
    name: 'a result that is no integer stops the run',
    type: 'xdp',
    asm: 'call 65538\nr0 = 5\nexit',
    helpers: [{ id: 65538, name: 'half', args: [], call: () => 0.5 }],
    notKernel: 'a helper of the embedder',
    want: { trap: { reason: 'HELPER_HOST', pc: 0 } },
  },
];

export const HELPERS: readonly Case[] = [...CHECKSUMS, ...STRINGS, ...REDIRECTS, ...EVENTS, ...ENVIRONMENT, ...CUSTOM];
