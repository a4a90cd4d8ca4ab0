/** Jumps by distance: back, none, forward, to both ends of the program and past them, into a 64-bit immediate. */
import { OPS, type Op } from '../../isa/table.js';
import type { ConformanceCase } from '../types.js';
import { assembleSteps, isConditional, ProgramCases, readsSource, type Step, sourceOf, words } from './program.js';
import { FEW } from './values.js';

/** What the jumps compare with. */
const EQUAL = { name: '5', value: 5n };
const DST = 3;
const SRC = 4;

const isJump = (op: Op): boolean => isConditional(op) || op.sem === 'ja' || op.sem === 'may_goto';
const JUMPS = OPS.filter(isJump);

/** The jump over `distance` slots; its immediate is 5 where it compares with one. */
function jump(op: Op, distance: number): Step {
  if (op.imm === 'jump') return [op, { imm: distance }];
  return [op, { dst: DST, src: SRC, off: distance, imm: 5 }];
}

/** Operands from the input, for a condition; others need none. */
function load(op: Op): Step[] {
  if (!isConditional(op)) return [];
  const steps: Step[] = [['ldx64', { dst: DST, src: 1, off: 0 }]];
  if (readsSource(op)) steps.push(['ldx64', { dst: SRC, src: 1, off: 8 }]);
  return steps;
}

const set = (imm: number): Step => ['mov64_imm', { dst: 0, imm }];
const EXIT: Step = ['exit'];
/** Never jumps, as r0 is never 77, but could: so that no instruction is one that nothing reaches, which the kernel refuses. */
const couldJump = (distance: number): Step => ['jeq64_imm', { dst: 0, imm: 77, off: distance }];
const alwaysJumps = (op: Op): boolean => op.sem === 'ja';

export function* jumpCases(): Generator<ConformanceCase> {
  for (const op of JUMPS) {
    yield* forward(op);
    yield* backward(op);
    yield* rejected(op);
  }
  yield* long();
}

/** Inputs that make a condition hold or not, as far as a few values do both; one input for the others. */
function inputs(op: Op): readonly (readonly [string, Uint8Array | undefined])[] {
  if (!isConditional(op)) return [['', undefined]];
  return [...FEW, EQUAL].map(({ name, value }) => [`/dst=${name}`, words(value, 5n)] as const);
}

/** Over `distance` instructions that each leave a number of their own. */
function* forward(op: Op): Generator<ConformanceCase> {
  for (let distance = 0; distance <= 4; distance++) {
    const steps: Step[] = [set(100), ...load(op), couldJump(1), jump(op, distance)];
    for (let i = 1; i <= 4; i++) steps.push(['add64_imm', { dst: 0, imm: 1 << i }]);
    steps.push(EXIT);
    yield* on(op, steps, `${op.name}/distance=${distance}`);
  }
  const wide: Step[] = [set(1), ...load(op), couldJump(1), jump(op, 2), ['lddw', { dst: 0, imm64: 1n << 40n }], EXIT];
  yield* on(op, wide, `${op.name}/over a 64-bit immediate`);
  const last: Step[] = [set(1), ...load(op), couldJump(1), jump(op, 2), set(2), EXIT, EXIT];
  yield* on(op, last, `${op.name}/to the last instruction`);
}

/** Back to blocks that lie before: entered over them, so that a jump back ends. */
function* backward(op: Op): Generator<ConformanceCase> {
  for (let distance = 2; distance <= 6; distance++) {
    // A jump over the block (r0 is not 77); the block; the jump at its end, which leads into the block.
    const block: Step[] = [
      ['add64_imm', { dst: 0, imm: 1 }],
      ['add64_imm', { dst: 0, imm: 2 }],
      ['add64_imm', { dst: 0, imm: 4 }],
      ['add64_imm', { dst: 0, imm: 8 }],
      EXIT,
    ];
    const operands = load(op);
    const back = -(distance + operands.length);
    const steps: Step[] = [
      set(0),
      ['jne64_imm', { dst: 0, imm: 77, off: block.length }],
      ...block,
      ...operands,
      jump(op, back),
    ];
    if (!alwaysJumps(op)) steps.push(set(99), EXIT);
    yield* on(op, steps, `${op.name}/distance=${-distance}`);
  }
  if (op.sem === 'may_goto') return;
  // A loop that ends by a counter of its own, for jumps that are always taken; by their condition for the others.
  const counted: Step[] = [
    set(0),
    ...load(op),
    ['add64_imm', { dst: 0, imm: 1 }],
    ['jgt64_imm', { dst: 0, imm: 9, off: 1 }],
    jump(op, -3),
    EXIT,
  ];
  yield* on(op, counted, `${op.name}/loop`);
}

function* on(op: Op, steps: readonly Step[], name: string): Generator<ConformanceCase> {
  const cases = new ProgramCases(assembleSteps(steps), { source: sourceOf(op) });
  for (const [kind, memory] of inputs(op)) yield cases.on(`${name}${kind}`, memory);
}

/** Targets that are no instruction of the program. */
function* rejected(op: Op): Generator<ConformanceCase> {
  const start: Step[] = [
    ['mov64_imm', { dst: DST, imm: 1 }],
    ['mov64_imm', { dst: SRC, imm: 1 }],
    set(0),
    couldJump(1),
  ];
  const tail: Step[] = [['lddw', { dst: 0, imm64: 7n }], EXIT];
  const pc = start.length;
  const length = pc + 1 + 3;
  const targets: [string, number][] = [
    ['before the program', -1],
    ['two before the program', -2],
    ['behind the program', length],
    ['two behind the program', length + 1],
    ['into a 64-bit immediate', pc + 2],
    ['far before', pc + 1 - 32768],
    ['far behind', pc + 1 + 32767],
  ];
  if (op.imm === 'jump') targets.push(['-2^31', pc + 1 - 0x8000_0000], ['2^31-1', pc + 1 + 0x7fff_ffff]);
  for (const [name, target] of targets) {
    const program = assembleSteps([...start, jump(op, target - pc - 1), ...tail]);
    yield new ProgramCases(program, { source: sourceOf(op) }).on(`${op.name}/${name}`);
  }
}

/** Distances that need more than 15 bits. */
function* long(): Generator<ConformanceCase> {
  for (const op of JUMPS) {
    const distances = op.imm === 'jump' ? [32768] : op.sem === 'ja' ? [32767] : [];
    for (const distance of distances) {
      const filler = Array.from({ length: distance }, (): Step => ['add64_imm', { dst: 0, imm: 1 }]);
      const program = assembleSteps([set(1), couldJump(1), jump(op, distance), ...filler, EXIT]);
      yield new ProgramCases(program, { source: sourceOf(op) }).on(`${op.name}/distance=${distance}`);
    }
  }
}
