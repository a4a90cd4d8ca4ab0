import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wasmEngine } from '../../src/conformance/adapters/wasm.js';
import { type MatrixPart, matrixCases } from '../../src/conformance/matrix/index.js';
import { summarise } from '../../src/conformance/run.js';
import type { ConformanceCase, EngineUnderTest } from '../../src/conformance/types.js';
import { collectFailures, havePublicSuite, ownCases, publicCases, publicNegatives } from './case_files.js';

/** What the suite may take on a back end. */
const MINUTE = 60_000;

async function passes(engine: EngineUnderTest, cases: Iterable<ConformanceCase>): Promise<number> {
  const { failures, see } = collectFailures();
  const summary = await summarise(engine, cases, {}, see);
  expect(failures).toEqual([]);
  expect(summary).toMatchObject({ failed: 0, unclaimed: 0, refused: 0, ok: true });
  console.log(`${engine.name}: ${summary.passed} cases in ${(summary.milliseconds / 1000).toFixed(1)} s`);
  return summary.passed;
}

describe.each(['interp', 'jit'] as const)('%s', (tier) => {
  let engine: EngineUnderTest;
  beforeAll(async () => {
    engine = await wasmEngine(tier);
  });
  afterAll(() => engine.close());

  test('passes our case files', async () => {
    expect(await passes(engine, ownCases())).toBeGreaterThanOrEqual(300);
  });

  test.skipIf(!havePublicSuite)('passes the public suite', async () => {
    expect(await passes(engine, publicCases())).toBe(313);
    await passes(engine, publicNegatives());
  });

  test(
    'passes the matrix',
    async () => {
      expect(await passes(engine, matrixCases())).toBeGreaterThan(200_000);
    },
    2 * MINUTE,
  );
});

/** Parts of the matrix whose programs differ in shape; the others have many values to few programs. */
const SHAPES: readonly MatrixPart[] = ['registers', 'calls', 'packet', 'wild'];

describe.each([0, 1, 3] as const)('the translator at level %i', (optimizeLevel) => {
  test(
    'passes what differs in shape',
    async () => {
      const engine = await wasmEngine('jit', { optimizeLevel });
      await passes(engine, ownCases());
      await passes(engine, matrixCases(SHAPES));
      await engine.close();
    },
    MINUTE,
  );
});

test('one program that cannot be run costs itself only', async () => {
  const engine = await wasmEngine('interp');
  const [good] = ownCases() as [ConformanceCase];
  const bad = { ...good, memory: new Uint8Array(70_000) };
  const answers = await engine.run([good, bad, good]);
  expect(answers.map(({ kind }) => kind)).toEqual(['value', 'crashed', 'value']);
  await engine.close();
});
