/** The same command line under Deno and Bun, and under newer Nodes: same output, same exit codes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beeswax, folder, ROOT } from './support.js';

const RUNTIMES: readonly [name: string, words: readonly string[]][] = [
  ['deno', ['deno', 'run', '-A']],
  ['bun', ['bun']],
];

const files = folder();
const example = join(ROOT, 'examples/packet_of_death.o');
const capture = join(ROOT, 'examples/traffic.pcapng');

for (const [name, runtime] of RUNTIMES) {
  const there = spawnSync(runtime[0] as string, ['--version']).status === 0;
  if (!there) console.warn(`skipped: command line under ${name}: needs ${name} on PATH (npm install --global ${name})`);

  describe.skipIf(!there)(`command line under ${name}`, () => {
    it.each(['interp', 'jit', 'auto'])('judges as Node does, --engine %s', (engine) => {
      const words = ['run', example, '-i', capture, '--engine', engine, '-q', '--verdicts'];
      const other = beeswax([...words, files.path(`${name}.jsonl`), '-o', files.path(`${name}.pcapng`)], { runtime });
      expect(other).toEqual({ code: 0, out: '', err: '' });
      beeswax([...words, files.path('node.jsonl'), '-o', files.path('node.pcapng')]);
      expect(files.read(`${name}.jsonl`)).toBe(files.read('node.jsonl'));
      expect(files.read(`${name}.pcapng`)).toBe(files.read('node.pcapng'));
    });

    it('reads stdin, writes stdout, exits with the same codes', () => {
      const piped = beeswax(['run', example, '-i', '-', '--verdicts', '-', '-q'], {
        runtime,
        input: files.read('node.jsonl'),
      });
      expect(piped.code).toBe(3);
      expect(piped.err).toContain('error[BEESWAX_E_CAPTURE_FORMAT]');
      expect(beeswax(['nonsense'], { runtime })).toEqual(beeswax(['nonsense']));
      expect(beeswax(['show', example, '--json'], { runtime })).toEqual(beeswax(['show', example, '--json']));
    });
  });
}
