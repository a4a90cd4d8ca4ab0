/**
 * What programs become: each file of `golden/` holds settings, a program and the Wasm functions expected of it, nothing
 * around them. `UPDATE_GOLDEN=1 npx vitest run tests/codegen/golden.test.ts` writes what comes out now.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { ProgramType } from '../../src/abi/program_types.js';
import { compileModule } from '../../src/codegen/compile.js';
import type { Level } from '../../src/codegen/passes/passes.js';
import { addressed, BOUNDS } from './translator.js';

const FOLDER = fileURLToPath(new URL('./golden/', import.meta.url));
const [PROGRAM, WASM] = ['--- program\n', '--- wasm\n'];

interface Golden {
  /** `# what it shows`, then `level: 2`, `type: xdp`. */
  readonly head: string;
  readonly program: string;
  readonly wasm: string;
}

function parse(text: string): Golden {
  const [head = '', rest = ''] = text.split(PROGRAM);
  const [program = '', wasm = ''] = rest.split(WASM);
  return { head, program, wasm };
}

const setting = (head: string, name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1];

/** The functions of a module's text without what it imports and exports, one blank less deep. */
function functionsOf(wat: string): string {
  const lines = wat.split('\n');
  const from = lines.findIndex((line) => line.startsWith(' (func '));
  return `${lines
    .slice(from, -2)
    .map((line) => line.slice(1))
    .join('\n')}\n`;
}

it.each(readdirSync(FOLDER).filter((file) => file.endsWith('.txt')))('%s', async (file) => {
  const { head, program, wasm } = parse(readFileSync(FOLDER + file, 'utf8'));
  const type = (setting(head, 'type') ?? 'xdp') as ProgramType;
  const optimizeLevel = Number(setting(head, 'level') ?? 2) as Level;
  const compiled = await compileModule(addressed(program, type), BOUNDS, { optimizeLevel, wat: true });
  const actual = functionsOf(compiled.wat ?? '');
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(FOLDER + file, head + PROGRAM + program + WASM + actual);
  else expect(actual, `accept it: UPDATE_GOLDEN=1 npx vitest run tests/codegen/golden.test.ts -t ${file}`).toBe(wasm);
});
