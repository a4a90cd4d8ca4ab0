/**
 * The report as one HTML page that needs no network: instructions by engines, and behind each cell its failing cases.
 * The table and its popovers are plain HTML; only the filters need the page's script.
 */
import { type Group, OPS } from '../../isa/table.js';
import { explainRefusal } from '../kernel_differences.js';
import { GROUPS } from '../requirements.js';
import type { RunOrigin } from './document.js';
import { filterRows } from './html_script.js';
import { STYLE } from './html_style.js';
import { type CaseRecord, commandFor } from './record.js';
import {
  type Counts,
  type EngineTally,
  judgedOf,
  NO_INSTRUCTION,
  type Row,
  type RowTally,
  skippedOf,
} from './tally.js';

/** What a cell, or an engine as a whole, comes to. */
type State = 'passed' | 'failed' | 'refused' | 'unclaimed' | 'none';

const MARKS = { passed: '✓', failed: '✗', refused: '⊘', unclaimed: '–', none: '' } as const satisfies Record<
  State,
  string
>;

/** What the text filter finds a row by. */
const WORDS: ReadonlyMap<Row, string> = new Map(
  OPS.map(({ name, token, group, since, opcode, source }) => {
    const words = [name, token, group, since, `0x${opcode.toString(16).padStart(2, '0')}`, source];
    return [name, words.join(' ').toLowerCase()];
  }),
);

