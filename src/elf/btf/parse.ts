/**
 * Bytes of a `.BTF` section to types (linux/btf.h, all kinds up to BTF_KIND_ENUM64). Every offset, count, type id and
 * name is checked; what types mean together (sizes, cycles) is for `resolve.ts` and `shape.ts`.
 */
import { BeeswaxError } from '../../util/errors.js';
import { ByteReader } from '../bytes.js';
import type { Btf, BtfEnum, BtfMember, BtfType } from './types.js';

const MAGIC = 0xeb9f;
const HEADER_SIZE = 24;
const TYPE_SIZE = 12;
const LINKAGE = ['static', 'global', 'extern'] as const;

/** A type's common part: `name_off`, `info` (vlen in bits 0–15, kind 24–28, flag 31), `size` or `type`. */
interface Head {
  /** Byte offset of what follows the common part. */
  readonly at: number;
  readonly id: number;
  readonly name: string;
  readonly vlen: number;
  readonly flag: boolean;
  /** Bytes, or a type id. */
  readonly sizeOrType: number;
}

/** What a kind has behind the common part: bytes once, bytes for each of its `vlen` entries, and how to read them. */
interface KindRow {
  readonly tail: number;
  readonly each: number;
  readonly read: (head: Head, parser: Parser) => BtfType;
}

interface Parser {
  readonly types: ByteReader;
  readonly name: (offset: number) => string;
  readonly refuse: (id: number, problem: string) => BeeswaxError;
}

const modifier = (kind: 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag'): KindRow => ({
  tail: 0,
  each: 0,
  read: ({ name, sizeOrType }) => ({ kind, name, type: sizeOrType }),
});

const composite = (kind: 'struct' | 'union'): KindRow => ({
  tail: 0,
  each: 12,
  read: ({ at, name, vlen, flag, sizeOrType }, { types, name: nameAt }) => ({
    kind,
    name,
    size: sizeOrType,
    members: list(vlen, (index): BtfMember => {
      const entry = at + index * 12;
      const offset = types.u32(entry + 8);
      return {
        name: nameAt(types.u32(entry)),
        type: types.u32(entry + 4),
        bitOffset: flag ? offset & 0xff_ffff : offset,
        bitSize: flag ? offset >>> 24 : 0,
      };
    }),
  }),
});

const enumeration = (kind: 'enum' | 'enum64', each: 8 | 12): KindRow => ({
  tail: 0,
  each,
  read: ({ at, name, vlen, flag, sizeOrType }, { types, name: nameAt }): BtfEnum => ({
    kind,
    name,
    size: sizeOrType,
    signed: flag,
    values: list(vlen, (index) => {
      const entry = at + index * each;
      const low = BigInt(types.u32(entry + 4));
      const whole = each === 8 ? low : low | (BigInt(types.u32(entry + 8)) << 32n);
      const bits = each === 8 ? 32 : 64;
      // Enums of clang before 16 have no sign flag: their negative values come unsigned, and stay so.
      return { name: nameAt(types.u32(entry)), value: flag ? BigInt.asIntN(bits, whole) : whole };
    }),
  }),
});

/** By BTF_KIND_*; 0 is void, which has no record. */
const KINDS: readonly (KindRow | undefined)[] = [
  undefined,
  {
    tail: 4,
    each: 0,
    read: ({ at, name, sizeOrType }, { types }) => {
      const word = types.u32(at);
      const encoding = (word >>> 24) & 0xf;
      return {
        kind: 'int',
        name,
        size: sizeOrType,
        signed: (encoding & 1) !== 0,
        // By name: clang never sets BTF_INT_CHAR, gcc sets it on `unsigned char` only.
        char: name === 'char',
        bool: (encoding & 4) !== 0,
        bitOffset: (word >>> 16) & 0xff,
        bits: word & 0xff,
      };
    },
  },
  { tail: 0, each: 0, read: ({ name, sizeOrType }) => ({ kind: 'ptr', name, type: sizeOrType }) },
  {
    tail: 12,
    each: 0,
    read: ({ at, name }, { types }) => ({
      kind: 'array',
      name,
      type: types.u32(at),
      indexType: types.u32(at + 4),
      length: types.u32(at + 8),
    }),
  },
  composite('struct'),
  composite('union'),
  enumeration('enum', 8),
  { tail: 0, each: 0, read: ({ name, flag }) => ({ kind: 'fwd', name, union: flag }) },
  modifier('typedef'),
  modifier('volatile'),
  modifier('const'),
  modifier('restrict'),
  {
    tail: 0,
    each: 0,
    read: ({ id, name, vlen, sizeOrType }, { refuse }) => ({
      kind: 'func',
      name,
      type: sizeOrType,
      linkage: linkage(vlen, () => refuse(id, `has linkage ${vlen}`)),
    }),
  },
  {
    tail: 0,
    each: 8,
    read: ({ at, name, vlen, sizeOrType }, { types, name: nameAt }) => ({
      kind: 'func_proto',
      name,
      type: sizeOrType,
      params: list(vlen, (index) => ({ name: nameAt(types.u32(at + index * 8)), type: types.u32(at + index * 8 + 4) })),
    }),
  },
  {
    tail: 4,
    each: 0,
    read: ({ at, id, name, sizeOrType }, { types, refuse }) => ({
      kind: 'var',
      name,
      type: sizeOrType,
      linkage: linkage(types.u32(at), () => refuse(id, `has linkage ${types.u32(at)}`)),
    }),
  },
  {
    tail: 0,
    each: 12,
    read: ({ at, name, vlen, sizeOrType }, { types }) => ({
      kind: 'datasec',
      name,
      size: sizeOrType,
      variables: list(vlen, (index) => ({
        type: types.u32(at + index * 12),
        offset: types.u32(at + index * 12 + 4),
        size: types.u32(at + index * 12 + 8),
      })),
    }),
  },
  { tail: 0, each: 0, read: ({ name, sizeOrType }) => ({ kind: 'float', name, size: sizeOrType }) },
  {
    tail: 4,
    each: 0,
    read: ({ at, name, sizeOrType }, { types }) => ({
      kind: 'decl_tag',
      name,
      type: sizeOrType,
      component: types.i32(at),
    }),
  },
  modifier('type_tag'),
  enumeration('enum64', 12),
];

