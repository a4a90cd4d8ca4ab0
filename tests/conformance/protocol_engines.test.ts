/**
 * The harnesses of engines that are not ours: what they share in C, and each engine where the machine has it. What is
 * asserted of an engine are differences from RFC 9669 that the public suite does not show; engines/README.md explains
 * them. A new version that mends one fails here, and the README is to be brought up to date.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assembleMnemonics } from '../../src/asm/mnemonics.js';
import { BatchEngine } from '../../src/conformance/adapters/process_batch.js';
import type { Answer, ConformanceCase } from '../../src/conformance/types.js';
import { startProcess } from '../../src/platform/node_process.js';
import { describeNeeding } from '../support/have.js';
import { moves } from './guests/cases.js';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'beeswax-engines-'));
afterAll(() => rmSync(folder, { recursive: true }));

function program(text: string, memory?: Uint8Array): ConformanceCase {
  return { ...moves(0, memory), program: assembleMnemonics(text, 'test') };
}

async function answersOf(command: readonly string[], cases: readonly ConformanceCase[]): Promise<readonly Answer[]> {
  const engine = await BatchEngine.open({ command, start: startProcess, timeout: 2000 });
  try {
    return await engine.run(cases);
  } finally {
    await engine.close();
  }
}

/** Engines that no distribution has: their place comes from the environment. */
function describeGiven(variable: string, name: string, body: (place: string) => void): void {
  const place = process.env[variable];
  if (place === undefined) console.warn(`skipped: ${name}: needs its path in ${variable}`);
  describe.skipIf(place === undefined)(name, () => body(place ?? ''));
}

describeNeeding(['cc'], 'protocol.h', () => {
  const toy = join(folder, 'toy');
  beforeAll(() => {
    const checks = ['-Wall', '-Wextra', '-Werror', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover'];
    execFileSync('cc', [...checks, path('guests/toy.c'), '-o', toy]);
  });

  it('reads programs and memory, and answers with values, memory and errors', async () => {
    const memory = Uint8Array.of(1, 2, 3);
    const answers = await answersOf(
      [toy],
      [
        moves(-1),
        program('ldxb %r0, [%r1+2]\nexit', memory),
        program('ldxb %r0, [%r1+3]\nexit', memory),
        program('mov %r0, %r1\nexit'),
        moves(5, new Uint8Array(70_000).fill(0xab)),
        { ...moves(0), program: new Uint8Array(0) },
        { ...moves(0), program: Uint8Array.of(0x95) },
      ],
    );
    expect(answers).toEqual([
      { kind: 'value', r0: 2n ** 64n - 1n },
      { kind: 'value', r0: 3n, memory: Uint8Array.of(1, 2, 0xee) },
      { kind: 'stopped', reason: 'out of bounds' },
      { kind: 'rejected', reason: 'unknown "opcode"\n' },
      { kind: 'value', r0: 5n, memory: new Uint8Array(70_000).fill(0xab) },
      { kind: 'rejected', reason: 'no exit' },
      { kind: 'rejected', reason: 'no exit' },
    ]);
  });
});

describeNeeding(['dpdk'], "DPDK's rte_bpf", () => {
  const binary = join(folder, 'rte_bpf');
  beforeAll(() => void execFileSync(path('engines/rte_bpf/build.sh'), [binary]));

  it.each([[[]], [['--jit']]])('runs programs %j', async (options) => {
    const memory = Uint8Array.of(0, 0x34, 0x12, 0);
    const answers = await answersOf(
      [binary, ...options],
      [moves(7), program('ldxh %r0, [%r1+1]\nexit', memory), program('mov %r0, %r6\nexit')],
    );
    expect(answers).toEqual([
      { kind: 'value', r0: 7n },
      { kind: 'value', r0: 0x1234n, memory },
      { kind: 'refused', reason: expect.stringContaining('evaluate') },
    ]);
  });

  it('miscompiles shifts by 128 and more: four bytes of immediate for an instruction that takes one', async () => {
    const shift = program('mov %r0, 3\nlsh32 %r0, 128\nexit');
    expect(await answersOf([binary], [shift])).toEqual([{ kind: 'value', r0: 3n }]);
    const [jitted, after] = await answersOf([binary, '--jit'], [shift, moves(1)]);
    expect(jitted?.kind).toBe('crashed');
    expect(after).toEqual({ kind: 'value', r0: 1n });
  });
});

describeGiven('BEESWAX_RBPF', 'rbpf (the folder where it was built)', (place) => {
  const binary = join(folder, 'rbpf');
  beforeAll(() => void execFileSync(path('engines/rbpf/build.sh'), [place, binary]));

  it.each([[[]], [['--jit']]])('keeps the upper half where a 32-bit modulo is by zero %j', async (options) => {
    const modulo = program('mov %r0, -1\nmod32 %r0, 0\nexit');
    expect(await answersOf([binary, ...options], [modulo])).toEqual([{ kind: 'value', r0: 2n ** 64n - 1n }]);
  });
});

describeGiven('BEESWAX_UBPF', 'uBPF (the prefix where it is installed)', (place) => {
  const binary = join(folder, 'ubpf');
  beforeAll(() => void execFileSync(path('engines/ubpf/build.sh'), [place, binary]));

  it.each([[[]], [['--jit']]])('lets an atomic operation write the frame pointer %j', async (options) => {
    // atomic_fetch_add((u64 *)(r10 - 8), r10): r10 is read-only (the kernel's standardization/abi.rst).
    const fetch = program('stdw [%r10-8], 0\nmov %r0, 1\nlock fetch add [%r10-8], %r10\nexit');
    expect(await answersOf([binary, ...options], [fetch])).toEqual([{ kind: 'value', r0: 1n }]);
  });
});
