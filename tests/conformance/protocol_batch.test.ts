/** Engines that fail in every way they can: exactly the case at fault is lost, and its answer says how. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { BatchEngine } from '../../src/conformance/adapters/process_batch.js';
import type { Answer, ConformanceCase } from '../../src/conformance/types.js';
import { startProcess } from '../../src/platform/node_process.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { moves } from './guests/cases.js';

const GUEST = fileURLToPath(new URL('./guests/guest.mjs', import.meta.url));
const limits = { start: startProcess, timeout: 1000, startTimeout: 5000 };

async function answersOf(cases: readonly ConformanceCase[], window = 64): Promise<readonly Answer[]> {
  const engine = await BatchEngine.open({ command: [process.execPath, GUEST], window, ...limits });
  try {
    return await engine.run(cases);
  } finally {
    await engine.close();
  }
}

/** What becomes of the case that does it, alone, at the start, amid others, or at the end. */
const MISDEEDS: readonly [what: string, word: number, kind: Answer['kind'], reason: RegExp][] = [
  ['crashes', 0x1001, 'crashed', /ended by SIGSEGV/],
  ['exits early', 0x1002, 'crashed', /exit code 0/],
  ['exits with a code and a last word', 0x1003, 'crashed', /exit code 3; stderr ends with: guest: assertion failed/],
  ['hangs', 0x1004, 'hung', /no answer within 1000 ms/],
  ['prints rubbish', 0x1005, 'garbled', /expected an answer, got "Segmentation fault/],
  ['answers with no number', 0x1006, 'garbled', /no hex number/],
  ['answers twice', 0x1007, 'garbled', /answered more than once/],
  ['prints without end', 0x1009, 'garbled', /prints without end/],
  ['prints after its answer', 0x100a, 'garbled', /after its answer came "done\."/],
  ['crashes after its answer', 0x100b, 'crashed', /after its answer, ended by SIGABRT/],
  ['stops amid a line', 0x100c, 'hung', /a line without its end/],
  ['answers for another case', 0x100e, 'garbled', /came before/],
];

describe('an engine that fails at a case', () => {
  for (const [what, word, kind, reason] of MISDEEDS) {
    for (const [where, before, after] of [
      ['at the first case', 0, 20],
      ['amid others', 90, 100],
      ['at the last case', 5, 0],
    ] as const) {
      it(`${what} ${where}: the others keep their answers`, { timeout: 15_000 }, async () => {
        const values = [...range(before), word, ...range(after)];
        const answers = await answersOf(values.map((value) => moves(value)));
        expect(answers).toHaveLength(values.length);
        values.forEach((value, i) => {
          if (i === before) expect(answers[i]).toEqual({ kind, reason: expect.stringMatching(reason) });
          else expect(answers[i], `case ${i}`).toEqual({ kind: 'value', r0: BigInt(value) });
        });
      });
    }
  }

  it('answers out of order: the case that was passed over is lost', async () => {
    const answers = await answersOf([1, 0x1008, 2, 3].map((value) => moves(value)));
    expect(answers).toEqual([
      { kind: 'value', r0: 1n },
      { kind: 'garbled', reason: 'the answer to case 2 came before that to case 1 of this run' },
      { kind: 'value', r0: 2n },
      { kind: 'value', r0: 3n },
    ]);
  });

  it('fails in several ways in a row', { timeout: 20_000 }, async () => {
    const answers = await answersOf([0x1001, 0x1005, 7, 0x1002, 0x1007, 0x1004, 8].map((value) => moves(value)));
    expect(answers.map(({ kind }) => kind)).toEqual([
      'crashed',
      'garbled',
      'value',
      'crashed',
      'garbled',
      'hung',
      'value',
    ]);
  });

  it('leaves the memory out of an answer', async () => {
    const memory = Uint8Array.of(1, 2, 3, 4);
    const answers = await answersOf([moves(5, memory), moves(0x100d, memory), moves(6, memory)]);
    expect(answers).toEqual([
      { kind: 'value', r0: 5n, memory },
      { kind: 'garbled', reason: 'the answer lacks "memory"' },
      { kind: 'value', r0: 6n, memory },
    ]);
  });
});

describe('an engine behind the batch protocol', () => {
  it('says who it is, and stays the same process from run to run', async () => {
    const engine = await BatchEngine.open({ command: [process.execPath, GUEST], ...limits });
    expect(engine).toMatchObject({ name: 'guest', version: '1.0', cpu: 'v3', restarts: 0 });
    // base64 holds base32 (RFC 9669 section 2.4).
    expect([...engine.claims]).toEqual(['base64', 'base32']);
    for (const value of [1, 2, 3]) {
      expect(await engine.run([moves(value)])).toEqual([{ kind: 'value', r0: BigInt(value) }]);
    }
    expect(engine.restarts).toBe(0);
    await engine.close();
  });

  it('refuses a program with its reason', async () => {
    const exit = { ...moves(0), program: Uint8Array.of(0x95, 0, 0, 0, 0, 0, 0, 0) };
    expect(await answersOf([exit])).toEqual([{ kind: 'rejected', reason: 'no mov' }]);
  });

  it('answers thousands of cases through a window of any size', async () => {
    const cases = range(3000).map((value) => moves(value));
    for (const window of [1, 1000]) {
      const answers = await answersOf(cases, window);
      expect(answers.every((answer, i) => answer.kind === 'value' && answer.r0 === BigInt(i))).toBe(true);
    }
  });

  it.each([
    ['exit', /ended with exit code 7/],
    ['rubbish', /expected the answer to hello, got "Welcome/],
    ['hang', /no answer to hello within 700 ms/],
    ['claims', /"base128", which is no conformance group/],
  ])('that fails at its start (%s) is an error', async (how, problem) => {
    const opened = BatchEngine.open({
      command: [process.execPath, GUEST, '--start', how],
      ...limits,
      startTimeout: 700,
    });
    await expect(opened).rejects.toThrow(problem);
    await opened.catch((thrown) => expect(isBeeswaxError(thrown, 'BEESWAX_E_CONFORMANCE_ENGINE')).toBe(true));
  });

  it('that is not there is an error', async () => {
    const opened = BatchEngine.open({ command: ['/nowhere/engine'], ...limits });
    await expect(opened).rejects.toThrow(/could not be started: .*ENOENT/);
  });
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
