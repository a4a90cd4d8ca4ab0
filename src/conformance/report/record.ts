/**
 * A run of the suite as plain data: what `--json` writes, and every report is made of. A result becomes a record as
 * soon as it comes, so that a hundred thousand programs are not kept.
 */
import type { Group, OpName } from '../../isa/table.js';
import { renderCaseFile } from '../case_file.js';
import { describeAnswer, describeExpectation } from '../run.js';
import type { CaseResult, EngineUnderTest, Status } from '../types.js';
import { subjectOf } from './subject.js';

/** In a document, what was not judged is skipped; `detail` begins with the reason. */
export const RECORD_STATUSES = ['passed', 'failed', 'skipped'] as const;
export type RecordStatus = (typeof RECORD_STATUSES)[number];

/** Why a case was not judged. */
export type SkipReason = Extract<Status, 'unclaimed' | 'refused'>;

export interface CaseRecord {
  readonly name: string;
  readonly group: Group;
  readonly status: RecordStatus;
  /** Got and wanted in words; '' for what passed. */
  readonly detail: string;
  /** The instruction that it counts under, where there is one. */
  readonly instruction?: OpName;
  readonly skipped?: SkipReason;
  readonly failure?: Failure;
}

/** What a reader of the report needs to see a failure, and to make it happen again. */
export interface Failure {
  /** RFC section or kernel header. */
  readonly source: string;
  readonly got: string;
  readonly wanted: string;
  /** The case as a `.data` file: program with its disassembly, memory, expectation. */
  readonly file: string;
}

export interface EngineRecord {
  /** Unique in a document. */
  readonly name: string;
  readonly version: string;
  /** The words of the command line that choose it: `--engine jit`. */
  readonly option: string;
}

/** The record of a result. */
export function recordOf({ case: test, status, answer, detail }: CaseResult): CaseRecord {
  const subject = subjectOf(test);
  const { name, group } = test;
  const about = { name, group, ...(subject === undefined ? {} : { instruction: subject }) };
  if (status === 'passed') return { ...about, status, detail };
  if (status !== 'failed') {
    const reason = answer?.kind === 'refused' ? answer.reason : detail;
    return { ...about, status: 'skipped', skipped: status, detail: `${status}: ${reason}` };
  }
  const got = answer === undefined ? 'no answer' : describeAnswer(answer);
  const wanted = describeExpectation(test.expect);
  return { ...about, status, detail, failure: { source: test.source, got, wanted, file: renderCaseFile(test) } };
}

/** The record of an engine, with a name that `taken` does not hold yet. */
export function engineRecord(
  { name, version }: Pick<EngineUnderTest, 'name' | 'version'>,
  option: string,
  taken: ReadonlySet<string> = new Set(),
): EngineRecord {
  let unique = name;
  for (let n = 2; taken.has(unique); n++) unique = `${name} (${n})`;
  return { name: unique, version, option };
}

/** A file name for a case. */
export function fileNameOf({ name }: Pick<CaseRecord, 'name'>): string {
  const safe = name.replaceAll(/[^\w.=+-]+/g, '-').replaceAll(/^[-.]+|-+$/g, '');
  return `${safe.slice(0, 100) || 'case'}.data`;
}

/** The command line that runs a case once its file is saved. */
export function commandFor(record: Pick<CaseRecord, 'name'>, { option }: Pick<EngineRecord, 'option'>): string {
  return `beeswax conformance ${fileNameOf(record)} ${option}`;
}
