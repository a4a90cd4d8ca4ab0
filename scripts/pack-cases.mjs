// Gathers the case files of tests/conformance/cases/ in build/conformance.json, so that the command line has them wherever
// it is installed, and a page can load them: {"folder/name": "text of the .data file"}.
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'tests/conformance/cases');
const ENDING = '.data';

const paths = existsSync(folder)
  ? readdirSync(folder, { recursive: true }).filter((path) => path.endsWith(ENDING))
  : [];
const cases = Object.fromEntries(
  paths
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => [path.slice(0, -ENDING.length), readFileSync(join(folder, path), 'utf8')]),
);
writeFileSync(join(root, 'build/conformance.next.json'), `${JSON.stringify(cases, null, 1)}\n`);
renameSync(join(root, 'build/conformance.next.json'), join(root, 'build/conformance.json'));
