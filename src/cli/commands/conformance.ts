/** `beeswax conformance`: cases through engines, and what came of it in every form that was asked for. */

import { compareRuns } from '../../conformance/report/compare.js';
import { type RunOrigin, readDocument, type SavedRun } from '../../conformance/report/document.js';
import { recordOf } from '../../conformance/report/record.js';
import { EngineTally, judgedOf, skippedOf } from '../../conformance/report/tally.js';
import { GROUPS } from '../../conformance/requirements.js';
import { runSuite, type SuiteOptions } from '../../conformance/run.js';
import type { ConformanceCase } from '../../conformance/types.js';
import type { Group } from '../../isa/table.js';
import { style } from '../../util/ansi.js';
import { BeeswaxError } from '../../util/errors.js';
import { didYouMean } from '../../util/nearest.js';
import { jsonText } from '../json.js';
import { machineText } from '../machine.js';
import type { Options } from '../options.js';
import { Progress } from '../progress.js';
import { reportError } from '../report_error.js';
import type { RunCommand } from '../run_command.js';
import type { Terminal } from '../terminal.js';
import { usageError } from '../usage_error.js';
import { version } from '../version.js';
import { closeEngines, type OpenedEngine, openEngines } from './conformance_engines.js';
import { openSinks, type ResultSink } from './conformance_sinks.js';
import { comparisonText } from './conformance_text.js';

/** The exit code of a process that the user interrupted (128 + SIGINT). */
const INTERRUPTED = 130;

export const conformance: RunCommand = async (_path, options, terminal, paths) => {
  if (options.compare === true) return compare(paths, options, terminal);
  const groups = options.groups === undefined ? undefined : groupsOf(options.groups);
  const taken = new Set<string>();
  const saved = await readRuns(
    paths.filter((path) => path.endsWith('.json')),
    taken,
    terminal,
  );
  const casePaths = paths.filter((path) => !path.endsWith('.json'));
  if (saved.length > 0 && casePaths.length === 0) return showSaved(saved, options, terminal);

  const cases = await casesOf(casePaths, terminal);
  const engines = await openEngines(options, groups, taken);
  try {
    const selection = {
      ...(groups === undefined ? {} : { groups }),
      ...(options.cpu === undefined ? {} : { version: options.cpu }),
      ...(options.filter === undefined ? {} : { name: literally(options.filter) }),
    };
    const sinks = await openSinks(options, terminal);
    const interruption = terminal.interruption();
    const showProgress = terminal.interactive && options.quiet !== true;
    return await judge({ engines, cases, selection, saved, sinks, interruption, showProgress, terminal });
  } finally {
    await closeEngines(engines);
  }
};

interface Job {
  readonly engines: readonly OpenedEngine[];
  readonly cases: Iterable<ConformanceCase>;
  readonly selection: SuiteOptions;
  readonly saved: readonly SavedRun[];
  readonly sinks: readonly ResultSink[];
  readonly interruption: AbortSignal;
  readonly showProgress: boolean;
  readonly terminal: Terminal;
}

async function judge(job: Job): Promise<number> {
  const { engines, saved, sinks, interruption, terminal } = job;
  const tallies: EngineTally[] = [];
  const problems: BeeswaxError[] = [];
  for (const opened of engines) {
    if (interruption.aborted) break;
    const tally = await judgeOne(opened, job);
    tallies.push(tally);
    const problem = interruption.aborted ? undefined : nothingJudged(tally);
    if (problem !== undefined) problems.push(problem);
    for (const sink of sinks) sink.engineDone?.(tally);
  }
  const all = [...saved.flatMap((run) => run.tallies), ...tallies];
  for (const sink of sinks) await sink.end(sink.withSaved ? all : tallies, originNow(), problems[0]);
  for (const problem of problems) reportError(problem, terminal);
  if (interruption.aborted) return INTERRUPTED;
  return tallies.every((tally) => tally.ok) ? 0 : 1;
}

