/** The HTML report and JUnit's XML in Chromium: the page at the width of a phone, used as people use it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { referenceEngine } from '../../src/conformance/adapters/reference.js';
import { htmlReport } from '../../src/conformance/report/html.js';
import { JunitWriter } from '../../src/conformance/report/junit.js';
import { openPage } from '../support/browser.js';
import { describeNeeding } from '../support/have.js';
import { CASES, faultyEngine, ORIGIN, runOn } from './report_support.js';

/** Runs in the page around the report; what it finds goes to `#result`. */
async function visit(): Promise<void> {
  const frame = document.querySelector('iframe') as HTMLIFrameElement;
  const report = frame.contentDocument as Document;
  const $ = <T extends HTMLElement>(selector: string): T => report.querySelector(selector) as T;
  const shown = (): string[] =>
    [...report.querySelectorAll<HTMLElement>('tbody:not([hidden]) tr[data-text]:not([hidden]) th')].map(
      (row) => row.textContent ?? '',
    );
  const set = (selector: string, value: string): void => {
    const control = $<HTMLInputElement>(selector);
    control.value = value;
    control.dispatchEvent(new Event('input'));
  };

  const all = shown();
  set('#text', 'LSH');
  const text = shown();
  set('#text', '0xff no such');
  const none = { rows: shown(), words: $('#count').textContent };
  set('#text', '');
  set('#group', 'base32');
  const group = shown();
  set('#group', '');
  set('#show', 'failed');
  const failed = shown();
  set('#show', 'differs');
  const differs = shown();
  set('#show', '');

  const button = $('td.failed > button');
  button.focus();
  const focused = report.activeElement === button;
  button.click();
  const popover = $(':popover-open');
  const label = popover.getAttribute('aria-label');
  const details = popover.querySelector('details') as HTMLDetailsElement;
  details.open = true;
  const open = { label, text: popover.textContent, width: popover.getBoundingClientRect().width };
  popover.querySelector('button')?.click();
  const closed = report.querySelector(':popover-open') === null;

  const controls = [...report.querySelectorAll<HTMLElement>('button, input, select')];
  const xml = new DOMParser().parseFromString(document.querySelector('#xml')?.textContent ?? '', 'text/xml');
  const junit = {
    errors: xml.querySelectorAll('parsererror').length,
    failures: xml.querySelector('testsuite')?.getAttribute('failures'),
    cases: xml.querySelectorAll('testsuite:first-child > testcase').length,
    failed: [...xml.querySelectorAll('testcase:has(failure)')].map((one) => one.getAttribute('name')),
    skipped: xml.querySelectorAll('skipped').length,
    error: xml.querySelector('error')?.getAttribute('message'),
  };
  const result = {
    all,
    text,
    none,
    group,
    failed,
    differs,
    focused,
    open,
    closed,
    wide: report.documentElement.scrollWidth,
    unreachable: controls.filter((control) => control.tabIndex < 0).length,
    unlabelled: controls.filter(
      (control) => (control as HTMLInputElement).labels?.length === 0 && control.textContent.trim() === '',
    ).length,
    loaded: (frame.contentWindow as Window & typeof globalThis).performance
      .getEntriesByType('resource')
      .map(({ name }) => name),
    junit,
  };
  (document.querySelector('#result') as HTMLElement).textContent = JSON.stringify(result);
}

describeNeeding(['chromium'], 'the report in Chromium', () => {
  it('filters, opens cells, fits a phone, loads nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'beeswax-report-'));
    try {
      const tallies = [(await runOn(referenceEngine())).tally];
      const { tally, records } = await runOn(faultyEngine());
      tallies.push(tally, (await runOn({ ...referenceEngine(), name: 'third' })).tally);
      const junit = new JunitWriter();
      for (const record of records) junit.add(tally.engine, record);
      const xml = [...junit.end([tally], '0 of 0 <is> no pass')]
        .join('')
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;');
      writeFileSync(join(folder, 'report.html'), htmlReport(tallies, ORIGIN));
      writeFileSync(
        join(folder, 'index.html'),
        `<!doctype html><pre id="result"></pre><pre id="xml">${xml}</pre><iframe src="report.html" style="width: 390px; height: 844px; border: 0"></iframe><script>addEventListener('load', ${visit.toString()})</script>`,
      );
      const found = JSON.parse(await openPage(folder, '/index.html', { isolated: false }));

      expect(found.all).toHaveLength(8);
      expect(found.text).toEqual(['lsh64_imm']);
      expect(found.none).toEqual({ rows: [], words: '0 of 8 rows' });
      expect(found.group).toEqual(['add32_imm', 'ldx8']);
      expect(found.failed).toEqual(['lsh64_imm', 'rsh64_imm', 'mul64_imm']);
      expect(found.differs).toEqual(['ldx8', 'lsh64_imm', 'rsh64_imm', 'mul64_imm', 'atomic_add64']);
      expect(found.focused).toBe(true);
      expect(found.open.label).toBe('lsh64_imm on faulty');
      for (const part of ['r0 0x0', 'r0 0x8000000000000000', 'RFC 9669 section 4.1', '-- raw', 'beeswax conformance']) {
        expect(found.open.text).toContain(part);
      }
      expect(found.open.width).toBeLessThanOrEqual(390);
      expect(found.closed).toBe(true);
      expect(found.wide).toBeLessThanOrEqual(390);
      expect({ unreachable: found.unreachable, unlabelled: found.unlabelled }).toEqual({
        unreachable: 0,
        unlabelled: 0,
      });
      expect(found.loaded).toEqual([]);
      expect(found.junit).toEqual({
        errors: 0,
        failures: '3',
        cases: 8,
        failed: ['lsh64_imm/dst=1/imm=63', 'mul64_imm', CASES[5]?.name],
        skipped: 2,
        error: '0 of 0 <is> no pass',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
