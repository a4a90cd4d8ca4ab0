/**
 * What hostile programs cost: large, deep and tangled ones are translated or refused by name, in bounded time, and the
 * process lives. And what binaryen must never be told.
 */
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';
import { compileModule } from '../../src/codegen/compile.js';
import { makeInsn } from '../../src/isa/insn.js';
import { type OpName, opNamed } from '../../src/isa/table.js';
import { BeeswaxError } from '../../src/util/errors.js';
import type { Line } from '../support/programs.js';
import { programOf } from '../support/programs.js';
import { run } from '../support/wasm_harness.js';
import { BOUNDS, LEVELS, translator, unchecked } from './translator.js';

type Lines = (readonly [OpName, Line?])[];
const END: Lines = [['mov64_imm', { dst: 0, imm: 0 }], ['exit']];
const repeat = (count: number, lines: (i: number) => Lines): Lines =>
  Array.from({ length: count }, (_, i) => lines(i)).flat();

/** Bytes of the translation, or the name of the limit that it ran into. */
async function outcome(lines: Lines): Promise<string> {
  const program = unchecked(programOf([...lines, ...END]));
  try {
    const { bytes } = await compileModule([program], BOUNDS);
    return WebAssembly.validate(bytes as BufferSource) ? 'translated' : 'invalid';
  } catch (thrown) {
    if (thrown instanceof BeeswaxError && thrown.code === 'BEESWAX_E_COMPILE_LIMIT') return 'refused';
    throw thrown;
  }
}

describe('programs of 6,000 slots', () => {
  it.each<[string, Lines, string]>([
    [
      'in a straight line',
      repeat(3000, (i) => [
        ['add64_reg', { dst: i % 9, src: 1 }],
        ['xor64_reg', { dst: 1, src: i % 9 }],
      ]),
      'translated',
    ],
    ['of loads', repeat(6000, (i) => [['ldx32', { dst: 2 + (i % 7), src: 1, off: i % 256 }]]), 'translated'],
    [
      'of diamonds',
      repeat(1500, (i) => [
        ['jeq64_reg', { dst: 1, src: 2, off: 2 }],
        ['add64_reg', { dst: 2, src: 1 }],
        ['ja', { off: 1 }],
        ['xor64_imm', { dst: 1, imm: i }],
      ]),
      'translated',
    ],
    [
      'of early exits',
      repeat(3000, (i) => [
        ['ldx8', { dst: 2, src: 1, off: i % 64 }],
        ['jeq64_imm', { dst: 2, imm: i % 99, off: 6000 - 2 * i - 2 }],
      ]),
      'translated',
    ],
    [
      'of loops in a row',
      repeat(3000, () => [
        ['add64_imm', { dst: 2, imm: 1 }],
        ['jne64_reg', { dst: 2, src: 1, off: -2 }],
      ]),
      'translated',
    ],
    [
      'of loops in one another',
      [
        ...repeat(3000, () => [['add64_imm', { dst: 2, imm: 1 }]]),
        ...repeat(3000, (i) => [['jne64_reg', { dst: 2, src: 1, off: -2 * i - 2 }]]),
      ],
      'refused',
    ],
    [
      'of exits that nest',
      [
        ...repeat(3000, (i) => [['jeq64_imm', { dst: 1, imm: i, off: 5999 - 2 * i }]]),
        ...repeat(3000, (i) => [['ldx8', { dst: 2, src: 1, off: i }]]),
      ],
      'refused',
    ],
    [
      'of jumps to anywhere',
      repeat(2000, (i) => [
        ['ldx8', { dst: 2, src: 1, off: i }],
        ['add64_reg', { dst: 3, src: 2 }],
        ['jgt64_reg', { dst: 3, src: 1, off: ((i * 7919) % 6000) - 3 * i - 3 }],
      ]),
      'refused',
    ],
  ])('%s', async (_name, lines, expected) => {
    const start = performance.now();
    expect(await outcome(lines)).toBe(expected);
    expect(performance.now() - start).toBeLessThan(30_000);
  });
});

it('a million instructions are refused before any work', async () => {
  const nop = makeInsn('mov64_reg', 0, { dst: 1, src: 1 });
  const insns = Array.from({ length: 1_000_000 }, (_, pc) => ({ ...nop, pc }));
  const program = {
    ...programOf(END),
    insns,
    length: insns.length,
    functions: [{ name: 'f', start: 0, end: insns.length }],
  };
  const start = performance.now();
  await expect(compileModule([unchecked(program)], BOUNDS)).rejects.toMatchObject({ code: 'BEESWAX_E_COMPILE_LIMIT' });
  expect(performance.now() - start).toBeLessThan(1000);
  expect(opNamed('mov64_reg').slots).toBe(1);
});

describe('binaryen', () => {
  it('is told nothing that lets it delete guards', async () => {
    await compileModule([unchecked(programOf(END))], BOUNDS, { optimizeLevel: 3 });
    expect(binaryen.getTrapsNeverHappen()).toBe(false);
    expect(binaryen.getLowMemoryUnused()).toBe(false);
    expect(binaryen.getZeroFilledMemory()).toBe(false);
    const source = readFileSync(new URL('../../src/codegen/wasm.ts', import.meta.url), 'utf8');
    expect(source).not.toMatch(/set(TrapsNeverHappen|LowMemoryUnused|ZeroFilledMemory)|ignoreImplicitTraps/i);
  });

  it.each(LEVELS)('a load that nothing reads still traps, at level %i', async (level) => {
    const asm = 'r2 = 8\nr3 = *(u64 *)(r2 + 0)\nr0 = 1\nexit';
    const { trap } = await run({ name: 'dead load', asm, want: {} }, translator(level));
    expect(trap).toEqual({ reason: 'READ', pc: 1, value: 8n });
  });
});
