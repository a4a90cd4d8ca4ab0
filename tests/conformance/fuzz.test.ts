/**
 * Random differential testing: programs are the same for the same seed, engines agree on them, and where one is made
 * to differ, what is left of the program is a small case that shows it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kernelEngine } from '../../src/conformance/adapters/kernel.js';
import { referenceEngine } from '../../src/conformance/adapters/reference.js';
import { wasmEngine } from '../../src/conformance/adapters/wasm.js';
import { parseCaseFile, renderCaseFile } from '../../src/conformance/case_file.js';
import { type Contestant, type Difference, runCampaign, sameAnswer } from '../../src/conformance/fuzz/campaign.js';
import { smallestCase } from '../../src/conformance/fuzz/explain.js';
import { randomCase } from '../../src/conformance/fuzz/generate.js';
import { without } from '../../src/conformance/fuzz/shrink.js';
import { allFaults } from '../../src/conformance/mutation/index.js';
import { mutatedReference } from '../../src/conformance/mutation/reference.js';
import { runReference } from '../../src/conformance/reference/index.js';
import { opsOf } from '../../src/conformance/requirements.js';
import { decodeInsns } from '../../src/isa/decode.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { makeInsn } from '../../src/isa/insn.js';
import { OPS } from '../../src/isa/table.js';
import { Kernel } from '../../src/kernel/index.js';
import { describeNeeding } from '../support/have.js';

const PROGRAMS = Number(process.env.BEESWAX_FUZZ_PROGRAMS ?? 500);
const SEED = Number(process.env.BEESWAX_FUZZ_SEED ?? 1);

const shown = ({ seed, engine, expected, got }: Difference): string =>
  `seed ${seed}: ${engine.name} ${got.kind}, expected ${expected.kind}`;

describe('random programs', () => {
  it('are the same for the same seed', () => {
    expect(randomCase(7)).toEqual(randomCase(7));
    expect(randomCase(7).program).not.toEqual(randomCase(8).program);
  });

  it('come to their exit, and use every row that a bare program can have', () => {
    const used = new Set<string>();
    for (let seed = 0; seed < 2000; seed++) {
      const test = randomCase(seed);
      for (const { name } of opsOf(test.program)) used.add(name);
      if (seed < 200) expect(runReference(test.program, test.memory)).toMatchObject({ kind: 'value' });
    }
    const unused = OPS.map(({ name }) => name).filter((name) => !used.has(name));
    expect(unused).toEqual([
      'call_btf',
      'lddw_map',
      'lddw_map_value',
      'lddw_var',
      'lddw_map_index',
      'lddw_map_index_value',
    ]);
  });
});

describe('engines', () => {
  let contestants: Contestant[];
  beforeAll(async () => {
    contestants = [
      { name: 'reference', engine: referenceEngine() },
      { name: 'interp', engine: await wasmEngine('interp') },
    ];
    for (const optimizeLevel of [0, 1, 2, 3] as const) {
      contestants.push({ name: `jit ${optimizeLevel}`, engine: await wasmEngine('jit', { optimizeLevel }) });
    }
  });
  afterAll(async () => {
    for (const { engine } of contestants) await engine.close();
  });

  it('agree on random programs', async () => {
    const found: string[] = [];
    const onDifference = (difference: Difference): void => void found.push(shown(difference));
    const counts = await runCampaign(contestants, { seed: SEED, programs: PROGRAMS, onDifference });
    expect(found).toEqual([]);
    for (const { name } of contestants.slice(1)) {
      expect(counts.get(name)).toEqual({ compared: PROGRAMS, refused: 0, different: 0 });
    }
  });
});

describeNeeding(['kernelBpf'], 'the kernel', () => {
  it('agrees on random programs, and takes most', async () => {
    const kernel = kernelEngine(await Kernel.open());
    const found: string[] = [];
    const counts = await runCampaign(
      [
        { name: 'reference', engine: referenceEngine() },
        { name: 'kernel', engine: kernel },
      ],
      { seed: SEED, programs: PROGRAMS, onDifference: (difference) => void found.push(shown(difference)) },
    );
    await kernel.close();
    expect(found).toEqual([]);
    expect(counts.get('kernel')?.compared).toBeGreaterThan(0.9 * PROGRAMS);
  });
});

describe('a difference', () => {
  it.each(['rsh32_reg/width', 'jsgt64_reg/sign', 'ldsx16/sign', 'atomic_fetch_add64/fetches the new value'])(
    'is shrunk to a small case: %s',
    async (id) => {
      const faulty = mutatedReference();
      faulty.seed(allFaults().find((fault) => fault.id === id));
      const contestants = [
        { name: 'reference', engine: referenceEngine() },
        { name: 'interp', engine: await wasmEngine('interp') },
        { name: 'faulty', engine: faulty.engine },
      ];
      const found: Difference[] = [];
      for (let seed = 0; found.length === 0; seed += 500) {
        await runCampaign(contestants, { seed, programs: 500, onDifference: (one) => void found.push(one) });
      }
      const small = await smallestCase(found[0] as Difference, contestants);
      expect(small.program.length / 8).toBeLessThanOrEqual(8);
      expect(
        opsOf(small.program)
          .map(({ name }) => `${name}/`)
          .some((row) => id.startsWith(row)),
      ).toBe(true);
      const read = parseCaseFile(renderCaseFile(small), small.name);
      expect(read.program).toEqual(small.program);
      expect(read.expect).toEqual(small.expect);
      const [right, wrong] = [await referenceEngine().run([read]), await faulty.engine.run([read])];
      expect(sameAnswer(right[0] as (typeof right)[0], wrong[0] as (typeof wrong)[0])).toBe(false);
    },
  );

  it('loses instructions without losing its way', () => {
    // 0: if r1 == 0 goto 4; 1: lddw; 3: r0 = 1; 4: call 6; 5: exit; 6: r0 = 2; 7: exit
    const insns = decodeInsns(
      encodeInsns([
        makeInsn('jeq64_imm', 0, { dst: 1, off: 3 }),
        makeInsn('lddw', 1, { dst: 0, imm64: 7n }),
        makeInsn('mov64_imm', 3, { dst: 0, imm: 1 }),
        makeInsn('call_local', 4, { imm: 1 }),
        makeInsn('exit', 5),
        makeInsn('mov64_imm', 6, { dst: 0, imm: 2 }),
        makeInsn('exit', 7),
      ]),
    );
    const left = without(insns, 1, 3);
    expect(left.map(({ op, pc, off, imm }) => [op.name, pc, off, imm])).toEqual([
      ['jeq64_imm', 0, 0, 0],
      ['call_local', 1, 0, 1],
      ['exit', 2, 0, 0],
      ['mov64_imm', 3, 0, 2],
      ['exit', 4, 0, 0],
    ]);
  });
});
