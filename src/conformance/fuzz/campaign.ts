/** Random programs through several engines, in order of their seeds; what each answered otherwise than the first. */
import type { Answer, ConformanceCase, EngineUnderTest } from '../types.js';
import { randomCase } from './generate.js';

/** An engine of a campaign. */
export interface Contestant {
  /** Unique among them: 'jit level 2'. */
  readonly name: string;
  readonly engine: EngineUnderTest;
}

/** A program that an engine answers otherwise than the first of them. */
export interface Difference {
  readonly seed: number;
  readonly case: ConformanceCase;
  readonly expected: Answer;
  readonly engine: Contestant;
  readonly got: Answer;
}

export interface Counts {
  /** Programs of which this engine's answer was compared with the first's. */
  readonly compared: number;
  /** Programs that it refused: no judgement. */
  readonly refused: number;
  readonly different: number;
}

export interface CampaignOptions {
  /** The first seed; each program has the next. */
  readonly seed: number;
  readonly programs: number;
  /** Programs put to an engine at a time; 500 by default. */
  readonly chunk?: number;
  /** Ends the campaign before the next programs. */
  readonly signal?: AbortSignal;
  readonly onDifference?: (difference: Difference) => Promise<void> | void;
  /** Told how many programs are done. */
  readonly onProgress?: (programs: number) => void;
}

const DEFAULT_CHUNK = 500;

/**
 * Compares all engines but the first with the first.
 *
 * @returns counts by name, of all but the first.
 */
export async function runCampaign(
  contestants: readonly Contestant[],
  { seed, programs, chunk = DEFAULT_CHUNK, signal, onDifference, onProgress }: CampaignOptions,
): Promise<ReadonlyMap<string, Counts>> {
  const [first, ...others] = contestants as [Contestant, ...Contestant[]];
  const counts = new Map(others.map(({ name }) => [name, { compared: 0, refused: 0, different: 0 }]));
  for (let from = 0; from < programs && signal?.aborted !== true; from += chunk) {
    const length = Math.min(chunk, programs - from);
    const cases = Array.from({ length }, (_, i) => randomCase(seed + from + i));
    const expected = await first.engine.run(cases);
    for (const engine of others) {
      const answers = await engine.engine.run(cases);
      const count = counts.get(engine.name) as { compared: number; refused: number; different: number };
      for (const [i, test] of cases.entries()) {
        const [want, got] = [expected[i] as Answer, answers[i] as Answer];
        if (want.kind === 'refused' || got.kind === 'refused') {
          count.refused++;
          continue;
        }
        count.compared++;
        if (sameAnswer(want, got)) continue;
        count.different++;
        await onDifference?.({ seed: seed + from + i, case: test, expected: want, engine, got });
      }
    }
    onProgress?.(from + length);
  }
  return counts;
}

/** Whether two engines agree: by value and memory, or in that the program does not come to its exit. */
export function sameAnswer(a: Answer, b: Answer): boolean {
  if (isFailure(a) || isFailure(b)) return false;
  if (a.kind !== 'value' || b.kind !== 'value') return a.kind !== 'value' && b.kind !== 'value';
  if (a.r0 !== b.r0) return false;
  const [left, right] = [a.memory, b.memory];
  if (left === undefined || right === undefined) return true;
  return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

const isFailure = ({ kind }: Answer): boolean => kind === 'crashed' || kind === 'hung' || kind === 'garbled';
