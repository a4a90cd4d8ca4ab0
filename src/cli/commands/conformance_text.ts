/** What `conformance` tells people: failures with what makes them happen again, counts, what changed. */

import type { Change, Comparison } from '../../conformance/report/compare.js';
import { type CaseRecord, commandFor, type EngineRecord } from '../../conformance/report/record.js';
import { type EngineTally, judgedOf, outcomeOf } from '../../conformance/report/tally.js';
import { GROUPS } from '../../conformance/requirements.js';
import { printable, type Style } from '../../util/ansi.js';
import { columns, counted, duration, grouped } from '../format.js';

/** Failures shown in full; of the others it says how many each instruction has. */
const IN_FULL = 10;
/** Changes listed of a kind. */
const LISTED = 50;

/** An engine's failures, then its counts by group. */
export function engineText(tally: EngineTally, style: Style): string {
  const shown = tally.failures.slice(0, IN_FULL);
  const lines = [...shown.flatMap((record) => [failureText(record, tally.engine, style), ''])];
  const more = tally.counts.failed - shown.length;
  if (more > 0)
    lines.push(
      `${style.red(`${counted(more, 'further failure')}`)}; all failures by instruction:`,
      ...failuresByRow(tally),
      '',
    );
  return `${[...lines, ...countsText(tally, style)].join('\n')}\n`;
}

/** One failure: what, where it is written, got and wanted, the case as a file, the command that runs it. */
export function failureText({ name, group, detail, failure }: CaseRecord, engine: EngineRecord, style: Style): string {
  const title = style.bold(`${style.red('failed')} ${printable(name)} on ${printable(engine.name)}`);
  if (failure === undefined) return `${title}\n  ${printable(detail)}`;
  const { source, got, wanted, file } = failure;
  return [
    title,
    ...columns([
      ['  group', group],
      ['  says', printable(source)],
      ['  got', printable(got)],
      ['  wanted', printable(wanted)],
    ]),
    '  again',
    `    ${style.bold(printable(commandFor({ name }, engine)))}   ${style.dim('with this file:')}`,
    ...file
      .trimEnd()
      .split('\n')
      .map((line) => `    ${printable(line)}`),
  ].join('\n');
}

function failuresByRow(tally: EngineTally): string[] {
  const rows = [...tally.rows].filter(([, { counts }]) => counts.failed > 0);
  const failed = rows.map(([name, { counts }]) => [
    `  ${name}`,
    grouped(counts.failed),
    `of ${grouped(judgedOf(counts))}`,
  ]);
  return columns(failed, [1]);
}

function countsText({ engine, counts, groups, milliseconds }: EngineTally, { bold, red, green }: Style): string[] {
  const verdict = counts.failed > 0 ? red('failed') : judgedOf(counts) === 0 ? red('not judged') : green('passed');
  const time = milliseconds === undefined ? '' : ` in ${duration(milliseconds / 1000)}`;
  const head = `${bold(`${printable(engine.name)} ${printable(engine.version)}`)} ${verdict}: ${grouped(counts.passed)} of ${counted(judgedOf(counts), 'case')}${time}`;
  const rows = GROUPS.flatMap((group) => {
    const of = groups.get(group);
    return of === undefined ? [] : [[group, ...[of.passed, of.failed, of.refused, of.unclaimed].map(grouped)]];
  });
  return [
    head,
    ...columns([['group', 'passed', 'failed', 'refused', 'unclaimed'], ...rows], [1, 2, 3, 4]).map(
      (line) => `  ${line}`,
    ),
  ];
}

/** What changed between two runs. */
export function comparisonText(comparison: Comparison, { bold, red, green, yellow, dim }: Style): string {
  const { worse, better, changed, added, removed, unchanged } = comparison;
  const parts = [
    list(red('worse'), worse, change),
    list(green('better'), better, change),
    list(yellow('changed'), changed, change),
    list('added', added, ({ after }) => (after === undefined ? '' : outcomeOf(after))),
    list('removed', removed, ({ before }) => (before === undefined ? '' : outcomeOf(before))),
  ].flat();
  return `${[...parts, dim(`${counted(unchanged, 'case')} as before`)].join('\n')}\n`;

  function list(title: string, changes: readonly Change[], words: (change: Change) => string): string[] {
    if (changes.length === 0) return [];
    const rows = changes
      .slice(0, LISTED)
      .map((one) => [`  ${printable(one.name)}`, printable(one.engine), printable(words(one))]);
    const more = changes.length > LISTED ? [dim(`  and ${grouped(changes.length - LISTED)} more`)] : [];
    return [bold(`${title}: ${grouped(changes.length)}`), ...columns(rows), ...more];
  }

  function change({ before, after }: Change): string {
    const was = before === undefined ? 'not there' : outcomeOf(before);
    if (after === undefined) return was;
    const detail = after.status === 'failed' ? `: ${after.detail}` : '';
    return `${was} → ${outcomeOf(after)}${detail}`;
  }
}
