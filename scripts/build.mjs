// Builds what runs: TypeScript to dist/, the generated AssemblyScript, build/runtime.wasm, build/conformance.json.
// Writes the Wasm to a temporary name first, so that a failed build leaves the last good one in place.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

function run(script, args) {
  const done = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

const asc = join(dirname(require.resolve('assemblyscript/package.json')), 'bin/asc.js');
run(require.resolve('typescript/bin/tsc'), ['-p', 'tsconfig.json']);
run('scripts/generate.mjs', []);
run('scripts/pack-cases.mjs', []);
run(asc, ['--config', 'asconfig.json', '--outFile', 'build/runtime.next.wasm', '--textFile', 'build/runtime.next.wat']);
for (const ending of ['wasm', 'wat']) {
  if (existsSync(join(root, `build/runtime.next.${ending}`)))
    renameSync(join(root, `build/runtime.next.${ending}`), join(root, `build/runtime.${ending}`));
}
