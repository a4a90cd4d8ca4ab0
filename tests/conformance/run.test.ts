import { describe, expect, test } from 'vitest';
import { parseCaseFile } from '../../src/conformance/case_file.js';
import { judge, runSuite, summarise } from '../../src/conformance/run.js';
import type { Answer, ConformanceCase, EngineUnderTest, Expectation } from '../../src/conformance/types.js';
import type { Group } from '../../src/isa/table.js';

const CASES = ['mov32 %r0, 1', 'mov %r0, 1', 'movsx864 %r0, %r0'].map((line, i) =>
  parseCaseFile(`-- asm\n${line}\nexit\n-- result\n1`, `case${i}`),
);

function engine(
  claims: readonly Group[],
  answer: Answer = { kind: 'value', r0: 1n },
): EngineUnderTest & { seen: string[] } {
  const seen: string[] = [];
  return {
    name: 'fake',
    version: '1',
    claims: new Set(claims),
    seen,
    async run(cases) {
      seen.push(...cases.map(({ name }) => name));
      return cases.map(() => answer);
    },
    close: async () => {},
  };
}

describe('a run', () => {
  test('judges what the engine claims, and nothing else', async () => {
    const fake = engine(['base32']);
    const results: string[] = [];
    for await (const { case: test, status } of runSuite(fake, CASES)) results.push(`${test.name} ${status}`);
    expect(results.sort()).toEqual(['case0 passed', 'case1 unclaimed', 'case2 unclaimed']);
    expect(fake.seen).toEqual(['case0']);
  });

  test('in which nothing was judged is a failure', async () => {
    expect(await summarise(engine(['base32']), [])).toMatchObject({ passed: 0, failed: 0, ok: false });
    expect(await summarise(engine([]), CASES)).toMatchObject({ passed: 0, unclaimed: 3, ok: false });
    expect(await summarise(engine(['base32', 'base64'], { kind: 'refused', reason: '' }), CASES)).toMatchObject({
      refused: 3,
      ok: false,
    });
  });

  test.each([
    [{ groups: new Set<Group>(['base32']) }, ['case0']],
    [{ version: 'v1' as const }, ['case1']],
    [{ version: 'v3' as const }, ['case0', 'case1']],
    [{ name: /[12]$/ }, ['case1', 'case2']],
    [{ chunk: 1 }, ['case0', 'case1', 'case2']],
  ])('takes what is selected: %o', async (options, names) => {
    const fake = engine(['base32', 'base64']);
    await summarise(fake, CASES, options);
    expect(fake.seen).toEqual(names);
  });

  test('gives cases that were not answered as garbled', async () => {
    const silent = { ...engine(['base32', 'base64']), run: async () => [] };
    const results = [];
    for await (const result of runSuite(silent, CASES)) results.push(result);
    expect(results.map(({ status, detail }) => [status, detail])).toEqual(
      Array(3).fill(['failed', 'got garbled: no answer, wanted r0 0x1']),
    );
  });
});

describe('an answer is judged', () => {
  const memory = Uint8Array.of(1, 2);
  const value: Answer = { kind: 'value', r0: 5n, memory };
  const rejected: Answer = { kind: 'rejected', reason: 'no' };
  const stopped: Answer = { kind: 'stopped', reason: 'no' };
  const refused: Answer = { kind: 'refused', reason: 'no' };
  const crashed: Answer = { kind: 'crashed', reason: 'no' };
  const reject: Expectation = { kind: 'rejected', reason: 'jump' };

  test.each<[Expectation, Answer, string]>([
    [{ kind: 'value', r0: [5n] }, value, 'passed'],
    [{ kind: 'value', r0: [4n, 5n] }, value, 'passed'],
    [{ kind: 'value', r0: [4n] }, value, 'failed'],
    [{ kind: 'value', r0: [5n], memory }, value, 'passed'],
    [{ kind: 'value', r0: [5n], memory: Uint8Array.of(1, 3) }, value, 'failed'],
    [{ kind: 'value', r0: [5n], memory: Uint8Array.of(1) }, value, 'failed'],
    [{ kind: 'value', r0: [5n], memory }, { kind: 'value', r0: 5n }, 'passed'],
    [{ kind: 'value', r0: [5n] }, rejected, 'failed'],
    [{ kind: 'value', r0: [5n] }, stopped, 'failed'],
    [{ kind: 'value', r0: [5n], mayStop: true }, stopped, 'passed'],
    [{ kind: 'value', r0: [5n], mayStop: true }, { kind: 'value', r0: 6n }, 'failed'],
    [{ kind: 'value', r0: [5n] }, refused, 'refused'],
    [{ kind: 'value', r0: [5n] }, crashed, 'failed'],
    [reject, rejected, 'passed'],
    [reject, stopped, 'passed'],
    [reject, refused, 'passed'],
    [reject, value, 'failed'],
    [reject, crashed, 'failed'],
    [{ kind: 'stopped' }, stopped, 'passed'],
    [{ kind: 'stopped' }, value, 'failed'],
    [{ kind: 'stopped' }, { kind: 'hung', reason: '' }, 'failed'],
  ])('%o against %o: %s', (expect_, answer, status) => {
    const test = { ...(CASES[0] as ConformanceCase), expect: expect_ };
    expect(judge(test, answer).status).toBe(status);
  });

  test('in words', () => {
    const test = { ...(CASES[0] as ConformanceCase), expect: { kind: 'value', r0: [4n, 6n], memory } as const };
    expect(judge(test, value).detail).toBe('got r0 0x5 and memory 0102, wanted r0 0x4 or 0x6 and memory 0102');
    expect(judge({ ...test, expect: reject }, value).detail).toBe(
      'got r0 0x5 and memory 0102, wanted a refusal at load (jump)',
    );
  });
});
