/** The fixtures compiled anew for every cpu version that clang has: other instructions, the same maps, data and functions. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ElfObject, linkProgram, readElfObject } from '../../src/elf/index.js';
import { describeNeeding, TOOLS } from '../support/have.js';
import { fixture, fixturePath } from './support.js';

/** What a compiler may not change: everything but the instructions. */
function essence(object: ElfObject): unknown {
  return {
    license: object.license,
    maps: new Map([...object.maps].sort()),
    refused: [...object.refusedMaps.keys()],
    variables: [...object.variables].map(([name, { map, shape, get }]) => [name, map, shape, get()]).sort(),
    programs: object.programs.map(({ name, section, type }) => [name, section, type]),
    functions: object.programs.map(({ name }) => {
      try {
        return linkProgram(object, name).functions.map((fn) => fn.name);
      } catch (error) {
        return (error as Error).message;
      }
    }),
  };
}

describeNeeding(['clang'], 'clang', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'beeswax-elf-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const sources = ['across', 'calls', 'data', 'externs', 'iproute2', 'kinds', 'legacy', 'maps', 'plain', 'tags'];
  for (const cpu of ['v1', 'v2', 'v3', 'v4']) {
    test(`-mcpu=${cpu}`, { timeout: 60_000 }, () => {
      for (const source of sources) {
        const out = join(folder, `${source}.o`);
        execFileSync(TOOLS.clang, [
          '-target',
          'bpf',
          `-mcpu=${cpu}`,
          '-O2',
          '-g',
          '-c',
          fixturePath(`${source}.c`),
          '-o',
          out,
        ]);
        const object = readElfObject(readFileSync(out));
        expect(essence(object), source).toEqual(essence(fixture(`${source}.o`)));
      }
    });
  }

  test('without -g there is no BTF: legacy maps still load, .maps cannot', () => {
    const compile = (source: string): Uint8Array => {
      const out = join(folder, `${source}.o`);
      execFileSync(TOOLS.clang, ['-target', 'bpf', '-O2', '-c', fixturePath(`${source}.c`), '-o', out]);
      return new Uint8Array(readFileSync(out));
    };
    expect([...readElfObject(compile('legacy')).maps.keys()]).toEqual(['counters', 'flows', 'apart']);
    expect(() => readElfObject(compile('maps'))).toThrow('BTF: is missing, and .maps needs it');
  });

  test('big-endian', () => {
    const out = join(folder, 'big.o');
    execFileSync(TOOLS.clang, ['-target', 'bpfeb', '-O2', '-g', '-c', fixturePath('legacy.c'), '-o', out]);
    expect(() => readElfObject(readFileSync(out))).toThrow('the object is big-endian');
  });
});
