/** Loads, stores and atomics: widths, alignments, offsets at both ends, bounds of every region, addresses that wrap. */
import { OPS, type Op } from '../../isa/table.js';
import type { ConformanceCase } from '../types.js';
import { assembleSteps, ProgramCases, type Step, sourceOf, words } from './program.js';
import { FEW, IMMEDIATES, VALUES } from './values.js';

/** Every byte is another, and has its top bit set where its neighbours have not. */
const PATTERN = Uint8Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 0x80 : 0x10) + 3 * i);
const ONES = (1n << 64n) - 1n;
const BASE = 5;
const VALUE = 4;
const STACK = 512;

const isMemory = (op: Op): boolean => op.off === 'mem';
const isLoad = (op: Op): boolean => isMemory(op) && op.dst === 'w';
const isAtomic = (op: Op): boolean => op.group === 'atomic32' || op.group === 'atomic64';
const MEMORY_OPS = OPS.filter(isMemory);

/** The access with its base in r5, its value in r4 or imm; what it read becomes r0, and r4 where it could change. */
function access(op: Op, off: number, base = BASE, imm = 0x5a6b_7c8d): Step[] {
  if (isLoad(op)) return [[op, { dst: 0, src: base, off }], ['exit']];
  if (op.src === 0) return [[op, { dst: base, off, imm }], ['mov64_imm', { dst: 0, imm: 1 }], ['exit']];
  const end: Step[] = op.sem === 'atomic_cmpxchg' ? [['exit']] : [['mov64_reg', { dst: 0, src: VALUE }], ['exit']];
  return [[op, { dst: base, src: VALUE, off }], ...end];
}

/** r4 and r0 (which cmpxchg compares) hold numbers, unless the operation only loads. */
function operands(op: Op): Step[] {
  if (isLoad(op) || op.src === 0) return [];
  const value: Step = ['lddw', { dst: VALUE, imm64: 0xa1b2_c3d4_e5f6_9788n }];
  return op.sem === 'atomic_cmpxchg' ? [value, ['mov64_imm', { dst: 0, imm: 7 }]] : [value];
}

const mayStop = (op: Op, at: number): boolean =>
  (isAtomic(op) || op.group === 'load_acquire') && at % (op.width / 8) !== 0;

/** Every offset into the input, to both sides of its ends. */
export function* inputCases(): Generator<ConformanceCase> {
  for (const op of MEMORY_OPS) {
    const bytes = op.width / 8;
    for (let off = -bytes; off <= PATTERN.length; off++) {
      const steps: Step[] = [['mov64_reg', { dst: BASE, src: 1 }], ...operands(op), ...access(op, off)];
      yield program(op, steps, mayStop(op, off)).on(`${op.name}/input/off=${off}`, PATTERN);
    }
    for (const [name, first, off] of FAR) {
      const steps: Step[] = [['mov64_reg', { dst: BASE, src: 1 }], ...far(first), ...operands(op), ...access(op, off)];
      yield program(op, steps).on(`${op.name}/input/${name}`, PATTERN);
    }
  }
}

/** Bases far from the input, brought back by offsets at both ends; what is added before and by the instruction. */
const FAR: readonly (readonly [name: string, before: number, off: number])[] = [
  ['off=-32768', 32768, -32768],
  ['off=-32767', 32767, -32767],
  ['off=32767', -32767, 32767],
  ['off=32760', -32752, 32760],
  ['off=-32768/before', 32767, -32768],
  ['off=32767/behind', -32743, 32767],
];

const far = (distance: number): Step[] => [['add64_imm', { dst: BASE, imm: distance }]];

/** Stack slots at both ends of the frame, and around them. */
export function* stackCases(): Generator<ConformanceCase> {
  for (const op of MEMORY_OPS) {
    const bytes = op.width / 8;
    const offsets = new Set<number>();
    for (let i = -bytes - 1; i <= 8; i++) {
      offsets.add(-STACK + i);
      offsets.add(-bytes + i);
    }
    for (const edge of [-STACK - 1, 0, -256]) for (let i = -1; i <= 1; i++) offsets.add(edge + i * bytes);
    for (const off of [...offsets].sort((a, b) => a - b)) {
      const inside = off >= -STACK && off + bytes <= 0;
      // The kernel has no bytes that were never written; an aligned store covers those that are read.
      const filled = new Set([off & ~7, (off + bytes - 1) & ~7].filter((at) => at >= -STACK && at < 0));
      const fill = [...filled].map((at): Step => ['st64', { dst: 10, off: at, imm: -0x1234_5678 }]);
      const through: Step[] = [['mov64_reg', { dst: BASE, src: 10 }]];
      const shown: Step[] = isLoad(op) || !inside ? [] : [['ldx64', { dst: 0, src: 10, off: off & ~7 }], ['exit']];
      const kinds = [
        ['stack', 10, []],
        ['stack/copied', BASE, through],
      ] as const;
      for (const [kind, base, before] of kinds) {
        const direct = access(op, off, base);
        const steps = [
          ...fill,
          ...before,
          ...operands(op),
          ...(shown.length === 0 ? direct : [direct[0] as Step, ...shown]),
        ];
        const found = program(op, steps, mayStop(op, off)).on(`${op.name}/${kind}/off=${off}`);
        // Past the frame, a copied pointer leads to what RFC 9669 says nothing of.
        if (inside || kind === 'stack') yield found;
      }
    }
  }
}

