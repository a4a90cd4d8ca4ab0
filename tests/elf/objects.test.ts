/** What each fixture says, as the loader reads it: programs, maps, variables, and what is refused alone. */
import { describe, expect, test } from 'vitest';
import { decodeValue, findMap, linkProgram, readElfObject } from '../../src/elf/index.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { fixture, fixtureBytes } from './support.js';

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isBeeswaxError(error)) return error.code;
    throw error;
  }
  return 'no error';
}

describe('programs', () => {
  test('types come from section names, unknown names are XDP, tracing types have no hook', () => {
    const { programs } = fixture('kinds.o');
    expect(programs.map(({ name, type, kernelType }) => [name, type, kernelType])).toEqual([
      ['frags', 'xdp', 'xdp'],
      ['on_device', 'xdp', 'xdp'],
      ['on_tc', 'tc', 'sched_cls'],
      ['on_classifier', 'tc', 'sched_cls'],
      ['not_by_default', 'xdp', 'xdp'],
      ['on_socket', 'socket_filter', 'socket_filter'],
      ['on_cgroup', 'cgroup_skb', 'cgroup_skb'],
      ['probe', undefined, 'kprobe'],
      ['trace', undefined, 'tracing'],
      ['unknown', 'xdp', undefined],
    ]);
    expect(fixture('kinds.o', { defaultType: 'tc' }).programs.at(-1)?.type).toBe('tc');
  });

  test('a program of a type without a hook is refused alone, until a user says what it is', () => {
    const object = fixture('kinds.o');
    expect(() => linkProgram(object, 'probe')).toThrow('program probe is of type kprobe (section kprobe/do_exit)');
    const spec = object.programs.find(({ name }) => name === 'probe');
    if (spec !== undefined) spec.type = 'xdp';
    expect(linkProgram(object, 'probe')).toMatchObject({ type: 'xdp', length: 2 });
    expect(linkProgram(object, 'frags').length).toBe(2);
  });

  test('an unknown name lists the known ones', () => {
    expect(codeOf(() => linkProgram(fixture('kinds.o'), 'nobody'))).toBe('BEESWAX_E_NO_SUCH_PROGRAM');
  });

  test('.text holds subprograms, except where there is nothing else', () => {
    expect(fixture('calls.o').programs.map(({ name }) => name)).toEqual(['first', 'second', 'looping']);
    expect(fixture('text_only.o').programs.map(({ name, section, type }) => [name, section, type])).toEqual([
      ['judge', '.text', 'xdp'],
    ]);
  });

  test('declaration tags are kept', () => {
    expect([...(fixture('tags.o').programs[0]?.tags ?? [])].sort()).toEqual(['comment:test_retval=2', 'tail:calls/3']);
  });

  test('license', () => {
    expect(fixture('data.o').license).toBe('Dual BSD/GPL');
    expect(fixture('kinds.o').license).toBe('');
  });
});

