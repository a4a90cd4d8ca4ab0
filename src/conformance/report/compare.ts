/** What changed between two runs. */
import type { SavedCase, SavedRun } from './document.js';
import type { CaseRecord } from './record.js';
import { outcomeOf } from './tally.js';

export interface Change {
  readonly name: string;
  /** The engines before and after: one name where it is one. */
  readonly engine: string;
  readonly before?: CaseRecord;
  readonly after?: CaseRecord;
}

/** Each a list in the order of the run after, removed ones in that of the run before. */
export interface Comparison {
  /** Failed, and had not, or was not there. */
  readonly worse: readonly Change[];
  /** Failed, and does no more. */
  readonly better: readonly Change[];
  /** Failed otherwise, or went between passed, unclaimed and refused. */
  readonly changed: readonly Change[];
  /** Not there before, and not failed. */
  readonly added: readonly Change[];
  readonly removed: readonly Change[];
  readonly unchanged: number;
}

/**
 * Compares by engine and case. Two documents of one engine each are compared whatever the engines are called, as that
 * is how two engines, or two versions of one, are compared.
 */
export function compareRuns(before: SavedRun, after: SavedRun): Comparison {
  const across = before.tallies.length <= 1 && after.tallies.length <= 1;
  const keyOf = ({ engine, record }: SavedCase): string => JSON.stringify(across ? record.name : [engine, record.name]);
  const left = new Map(before.cases.map((saved) => [keyOf(saved), saved]));
  const worse: Change[] = [];
  const better: Change[] = [];
  const changed: Change[] = [];
  const added: Change[] = [];
  let unchanged = 0;
  for (const saved of after.cases) {
    const { engine, record } = saved;
    const key = keyOf(saved);
    const old = left.get(key);
    left.delete(key);
    if (old === undefined) {
      (record.status === 'failed' ? worse : added).push({ name: record.name, engine, after: record });
      continue;
    }
    const change: Change = {
      name: record.name,
      engine: old.engine === engine ? engine : `${old.engine} → ${engine}`,
      before: old.record,
      after: record,
    };
    const [was, is] = [outcomeOf(old.record), outcomeOf(record)];
    if (was === is && (was !== 'failed' || old.record.detail === record.detail)) unchanged++;
    else if (was !== 'failed' && is === 'failed') worse.push(change);
    else if (was === 'failed' && is !== 'failed') better.push(change);
    else changed.push(change);
  }
  const removed = [...left.values()].map(
    ({ engine, record }): Change => ({ name: record.name, engine, before: record }),
  );
  return { worse, better, changed, added, removed, unchanged };
}
