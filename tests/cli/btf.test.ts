/** `--btf`: the kernel types that an object's CO-RE relocations are resolved against. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { beeswax, json } from './support.js';

const fixture = (name: string): string => fileURLToPath(new URL(`../elf/fixtures/${name}`, import.meta.url));
const OBJECT = fixture('core_programs.o');
const TARGET = fixture('core_target_b.o');

interface Shown {
  relocations: { section: string; offset: number; kind: string; target: string }[];
}

describe('--btf', () => {
  it('shows what each relocation comes to', () => {
    const { relocations } = json<Shown>(['show', OBJECT, '--btf', TARGET]);
    expect(relocations).toContainEqual({
      section: 'xdp',
      offset: 0,
      kind: 'core',
      target: 'struct moved.first byte_off=0->12',
    });
  });

  it('decides which field a program reads', () => {
    const renamed = (target: string) =>
      json<{ retval: number }>(['test', OBJECT, '-p', 'renamed', '--btf', fixture(target)]).retval;
    expect([renamed('core_target_a.o'), renamed('core_target_b.o')]).toEqual([0, 100]);
  });

  it('says what a trapped instruction stood for', () => {
    const { code, err } = beeswax(['test', OBJECT, '-p', 'err_missing_field', '--btf', TARGET]);
    expect(code).toBe(4);
    expect(err).toContain('the instruction stands for struct nowhere.field (byte_off)');
    expect(err).toContain('--btf');
  });

  it('refuses what holds no types', () => {
    const { code, err } = beeswax(['show', OBJECT, '--btf', fixture('core_programs.c')]);
    expect(code).toBe(3);
    expect(err).toContain('BEESWAX_E_BTF');
    expect(err).toContain('core_programs.c');
  });
});
