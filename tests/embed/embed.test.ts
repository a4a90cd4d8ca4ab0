/** The embedding examples, as they are shipped, in each JavaScript runtime: the same verdicts everywhere. */
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openPage } from '../support/browser.js';
import { describeNeeding } from '../support/have.js';
import { RUNTIMES } from '../support/runtimes.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** What the example's capture holds: 25 packets of death in four kinds (examples/generate.mjs). */
const EXPECTED = {
  tier: 'jit',
  verdicts: { XDP_PASS: 1032, XDP_DROP: 25 },
  dropped: [
    [0, 1032],
    [1, 4],
    [2, 12],
    [3, 3],
    [4, 6],
  ],
};

for (const { name, need, command, args, example } of RUNTIMES) {
  describeNeeding(need, name, () => {
    it('runs its embedding example', () => {
      const out = execFileSync(command, [...args, example], { cwd: root, encoding: 'utf8' });
      expect(JSON.parse(out)).toEqual(EXPECTED);
    });

    it('runs the command line', () => {
      const run = ['dist/cli/main.js', 'run', 'examples/packet_of_death.o', '-i', 'examples/traffic.pcapng', '--json'];
      const out = JSON.parse(execFileSync(command, [...args, ...run], { cwd: root, encoding: 'utf8' }));
      expect(out.verdicts).toEqual(EXPECTED.verdicts);
    });
  });
}

describeNeeding(['chromium'], 'Chromium', () => {
  for (const isolated of [true, false]) {
    for (const engine of ['interp', 'jit', 'auto'] as const) {
      it(`runs the page, ${isolated ? '' : 'not '}cross-origin isolated, engine ${engine}`, async () => {
        const text = await openPage(root, `/examples/embed/page.html?engine=${engine}`, { isolated });
        const { tier, verdicts, dropped } = JSON.parse(text);
        expect({ verdicts, dropped }).toEqual({ verdicts: EXPECTED.verdicts, dropped: EXPECTED.dropped });
        expect(tier).toBe(engine === 'interp' ? 'interp' : 'jit');
      });
    }
  }
});
