/**
 * That the suite finds faults: a sample of those that `npm run mutation` seeds, in each engine; and that a faulty
 * engine is the sound one again once the fault is gone.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildMutatedRuntime } from '../../scripts/mutated-runtime.mjs';
import { builtInCases } from '../../src/conformance/built_in.js';
import { mutatedDecoder } from '../../src/conformance/mutation/decoder.js';
import type { MutatedEngine } from '../../src/conformance/mutation/engine.js';
import {
  BINARY,
  before,
  constant,
  evaluate,
  joined,
  type Leaves,
  select,
} from '../../src/conformance/mutation/expression.js';
import type { Fault } from '../../src/conformance/mutation/fault.js';
import { allFaults } from '../../src/conformance/mutation/index.js';
import { mutatedInterpreter } from '../../src/conformance/mutation/interpreter.js';
import { FAULT_EXPORT, mutatedDispatch } from '../../src/conformance/mutation/interpreter_source.js';
import { mutatedReference } from '../../src/conformance/mutation/reference.js';
import { mutate, scores } from '../../src/conformance/mutation/score.js';
import { Suite } from '../../src/conformance/mutation/suite.js';
import { mutatedTranslator } from '../../src/conformance/mutation/translator.js';
import { judge } from '../../src/conformance/run.js';
import type { Answer } from '../../src/conformance/types.js';
import { OPS } from '../../src/isa/table.js';

/** One in so many faults; a prime, so that all kinds are among them. */
const EVERY = 61;
const FAULTS = allFaults();
const SAMPLE = FAULTS.filter((_, i) => i % EVERY === 0);

describe('faults', () => {
  it('are many, each called by a name of its own, and touch every row that a bare program can have', () => {
    expect(FAULTS.length).toBeGreaterThan(2000);
    expect(new Set(FAULTS.map(({ id }) => id)).size).toBe(FAULTS.length);
    const rows = new Set(FAULTS.map(({ op }) => op.name));
    const bare = OPS.filter(({ sem }) => sem !== 'call_btf' && (!sem.startsWith('lddw_') || sem === 'lddw_code'));
    expect(bare.filter(({ name }) => !rows.has(name))).toEqual([]);
  });

  it('are held equivalent with an argument, and rarely', () => {
    const held = FAULTS.filter(({ equivalent }) => equivalent !== undefined);
    expect(held.length).toBeLessThan(FAULTS.length / 50);
    for (const { equivalent } of held) expect(equivalent).toMatch(/\w+ \w+/);
  });

  it('are written in expressions of 64-bit arithmetic', () => {
    const leaves: Leaves<bigint> = { before: () => 0xffff_ffff_0000_0001n, after: () => 0n };
    const least = 1n << 63n;
    expect(BINARY.div_s(least, (1n << 64n) - 1n) & ((1n << 64n) - 1n)).toBe(least);
    expect(evaluate(joined(32, before('dst'), constant(7n)), leaves)).toBe(0xffff_ffff_0000_0007n);
    expect(evaluate(select(constant(1n), constant(2n), constant(3n)), leaves)).toBe(2n);
    expect(evaluate(select(constant(0n), constant(2n), constant(3n)), leaves)).toBe(3n);
  });
});

describe('the suite', () => {
  let suite: Suite;
  beforeAll(async () => {
    suite = new Suite('suite', [...(await builtInCases())]);
  });

  const engines: Readonly<Record<string, () => MutatedEngine | Promise<MutatedEngine>>> = {
    reference: mutatedReference,
    decoder: mutatedDecoder,
    translator: mutatedTranslator,
    interpreter: () => {
      const wasm = buildMutatedRuntime((dispatch) => mutatedDispatch(dispatch, SAMPLE), FAULT_EXPORT);
      return mutatedInterpreter(wasm, SAMPLE);
    },
  };

  it.each(Object.keys(engines))('finds what is seeded into: %s', { timeout: 120_000 }, async (name) => {
    const engine = await (engines[name] as (typeof engines)[string])();
    const told: Fault[] = SAMPLE.filter(({ equivalent }) => equivalent === undefined);
    const results = [];
    for await (const result of mutate(engine, told, [suite])) results.push(result);
    expect(results.filter(({ by }) => by.get('suite') === undefined).map(({ fault }) => fault.id)).toEqual([]);
    const [score] = scores(results);
    expect(score?.found).toBe(results.length);
    const few = suite.casesFor(OPS[0] as (typeof OPS)[number]).slice(0, 50);
    const answers = await engine.engine.run(few);
    expect(few.map((test, i) => judge(test, answers[i] as Answer).detail).filter((detail) => detail !== '')).toEqual(
      [],
    );
    await engine.engine.close();
  });
});
