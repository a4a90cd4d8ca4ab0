/** The whole suite, both back ends, in every JavaScript runtime that is there. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openPage } from '../support/browser.js';
import { describeNeeding } from '../support/have.js';
import { RUNTIMES } from '../support/runtimes.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const BACK_ENDS = ['interp', 'jit'] as const;
/** What the suite must hold at least: a run of a few cases would prove nothing. */
const ENOUGH = 100_000;
const TIMEOUT = 300_000;

for (const { name, need, command, args } of RUNTIMES) {
  describeNeeding(need, `the suite in ${name}`, () => {
    it.each(BACK_ENDS)('%s', { timeout: TIMEOUT }, (engine) => {
      const folder = mkdtempSync(join(tmpdir(), 'beeswax-suite-'));
      const report = join(folder, 'report.json');
      try {
        execFileSync(command, [...args, 'dist/cli/main.js', 'conformance', '--engine', engine, '--json'], {
          cwd: root,
          stdio: ['ignore', openSync(report, 'w'), 'inherit'],
        });
        const { passed, failed, skipped } = JSON.parse(readFileSync(report, 'utf8'));
        expect({ failed, skipped }).toEqual({ failed: 0, skipped: 0 });
        expect(passed).toBeGreaterThan(ENOUGH);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}

describeNeeding(['chromium'], 'the suite in Chromium', () => {
  for (const isolated of [true, false]) {
    it.each(BACK_ENDS)(`%s, ${isolated ? '' : 'not '}cross-origin isolated`, { timeout: TIMEOUT }, async (engine) => {
      const page = `/tests/conformance/page.html?engine=${engine}`;
      const shown = JSON.parse(await openPage(root, page, { isolated, timeout: TIMEOUT }));
      expect(shown).toMatchObject({ failed: 0, unclaimed: 0, refused: 0, firstFailures: [] });
      expect(shown.passed).toBeGreaterThan(ENOUGH);
    });
  }
});