describe('maps', () => {
  test('declared through BTF', () => {
    const { maps } = fixture('maps.o');
    expect([...maps.keys()].sort()).toEqual(
      ['blocked', 'bloom', 'inner_a', 'inner_b', 'jumps', 'outer', 'routes', 'sizes_only'].sort(),
    );
    expect(maps.get('blocked')).toMatchObject({
      type: 'hash',
      keySize: 4,
      valueSize: 32,
      maxEntries: 1024,
      flags: 0,
      pinning: 'by_name',
      keyShape: { kind: 'int', size: 4, signed: false },
      valueShape: { kind: 'struct', name: 'value', size: 32 },
    });
    expect(maps.get('routes')).toMatchObject({ type: 'lpm_trie', keySize: 20, valueSize: 8, flags: 1 });
    expect(maps.get('sizes_only')).toMatchObject({
      type: 'percpu_hash',
      keyShape: { kind: 'bytes', size: 6 },
      valueShape: { kind: 'bytes', size: 24 },
    });
    expect(maps.get('bloom')).toMatchObject({ type: 'bloom_filter', keySize: 0, valueSize: 4, extra: 3 });
  });

  test('static values of prog arrays and maps of maps', () => {
    const { maps } = fixture('maps.o');
    expect(maps.get('jumps')?.slots).toEqual(
      new Map([
        [1, 'handler'],
        [3, 'other_handler'],
      ]),
    );
    expect(maps.get('outer')?.slots).toEqual(
      new Map([
        [0, 'inner_b'],
        [2, 'inner_a'],
      ]),
    );
    expect(maps.get('outer')).toMatchObject({
      valueSize: 4,
      inner: { name: 'outer.inner', type: 'array', keySize: 4, valueSize: 8, maxEntries: 2 },
    });
  });

  test('a map type from the future refuses the program that uses it, no other', () => {
    const object = fixture('maps.o');
    expect(object.refusedMaps.get('from_the_future')?.message).toBe('map from_the_future has unknown type 200');
    expect(codeOf(() => linkProgram(object, 'needs_future'))).toBe('BEESWAX_E_MAP_TYPE');
    expect(linkProgram(object, 'entry').insns.flatMap(({ ref }) => (ref?.kind === 'map' ? [ref.map] : []))).toEqual([
      'blocked',
      'outer',
      'jumps',
    ]);
  });

  test('legacy records, in `maps` and in a section of their own', () => {
    const { maps } = fixture('legacy.o');
    expect(
      [...maps.values()].map(({ name, type, keySize, valueSize, maxEntries, flags }) => [
        name,
        type,
        keySize,
        valueSize,
        maxEntries,
        flags,
      ]),
    ).toEqual([
      ['counters', 'array', 4, 8, 256, 0],
      ['flows', 'hash', 16, 32, 1000, 1],
      ['apart', 'hash', 8, 8, 10, 0],
    ]);
  });

  test("iproute2's records: tail calls by section name, inner maps by id", () => {
    const { maps } = fixture('iproute2.o');
    expect(maps.get('tails')).toMatchObject({ type: 'prog_array', maxEntries: 8, slots: new Map([[5, 'five']]) });
    expect(maps.get('large')).toMatchObject({
      pinning: 'by_name',
      inner: { name: 'small' },
      slots: new Map([[1, 'small']]),
    });
  });

  test('data sections are maps of one value, as libbpf makes them', () => {
    const { maps } = fixture('data.o');
    const row = (name: string) => {
      const map = maps.get(name);
      return [map?.type, map?.valueSize, map?.maxEntries, map?.flags, map?.contents === undefined];
    };
    // BPF_F_RDONLY_PROG is 128, BPF_F_MMAPABLE 1024.
    expect(row('.rodata')).toEqual(['array', 64, 1, 128 | 1024, false]);
    expect(row('.rodata.tuned')).toEqual(['array', 2, 1, 128 | 1024, false]);
    expect(row('.rodata.str1.1')).toEqual(['array', 28, 1, 128, false]);
    expect(row('.data.other')).toEqual(['array', 4, 1, 1024, false]);
    expect(row('.bss')).toEqual(['array', 24, 1, 1024, true]);
  });

  test("libbpf's names of data maps find them", () => {
    const object = fixture('data.o');
    expect(findMap(object, 'data.rodata')).toBe(object.maps.get('.rodata'));
    expect(findMap(object, '.bss')).toBe(object.maps.get('.bss'));
    expect(findMap(object, 'nothing.here')).toBeUndefined();
  });
});

describe('variables', () => {
  test('have the values of the source', () => {
    const { variables } = fixture('data.o');
    const values = Object.fromEntries([...variables].map(([name, variable]) => [name, variable.get()]));
    expect(values).toEqual({
      limits: {
        bytes: 0x1122334455667788n,
        rate: 0xabcde,
        burst: 0x155,
        mac: [1, 2, 3, 4, 5, 6],
        label: 'eth0',
        v4: 0x0100007f,
        octets: [127, 0, 0, 1],
        offsets: [-1, 0, 1],
      },
      mode: 5,
      secret: 42n,
      counter: 7,
      total: 0n,
      hidden: [0, 0, 0],
      other: 3,
      tuned: 1234,
      zeros: [0n, 0n, 0n, 0n],
    });
  });

  test('set before load, they change the contents of their map and nothing else', () => {
    const object = fixture('data.o');
    object.variables.get('mode')?.set('MODE_LATER');
    object.variables.get('limits')?.set({ bytes: 1, label: 'lo', v4: '10.0.0.1' });
    object.variables.get('zeros')?.set([0, 0, 9]);
    expect(object.variables.get('mode')?.get()).toBe(9);
    expect(object.variables.get('secret')?.get()).toBe(42n);
    const { contents, valueShape } = object.maps.get('.rodata') ?? {};
    expect(decodeValue(valueShape ?? { kind: 'bytes', size: 0 }, contents ?? new Uint8Array())).toMatchObject({
      mode: 9,
      limits: { bytes: 1n, rate: 0, label: 'lo', octets: [10, 0, 0, 1] },
    });
    expect(object.maps.get('.bss.zeros')?.contents?.[16]).toBe(9);
    expect(fixture('data.o').variables.get('mode')?.get()).toBe(5);
  });
});

