/**
 * Puts cases to an engine and judges its answers. What is not claimed is not run and not counted as passed; a run in
 * which nothing was judged is a failure.
 */
import type { Group, Since } from '../isa/table.js';
import { versionHas } from './requirements.js';
import type { Answer, CaseResult, ConformanceCase, EngineUnderTest, Expectation, Status } from './types.js';

export interface SuiteOptions {
  /** Groups to judge, of those that the engine claims; all by default. */
  readonly groups?: ReadonlySet<Group>;
  /** Highest cpu version to judge; all by default. */
  readonly version?: Since;
  /** Only cases whose name this matches. */
  readonly name?: RegExp;
  /** Cases put to the engine at a time; 4,096 by default. */
  readonly chunk?: number;
}

export interface Summary {
  readonly engine: string;
  readonly version: string;
  readonly passed: number;
  readonly failed: number;
  readonly unclaimed: number;
  readonly refused: number;
  readonly milliseconds: number;
  /** Whether something was judged, and none of it failed. */
  readonly ok: boolean;
}

const DEFAULT_CHUNK = 4096;

/** Runs cases in order, and yields a result for each that the selection takes. */
export async function* runSuite(
  engine: EngineUnderTest,
  cases: Iterable<ConformanceCase>,
  options: SuiteOptions = {},
): AsyncGenerator<CaseResult, void, undefined> {
  const size = options.chunk ?? DEFAULT_CHUNK;
  let chunk: ConformanceCase[] = [];
  for (const test of cases) {
    if (!selected(test, options)) continue;
    if (!claimed(engine, test)) {
      yield { case: test, status: 'unclaimed', detail: unclaimedDetail(engine, test) };
      continue;
    }
    chunk.push(test);
    if (chunk.length < size) continue;
    yield* judged(engine, chunk);
    chunk = [];
  }
  if (chunk.length > 0) yield* judged(engine, chunk);
}

/** Runs cases and counts; `onResult` sees each result. */
export async function summarise(
  engine: EngineUnderTest,
  cases: Iterable<ConformanceCase>,
  options: SuiteOptions = {},
  onResult: (result: CaseResult) => void = () => {},
): Promise<Summary> {
  const counts: Record<Status, number> = { passed: 0, failed: 0, unclaimed: 0, refused: 0 };
  const start = performance.now();
  for await (const result of runSuite(engine, cases, options)) {
    counts[result.status]++;
    onResult(result);
  }
  return {
    engine: engine.name,
    version: engine.version,
    ...counts,
    milliseconds: performance.now() - start,
    ok: counts.failed === 0 && counts.passed > 0,
  };
}

async function* judged(engine: EngineUnderTest, cases: readonly ConformanceCase[]): AsyncGenerator<CaseResult> {
  const answers = await engine.run(cases);
  for (const [i, test] of cases.entries()) {
    yield judge(test, answers[i] ?? { kind: 'garbled', reason: 'no answer' });
  }
}

/** Whether the selection takes a case. */
export function selected(test: ConformanceCase, { groups, version, name }: SuiteOptions): boolean {
  return (
    (groups === undefined || groups.has(test.group)) &&
    (version === undefined || versionHas(version, test.since)) &&
    (name === undefined || name.test(test.name))
  );
}

/** Whether an engine claims all that a case needs. */
export function claimed(engine: EngineUnderTest, test: ConformanceCase): boolean {
  return (
    engine.claims.has(test.group) &&
    test.needs.every((group) => engine.claims.has(group)) &&
    (engine.cpu === undefined || versionHas(engine.cpu, test.since))
  );
}

function unclaimedDetail({ name, claims, cpu }: EngineUnderTest, { group, needs, since }: ConformanceCase): string {
  const missing = [group, ...needs].filter((needed) => !claims.has(needed));
  return `${name} does not claim ${missing.length > 0 ? missing.join(', ') : `cpu ${since}, only ${cpu}`}`;
}

/** Compares an answer with what is expected. */
export function judge(test: ConformanceCase, answer: Answer): CaseResult {
  const status = statusOf(test, answer);
  const detail = status === 'passed' ? '' : `got ${describeAnswer(answer)}, wanted ${describeExpectation(test.expect)}`;
  return { case: test, status, answer, detail };
}

function statusOf({ expect }: ConformanceCase, answer: Answer): Status {
  switch (answer.kind) {
    case 'value':
      return expect.kind === 'value' && isExpectedValue(expect, answer) ? 'passed' : 'failed';
    case 'rejected':
    case 'stopped':
      return expect.kind !== 'value' || expect.mayStop ? 'passed' : 'failed';
    case 'refused':
      // Refusing what must not run is right whatever the verifier's reason; else it says nothing of the ISA.
      return expect.kind === 'value' ? 'refused' : 'passed';
    default:
      return 'failed';
  }
}

function isExpectedValue(
  expect: Extract<Expectation, { kind: 'value' }>,
  answer: Extract<Answer, { kind: 'value' }>,
): boolean {
  if (!expect.r0.includes(answer.r0)) return false;
  // An engine that shows no memory (the public suite's plugins) is judged on r0 alone.
  if (expect.memory === undefined || answer.memory === undefined) return true;
  return sameBytes(expect.memory, answer.memory);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** An answer in words. */
export function describeAnswer(answer: Answer): string {
  if (answer.kind !== 'value') return `${answer.kind}: ${answer.reason}`;
  return valueText([answer.r0], answer.memory);
}

/** An expectation in words. */
export function describeExpectation(expect: Expectation): string {
  if (expect.kind === 'rejected') return `a refusal at load (${expect.reason})`;
  if (expect.kind === 'stopped') return 'to be stopped before the exit';
  return `${valueText(expect.r0, expect.memory)}${expect.mayStop ? ', or to be stopped' : ''}`;
}

function valueText(r0: readonly bigint[], memory: Uint8Array | undefined): string {
  const values = r0.map((value) => `0x${value.toString(16)}`).join(' or ');
  return memory === undefined ? `r0 ${values}` : `r0 ${values} and memory ${hexText(memory)}`;
}

const hexText = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