/** The page. */
export function htmlReport(tallies: readonly EngineTally[], origin: Partial<RunOrigin>): string {
  const title = `eBPF conformance: ${tallies.map(({ engine }) => engine.name).join(', ')}`;
  const of = [
    origin.date?.replace(/^(.*)T(\d\d:\d\d).*Z$/, '$1 $2 UTC'),
    origin.beeswax && `beeswax ${origin.beeswax}`,
    origin.machine,
  ]
    .filter(Boolean)
    .join(' · ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${html(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>eBPF conformance</h1><p class="soft">${html(of)}</p></header>
<main>
<section aria-label="Engines"><ul class="engines">${tallies.map(engineCard).join('')}</ul></section>
<section><h2 id="matrix">Instructions</h2>
<p class="soft">${legend()}</p></section>
${filters(tallies)}
${table(tallies)}
</main>
<script>(${filterRows.toString()})()</script>
</body>
</html>
`;
}

function engineCard({ engine, counts, milliseconds }: EngineTally): string {
  const state = stateOf(counts);
  const color = state === 'passed' || state === 'failed' ? `var(--${state}-mark)` : 'var(--line)';
  const time = milliseconds === undefined ? '' : ` in ${(milliseconds / 1000).toFixed(1)} s`;
  return `<li style="--mark: ${color}" class="${state}"><strong>${mark(state)} ${html(engine.name)} <span class="soft">${html(engine.version)}</span></strong>
${number(counts.passed)} of ${number(judgedOf(counts))} passed${time}${
    skippedOf(counts) === 0
      ? ''
      : `<br><span class="soft">${number(counts.unclaimed)} unclaimed, ${number(counts.refused)} refused by its verifier</span>`
  }</li>`;
}

const legend = (): string =>
  [
    `${MARKS.passed} all passed`,
    `${MARKS.failed} failed, of those judged`,
    `${MARKS.refused} only refused by a verifier, which says nothing of the instruction`,
    `${MARKS.unclaimed} not claimed`,
  ].join(' · ');

function filters(tallies: readonly EngineTally[]): string {
  const groups = GROUPS.map((group) => `<option>${group}</option>`).join('');
  const several = tallies.length > 1 ? '<option value="differs">engines differ</option>' : '';
  return `<div class="filters" role="search" hidden>
<label>Instruction, operator, opcode <input id="text" type="search" autocomplete="off" spellcheck="false"></label>
<label>Group <select id="group"><option value="">all</option>${groups}</select></label>
<label>Show <select id="show"><option value="">all</option><option value="failed">with failures</option>${several}<option value="refused">with refusals</option></select></label>
<output id="count" for="text group show"></output>
</div>`;
}

function table(tallies: readonly EngineTally[]): string {
  const heads = tallies.map(({ engine }) => `<th scope="col">${html(engine.name)}</th>`).join('');
  const bodies = GROUPS.map((group) => body(group, rowsOf(group, tallies), tallies)).join('\n');
  const rest = body(NO_INSTRUCTION, rowsOf(undefined, tallies), tallies);
  return `<table aria-labelledby="matrix">
<thead><tr><th scope="col">Instruction</th>${heads}</tr></thead>
${bodies}
${rest}
</table>`;
}

/** Rows of a group that some engine has cases of, in the order of the opcode table. */
function rowsOf(group: Group | undefined, tallies: readonly EngineTally[]): Row[] {
  const rows: Row[] =
    group === undefined ? [NO_INSTRUCTION] : OPS.filter((op) => op.group === group).map(({ name }) => name);
  return rows.filter((row) => tallies.some((tally) => tally.rows.has(row)));
}

function body(group: string, rows: readonly Row[], tallies: readonly EngineTally[]): string {
  if (rows.length === 0) return '';
  return `<tbody data-group="${html(group)}"><tr><th class="group" scope="colgroup" colspan="${tallies.length + 1}"><span>${html(group)}</span></th></tr>
${rows.map((row) => tableRow(row, tallies)).join('\n')}</tbody>`;
}

function tableRow(row: Row, tallies: readonly EngineTally[]): string {
  const cells = tallies.map((tally) => tally.rows.get(row));
  const states = cells.map((cell) => (cell === undefined ? 'none' : stateOf(cell.counts)));
  const has = [
    ...(states.includes('failed') ? ['failed'] : []),
    ...(cells.some((cell) => (cell?.counts.refused ?? 0) > 0) ? ['refused'] : []),
    ...(new Set(states).size > 1 ? ['differs'] : []),
  ];
  return `<tr data-text="${html(WORDS.get(row) ?? row)}" data-has="${has.join(' ')}"><th scope="row"><code>${html(row)}</code></th>${cells
    .map((cell, index) => tableCell(row, cell, tallies[index] as EngineTally, index))
    .join('')}</tr>`;
}

function tableCell(row: Row, cell: RowTally | undefined, { engine }: EngineTally, index: number): string {
  if (cell === undefined) return '<td></td>';
  const { counts } = cell;
  const state = stateOf(counts);
  const text = `${mark(state)}${cellText(counts, state)}`;
  if (cell.failures.length + cell.refusals.length === 0) return `<td class="${state}">${text}</td>`;
  const id = `cases-${index}-${row.replaceAll(' ', '-')}`;
  const title = `${row} on ${engine.name}`;
  return `<td class="${state}"><button popovertarget="${id}" aria-haspopup="dialog">${text}</button>
<div popover id="${id}" role="dialog" aria-label="${html(title)}"><div class="bar"><h3>${html(title)}</h3><button popovertarget="${id}" popovertargetaction="hide">Close</button></div>
<p>${number(counts.passed)} passed, ${number(counts.failed)} failed, ${number(counts.refused)} refused, ${number(counts.unclaimed)} unclaimed</p>
${caseList('Failed', cell.failures, counts.failed, (record) => failure(record, engine))}${caseList('Refused by its verifier', cell.refusals, counts.refused, refusal)}</div></td>`;
}

function cellText({ passed, failed, refused, unclaimed }: Counts, state: State): string {
  switch (state) {
    case 'failed':
      return `${number(failed)}<span class="soft">/${number(passed + failed)}</span><span class="many"> failed</span>`;
    case 'passed':
      return `${number(passed)}${refused === 0 ? '' : ` <span class="soft many">${MARKS.refused} ${number(refused)}</span>`}`;
    case 'refused':
      return `${number(refused)}<span class="many"> refused</span>`;
    default:
      return `<span class="soft">${number(unclaimed)}<span class="many"> unclaimed</span></span>`;
  }
}

function caseList(title: string, records: readonly CaseRecord[], all: number, each: (r: CaseRecord) => string): string {
  if (records.length === 0) return '';
  const more = all > records.length ? `<p class="soft">and ${number(all - records.length)} more</p>` : '';
  return `<h4>${title}</h4>${records.map(each).join('\n')}${more}`;
}

function failure(record: CaseRecord, engine: EngineTally['engine']): string {
  const { source = '', got = '', wanted = '', file = '' } = record.failure ?? {};
  const facts = [
    ['got', got],
    ['wanted', wanted],
    ['says', source],
  ].flatMap(([term, text]) => (text === '' ? [] : [`<dt>${term}</dt><dd><code>${html(text as string)}</code></dd>`]));
  const again =
    file === ''
      ? ''
      : `<pre tabindex="0">${html(file)}</pre><pre tabindex="0">${html(commandFor(record, engine))}</pre>`;
  return `<details><summary><code>${html(record.name)}</code></summary><dl>${facts.join('')}</dl>${again}</details>`;
}

function refusal({ name, detail }: CaseRecord): string {
  const why = explainRefusal(detail)?.why;
  const because = why === undefined ? '' : `<p>It is valid all the same: ${html(why)}.</p>`;
  return `<details><summary><code>${html(name)}</code></summary><p>${html(detail)}</p>${because}</details>`;
}

function stateOf({ passed, failed, refused, unclaimed }: Counts): State {
  if (failed > 0) return 'failed';
  if (passed > 0) return 'passed';
  if (refused > 0) return 'refused';
  return unclaimed > 0 ? 'unclaimed' : 'none';
}

const mark = (state: State): string => `<span class="mark" aria-label="${state}" role="img">${MARKS[state]}</span>`;

const number = (value: number): string => value.toLocaleString('en');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const html = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => ENTITIES[char] as string);
