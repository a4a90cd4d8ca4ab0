/**
 * BTF type to `Shape`: what the codec of values needs, with typedefs and qualifiers gone. Types that are broken,
 * cyclic or too many parts to handle become 'bytes' of their size, so that a map with an odd type still loads.
 */
import type { Shape, ShapeField } from '../../model/map_spec.js';
import { isBeeswaxError } from '../../util/errors.js';
import { btfError, MAX_TYPE_DEPTH, resolveType, sizeOf } from './resolve.js';
import type { Btf, BtfDatasec, BtfInt, BtfMember, BtfStruct, BtfType, TypeId } from './types.js';

/** Fields in all, nested ones counted as often as they occur: more is an attack, not a map. */
const MAX_FIELDS = 20_000;

const INT_SIZES: readonly number[] = [1, 2, 4, 8, 16];

interface Built {
  readonly shape: Shape;
  /** Fields in it, nested ones counted each time. */
  readonly fields: number;
}

/**
 * The shape of a type.
 *
 * @throws {BeeswaxError} BEESWAX_E_BTF when it has no size: a function, void, a forward declaration.
 */
export function shapeOf(btf: Btf, id: TypeId): Shape {
  const size = sizeOf(btf, id);
  try {
    return new ShapeBuilder(btf).build(id, 0).shape;
  } catch (error) {
    if (!isBeeswaxError(error, 'BEESWAX_E_BTF')) throw error;
    return { kind: 'bytes', size };
  }
}

/**
 * The shape of a data section as a struct of its variables.
 *
 * @param size bytes of the section
 * @param offsetOf where a variable lies, by name; undefined leaves it out
 */
export function datasecShape(
  btf: Btf,
  section: BtfDatasec,
  size: number,
  offsetOf: (name: string, offset: number) => number | undefined,
): Shape {
  const fields: ShapeField[] = [];
  for (const { type, offset } of section.variables) {
    const variable = btf.types[type];
    if (variable?.kind !== 'var') continue;
    const at = offsetOf(variable.name, offset);
    if (at === undefined || at + sizeOf(btf, variable.type) > size) continue;
    fields.push({ name: variable.name, bitOffset: at * 8, shape: shapeOf(btf, variable.type) });
  }
  return { kind: 'struct', size, name: section.name, fields };
}

class ShapeBuilder {
  readonly #built = new Map<BtfType, Built>();

  constructor(private readonly btf: Btf) {}

  build(id: TypeId, depth: number): Built {
    if (depth > MAX_TYPE_DEPTH) throw btfError(`type ${id} lies too deep in itself`);
    const type = resolveType(this.btf, id);
    const known = this.#built.get(type);
    if (known !== undefined) return known;
    const built = this.#make(type, id, depth);
    if (built.fields > MAX_FIELDS) throw btfError(`type ${id} has more than ${MAX_FIELDS} fields`);
    this.#built.set(type, built);
    return built;
  }

  #make(type: BtfType, id: TypeId, depth: number): Built {
    switch (type.kind) {
      case 'int':
        return { shape: intShape(type), fields: 1 };
      case 'ptr':
        return { shape: { kind: 'pointer', size: 8 }, fields: 1 };
      case 'float':
        return {
          shape: type.size === 4 || type.size === 8 ? { kind: 'float', size: type.size } : bytes(type.size),
          fields: 1,
        };
      case 'enum':
      case 'enum64':
        return { shape: enumShape(type), fields: 1 };
      case 'array': {
        const size = sizeOf(this.btf, id);
        const of = this.build(type.type, depth + 1);
        // Elements without bytes would make a value of any length from nothing.
        if (of.shape.size === 0) return { shape: bytes(0), fields: 1 };
        return { shape: { kind: 'array', size, of: of.shape, length: type.length }, fields: of.fields };
      }
      case 'struct':
      case 'union':
        return this.#struct(type, depth);
      default:
        throw btfError(`type ${id}, a ${type.kind}, has no value`);
    }
  }

  #struct(type: BtfStruct, depth: number): Built {
    let total = 1;
    const fields: ShapeField[] = [];
    for (const member of type.members) {
      const built = this.build(member.type, depth + 1);
      const field = memberField(this.btf, type, member, built.shape);
      total += built.fields;
      if (field !== undefined) fields.push(field);
    }
    return { shape: { kind: type.kind, size: type.size, name: type.name, fields }, fields: total };
  }
}

/** A member as a field; undefined for unnamed padding and members without bytes. */
function memberField(btf: Btf, type: BtfStruct, member: BtfMember, shape: Shape): ShapeField | undefined {
  const anonymous = member.name === '';
  if (anonymous && shape.kind !== 'struct' && shape.kind !== 'union') return undefined;
  if (shape.size === 0) return undefined;
  const resolved = resolveType(btf, member.type);
  // Old-style bit fields carry their width, and a shift, in the integer type.
  const narrow = resolved.kind === 'int' && resolved.bits !== 0 && resolved.bits !== resolved.size * 8;
  const bitSize = member.bitSize || (narrow ? resolved.bits : 0);
  const bitOffset = member.bitOffset + (narrow && member.bitSize === 0 ? resolved.bitOffset : 0);
  if (bitSize > 0 && shape.kind !== 'int' && shape.kind !== 'enum') {
    throw btfError(`field ${member.name} of ${type.name} is a bit field of what is no integer`);
  }
  if (bitSize > 64) throw btfError(`field ${member.name} of ${type.name} is a bit field of ${bitSize} bits`);
  if (bitSize === 0 && bitOffset % 8 !== 0) throw btfError(`field ${member.name} of ${type.name} begins inside a byte`);
  if (bitOffset + (bitSize || shape.size * 8) > type.size * 8) {
    throw btfError(`field ${member.name} of ${type.name} reaches past its end`);
  }
  return { name: member.name, bitOffset, ...(bitSize === 0 ? {} : { bitSize }), shape };
}

function bytes(size: number): Shape {
  return { kind: 'bytes', size };
}

function intShape(type: BtfInt): Shape {
  if (!INT_SIZES.includes(type.size)) return bytes(type.size);
  const size = type.size as 1 | 2 | 4 | 8 | 16;
  return {
    kind: 'int',
    size,
    signed: type.signed && !(type.char && size === 1),
    ...(type.bool ? { bool: true } : {}),
    ...(type.char && size === 1 ? { char: true } : {}),
  };
}

function enumShape(type: Extract<BtfType, { kind: 'enum' | 'enum64' }>): Shape {
  if (![1, 2, 4, 8].includes(type.size)) return bytes(type.size);
  return {
    kind: 'enum',
    size: type.size as 1 | 2 | 4 | 8,
    signed: type.signed,
    names: Object.fromEntries(type.values.map(({ name, value }) => [name, value])),
  };
}
