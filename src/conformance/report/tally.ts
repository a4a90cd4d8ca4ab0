/** Counts of a run by group and by instruction, with the records that failed or were not judged. */
import type { Group, OpName } from '../../isa/table.js';
import type { CaseRecord, EngineRecord, SkipReason } from './record.js';

export type Outcome = 'passed' | 'failed' | SkipReason;
export type Counts = Readonly<Record<Outcome, number>>;

/** Cases that are about no instruction: bytes that are none, empty programs. */
export const NO_INSTRUCTION = 'no instruction';
export type Row = OpName | typeof NO_INSTRUCTION;

/** Records kept of a kind and row: an engine that fails everything must not fill the memory, or the page. */
const KEPT = 10;

export interface RowTally {
  readonly counts: Counts;
  /** The first failures, and the first refusals. */
  readonly failures: readonly CaseRecord[];
  readonly refusals: readonly CaseRecord[];
}

type Mutable = { counts: Record<Outcome, number>; failures: CaseRecord[]; refusals: CaseRecord[] };

const noCounts = (): Record<Outcome, number> => ({ passed: 0, failed: 0, unclaimed: 0, refused: 0 });

/** What became of an engine's cases. */
export class EngineTally {
  readonly counts: Counts = noCounts();
  /** The first failures, in the order of the run. */
  readonly failures: CaseRecord[] = [];
  readonly #groups = new Map<Group, Record<Outcome, number>>();
  readonly #rows = new Map<Row, Mutable>();
  /** Of the run, where they are known. */
  milliseconds: number | undefined;

  constructor(readonly engine: EngineRecord) {}

  add(record: CaseRecord): void {
    const outcome = outcomeOf(record);
    const row = this.#row(record.instruction ?? NO_INSTRUCTION);
    (this.counts as Record<Outcome, number>)[outcome]++;
    this.#group(record.group)[outcome]++;
    row.counts[outcome]++;
    if (outcome === 'failed' && this.failures.length < KEPT) this.failures.push(record);
    const kept = outcome === 'failed' ? row.failures : outcome === 'refused' ? row.refusals : undefined;
    if (kept !== undefined && kept.length < KEPT) kept.push(record);
  }

  get groups(): ReadonlyMap<Group, Counts> {
    return this.#groups;
  }

  get rows(): ReadonlyMap<Row, RowTally> {
    return this.#rows;
  }

  /** Whether something was judged, and none of it failed. */
  get ok(): boolean {
    return this.counts.failed === 0 && this.counts.passed > 0;
  }

  #group(group: Group): Record<Outcome, number> {
    const found = this.#groups.get(group) ?? noCounts();
    this.#groups.set(group, found);
    return found;
  }

  #row(name: Row): Mutable {
    const found = this.#rows.get(name) ?? { counts: noCounts(), failures: [], refusals: [] };
    this.#rows.set(name, found);
    return found;
  }
}

export function outcomeOf({ status, skipped }: CaseRecord): Outcome {
  return status === 'skipped' ? (skipped ?? 'unclaimed') : status;
}

export const judgedOf = ({ passed, failed }: Counts): number => passed + failed;
export const skippedOf = ({ unclaimed, refused }: Counts): number => unclaimed + refused;
