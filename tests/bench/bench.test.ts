/** The benchmarks run, agree with each other before they time anything, and say what they cannot run. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { have } from '../support/have.js';

interface Row {
  readonly title: string;
  readonly repeat: Record<string, { total: number; floor: number }>;
  readonly batch: Record<string, { total: number; floor: number }>;
  readonly none: Record<string, string>;
}

const MAIN = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));

function bench(args: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env: { ...process.env, ...env } });
}

describe('npm run bench', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'beeswax-bench-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('times both back ends, and the native twin where clang is there', () => {
    const json = join(folder, 'figures.json');
    const { status, stdout, stderr } = bench(['--quick', '--peers', 'native,jit,interp', '--json', json]);
    expect(status, stderr).toBe(0);
    const { machine, packets } = JSON.parse(readFileSync(json, 'utf8')) as { machine: object; packets: Row[] };
    expect(machine).toMatchObject({ kernel: expect.any(String), node: expect.stringContaining(process.version) });
    expect(packets.map(({ title }) => title)).toEqual([
      'L4 balancer',
      'packet of death filter',
      'port and prefix filter',
      'protocol counter',
    ]);
    const peers = have.clang ? ['native', 'jit', 'interp'] : ['jit', 'interp'];
    for (const row of packets) {
      for (const figures of [row.repeat, row.batch]) {
        expect(Object.keys(figures)).toEqual(peers);
        for (const { total, floor } of Object.values(figures)) {
          expect(total).toBeGreaterThan(0);
          expect(floor).toBeGreaterThan(0);
        }
      }
    }
    expect(stdout).toContain('| L4 balancer ');
  });

  it('names the reason for a peer that is not there', () => {
    const { status, stdout } = bench(['--quick', '--peers', 'native,interp'], { CLANG: 'no-such-clang' });
    expect(status).toBe(0);
    expect(stdout).toContain('no-such-clang -O2: none, as no-such-clang is not installed.');
  });

  it('refuses what it does not know', () => {
    expect(bench(['packet'])).toMatchObject({ status: 2, stderr: expect.stringContaining('there are: packets') });
    expect(bench(['--peers', 'ubpf'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('there are: kernel'),
    });
  });
});
