/** What the README shows is run as it stands there: a reader may paste it. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, code]) => code as string);

describe('README.md', () => {
  const scripts = blocks('js');

  it('has JavaScript to paste', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(2);
  });

  it.each(scripts.map((code, index) => ({ index, code })))('runs its JavaScript block $index', ({ index, code }) => {
    // In the root, so that `beeswax` and the examples' paths mean what they mean to a reader of a clone.
    const file = join(root, `.readme-block-${index}.mjs`);
    writeFileSync(file, code);
    try {
      const out = execFileSync(process.execPath, [file], { cwd: root, encoding: 'utf8' });
      for (const [, expected] of code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)) expect(out).toContain(expected);
    } finally {
      rmSync(file);
    }
  });

  it('runs its commands', () => {
    const commands = blocks('sh')
      .flatMap((block) => block.trim().split('\n'))
      .filter((line) => line.startsWith('npx beeswax '));
    expect(commands.length).toBeGreaterThanOrEqual(4);
    const output = join(root, 'judged.pcapng');
    try {
      for (const command of commands) {
        const [, , ...words] = command.split(' ');
        execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...words], { cwd: root });
      }
      expect(existsSync(output)).toBe(true);
    } finally {
      rmSync(output, { force: true });
    }
  });

  it('links only to what is there', () => {
    for (const [, target] of readme.matchAll(/\]\(([^)#:]+)\)/g))
      expect(existsSync(join(root, target as string))).toBe(true);
  });
});
