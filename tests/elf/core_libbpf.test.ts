/**
 * CO-RE against libbpf: the instructions that it hands to the kernel (which the kernel then rewrites alike, whoever
 * gave them) are those that linking makes, for two made-up kernels, this machine's own, and the built-in types.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ElfObject, readCoreTarget } from '../../src/elf/index.js';
import { describeNeeding } from '../support/have.js';
import { coreFixture, slotsAsLibbpf, slotsOf } from './core_support.js';
import { fixture, fixturePath } from './support.js';

const KERNEL_BTF = '/sys/kernel/btf/vmlinux';

describeNeeding(['libbpf', 'kernelBpf'], 'CO-RE against libbpf', () => {
  let folder = '';
  let tool = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'beeswax-core-'));
    tool = join(folder, 'libbpf_relocate');
    execFileSync('cc', ['-o', tool, new URL('core/libbpf_relocate.c', import.meta.url).pathname, '-lbpf']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** libbpf fails as a whole where a program cannot be relocated, so each is opened by itself. */
  function byLibbpf(program: string, target?: string): string[] | 'refused' {
    const args = [fixturePath('core_programs.o'), program, ...(target === undefined ? [] : [target])];
    const [insns = ''] = execFileSync(tool, args, { encoding: 'utf8' }).split('\n');
    return insns === 'rejected' ? 'refused' : slotsOf(Buffer.from(insns, 'hex'));
  }

  function compare(object: ElfObject, target?: string): void {
    for (const { name } of object.programs) {
      expect(slotsAsLibbpf(object, name), name).toEqual(byLibbpf(name, target));
    }
  }

  for (const target of ['a', 'b'] as const) {
    test(`target ${target}`, () => {
      compare(coreFixture(target), fixturePath(`core_target_${target}.o`));
    });
  }

  test('types of the running kernel', () => {
    compare(fixture('core_programs.o', { btf: readCoreTarget(readFileSync(KERNEL_BTF)) }));
  });
});
