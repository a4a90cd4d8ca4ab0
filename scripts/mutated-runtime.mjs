// Builds runtime.wasm from the interpreter's source with another dispatch, in a temporary folder: for seeded faults.
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const asc = join(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');
const DISPATCH = 'assembly/generated/dispatch.ts';

/**
 * @param mutate the text of assembly/generated/dispatch.ts to that of the one to build with
 * @param exported what the module exports of it beside its own
 */
export function buildMutatedRuntime(mutate, exported) {
  const folder = mkdtempSync(join(tmpdir(), 'beeswax-mutation-'));
  try {
    for (const path of ['assembly', 'src/abi', 'asconfig.json'])
      cpSync(join(root, path), join(folder, path), { recursive: true, dereference: true });
    writeFileSync(join(folder, DISPATCH), mutate(readFileSync(join(folder, DISPATCH), 'utf8')));
    appendFileSync(join(folder, 'assembly/index.ts'), `export { ${exported} } from "./generated/dispatch";\n`);
    const args = [
      'assembly/index.ts',
      '--config',
      'asconfig.json',
      '--outFile',
      'runtime.wasm',
      '--textFile',
      'runtime.wat',
      '-O1',
    ];
    execFileSync(process.execPath, [asc, ...args], { cwd: folder, stdio: 'inherit' });
    return readFileSync(join(folder, 'runtime.wasm'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