describe('externs', () => {
  test('kconfig: default version, weak ones are zero, an unknown strong one refuses its program', () => {
    const object = fixture('externs.o');
    expect(object.variables.get('LINUX_KERNEL_VERSION')?.get()).toBe(0x060c00);
    expect(object.variables.get('CONFIG_BPF')?.get()).toBe(false);
    expect(linkProgram(object, 'version').insns.flatMap(({ ref }) => (ref === undefined ? [] : [ref]))).toEqual([
      { kind: 'map_value', map: '.kconfig', offset: 4 },
      { kind: 'map_value', map: '.kconfig', offset: 8 },
      { kind: 'map_value', map: '.kconfig', offset: 9 },
    ]);
    expect(codeOf(() => linkProgram(object, 'needs_hz'))).toBe('BEESWAX_E_KCONFIG');
    object.variables.get('CONFIG_HZ')?.set(250);
    expect(linkProgram(object, 'needs_hz').length).toBeGreaterThan(2);
  });

  test('kconfig values by option', () => {
    const { variables } = fixture('externs.o', {
      kconfig: { CONFIG_HZ: 1000, CONFIG_BPF: 'y', CONFIG_NAME: 'abc', LINUX_KERNEL_VERSION: 0x050f00 },
    });
    expect([...variables].map(([name, variable]) => [name, variable.get()])).toEqual([
      ['CONFIG_HZ', 1000],
      ['LINUX_KERNEL_VERSION', 0x050f00],
      ['CONFIG_BPF', true],
      ['CONFIG_NAME', 'abc'],
    ]);
  });

  test('strong kernel symbols refuse their program by name, weak ones are null, kfuncs are kept by name', () => {
    const object = fixture('externs.o');
    expect(() => linkProgram(object, 'needs_variable')).toThrow('needs kernel_variable');
    expect(() => linkProgram(object, 'needs_nowhere')).toThrow('program needs_nowhere needs nowhere');
    expect(linkProgram(object, 'needs_function').insns.find(({ op }) => op.name === 'call_btf')?.ref).toEqual({
      kind: 'kfunc',
      name: 'kernel_function',
    });
    expect(linkProgram(object, 'calls_unasked').insns.find(({ op }) => op.name === 'call_btf')?.ref).toEqual({
      kind: 'kfunc',
      name: 'weak_but_needed',
    });
    const weak = linkProgram(object, 'weak').insns;
    expect(weak.filter(({ op }) => op.name === 'lddw').every(({ imm64 }) => imm64 === 0n)).toBe(true);
    expect(weak.some(({ op, dst }) => op.name === 'callx' && dst === 10)).toBe(true);
  });
});

test('reading a Node Buffer copies what a user may change: the file stays as it was', () => {
  const file = Buffer.from(fixtureBytes('data.o'));
  const before = Buffer.from(file).toString('hex');
  readElfObject(file).variables.get('counter')?.set(99);
  expect(file.toString('hex')).toBe(before);
});

test('source lines follow each function to where it was linked', () => {
  const program = linkProgram(fixture('plain.o'), 'judge');
  const firstLine = (name: string) => {
    const start = program.functions.find((fn) => fn.name === name)?.start ?? -1;
    const { file, line, text } = program.lines.get(start) ?? {};
    return [file, line, text?.trim()];
  };
  expect(program.lines.size).toBe(program.insns.reduce((slots, { op }) => slots + op.slots, 0));
  expect(firstLine('judge')).toEqual(['./plain.c', 47, '__u32 key = ctx->ingress_ifindex;']);
  expect(firstLine('clamp')[2]).toBe('__noinline int clamp(int x)');
  expect(firstLine('scale')[2]).toBe('counter += x;');
});
