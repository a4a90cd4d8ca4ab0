/** What is committed beside the examples' sources is what their scripts make of them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as packet from '../../src/packet/index.js';
import { describeNeeding } from '../support/have.js';
import { example, packetsOf } from './engines.js';

interface Generator {
  makeTraffic(lib: typeof packet): Uint8Array;
  makeBalancerTraffic(lib: typeof packet): Uint8Array;
  makeBalancerMaps(): string;
  maglevTable(names: readonly string[], size: number): number[];
}

const generator = (await import(example('generate.mjs').href)) as Generator;

const sameBytes = (made: Uint8Array, name: string): boolean => Buffer.compare(made, readFileSync(example(name))) === 0;

describe('generate.mjs', () => {
  it('makes the captures that are here', () => {
    expect(sameBytes(generator.makeTraffic(packet), 'traffic.pcapng')).toBe(true);
    expect(sameBytes(generator.makeBalancerTraffic(packet), 'balancer.pcap')).toBe(true);
  });

  it('makes the maps that are here', () => {
    expect(generator.makeBalancerMaps()).toBe(readFileSync(example('l4_balancer.maps.json'), 'utf8'));
  });

  it('spreads slots evenly, and moves few of them when a backend goes', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const before = generator.maglevTable(names, 251);
    const shares = names.map((_, index) => before.filter((slot) => slot === index).length);
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    const after = generator.maglevTable(names.slice(0, 4), 251);
    const moved = before.filter((slot, i) => slot !== 4 && slot !== after[i]).length;
    expect(moved).toBeLessThan(251 * 0.2);
  });
});

describe('the captures', () => {
  it('are small, and have the times and comments of their packets', async () => {
    const traffic = await packetsOf('traffic.pcapng');
    expect(readFileSync(example('traffic.pcapng')).length).toBeLessThan(200_000);
    expect(traffic.length).toBeGreaterThan(1000);
    expect(traffic.filter(({ options }) => options.length > 0).length).toBe(25);
    expect(traffic.every(({ timestamp = 0n }, i) => timestamp > (traffic[i - 1]?.timestamp ?? 0n))).toBe(true);
  });
});

describeNeeding(['clang', 'llvm'], 'build.sh', () => {
  it('builds the objects that are here', ({ skip }) => {
    const out = mkdtempSync(join(tmpdir(), 'beeswax-examples-'));
    try {
      execFileSync(fileURLToPath(example('build.sh')), [out], { stdio: ['ignore', 'ignore', 'pipe'] });
      const objects = readdirSync(fileURLToPath(example('.'))).filter((name) => name.endsWith('.o'));
      expect(objects).toHaveLength(4);
      // Another release of the compiler may choose other instructions: then there is nothing to compare.
      const compiler = readFileSync(join(out, 'COMPILER'), 'utf8');
      skip(
        compiler !== readFileSync(example('COMPILER'), 'utf8'),
        `the objects were built by another compiler than ${compiler}`,
      );
      for (const name of objects) expect(sameBytes(readFileSync(join(out, name)), name), name).toBe(true);
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  it('the same sources compile as ordinary C, for a benchmark to run beside', () => {
    const sources = readdirSync(fileURLToPath(example('.'))).filter((name) => name.endsWith('.c'));
    for (const name of sources) {
      const args = ['-O2', '-Wall', '-Wextra', '-Werror', '-DBEESWAX_NATIVE', '-fsyntax-only', name];
      execFileSync('clang-19', args, { cwd: fileURLToPath(example('.')), stdio: ['ignore', 'ignore', 'pipe'] });
    }
  });
});

describeNeeding(['tshark'], 'Wireshark', () => {
  it('finds only the packets of death malformed, or none', () => {
    const malformed = execFileSync(
      'tshark',
      ['-n', '-r', fileURLToPath(example('traffic.pcapng')), '-Y', '_ws.malformed and not frame.comment'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    expect(malformed).toBe('');
  });
});
