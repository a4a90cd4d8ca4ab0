/** Reports of the conformance suite: what they count, and that no name of a case breaks their format. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referenceEngine } from '../../src/conformance/adapters/reference.js';
import { parseCaseFile } from '../../src/conformance/case_file.js';
import { compareRuns } from '../../src/conformance/report/compare.js';
import { readDocument } from '../../src/conformance/report/document.js';
import { htmlReport } from '../../src/conformance/report/html.js';
import { STYLE } from '../../src/conformance/report/html_style.js';
import { JunitWriter } from '../../src/conformance/report/junit.js';
import { markdownResults } from '../../src/conformance/report/markdown.js';
import { commandFor, engineRecord, fileNameOf } from '../../src/conformance/report/record.js';
import { subjectOf } from '../../src/conformance/report/subject.js';
import { TapWriter } from '../../src/conformance/report/tap.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { CASES, documentOf, faultyEngine, ORIGIN, runOn } from './report_support.js';

const faulty = await runOn(faultyEngine());
const right = await runOn(referenceEngine());

describe('records', () => {
  it('count what was judged, and why the rest was not', () => {
    expect(right.tally.counts).toEqual({ passed: 8, failed: 0, unclaimed: 0, refused: 0 });
    expect(faulty.tally.counts).toEqual({ passed: 3, failed: 3, unclaimed: 1, refused: 1 });
    expect(right.tally.ok).toBe(true);
    expect(faulty.tally.ok).toBe(false);
  });

  it.each([
    ['add32_imm/dst=-1/imm=1', 'add32_imm'],
    ['memory/second byte', 'ldx8'],
    ['odd/<b>&"\'# \\ ]]>', 'rsh64_imm'],
    ['opcode/0xff', undefined],
    ['atomic', 'atomic_add64'],
  ])('%s is about %s', (name, instruction) => {
    expect(subjectOf(CASES.find((test) => test.name === name) as (typeof CASES)[number])).toBe(instruction);
  });

  it('a failure carries a file that is the case again', () => {
    const [first] = faulty.tally.failures;
    expect(first?.failure).toMatchObject({
      source: 'RFC 9669 section 4.1',
      got: 'r0 0x0',
      wanted: 'r0 0x8000000000000000',
    });
    const again = parseCaseFile(first?.failure?.file as string, 'again');
    const original = CASES[1] as (typeof CASES)[number];
    expect({ program: again.program, expect: again.expect, group: again.group }).toEqual({
      program: original.program,
      expect: original.expect,
      group: original.group,
    });
    expect(commandFor(first ?? { name: '' }, faulty.tally.engine)).toBe(
      'beeswax conformance lsh64_imm-dst=1-imm=63.data --engine faulty',
    );
  });

  it('file names have nothing that a shell or file system reads', () => {
    for (const name of ['../../etc/passwd', 'a b;$(c)', '-rf', '...', 'x'.repeat(500), '<>']) {
      expect(fileNameOf({ name })).toMatch(/^[\w+=][\w.+=-]{0,99}\.data$/);
    }
  });
});

describe('the JSON document', () => {
  const text = documentOf([faulty]);

  it('has the form of the contract', () => {
    const document = JSON.parse(text);
    expect(document).toMatchObject({ engine: 'faulty', passed: 3, failed: 3, skipped: 2, ...ORIGIN });
    expect(document.cases).toHaveLength(CASES.length);
    expect(document.cases.map((one: { status: string }) => one.status).sort()).toEqual([
      ...Array(3).fill('failed'),
      ...Array(3).fill('passed'),
      ...Array(2).fill('skipped'),
    ]);
    for (const one of document.cases)
      expect(one).toMatchObject({ name: expect.any(String), group: expect.any(String) });
    expect(document.cases.find((one: { name: string }) => one.name === 'atomic').detail).toMatch(/^unclaimed: /);
    expect(document.cases.find((one: { name: string }) => one.name.startsWith('memory')).detail).toMatch(/^refused: /);
  });

  it('has a case a line', () => {
    expect(text.split('\n').filter((line) => line.startsWith('{"name"'))).toHaveLength(CASES.length);
  });

  it('reads back as it was', () => {
    const run = readDocument(text, 'run.json');
    expect(run.cases.map(({ record }) => record)).toEqual(faulty.records);
    expect(run.tallies[0]?.counts).toEqual(faulty.tally.counts);
    expect(run.tallies[0]?.milliseconds).toBe(1500);
    expect(run.origin).toEqual(ORIGIN);
  });

  it('is read with nothing but the fields of the contract', () => {
    const cases = [{ name: 'a', group: 'base64', status: 'skipped', detail: 'refused: no' }];
    const run = readDocument(JSON.stringify({ engine: 'e', passed: 0, failed: 0, skipped: 1, cases }), 'x.json');
    expect(run.tallies[0]?.counts).toEqual({ passed: 0, failed: 0, unclaimed: 0, refused: 1 });
  });

  it('gives engines of one name names of their own', () => {
    const taken = new Set(['faulty']);
    expect(readDocument(text, 'run.json', taken).tallies[0]?.engine.name).toBe('faulty (2)');
    expect(engineRecord({ name: 'faulty', version: '' }, '', taken).name).toBe('faulty (3)');
  });

  it.each([
    ['{', 'in JSON'],
    ['[]', 'engine must be text'],
    ['null', 'the document must be an object'],
    ['{"engine":1}', 'engine must be text'],
    ['{"engine":"e"}', 'cases must be a list'],
    ['{"engine":"e","cases":[7]}', 'cases[0] must be an object'],
    ['{"engine":"e","cases":[{"name":"a","group":"base64","status":"fine"}]}', 'cases[0].status must be one of passed'],
    ['{"engine":"e","cases":[{"name":"a","group":"base65","status":"passed"}]}', 'cases[0].group must be one of'],
  ])('%s is refused by name', (broken, problem) => {
    let thrown: unknown;
    try {
      readDocument(broken, 'broken.json');
    } catch (error) {
      thrown = error;
    }
    if (!isBeeswaxError(thrown, 'BEESWAX_E_JSON')) throw thrown ?? new Error('it was taken');
    expect(thrown.message).toContain('broken.json: ');
    expect(thrown.message).toContain(problem);
  });
});

describe('comparison', () => {
  it('tells what got worse and better', () => {
    const before = readDocument(documentOf([faulty]), 'a');
    const after = readDocument(documentOf([right]), 'b');
    const up = compareRuns(before, after);
    expect(up.better.map(({ name }) => name)).toEqual(['lsh64_imm/dst=1/imm=63', 'mul64_imm', CASES[5]?.name]);
    expect(up.changed.map(({ name }) => name).sort()).toEqual(['atomic', 'memory/second byte']);
    expect({ worse: up.worse.length, unchanged: up.unchanged }).toEqual({ worse: 0, unchanged: 3 });
    const down = compareRuns(after, before);
    expect(down.worse.map(({ name }) => name)).toEqual(up.better.map(({ name }) => name));
    expect(down.worse[0]?.engine).toBe('reference → faulty');
  });

  it('knows cases that came and went', () => {
    const half = readDocument(documentOf([{ ...faulty, records: faulty.records.slice(3) }]), 'a');
    const whole = readDocument(documentOf([faulty]), 'b');
    const more = compareRuns(half, whole);
    // A case that is new and fails is worse, whatever there was before.
    expect(more.worse.map(({ name }) => name)).toEqual(['lsh64_imm/dst=1/imm=63']);
    expect(more.added).toHaveLength(2);
    expect(compareRuns(whole, half).removed).toHaveLength(3);
  });

  it('keeps engines apart where a document has several', () => {
    const both = readDocument(documentOf([faulty, right]), 'a');
    expect(compareRuns(both, both)).toMatchObject({ worse: [], better: [], changed: [], unchanged: 2 * CASES.length });
  });
});

function tapOf(problem?: string): string {
  let text = '';
  const writer = new TapWriter((more) => {
    text += more;
  });
  for (const record of faulty.records) writer.add(faulty.tally.engine, record);
  writer.end(problem);
  return text;
}

describe('TAP', () => {
  it('numbers the cases and ends in the plan', () => {
    const lines = tapOf().split('\n');
    expect(lines[0]).toBe('TAP version 13');
    expect(lines.filter((line) => /^(not )?ok \d+ - /.test(line))).toHaveLength(CASES.length);
    expect(lines).toContain('1..8');
    expect(lines.find((line) => line.includes('atomic'))).toMatch(/^ok \d - faulty: atomic # SKIP unclaimed: /);
    expect(lines.find((line) => line.includes('odd'))).toBe(`not ok 7 - faulty: odd/<b>&"'\\# \\\\ ]]>`);
  });

  it('bails out of a run that judged nothing', () => {
    expect(tapOf('0 of\n0')).toMatch(/Bail out! 0 of 0\n$/);
  });
});

const hasProve = spawnSync('prove', ['--version']).error === undefined;
if (!hasProve)
  console.warn('skipped: prove counts the same in our TAP: it needs prove on PATH (Debian: apt install perl)');

it.skipIf(!hasProve)('prove counts the same in our TAP', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beeswax-report-'));
  try {
    writeFileSync(join(folder, 'run.tap'), tapOf());
    const { stdout, stderr } = spawnSync('prove', ['--exec', 'cat', join(folder, 'run.tap')], { encoding: 'utf8' });
    expect(`${stdout}${stderr}`).toContain('Failed 3/8 subtests');
    expect(stdout).toContain('less 2 skipped subtests: 3 okay');
    expect(stdout).not.toContain('Parse errors');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('JUnit', () => {
  it('holds no bare markup, and nothing that XML cannot', () => {
    const writer = new JunitWriter();
    const name = 'a\u0000b\ud800c<d>';
    writer.add(faulty.tally.engine, { name, group: 'base32', status: 'passed', detail: '' });
    expect([...writer.end([faulty.tally])].join('')).toContain('name="a\ufffdb\ufffdc&lt;d&gt;"');
  });
});

describe('HTML', () => {
  const page = htmlReport([right.tally, faulty.tally], ORIGIN);

  it('is one file without addresses of others', () => {
    expect(page).not.toMatch(/\b(src|href)=|@import|url\(/);
    expect(page).toContain("default-src 'none'");
  });

  it('lets no name become markup', () => {
    expect(page).not.toContain('<b>');
    expect(page).not.toContain('<more>');
    expect(page).toContain('odd/&lt;b&gt;&amp;&quot;');
  });

  it('says everything without colour: each state has its sign and its word', () => {
    for (const [state, sign] of [
      ['passed', '✓'],
      ['failed', '✗'],
      ['refused', '⊘'],
      ['unclaimed', '–'],
    ]) {
      expect(page).toContain(`<span class="mark" aria-label="${state}" role="img">${sign}</span>`);
    }
  });

  it.each(['light', 'dark'])('has contrast enough in %s (WCAG 2.2, 1.4.3: 4.5)', (scheme) => {
    const [light = '', dark = ''] = STYLE.split('@media (prefers-color-scheme: dark)');
    const colors = new Map(
      [...`${light}${scheme === 'dark' ? dark.split('\n}')[0] : ''}`.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(
        ([, name, value]) => [name, value as string],
      ),
    );
    const color = (name: string): string => colors.get(name) ?? '';
    for (const back of ['back', 'raised', 'passed', 'failed', 'refused']) {
      for (const front of ['text', 'soft']) {
        expect(contrast(color(front), color(back)), `${front} on ${back}`).toBeGreaterThan(4.5);
      }
    }
    for (const state of ['passed', 'failed', 'refused']) {
      expect(contrast(color(`${state}-mark`), color(state)), state).toBeGreaterThan(4.5);
    }
    expect(contrast(color('accent'), color('back'))).toBeGreaterThan(4.5);
  });
});

describe('Markdown', () => {
  const run = readDocument(documentOf([right, faulty]), 'run.json');
  const page = markdownResults([run]);

  it('has a row an engine, a cell a group', () => {
    expect(page).toContain('| reference | RFC 9669 | ✓ 8 of 8 | 0 | 0 | 2 s | 2026-01-02 | Node 20 on a test |');
    expect(page).toContain('| faulty | 1.2.3 | ✗ 3 of 6 | 1 | 1 | 2 s | 2026-01-02 | Node 20 on a test |');
    expect(page).toContain('| atomic64 | ✓ 1 | – unclaimed |');
  });

  it('gathers faults by kind, and lets no name break a table', () => {
    expect(page).toContain('| 2 | another value | a value | lsh64\\_imm, rsh64\\_imm | `lsh64_imm/dst=1/imm=63` |');
    expect(page).toContain('| 1 | crashed: SIGSEGV | a value | mul64\\_imm | `mul64_imm` |');
    expect(page).toContain('| 1 | wants \\<more\\> |  | `memory/second byte` |');
    const odd = markdownResults([readDocument(documentOf([faulty]).replaceAll('"mul64_imm"', '"a|b`c\\nd"'), 'x')]);
    expect(odd).toContain("`a\\|b'c d` |");
  });
});

/** WCAG 2.2: relative luminance and contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = (text: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const value = Number.parseInt(text.slice(at, at + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}
