/** How many of the seeded faults suites find, engine by engine. */
import type { MutatedEngine } from './engine.js';
import type { Fault } from './fault.js';
import type { Suite } from './suite.js';

/** What became of a fault in an engine. */
export interface Found {
  readonly fault: Fault;
  readonly engine: string;
  /** By suite: the case that found it; undefined where none did. */
  readonly by: ReadonlyMap<string, string | undefined>;
}

export interface Score {
  readonly engine: string;
  readonly suite: string;
  /** Faults that a program can tell. */
  readonly faults: number;
  readonly found: number;
  /** Faults held equivalent, and those of them that were found: the argument is then wrong. */
  readonly equivalent: number;
  readonly refuted: number;
}

/** Seeds each fault that the engine takes, and puts it to each suite. */
export async function* mutate(
  engine: MutatedEngine,
  faults: readonly Fault[],
  suites: readonly Suite[],
): AsyncGenerator<Found, void, undefined> {
  for (const fault of faults) {
    if (!engine.takes(fault)) continue;
    const by = new Map<string, string | undefined>();
    for (const suite of suites) by.set(suite.name, (await suite.firstFailure(engine, fault))?.case.name);
    yield { fault, engine: engine.name, by };
  }
}

/** One score an engine and suite, in the order in which they were met. */
export function scores(results: readonly Found[]): Score[] {
  const totals = new Map<string, { -readonly [K in keyof Score]: Score[K] }>();
  for (const { fault, engine, by } of results) {
    for (const [suite, name] of by) {
      const key = JSON.stringify([engine, suite]);
      const total = totals.get(key) ?? { engine, suite, faults: 0, found: 0, equivalent: 0, refuted: 0 };
      totals.set(key, total);
      const found = name === undefined ? 0 : 1;
      if (fault.equivalent === undefined) {
        total.faults++;
        total.found += found;
      } else {
        total.equivalent++;
        total.refuted += found;
      }
    }
  }
  return [...totals.values()];
}
