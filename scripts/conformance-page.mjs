// Writes docs/conformance.md: the whole suite on every engine that this machine can run, dated and with versions.
//
//   node scripts/conformance-page.mjs [RUN.json…] [-- OPTION VALUE…]
//
// RUN.json are runs of `beeswax conformance --json` made elsewhere or before: with such, only these are shown, and what
// stands behind `--`. An OPTION with its VALUE is one more engine, such as --batch "COMMAND". An engine that is missing
// here is left out, and says why; one that hangs on many cases takes minutes.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { readDocument } = await import(new URL('../dist/conformance/report/document.js', import.meta.url));
const { markdownResults } = await import(new URL('../dist/conformance/report/markdown.js', import.meta.url));

/** A check found failures; those are what the page shows. */
const FOUND_FAILURES = 1;

const words = process.argv.slice(2);
const split = words.includes('--') ? words.indexOf('--') : words.length;
const files = words.slice(0, split);
const extra = words.slice(split + 1);
const own = files.length > 0 ? [] : ['reference', 'interp', 'jit', 'kernel'];
const options = own.map((engine) => ['--engine', engine]);
for (let i = 0; i < extra.length; i += 2) options.push(extra.slice(i, i + 2));

const folder = mkdtempSync(join(tmpdir(), 'beeswax-conformance-'));
try {
  const runs = options.flatMap((option, index) => {
    const path = join(folder, `${index}.json`);
    const file = openSync(path, 'w');
    console.log(`beeswax conformance ${option.join(' ')} …`);
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli/main.js'), 'conformance', '--json', ...option],
      {
        stdio: ['ignore', file, 'inherit'],
      },
    );
    closeSync(file);
    return status === 0 || status === FOUND_FAILURES ? [path] : [];
  });
  const taken = new Set();
  const read = [...files, ...runs].map((path) => readDocument(readFileSync(path, 'utf8'), path, taken));
  writeFileSync(join(root, 'docs/conformance.md'), page(markdownResults(read)));
} finally {
  rmSync(folder, { recursive: true });
}

function page(results) {
  return `# How engines conform to the eBPF instruction set

<!-- Written by scripts/conformance-page.mjs from runs of the suite: run it again, don't edit. -->

The suite is hand-written cases and a matrix made from the opcode table: every instruction with boundary values, aliased
registers, offsets, reserved fields. Expected values come from a model of RFC 9669 that shares nothing with either back
end but the encoding; the kernel confirms each program that its verifier takes. What a verifier refuses though the
instruction set allows it is no judgement on the instruction set, and counts as refused; what an engine does not claim is
not put to it.

\`beeswax conformance --engine ENGINE\` runs it; \`--plugin\` and \`--batch\` put it to any other engine
(docs/conformance-your-engine.md).

${results}`;
}
