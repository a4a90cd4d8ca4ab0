/** Help pages are golden files: `UPDATE_GOLDEN=1 npx vitest run tests/cli/help.test.ts` accepts what changed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/command_table.js';
import { beeswax } from './support.js';

const golden = (name: string): string => fileURLToPath(new URL(`./help/${name}.txt`, import.meta.url));

function expectGolden(name: string, text: string): void {
  const path = golden(name);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  expect(text, `accept with UPDATE_GOLDEN=1 npx vitest run tests/cli/help.test.ts`).toBe(
    existsSync(path) ? readFileSync(path, 'utf8') : '',
  );
}

describe('help', () => {
  it('main page', () => {
    const { code, out, err } = beeswax(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expectGolden('main', out);
  });

  it.each(COMMANDS.map(({ name }) => name))('%s', (name) => {
    const { code, out } = beeswax([name, '--help']);
    expect(code).toBe(0);
    expectGolden(name, out);
  });

  it('says the same by every way of asking', () => {
    const page = beeswax(['run', '--help']).out;
    expect(beeswax(['help', 'run']).out).toBe(page);
    expect(beeswax(['run', '-h']).out).toBe(page);
    expect(beeswax(['run', 'x.o', '-i', 'y', '--help']).out).toBe(page);
    expect(beeswax([]).out).toBe(beeswax(['help']).out);
  });

  it('gives the version of package.json', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(beeswax(['--version']).out).toBe(`beeswax ${version}\n`);
  });

  it('has an example for every command, and each example is a command line that parses', async () => {
    const { parseCommandLine } = await import('../../src/cli/parse.js');
    for (const { name, examples } of COMMANDS) {
      expect(examples.length, name).toBeGreaterThan(0);
      for (const { line } of examples) {
        const words = [...line.replace(/^.*\| |^source <\(|\)$| > .*$/g, '').matchAll(/"[^"]*"|'[^']*'|\S+/g)];
        const [program, ...rest] = words.map(([word]) => word.replace(/^(["'])(.*)\1$/, '$2'));
        expect(program, line).toBe('beeswax');
        expect(parseCommandLine(rest), line).toMatchObject({ kind: 'command', command: { name } });
      }
    }
  });
});
