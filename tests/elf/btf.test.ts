/** BTF as we parse it against `bpftool btf dump`, type for type; and types that no compiler makes, which must not hurt. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Btf, type BtfType, parseBtf, readElfObject, shapeOf, sizeOf } from '../../src/elf/index.js';
import { describeNeeding, TOOLS } from '../support/have.js';
import { BtfBuilder } from './btf_builder.js';
import { fixture, fixturePaths, xdpToolsPaths } from './support.js';

/** A type as bpftool's JSON has it. */
function asBpftool(type: BtfType, id: number): Record<string, unknown> {
  const named = (name: string) => (name === '' ? '(anon)' : name);
  const head = { id, kind: type.kind.toUpperCase(), name: named(type.name) };
  switch (type.kind) {
    case 'int':
      return { ...head, size: type.size, bits_offset: type.bitOffset, nr_bits: type.bits };
    case 'array':
      return { ...head, type_id: type.type, index_type_id: type.indexType, nr_elems: type.length };
    case 'struct':
    case 'union':
      return {
        ...head,
        size: type.size,
        vlen: type.members.length,
        members: type.members.map((member) => ({
          name: named(member.name),
          type_id: member.type,
          bits_offset: member.bitOffset,
          ...(member.bitSize === 0 ? {} : { bitfield_size: member.bitSize }),
        })),
      };
    case 'enum':
    case 'enum64':
      return { ...head, size: type.size, vlen: type.values.length, names: type.values.map(({ name }) => name) };
    case 'fwd':
      return { ...head, fwd_kind: type.union ? 'union' : 'struct' };
    case 'func':
    case 'var':
      return { ...head, type_id: type.type, linkage: type.linkage };
    case 'func_proto':
      return {
        ...head,
        ret_type_id: type.type,
        vlen: type.params.length,
        params: type.params.map(({ name, type: param }) => ({ name: named(name), type_id: param })),
      };
    case 'datasec':
      return {
        ...head,
        size: type.size,
        vlen: type.variables.length,
        vars: type.variables.map((variable) => ({
          type_id: variable.type,
          offset: variable.offset,
          size: variable.size,
        })),
      };
    case 'float':
      return { ...head, size: type.size };
    case 'decl_tag':
      return { ...head, type_id: type.type, component_idx: type.component };
    case 'void':
      return head;
    default:
      return { ...head, type_id: type.type };
  }
}

/** The same of bpftool's side: what it words rather than gives (encodings, variables' names) goes. */
function normalized(type: Record<string, unknown>): Record<string, unknown> {
  const { encoding: _, values, ...rest } = type as { encoding?: string; values?: { name: string }[] };
  if (values !== undefined) Object.assign(rest, { names: values.map(({ name }) => name) });
  const members = (rest as { members?: Record<string, unknown>[] }).members;
  for (const member of members ?? []) if (member.bitfield_size === 0) delete member.bitfield_size;
  const vars = (rest as { vars?: Record<string, unknown>[] }).vars;
  for (const variable of vars ?? []) delete variable.name;
  return rest;
}

