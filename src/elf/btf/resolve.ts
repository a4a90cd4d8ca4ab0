/**
 * What BTF types mean together: through typedefs and qualifiers to the type itself, its size and its alignment.
 * Hostile types may be cyclic or multiply past any number; each function here ends, with an error if need be.
 */
import { BeeswaxError } from '../../util/errors.js';
import type { Btf, BtfKind, BtfType, TypeId } from './types.js';

/** The kernel's bound on how deep types may lie in one another (kernel/bpf/btf.c MAX_RESOLVE_DEPTH). */
export const MAX_TYPE_DEPTH = 32;

const MODIFIERS: ReadonlySet<BtfKind> = new Set<BtfKind>(['typedef', 'volatile', 'const', 'restrict', 'type_tag']);

export function btfError(problem: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_BTF', { problem });
}

/**
 * The type behind typedefs, qualifiers and type tags.
 *
 * @throws {BeeswaxError} BEESWAX_E_BTF for a cycle or an id out of range.
 */
export function resolveType(btf: Btf, id: TypeId): BtfType {
  return typeAt(btf, resolveId(btf, id));
}

/** The id of the type behind typedefs, qualifiers and type tags; throws as `resolveType`. */
export function resolveId(btf: Btf, id: TypeId): TypeId {
  let at = id;
  for (let depth = 0; ; depth++) {
    const type = typeAt(btf, at);
    if (!MODIFIERS.has(type.kind)) return at;
    if (depth === MAX_TYPE_DEPTH) throw btfError(`type ${id} is a chain of typedefs without end`);
    at = (type as { readonly type: TypeId }).type;
  }
}

export function typeAt(btf: Btf, id: TypeId): BtfType {
  const type = btf.types[id];
  if (type === undefined) throw btfError(`type ${id} of ${btf.types.length - 1} does not exist`);
  return type;
}

/**
 * Size in bytes.
 *
 * @throws {BeeswaxError} BEESWAX_E_BTF for types that have none (functions, forward declarations), and sizes past 2^32.
 */
export function sizeOf(btf: Btf, id: TypeId): number {
  let count = 1;
  let type = resolveType(btf, id);
  for (let depth = 0; type.kind === 'array'; depth++) {
    if (depth === MAX_TYPE_DEPTH) throw btfError(`type ${id} is an array of arrays without end`);
    count *= type.length;
    type = resolveType(btf, type.type);
  }
  const size = count * elementSize(type, id);
  if (size > 0xffff_ffff) throw btfError(`type ${id} has more than 2^32 bytes`);
  return size;
}

function elementSize(type: BtfType, id: TypeId): number {
  switch (type.kind) {
    case 'ptr':
      return 8;
    case 'int':
    case 'float':
    case 'enum':
    case 'enum64':
    case 'struct':
    case 'union':
    case 'datasec':
      return type.size;
    default:
      throw btfError(`type ${id}, a ${type.kind}, has no size`);
  }
}

/** Natural alignment in bytes of a number, a pointer or an array of those, which is what externs are; 1 for others. */
export function alignOf(btf: Btf, id: TypeId): number {
  let type = resolveType(btf, id);
  for (let depth = 0; type.kind === 'array' && depth < MAX_TYPE_DEPTH; depth++) type = resolveType(btf, type.type);
  switch (type.kind) {
    case 'ptr':
      return 8;
    case 'int':
    case 'float':
    case 'enum':
    case 'enum64':
      return Math.max(1, Math.min(8, type.size));
    default:
      return 1;
  }
}

/** All types of a kind, with their ids. */
export function typesOfKind<K extends BtfKind>(
  btf: Btf,
  kind: K,
): { id: TypeId; type: BtfType & { readonly kind: K } }[] {
  const found: { id: TypeId; type: BtfType & { readonly kind: K } }[] = [];
  btf.types.forEach((type, id) => {
    if (type.kind === kind) found.push({ id, type: type as BtfType & { readonly kind: K } });
  });
  return found;
}
