/** Objects that we write, read by our loader, by LLVM and by libbpf. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verify } from '../../src/analysis/verify.js';
import { type Assembly, assemble } from '../../src/asm/assemble.js';
import { writeObject } from '../../src/asm/write_object.js';
import { findMap, linkProgram, readElfObject } from '../../src/elf/index.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { describeNeeding, TOOLS } from '../support/have.js';

/** Returns 44: 1 + 1 by a static function, and 42 of .rodata; with a callback and a hash lookup on the way. */
const SOURCE = `
.map blocked, hash, 4, 8, 16
.map counts, percpu_array, 4, 8, 4
.map .rodata, array, 4, 8, 1, BPF_F_RDONLY_PROG
.contents .rodata 00000000 2a000000
.license GPL
.section xdp
.program filter
  r1 = 0
  *(u32 *)(r10 - 4) = w1
  r1 = &map(blocked) ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto absent
  r0 = 1
  exit
absent:
  r1 = 10
  r2 = &func(body) ll
  r3 = r10
  r3 += -16
  r5 = 0
  *(u64 *)(r3 + 0) = r5
  r4 = 0
  call loop
  r1 = 1
  call add_one
  r1 = &value(.rodata, 4) ll
  w1 = *(u32 *)(r1 + 0)
  r0 += r1
  exit
body:
  r3 = *(u64 *)(r2 + 0)
  r3 += 1
  *(u64 *)(r2 + 0) = r3
  r0 = 0
  exit
add_one:
  r0 = r1
  r0 += 1
  exit
.program second
  r0 = 2
  exit
`;

const written = (source: string): { assembly: Assembly; bytes: Uint8Array } => {
  const assembly = assemble(source, { file: 'f.s' });
  return { assembly, bytes: writeObject(assembly) };
};

describe('our loader', () => {
  test('reads back programs, maps and license', () => {
    const { assembly, bytes } = written(SOURCE);
    const object = readElfObject(bytes);
    expect(object.programs.map(({ name, section, type }) => [name, section, type])).toEqual([
      ['filter', 'xdp', 'xdp'],
      ['second', 'xdp', 'xdp'],
    ]);
    expect(object.license).toBe('GPL');
    for (const { name, type, keySize, valueSize, maxEntries } of assembly.maps) {
      expect(findMap(object, name)).toMatchObject({ name, type, keySize, valueSize, maxEntries });
    }
    expect(findMap(object, '.rodata')?.contents).toEqual(Uint8Array.of(0, 0, 0, 0, 42, 0, 0, 0));
    for (const program of assembly.programs) {
      const linked = linkProgram(object, program.name);
      verify(linked);
      expect(linked.insns.map(({ op, ref }) => [op.name, ref?.kind])).toEqual(
        program.insns.map(({ op, ref }) => [op.name, ref?.kind]),
      );
      expect(linked.functions.map(({ name }) => name)).toEqual(program.functions.map(({ name }) => name));
      for (const { pc } of program.insns) {
        const { file, line } = program.lines.get(pc) ?? {};
        expect(linked.lines.get(pc)).toMatchObject({ file, line });
      }
    }
    const second = linkProgram(object, 'second');
    expect(encodeInsns(second.insns)).toEqual(encodeInsns(assembly.programs[1]?.insns ?? []));
  });

  test.each([
    ['tc', 'tc'],
    ['socket_filter', 'socket'],
    ['cgroup_skb', 'cgroup/skb'],
    ['sk_lookup', 'sk_lookup'],
  ])('a %s program without a section goes to %s', (type, section) => {
    const object = readElfObject(written(`.program p ${type}\n  r0 = 0\n  exit`).bytes);
    expect(object.programs).toMatchObject([{ name: 'p', section, type }]);
  });
});

describe('refusals', () => {
  test('an address within a map that is no data section', () => {
    let error: unknown;
    try {
      written('.map a, array, 4, 8, 1\nr1 = &value(a, 4) ll\nexit');
    } catch (thrown) {
      error = thrown;
    }
    expect(isBeeswaxError(error, 'BEESWAX_E_OBJECT_WRITE')).toBe(true);
    expect(error).toMatchObject({ location: { file: 'f.s', line: 2, pc: 0 } });
  });
});

describeNeeding(['llvm', 'bpftool', 'kernelBpf', 'root'], 'LLVM and libbpf', () => {
  let folder: string;
  let object: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'beeswax-object-'));
    object = join(folder, 'filter.o');
    writeFileSync(object, written(SOURCE).bytes);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('llvm-objdump shows code with source lines and relocations', () => {
    const listing = execFileSync(TOOLS.llvmObjdump, ['-dr', '--no-show-raw-insn', object], { encoding: 'utf8' });
    expect(listing).toMatch(/<filter>:\n/);
    expect(listing).toMatch(/R_BPF_64_64\s+blocked/);
    expect(listing).toMatch(/R_BPF_64_32\s+\.text/);
    expect(listing).toMatch(/R_BPF_64_64\s+\.rodata/);
  });

  test('the kernel loads it through libbpf, callback and source lines included, and runs it', () => {
    // A bpf file system of its own: other tests may mount and unmount the usual one meanwhile.
    const mounted = join(folder, 'bpf');
    const pins = join(mounted, 'pins');
    mkdirSync(mounted);
    execFileSync('mount', ['-t', 'bpf', 'bpf', mounted]);
    const packet = join(folder, 'packet');
    writeFileSync(packet, new Uint8Array(64));
    const bpftool = (...args: string[]) => execFileSync(TOOLS.bpftool, args, { encoding: 'utf8' });
    try {
      bpftool('prog', 'loadall', object, pins);
      expect(bpftool('prog', 'run', 'pinned', `${pins}/filter`, 'data_in', packet)).toContain('Return value: 44');
      expect(bpftool('prog', 'dump', 'xlated', 'pinned', `${pins}/filter`)).toContain('; r1 = &map(blocked) ll');
    } finally {
      execFileSync('umount', [mounted]);
    }
  });
});