function compare(btf: Btf, path: string): void {
  const json = execFileSync(TOOLS.bpftool, ['btf', 'dump', 'file', path, '-j'], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  const { types } = JSON.parse(json) as { types: Record<string, unknown>[] };
  expect(btf.types.length - 1).toBe(types.length);
  for (const type of types) {
    const id = type.id as number;
    const ours = asBpftool(btf.types[id] as BtfType, id);
    const { encoding: _, ...rest } = normalized(type) as Record<string, unknown>;
    // libbpf fills in the sizes and offsets of data sections, which the file leaves to the loader.
    if (ours.kind === 'DATASEC') {
      expect([ours.name, ours.vlen]).toEqual([rest.name, rest.vlen]);
      continue;
    }
    // toEqual on each of 100,000 types would take minutes.
    if (JSON.stringify(sorted(ours)) !== JSON.stringify(sorted(rest))) expect(ours).toEqual(rest);
  }
}

function sorted(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

describeNeeding(['bpftool'], 'against bpftool', () => {
  for (const path of [...fixturePaths(), ...xdpToolsPaths()]) {
    const { btf } = readElfObject(readFileSync(path));
    test.skipIf(btf === undefined)(basename(path), { timeout: 60_000 }, () => compare(btf as Btf, path));
  }

  const vmlinux = '/sys/kernel/btf/vmlinux';
  if (!existsSync(vmlinux)) console.warn(`skipped: the kernel's own types: ${vmlinux} does not exist`);
  test.skipIf(!existsSync(vmlinux))("the running kernel's types", { timeout: 60_000 }, () => {
    compare(parseBtf(new Uint8Array(readFileSync(vmlinux))), vmlinux);
  });
});

describe('hostile types', () => {
  test('a type id out of range', () => {
    const btf = new BtfBuilder().ptr(7);
    expect(() => parseBtf(btf.bytes())).toThrow('type 1 refers to type 7 of 1');
  });

  test('an unknown kind', () => {
    expect(() => parseBtf(new BtfBuilder().raw(0, 21 << 24, 0).bytes())).toThrow('type 1 has unknown kind 21');
  });

  test('more members than the section has bytes', () => {
    expect(() => parseBtf(new BtfBuilder().raw(0, (4 << 24) | 0xffff, 8).bytes())).toThrow(
      'types of .BTF has 12 bytes',
    );
  });

  test('a name outside of the strings', () => {
    expect(() => parseBtf(new BtfBuilder().raw(999, 2 << 24, 0).bytes())).toThrow('strings of .BTF has');
  });

  test('a typedef of itself', () => {
    const btf = parseBtf(new BtfBuilder().typedef('loop', 1).bytes());
    expect(() => sizeOf(btf, 1)).toThrow('chain of typedefs without end');
  });

  test('an array of itself', () => {
    const btf = parseBtf(new BtfBuilder().array(1, 1, 2).bytes());
    expect(() => sizeOf(btf, 1)).toThrow('array of arrays without end');
  });

  test('an array whose size multiplies past 2^32', () => {
    const btf = parseBtf(new BtfBuilder().int('int', 4, 1).array(1, 1, 0xffffffff).array(2, 1, 0xffffffff).bytes());
    expect(() => sizeOf(btf, 3)).toThrow('more than 2^32 bytes');
  });

  test('a struct that contains itself is bytes', () => {
    const btf = parseBtf(new BtfBuilder().struct('s', 8, [['self', 1, 0]]).bytes());
    expect(shapeOf(btf, 1)).toEqual({ kind: 'bytes', size: 8 });
  });

  test('a member past the end of its struct makes it bytes', () => {
    const btf = parseBtf(
      new BtfBuilder()
        .int('int', 4, 1)
        .struct('s', 4, [['late', 1, 8]])
        .bytes(),
    );
    expect(shapeOf(btf, 2)).toEqual({ kind: 'bytes', size: 4 });
  });

  test('structs that double thirty times are bytes', () => {
    const builder = new BtfBuilder().int('int', 4, 1);
    for (let id = 1; id <= 30; id++)
      builder.struct(`s${id}`, 4, [
        ['a', id, 0],
        ['b', id, 0],
      ]);
    expect(shapeOf(parseBtf(builder.bytes()), 31)).toEqual({ kind: 'bytes', size: 4 });
  });

  test('a function has no shape', () => {
    const btf = parseBtf(new BtfBuilder().raw(0, 13 << 24, 0).bytes());
    expect(() => shapeOf(btf, 1)).toThrow('has no size');
  });

  test('big-endian BTF', () => {
    const bytes = new BtfBuilder().bytes();
    [bytes[0], bytes[1]] = [0xeb, 0x9f];
    expect(() => parseBtf(bytes)).toThrow('is big-endian');
  });
});

test('shapes of a struct with everything', () => {
  const { valueShape } = fixture('data.o').maps.get('.rodata') ?? {};
  const limits = valueShape?.kind === 'struct' ? valueShape.fields.find(({ name }) => name === 'limits') : undefined;
  expect(limits?.shape).toMatchObject({
    kind: 'struct',
    name: 'limits',
    fields: [
      { name: 'bytes', bitOffset: 0, shape: { kind: 'int', size: 8, signed: false } },
      { name: 'rate', bitOffset: 64, bitSize: 20 },
      { name: 'burst', bitOffset: 84, bitSize: 10 },
      { name: 'mac', shape: { kind: 'array', length: 6 } },
      { name: 'label', shape: { kind: 'array', length: 10, of: { kind: 'int', char: true } } },
      { name: '', shape: { kind: 'union', fields: [{ name: 'v4' }, { name: 'octets' }] } },
      { name: 'offsets', shape: { kind: 'array', of: { signed: true } } },
    ],
  });
});