function list<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index));
}

function linkage(value: number, refuse: () => BeeswaxError): (typeof LINKAGE)[number] {
  const name = LINKAGE[value];
  if (name === undefined) throw refuse();
  return name;
}

/**
 * Parses a `.BTF` section.
 *
 * @param base byte offset of the section in the file, for errors
 * @throws {BeeswaxError} BEESWAX_E_BTF, BEESWAX_E_ELF_TRUNCATED, BEESWAX_E_ELF_STRING with the byte offset.
 */
export function parseBtf(bytes: Uint8Array, base = 0): Btf {
  const header = new ByteReader(bytes, 'section .BTF', base);
  const magic = header.u16(0);
  if (magic !== MAGIC) {
    const problem = magic === 0x9feb ? 'is big-endian' : `begins with ${magic.toString(16)}, not with the magic eb9f`;
    throw new BeeswaxError('BEESWAX_E_BTF', { problem }, { location: { offset: base } });
  }
  header.need(0, HEADER_SIZE);
  const bodyAt = header.u32(4);
  const typesAt = bodyAt + header.u32(8);
  const stringsAt = bodyAt + header.u32(16);
  const types = new ByteReader(header.slice(typesAt, header.u32(12)), 'types of .BTF', base + typesAt);
  const strings = new ByteReader(header.slice(stringsAt, header.u32(20)), 'strings of .BTF', base + stringsAt);
  const name = (offset: number): string => (offset === 0 ? '' : strings.string(offset));
  return { types: parseTypes(types, name), string: name };
}

function parseTypes(reader: ByteReader, name: (offset: number) => string): BtfType[] {
  const types: BtfType[] = [{ kind: 'void', name: '' }];
  let at = 0;
  const refuse = (id: number, problem: string): BeeswaxError =>
    new BeeswaxError('BEESWAX_E_BTF', { problem: `type ${id} ${problem}` }, { location: { offset: reader.base + at } });
  const parser: Parser = { types: reader, name, refuse };
  while (at < reader.length) {
    const id = types.length;
    const info = reader.u32(at + 4);
    const kind = (info >>> 24) & 0x1f;
    const row = KINDS[kind];
    if (row === undefined) throw refuse(id, `has unknown kind ${kind}`);
    const vlen = info & 0xffff;
    const size = TYPE_SIZE + row.tail + row.each * vlen;
    reader.need(at, size);
    types.push(
      row.read(
        {
          at: at + TYPE_SIZE,
          id,
          name: name(reader.u32(at)),
          vlen,
          flag: info >>> 31 === 1,
          sizeOrType: reader.u32(at + 8),
        },
        parser,
      ),
    );
    at += size;
  }
  for (let id = 1; id < types.length; id++) {
    const bad = references(types[id] as BtfType).find((target) => target >= types.length);
    if (bad !== undefined) throw refuse(id, `refers to type ${bad} of ${types.length - 1}`);
  }
  return types;
}

/** The types that a type refers to. */
function references(type: BtfType): readonly number[] {
  switch (type.kind) {
    case 'struct':
    case 'union':
      return type.members.map((member) => member.type);
    case 'array':
      return [type.type, type.indexType];
    case 'func_proto':
      return [type.type, ...type.params.map((param) => param.type)];
    case 'datasec':
      return type.variables.map((variable) => variable.type);
    case 'void':
    case 'int':
    case 'enum':
    case 'enum64':
    case 'fwd':
    case 'float':
      return [];
    default:
      return [type.type];
  }
}
