/** A difference between engines as the smallest case that shows it. */
import { bytesKey } from '../bytes_key.js';
import { describeAnswer } from '../run.js';
import type { Answer, ConformanceCase, Expectation } from '../types.js';
import { type Contestant, type Difference, sameAnswer } from './campaign.js';
import { shrink } from './shrink.js';

/**
 * Shrinks a difference. The engines that agreed with the first must go on agreeing: so that the case does not end up
 * showing an address, which differs from engine to engine without a fault; two engines alone leave that to the reader.
 */
export async function smallestCase(
  { case: test, seed, engine, got }: Difference,
  contestants: readonly Contestant[],
): Promise<ConformanceCase> {
  const pattern = (await patternsOf([test], contestants))[0];
  const small = await shrink(test, async (candidates) => {
    const patterns = await patternsOf(candidates, contestants);
    return patterns.map((found) => found === pattern);
  });
  const [first] = contestants as readonly [Contestant, ...Contestant[]];
  const [expected] = (await first.engine.run([small])) as [Answer];
  const [answer = got] = await engine.engine.run([small]);
  return {
    ...small,
    name: `fuzz/seed ${seed}`,
    expect: expectationOf(expected, [small.memory, memoryOf(answer)]),
    note: `${engine.name} gives ${describeAnswer(answer)}; the expectation is what ${first.name} gives.`,
  };
}

/** Which engines agree with the first on each case, as text. */
async function patternsOf(cases: readonly ConformanceCase[], contestants: readonly Contestant[]): Promise<string[]> {
  const answers: (readonly Answer[])[] = [];
  for (const { engine } of contestants) answers.push(await engine.run(cases));
  const [first, ...others] = answers as [readonly Answer[], ...(readonly Answer[])[]];
  return cases.map((_, i) => others.map((of) => relation(first[i] as Answer, of[i] as Answer)).join(' '));
}

function relation(a: Answer, b: Answer): string {
  if (a.kind === 'refused' || b.kind === 'refused') return 'refused';
  return sameAnswer(a, b) ? 'same' : `${a.kind}/${b.kind}`;
}

const memoryOf = (answer: Answer): Uint8Array | undefined => (answer.kind === 'value' ? answer.memory : undefined);

/** @param others what the memory was before, and what the other engine made of it: where all are the same it is left out */
function expectationOf(answer: Answer, others: readonly (Uint8Array | undefined)[]): Expectation {
  if (answer.kind !== 'value') return { kind: 'stopped' };
  const { memory } = answer;
  const matters =
    memory !== undefined && others.some((other) => other === undefined || bytesKey(other) !== bytesKey(memory));
  return { kind: 'value', r0: [answer.r0], ...(matters ? { memory } : {}) };
}
