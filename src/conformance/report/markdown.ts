/** Results of several runs as a page of the docs: engines, groups, and what failed. */
import type { Group } from '../../isa/table.js';
import { explainRefusal } from '../kernel_differences.js';
import { GROUPS } from '../requirements.js';
import type { SavedRun } from './document.js';
import type { Failure } from './record.js';
import { type Counts, type EngineTally, judgedOf, NO_INSTRUCTION, type Row } from './tally.js';

/** Instructions that are named of a kind of fault. */
const NAMED = 4;
/** Kinds of faults, and reasons of refusals, that are listed. */
const KINDS = 15;

/** The tables and lists, from `##` down. */
export function markdownResults(runs: readonly SavedRun[]): string {
  const tallies = runs.flatMap((run) => run.tallies);
  const parts = [...engines(runs), '', ...groups(tallies), '', ...runs.flatMap(failures), ...runs.flatMap(refusals)];
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
  return counts.failed === 0 ? `✓ ${number(counts.passed)}` : `✗ ${share(counts)}`;
}

/** What went wrong by kind: the instructions in full are in the HTML report. */
function failures({ cases, tallies }: SavedRun): string[] {
  return tallies.flatMap(({ engine, counts }) => {
    if (counts.failed === 0) return [];
    const kinds = new Map<string, Kind>();
    for (const { engine: name, record } of cases) {
      const { failure } = record;
      if (name !== engine.name || failure === undefined) continue;
      const [got, wanted] = kindOf(failure);
      const key = JSON.stringify([got, wanted]);
      const kind = kinds.get(key) ?? { got, wanted, count: 0, instructions: new Set(), example: record.name };
      kinds.set(key, kind);
      kind.count++;
      kind.instructions.add(record.instruction ?? NO_INSTRUCTION);
    }
    const sorted = [...kinds.values()].sort((a, b) => b.count - a.count);
    const rest = sorted.slice(KINDS).reduce((sum, { count }) => sum + count, 0);
    const rows = sorted
      .slice(0, KINDS)
      .map((kind) => [number(kind.count), kind.got, kind.wanted, some(kind.instructions), code(kind.example)]);
    if (rest > 0) rows.push([number(rest), 'other faults', '', '', '']);
    const head = ['cases', 'got', 'wanted', 'instructions', 'such as'];
    return [`## What failed on ${text(engine.name)}`, '', ...table(head, rows), ''];
  });
}

interface Kind {
  readonly got: string;
  readonly wanted: string;
  count: number;
  readonly instructions: Set<Row>;
  readonly example: string;
}

/** Got and wanted without what differs from case to case. */
function kindOf({ got, wanted }: Failure): [got: string, wanted: string] {
  const isValue = (words: string): boolean => words.startsWith('r0 ');
  const wantsValue = isValue(wanted);
  return [
    isValue(got) ? (wantsValue ? 'another value' : 'a value') : withoutNumbers(got),
    wantsValue ? 'a value' : wanted,
  ];
}

/** Instructions by name as far as they are few. */
function some(instructions: ReadonlySet<Row>): string {
  const names = [...instructions];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}

/** Why verifiers refused, with the numbers of a reason left out. */
function refusals({ cases, tallies }: SavedRun): string[] {
  return tallies.flatMap(({ engine, counts }) => {
    if (counts.refused === 0) return [];
    const reasons = new Map<string, { count: number; why: string; example: string }>();
    for (const { engine: name, record } of cases) {
      if (name !== engine.name || record.skipped !== 'refused') continue;
      const said = record.detail.replace(/^refused: /, '');
      const reason = withoutNumbers(said);
      const found = reasons.get(reason);
      if (found === undefined)
        reasons.set(reason, { count: 1, why: explainRefusal(said)?.why ?? '', example: record.name });
      else found.count++;
    }
    const sorted = [...reasons].sort(([, a], [, b]) => b.count - a.count);
    const rest = sorted.slice(KINDS).reduce((sum, [, { count }]) => sum + count, 0);
    const rows = sorted
      .slice(0, KINDS)
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

const withoutNumbers = (words: string): string => words.replaceAll(/-?\b(0x[\da-f]+|\d+)\b/g, 'N');
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