/** Addresses that are no memory: near 0, beyond 32 bit, at the end of the address space. */
export function* wildCases(): Generator<ConformanceCase> {
  const wild: readonly (readonly [string, Step[]])[] = [
    ['0', [['mov64_imm', { dst: BASE }]]],
    ['1', [['mov64_imm', { dst: BASE, imm: 1 }]]],
    ['-1', [['mov64_imm', { dst: BASE, imm: -1 }]]],
    ['-8', [['mov64_imm', { dst: BASE, imm: -8 }]]],
    ['2^31', [['lddw', { dst: BASE, imm64: 1n << 31n }]]],
    ['2^32-1', [['lddw', { dst: BASE, imm64: (1n << 32n) - 1n }]]],
    ['2^32', [['lddw', { dst: BASE, imm64: 1n << 32n }]]],
    ['2^63', [['lddw', { dst: BASE, imm64: 1n << 63n }]]],
    ['2^63-4', [['lddw', { dst: BASE, imm64: (1n << 63n) - 4n }]]],
    ['input+2^32', displaced(1, 1n << 32n)],
    ['input-2^32', displaced(1, -(1n << 32n))],
    ['input+2^63', displaced(1, 1n << 63n)],
    ['stack+2^32', displaced(10, 1n << 32n)],
    ['stack+2^63', displaced(10, 1n << 63n)],
  ];
  for (const op of MEMORY_OPS) {
    for (const [name, steps] of wild) {
      for (const off of name.startsWith('stack') ? [-8] : [0, 4, -4]) {
        // −1 + 4 and the like wrap to an address near 0, which is no memory either.
        const whole: Step[] = [...steps, ...operands(op), ...access(op, off)];
        yield program(op, whole).on(`${op.name}/address=${name}/off=${off}`, PATTERN);
      }
    }
  }
}

function displaced(register: number, distance: bigint): Step[] {
  return [
    ['mov64_reg', { dst: BASE, src: register }],
    ['lddw', { dst: 3, imm64: distance }],
    ['add64_reg', { dst: BASE, src: 3 }],
  ];
}

/** What is loaded and stored, by value. */
export function* valueCases(): Generator<ConformanceCase> {
  for (const op of MEMORY_OPS) {
    if (isAtomic(op)) yield* atomicValues(op);
    else if (isLoad(op)) {
      const loads = program(op, [[op, { dst: 0, src: 1, off: 8 }], ['exit']]);
      for (const { name, value } of VALUES) yield loads.on(`${op.name}/value=${name}`, words(-1n, value));
      const over = program(op, [['lddw', { dst: 0, imm64: ONES }], [op, { dst: 0, src: 1, off: 8 }], ['exit']]);
      yield over.on(`${op.name}/over ones`, PATTERN);
      for (let dst = 0; dst < 10; dst++) {
        const one = program(op, [[op, { dst, src: 1, off: 8 }], ['mov64_reg', { dst: 0, src: dst }], ['exit']]);
        if (dst !== 0) yield one.on(`${op.name}/registers/dst=r${dst}`, PATTERN);
        if (dst === 1 || dst === BASE) continue;
        const from = program(op, [['mov64_reg', { dst, src: 1 }], [op, { dst: 0, src: dst, off: 8 }], ['exit']]);
        yield from.on(`${op.name}/registers/src=r${dst}`, PATTERN);
      }
    } else if (op.src === 0) {
      for (const { name, value: imm } of IMMEDIATES) {
        const steps: Step[] = [[op, { dst: 1, off: 8, imm }], ['mov64_imm', { dst: 0 }], ['exit']];
        yield program(op, steps).on(`${op.name}/imm=${name}`, PATTERN);
      }
    } else {
      const stores = program(op, [
        ['ldx64', { dst: VALUE, src: 1, off: 0 }],
        [op, { dst: 1, src: VALUE, off: 8 }],
        ['mov64_reg', { dst: 0, src: VALUE }],
        ['exit'],
      ]);
      for (const { name, value } of VALUES)
        yield stores.on(`${op.name}/value=${name}`, words(value, 0x1122_3344_5566_7788n, -1n));
      for (let src = 2; src < 10; src++) {
        const steps: Step[] = [
          ['ldx64', { dst: src, src: 1 }],
          [op, { dst: 1, src, off: 8 }],
          ['mov64_imm', { dst: 0 }],
          ['exit'],
        ];
        yield program(op, steps).on(`${op.name}/registers/src=r${src}`, PATTERN);
        const base = src === 9 ? 2 : src + 1;
        const other: Step[] = [
          ['mov64_reg', { dst: base, src: 1 }],
          ['ldx64', { dst: src, src: 1 }],
          [op, { dst: base, src, off: 8 }],
          ['mov64_imm', { dst: 0 }],
          ['exit'],
        ];
        yield program(op, other).on(`${op.name}/registers/dst=r${base}`, PATTERN);
      }
    }
  }
}

