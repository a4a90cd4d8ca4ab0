/** Completion scripts: they parse, and bash completes with them what it should. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SHELLS } from '../../src/cli/command_table.js';
import { beeswax, folder } from './support.js';

const files = folder();
const hasBash = existsSync('/bin/bash');
if (!hasBash) console.warn('skipped: completion in bash: needs /bin/bash');

describe('completion', () => {
  it.each(SHELLS)('%s: names every command and option', (shell) => {
    const { code, out } = beeswax(['completion', shell]);
    expect(code).toBe(0);
    for (const word of ['run', 'test', 'show', 'disasm', 'asm', 'completion', 'engine', 'kernel', 'dump-maps']) {
      expect(out).toContain(word);
    }
  });

  it.skipIf(!hasBash).each([
    [['beeswax', 'di'], ['disasm']],
    [['beeswax', 'run', 'x.o', '--en'], ['--engine']],
    [['beeswax', 'run', 'x.o', '--engine', 'k'], ['kernel']],
    [['beeswax', 'test', 'x.o', '--re'], ['--repeat']],
    [['beeswax', 'completion', 'z'], ['zsh']],
    [['beeswax', 'run', 'x.o', '-i', '/etc/hostn'], ['/etc/hostname']],
  ])('bash completes %j', (words, expected) => {
    const script = files.write('beeswax.bash', beeswax(['completion', 'bash']).out);
    const line = words.map((word) => `'${word}'`).join(' ');
    const body = `source ${script}; COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _beeswax; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', body], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual(expected);
  });
});
