/** Basic blocks of functions: where they begin, where they lead, and the fuel of jumps back. */
import { expect, it } from 'vitest';
import { buildCfg, type Cfg } from '../../src/analysis/cfg.js';
import { verify } from '../../src/analysis/verify.js';
import { assembleProgram } from '../../src/asm/assemble.js';

function cfgOf(asm: string, index = 0): Cfg {
  const verified = verify(assembleProgram(asm, { type: 'raw' }));
  return buildCfg(verified, verified.functions[index] as (typeof verified.functions)[number]);
}

/** Each block as `start: successors`, a jump as `*target-burn`. */
function shape({ blocks }: Cfg): string[] {
  return blocks.map(({ start, fall, jump }) => {
    const out = [];
    if (fall !== undefined) out.push(`${blocks[fall.target]?.start}`);
    if (jump !== undefined) out.push(`*${blocks[jump.target]?.start}-${jump.burn}`);
    return `${start}: ${out.join(' ')}`.trim();
  });
}

it('splits at targets and behind jumps', () => {
  expect(shape(cfgOf('r0 = 0\nif r1 == 0 goto out\nr0 = 1\nout: exit'))).toEqual(['0: 2 *3-0', '2: 3', '3:']);
});

it('counts a 64-bit immediate as two slots', () => {
  expect(shape(cfgOf('if r1 == 0 goto out\nr0 = 5 ll\nout: exit'))).toEqual(['0: 1 *3-0', '1: 3', '3:']);
});

it('burns the slots that a jump back may repeat', () => {
  expect(shape(cfgOf('r0 = 9\nl: r0 += -1\nif r0 != 0 goto l\nexit'))).toEqual(['0: 1', '1: 3 *1-2', '3:']);
});

it('burns one for a jump to itself', () => {
  expect(shape(cfgOf('r0 = 0\nl: if r1 != 0 goto l\nexit'))).toEqual(['0: 1', '1: 2 *1-1', '2:']);
});

it('keeps to the function', () => {
  const asm = 'main: r1 = 1\ncall local f\nexit\nf: r0 = r1\nif r0 == 0 goto z\nr0 = 7\nz: exit';
  expect(shape(cfgOf(asm, 0))).toEqual(['0:']);
  expect(shape(cfgOf(asm, 1))).toEqual(['3: 5 *6-0', '5: 6', '6:']);
});

it('a conditional jump to the next instruction leads there twice', () => {
  const { graph } = cfgOf('r0 = 0\nif r1 == 0 goto +0\nexit');
  expect(graph.predecessors[1]).toEqual([0, 0]);
});

it('keeps what cannot be reached out of the graph', () => {
  const { graph } = cfgOf('r0 = 0\ngoto out\nr0 = 1\nout: exit');
  expect(graph.order).toEqual([0, 2]);
});