async function judgeOne({ engine, record: name, chunk }: OpenedEngine, job: Job): Promise<EngineTally> {
  const { cases, selection, sinks, interruption, showProgress, terminal } = job;
  const progress = new Progress(terminal, showProgress, `cases on ${name.name}`);
  const tally = new EngineTally(name);
  const start = performance.now();
  let count = 0;
  for await (const result of runSuite(engine, cases, { ...selection, chunk })) {
    if (interruption.aborted) break;
    const record = recordOf(result);
    tally.add(record);
    for (const sink of sinks) sink.add?.(name, record);
    progress.done(++count, tally.counts.failed === 0 ? '' : `, ${tally.counts.failed} failed`);
  }
  tally.milliseconds = performance.now() - start;
  progress.end();
  return tally;
}

/** What a run of nothing is: no pass. */
function nothingJudged({ engine, counts }: EngineTally): BeeswaxError | undefined {
  if (judgedOf(counts) > 0) return undefined;
  const { unclaimed, refused } = counts;
  return new BeeswaxError('BEESWAX_E_NOTHING_JUDGED', {
    engine: engine.name,
    selected: skippedOf(counts),
    unclaimed,
    refused,
  });
}

/** Earlier runs side by side, without a new one. */
async function showSaved(saved: readonly SavedRun[], options: Options, terminal: Terminal): Promise<number> {
  if (options.suiteEngine !== undefined || options.plugin !== undefined || options.batch !== undefined) {
    throw usageError('there are earlier runs, and an engine, but no case', 'name .data files or folders as well');
  }
  if (options.json === true || options.tap === true || options.junit !== undefined) {
    throw usageError('earlier runs go into a --report only', 'leave --json, --tap and --junit away');
  }
  const tallies = saved.flatMap((run) => run.tallies);
  const sinks = await openSinks(options, terminal);
  // Of runs of several days and machines no one origin is true.
  const origin = saved.length === 1 ? (saved[0] as SavedRun).origin : {};
  for (const sink of sinks) {
    for (const tally of tallies) sink.engineDone?.(tally);
    await sink.end(tallies, origin);
  }
  return tallies.every((tally) => tally.ok) ? 0 : 1;
}

async function compare(paths: readonly string[], options: Options, terminal: Terminal): Promise<number> {
  if (paths.length !== 2) {
    throw usageError(`--compare needs two files, but got ${paths.length}`, 'write `--compare BEFORE.json AFTER.json`');
  }
  // Each with names of its own: the same engine is called the same in both.
  const [before, after] = [
    await readRuns(paths.slice(0, 1), new Set(), terminal),
    await readRuns(paths.slice(1), new Set(), terminal),
  ];
  const comparison = compareRuns(before[0] as SavedRun, after[0] as SavedRun);
  if (options.json === true) terminal.out(jsonText(comparison));
  else if (options.quiet !== true) terminal.out(comparisonText(comparison, style(terminal.colorOut)));
  return comparison.worse.length === 0 ? 0 : 1;
}

async function readRuns(paths: readonly string[], taken: Set<string>, terminal: Terminal): Promise<SavedRun[]> {
  const runs: SavedRun[] = [];
  for (const path of paths) runs.push(readDocument(new TextDecoder().decode(await terminal.read(path)), path, taken));
  return runs;
}

/** The cases of files and folders; the whole suite where there are none. */
async function casesOf(paths: readonly string[], terminal: Terminal): Promise<Iterable<ConformanceCase>> {
  if (paths.length === 0) {
    const { builtInCases } = await import('../../conformance/built_in.js');
    return builtInCases();
  }
  const { parseCaseFile } = await import('../../conformance/case_file.js');
  const cases: ConformanceCase[] = [];
  for (const path of paths) {
    for (const file of await terminal.filesOf(path, '.data')) {
      cases.push(parseCaseFile(new TextDecoder().decode(await terminal.read(file)), file.replace(/\.data$/, '')));
    }
  }
  return cases;
}

function groupsOf(list: string): ReadonlySet<Group> {
  const words = list.split(',').map((word) => word.trim());
  return new Set(
    words.map((word) => {
      const found = GROUPS.find((group) => group === word);
      if (found !== undefined) return found;
      throw usageError(`--groups cannot hold ${word}`, didYouMean(word, GROUPS) ?? `groups are ${GROUPS.join(', ')}`);
    }),
  );
}

const literally = (text: string): RegExp => new RegExp(text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));

const originNow = (): RunOrigin => ({ date: new Date().toISOString(), beeswax: version(), machine: machineText() });
