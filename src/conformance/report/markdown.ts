/** Results of several runs as a page of the docs: engines, groups, and what failed. */
import type { Group } from '../../isa/table.js';
import { explainRefusal } from '../kernel_differences.js';
import { GROUPS } from '../requirements.js';
import type { SavedRun } from './document.js';
import { type Counts, type EngineTally, judgedOf, type RowTally } from './tally.js';

/** Cases of one instruction that are named. */
const NAMED = 3;
/** Reasons of refusals that are listed. */
const REASONS = 20;

/** The tables and lists, from `##` down. */
export function markdownResults(runs: readonly SavedRun[]): string {
  const tallies = runs.flatMap((run) => run.tallies);
  const parts = [...engines(runs), '', ...groups(tallies), '', ...tallies.flatMap(failures), ...runs.flatMap(refusals)];
  return `${parts.join('\n').trimEnd()}\n`;
}

function engines(runs: readonly SavedRun[]): string[] {
  const rows = runs.flatMap(({ origin, tallies }) =>
    tallies.map(({ engine, counts, milliseconds }) => [
      engine.name,
      engine.version,
      `${counts.failed === 0 && counts.passed > 0 ? '✓' : '✗'} ${number(counts.passed)} of ${number(judgedOf(counts))}`,
      number(counts.refused),
      number(counts.unclaimed),
      milliseconds === undefined ? '' : `${(milliseconds / 1000).toFixed(0)} s`,
      origin.date?.slice(0, 10) ?? '',
      origin.machine ?? '',
    ]),
  );
  const head = ['engine', 'version', 'passed', 'refused', 'unclaimed', 'time', 'date', 'machine'];
  return ['## Engines', '', ...table(head, rows)];
}

function groups(tallies: readonly EngineTally[]): string[] {
  const named = GROUPS.filter((group) => tallies.some((tally) => tally.groups.has(group)));
  const rows = named.map((group) => [group, ...tallies.map((tally) => groupCell(tally, group))]);
  return ['## Groups', '', ...table(['group', ...tallies.map(({ engine }) => engine.name)], rows)];
}

function groupCell(tally: EngineTally, group: Group): string {
  const counts = tally.groups.get(group);
  if (counts === undefined) return '';
  if (judgedOf(counts) === 0) return counts.refused > 0 ? `⊘ ${number(counts.refused)} refused` : '– unclaimed';
  return `${counts.failed === 0 ? '✓' : '✗'} ${share(counts)}`;
}

function failures({ engine, counts, rows }: EngineTally): string[] {
  if (counts.failed === 0) return [];
  const failed = [...rows].filter(([, row]) => row.counts.failed > 0);
  return [
    `## What failed on ${text(engine.name)}`,
    '',
    ...table(
      ['instruction', 'failed', 'such as', 'got', 'wanted'],
      failed.flatMap(([name, row]) => examples(name, row)),
    ),
    '',
  ];
}

function examples(name: string, { counts, failures: kept }: RowTally): string[][] {
  return kept
    .slice(0, NAMED)
    .map((record, index) => [
      index === 0 ? code(name) : '',
      index === 0 ? `${number(counts.failed)} of ${number(judgedOf(counts))}` : '',
      code(record.name),
      record.failure?.got ?? record.detail,
      record.failure?.wanted ?? '',
    ]);
}

/** Why verifiers refused, with the numbers of a reason left out. */
function refusals({ cases, tallies }: SavedRun): string[] {
  return tallies.flatMap(({ engine, counts }) => {
    if (counts.refused === 0) return [];
    const reasons = new Map<string, { count: number; why: string; example: string }>();
    for (const { engine: name, record } of cases) {
      if (name !== engine.name || record.skipped !== 'refused') continue;
      const said = record.detail.replace(/^refused: /, '');
      const reason = said.replaceAll(/-?\b(0x[\da-f]+|\d+)\b/g, 'N');
      const found = reasons.get(reason);
      if (found === undefined)
        reasons.set(reason, { count: 1, why: explainRefusal(said)?.why ?? '', example: record.name });
      else found.count++;
    }
    const sorted = [...reasons].sort(([, a], [, b]) => b.count - a.count);
    const rest = sorted.slice(REASONS).reduce((sum, [, { count }]) => sum + count, 0);
    const rows = sorted
      .slice(0, REASONS)
      .map(([reason, { count, why, example }]) => [number(count), reason, why, code(example)]);
    if (rest > 0) rows.push([number(rest), 'other reasons', '', '']);
    return [
      `## What ${text(engine.name)} refused`,
      '',
      ...table(['cases', 'it says', 'why the program is valid all the same', 'such as'], rows),
      '',
    ];
  });
}

const share = (counts: Counts): string => `${number(counts.passed)} of ${number(judgedOf(counts))}`;
const number = (value: number): string => value.toLocaleString('en');
const code = (value: string): string => `\`${value.replaceAll('`', "'")}\``;
const text = (value: string): string => value.replaceAll(/\s+/g, ' ').replaceAll(/[\\|<>&*_[\]]/g, '\\$&');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)];
}

/** In code, only what would end the cell is escaped. */
const cell = (value: string): string =>
  value.startsWith('`') ? value.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|') : text(value);
