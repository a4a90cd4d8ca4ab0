// Makes a fresh clone runnable: installs the dependencies when they are missing or older than the lockfile, and
// builds when a source is newer than the build. Does nothing, quickly, when all is there.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const time = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);

/** Latest change below a folder, or of a file. */
function newest(path) {
  const stat = statSync(join(root, path));
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('generated'))
    .reduce((latest, entry) => Math.max(latest, statSync(join(entry.parentPath, entry.name)).mtimeMs), 0);
}

function step(what, command, args) {
  console.error(`${what} …`);
  const done = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error(`${what}: failed (${[command, ...args].join(' ')})`);
    process.exit(done.status ?? 1);
  }
}

if (time('node_modules/.package-lock.json') < time('package-lock.json'))
  step('installing packages', 'npm', ['ci', '--no-audit', '--no-fund']);

const sources = ['src', 'assembly', 'scripts', 'package.json', 'tsconfig.json', 'asconfig.json'];
if (Math.max(...sources.map(newest)) > Math.min(time('build/runtime.wasm'), time('dist/index.js'))) {
  step('building', process.execPath, ['scripts/build.mjs']);
}
