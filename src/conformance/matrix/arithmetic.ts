/**
 * Arithmetic, byte swaps and conditional jumps on boundary values: every row with every operand form. Values come from
 * the input memory, so that no compiler knows them; a part of the pairs is there as constants too, for the compilers
 * that fold.
 */
import { OPS, type Op, opNamed } from '../../isa/table.js';
import type { ConformanceCase } from '../types.js';
import {
  assembleSteps,
  isArithmetic,
  isConditional,
  isShift,
  ProgramCases,
  readsSource,
  type Step,
  sourceOf,
  words,
} from './program.js';
import { FEW, IMMEDIATES, SHIFT_COUNTS, VALUES } from './values.js';

const DST = 3;
const SRC = 4;
const LOAD_DST: Step = ['ldx64', { dst: DST, src: 1, off: 0 }];
const LOAD_SRC: Step = ['ldx64', { dst: SRC, src: 1, off: 8 }];

export function* arithmeticCases(): Generator<ConformanceCase> {
  for (const op of OPS) {
    if (!isArithmetic(op) && !isConditional(op)) continue;
    yield* readsSource(op) ? onRegisters(op) : op.imm === 'val' ? onImmediates(op) : onOneRegister(op);
  }
}

/** The instruction, and what makes its outcome r0. */
function body(op: Op, imm = 0, dst = DST, src = SRC): Step[] {
  if (!isConditional(op)) return [[op, { dst, src, imm }], ...result(dst)];
  return [['mov64_imm', { dst: 0, imm: 1 }], [op, { dst, src, imm, off: 1 }], ['mov64_imm', { dst: 0 }], ['exit']];
}

const result = (dst: number): Step[] => (dst === 0 ? [['exit']] : [['mov64_reg', { dst: 0, src: dst }], ['exit']]);

function* onRegisters(op: Op): Generator<ConformanceCase> {
  const source = sourceOf(op);
  const both = new ProgramCases(assembleSteps([LOAD_DST, LOAD_SRC, ...body(op)]), { source });
  const counts = isShift(op) ? SHIFT_COUNTS.map((count) => BigInt.asUintN(64, BigInt(count))) : [];
  for (const a of VALUES) {
    for (const b of VALUES) yield both.on(`${op.name}/dst=${a.name}/src=${b.name}`, words(a.value, b.value));
  }
  const known = new Set(VALUES.map(({ value }) => value));
  for (const a of FEW) {
    for (const b of counts) {
      if (!known.has(b)) yield both.on(`${op.name}/dst=${a.name}/src=${BigInt.asIntN(64, b)}`, words(a.value, b));
    }
  }
  const alias = new ProgramCases(assembleSteps([LOAD_DST, ...body(op, 0, DST, DST)]), { source });
  for (const a of VALUES) yield alias.on(`${op.name}/dst=src=${a.name}`, words(a.value));
  for (const a of FEW) {
    for (const b of FEW) {
      const constants: Step[] = [
        ['lddw', { dst: DST, imm64: a.value }],
        ['lddw', { dst: SRC, imm64: b.value }],
      ];
      const program = assembleSteps([...constants, ...body(op)]);
      yield new ProgramCases(program, { source }).on(`${op.name}/constant/dst=${a.name}/src=${b.name}`);
    }
  }
}

function* onImmediates(op: Op): Generator<ConformanceCase> {
  const source = sourceOf(op);
  const immediates = isShift(op) ? SHIFT_COUNTS.map((value) => ({ name: String(value), value })) : IMMEDIATES;
  for (const { name, value: imm } of immediates) {
    const loaded = new ProgramCases(assembleSteps([LOAD_DST, ...body(op, imm)]), { source });
    for (const a of VALUES) yield loaded.on(`${op.name}/dst=${a.name}/imm=${name}`, words(a.value));
  }
  for (const { name, value: imm } of immediates.filter((_, i) => !isShift(op) || i % 8 === 7)) {
    for (const a of FEW.slice(0, 6)) {
      const program = assembleSteps([['lddw', { dst: DST, imm64: a.value }], ...body(op, imm)]);
      yield new ProgramCases(program, { source }).on(`${op.name}/constant/dst=${a.name}/imm=${name}`);
    }
  }
}

/** Negation and byte swaps. */
function* onOneRegister(op: Op): Generator<ConformanceCase> {
  const source = sourceOf(op);
  const loaded = new ProgramCases(assembleSteps([LOAD_DST, ...body(op)]), { source });
  for (const a of VALUES) {
    yield loaded.on(`${op.name}/dst=${a.name}`, words(a.value));
    const program = assembleSteps([['lddw', { dst: DST, imm64: a.value }], ...body(op)]);
    yield new ProgramCases(program, { source }).on(`${op.name}/constant/dst=${a.name}`);
  }
}

/** Every register in every place, on operands that tell the places apart. */
export function* registerCases(): Generator<ConformanceCase> {
  const memory = words(0xfedc_ba98_7654_3210n, 0x1_0000_0003n);
  for (const op of OPS) {
    if (!isArithmetic(op) && !isConditional(op)) continue;
    const sources = readsSource(op) ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [undefined];
    for (let dst = 0; dst < 10; dst++) {
      for (const src of sources) {
        // All pairs would be ten times as many and say no more.
        if (src !== undefined && src !== dst && src !== (dst + 3) % 10 && src !== (dst + 8) % 10) continue;
        if (isConditional(op) && (dst === 0 || src === 0)) continue;
        const base = [1, 2, 5].find((register) => register !== dst && register !== src) as number;
        const steps: Step[] = base === 1 ? [] : [['mov64_reg', { dst: base, src: 1 }]];
        steps.push(['ldx64', { dst, src: base, off: 0 }]);
        if (src !== undefined && src !== dst) steps.push(['ldx64', { dst: src, src: base, off: 8 }]);
        steps.push(...body(op, 5, dst, src ?? 0));
        const name = `${op.name}/registers/dst=r${dst}${src === undefined ? '' : `/src=r${src}`}`;
        yield new ProgramCases(assembleSteps(steps), { source: sourceOf(op) }).on(name, memory);
      }
    }
  }
}

/** 64-bit immediates by value, and into every register. */
export function* immediateCases(): Generator<ConformanceCase> {
  const op = opNamed('lddw');
  const source = sourceOf(op);
  for (const { name, value } of VALUES) {
    const program = assembleSteps([[op, { dst: 0, imm64: value }], ['exit']]);
    yield new ProgramCases(program, { source }).on(`lddw/value=${name}`);
  }
  for (let dst = 1; dst < 10; dst++) {
    const program = assembleSteps([[op, { dst, imm64: 0xfedc_ba98_7654_3210n }], ...result(dst)]);
    yield new ProgramCases(program, { source }).on(`lddw/registers/dst=r${dst}`);
  }
}
