/** C programs that use maps, compiled when a test runs, and what each engine makes of them. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { KernelEngine } from '../../src/engine/kernel_engine.js';
import type { LoadedObject, LoadOptions, ObjectEngine } from '../../src/engine/types.js';
import { describeNeeding, have, TOOLS } from '../support/have.js';

const PROLOGUE = `
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
`;

/** An object of C source, to which the usual includes and the license are added. */
export function compile(source: string): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'beeswax-maps-'));
  try {
    const input = join(folder, 'maps.c');
    const output = join(folder, 'maps.o');
    writeFileSync(input, PROLOGUE + source);
    const args = [
      '-O2',
      '-g',
      '-target',
      'bpf',
      '-mcpu=v3',
      '-I/usr/include/x86_64-linux-gnu',
      '-c',
      input,
      '-o',
      output,
    ];
    const { status, stderr } = spawnSync(TOOLS.clang, args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** 64 bytes of an Ethernet frame, the first ones as given. */
export function packet(...start: number[]): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set(start);
  return bytes;
}

export type Load = (source: string, options?: LoadOptions) => Promise<LoadedObject>;

/** Runs tests on both back ends, and in the kernel where it can be asked: what they expect is what it does. */
export function describeEngines(name: string, body: (load: Load, kind: 'interp' | 'jit' | 'kernel') => void): void {
  describeNeeding(['clang'], name, () => {
    describe.each(['interp', 'jit', 'kernel'] as const)('%s', (kind) => {
      if (kind === 'kernel' && !have.kernelBpf) return;
      let engine: ObjectEngine;
      const objects: LoadedObject[] = [];
      beforeAll(async () => {
        engine =
          kind === 'kernel' ? await KernelEngine.create() : await Engine.create({ engine: kind, memory: '256MiB' });
      });
      afterAll(() => {
        for (const object of objects) object.close();
        engine.close();
      });
      body(async (source, options) => {
        const object = await engine.load(compile(source), options);
        for (const { error } of object.failures) throw error;
        objects.push(object);
        return object;
      }, kind);
    });
  });
}