/** Old value in memory, operand in r4, for cmpxchg the expected value in r0; everything is shown afterwards. */
function* atomicValues(op: Op): Generator<ConformanceCase> {
  const exchange = op.sem === 'atomic_cmpxchg';
  const compare: Step[] = exchange ? [['ldx64', { dst: 0, src: 1, off: 16 }]] : [];
  const end: Step[] = exchange ? [['exit']] : [['mov64_reg', { dst: 0, src: VALUE }], ['exit']];
  const run = program(op, [
    ...compare,
    ['ldx64', { dst: VALUE, src: 1, off: 0 }],
    [op, { dst: 1, src: VALUE, off: 8 }],
    ...end,
  ]);
  if (!exchange) {
    for (const a of VALUES) {
      for (const b of VALUES) yield run.on(`${op.name}/memory=${a.name}/src=${b.name}`, words(b.value, a.value));
    }
  } else {
    for (const a of VALUES) {
      for (const b of FEW) {
        for (const [kind, expected] of expectedValues(a.value)) {
          const name = `${op.name}/memory=${a.name}/src=${b.name}/r0=${kind}`;
          yield run.on(name, words(b.value, a.value, expected));
        }
      }
    }
  }
  for (let src = 2; src < 10; src++) yield* atomicRegisters(op, src, compare);
  if (exchange) {
    const kept = program(op, [
      ...compare,
      ['ldx64', { dst: VALUE, src: 1, off: 0 }],
      [op, { dst: 1, src: VALUE, off: 8 }],
      ['mov64_reg', { dst: 0, src: VALUE }],
      ['exit'],
    ]);
    for (const [kind, expected] of expectedValues(1n << 40n)) {
      yield kept.on(`${op.name}/leaves src/r0=${kind}`, words(-2n, 1n << 40n, expected));
    }
    // r0 is both what is compared and what is stored.
    const own = program(op, [...compare, [op, { dst: 1, src: 0, off: 8 }], ['exit']]);
    for (const [kind, expected] of expectedValues(5n))
      yield own.on(`${op.name}/src=r0=${kind}`, words(0n, 5n, expected));
  } else if (op.src === 'rw') {
    // What is fetched replaces the base; what it leaves in memory is an address, which nobody can expect.
    const over = new ProgramCases(
      assembleSteps([[op, { dst: 1, src: 1, off: 8 }], ['mov64_reg', { dst: 0, src: 1 }], ['exit']]),
      { source: sourceOf(op) },
    );
    yield over.on(`${op.name}/registers/dst=src`, PATTERN);
  }
}

/** An operand and a base in every register. */
function* atomicRegisters(op: Op, src: number, compare: readonly Step[]): Generator<ConformanceCase> {
  const end: Step[] = op.sem === 'atomic_cmpxchg' ? [['exit']] : [['mov64_reg', { dst: 0, src }], ['exit']];
  const value: Step = ['ldx64', { dst: src, src: 1 }];
  const operand = program(op, [...compare, value, [op, { dst: 1, src, off: 8 }], ...end]);
  yield operand.on(`${op.name}/registers/src=r${src}`, PATTERN);
  const base = src === 9 ? 2 : src + 1;
  const moved: Step = ['mov64_reg', { dst: base, src: 1 }];
  const based = program(op, [...compare, moved, value, [op, { dst: base, src, off: 8 }], ...end]);
  yield based.on(`${op.name}/registers/dst=r${base}`, PATTERN);
}

/** What r0 may hold beside the memory's value: the same, and what differs from it in one half only. */
const expectedValues = (value: bigint): [string, bigint][] =>
  [
    ['same', value],
    ['low half', value ^ 1n],
    ['high half', value ^ (1n << 40n)],
    ['low half alone', value & 0xffff_ffffn],
  ].filter(([, other], i, all) => all.findIndex(([, same]) => same === other) === i) as [string, bigint][];

function program(op: Op, steps: readonly Step[], stops = false): ProgramCases {
  return new ProgramCases(assembleSteps(steps), { source: sourceOf(op), after: !isLoad(op), mayStop: stops });
}
