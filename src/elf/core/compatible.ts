/**
 * When a type of the target may stand for one of the program: three rules of libbpf, from lax to strict. Fields are
 * compared by kind, whole types by kind and prototype, and `type_matches` asks for the same members all the way down.
 */
import { MAX_TYPE_DEPTH, resolveId, typeAt } from '../btf/resolve.js';
import type { Btf, BtfEnum, BtfStruct, BtfType, TypeId } from '../btf/types.js';
import type { Budget } from './budget.js';
import { coreError } from './error.js';
import { essentialName, sameKind } from './target.js';

/** Both sides of a comparison. */
export interface Sides {
  readonly local: Btf;
  readonly target: Btf;
  readonly budget: Budget;
}

const isComposite = (type: BtfType): type is BtfStruct => type.kind === 'struct' || type.kind === 'union';
const isEnum = (type: BtfType): type is BtfEnum => type.kind === 'enum' || type.kind === 'enum64';
const tooDeep = () => coreError(`its types lie more than ${MAX_TYPE_DEPTH} levels deep`);

function resolvedPair(sides: Sides, localId: TypeId, targetId: TypeId): [BtfType, BtfType] {
  sides.budget.spend();
  return [
    typeAt(sides.local, resolveId(sides.local, localId)),
    typeAt(sides.target, resolveId(sides.target, targetId)),
  ];
}

/**
 * Whether a field of the target, of the right name, may be taken (bpf_core_fields_are_compat): structs and unions are
 * alike, integers of any size, pointers to anything; enums and forward declarations by name unless one has none.
 */
export function fieldsCompatible(sides: Sides, localId: TypeId, targetId: TypeId): boolean {
  for (let depth = 0; depth < MAX_TYPE_DEPTH; depth++) {
    const [local, target] = resolvedPair(sides, localId, targetId);
    if (isComposite(local) && isComposite(target)) return true;
    if (!sameKind(local, target)) return false;
    switch (local.kind) {
      case 'ptr':
      case 'float':
        return true;
      case 'fwd':
      case 'enum':
      case 'enum64': {
        const [a, b] = [essentialName(local.name), essentialName(target.name)];
        return a === '' || b === '' || a === b;
      }
      case 'int':
        return startsAtBit0(local) && startsAtBit0(target);
      case 'array':
        localId = local.type;
        targetId = (target as typeof local).type;
        break;
      default:
        return false;
    }
  }
  throw tooDeep();
}

/** Old-style bit fields, whose place stands in the integer type, are compatible with nothing. */
function startsAtBit0(type: BtfType): boolean {
  return type.kind === 'int' && type.bitOffset === 0;
}

/**
 * Whether a type of the target is the program's (bpf_core_types_are_compat): kinds through pointers and arrays, and
 * the parameters of prototypes. Names were compared by the caller.
 */
export function typesCompatible(sides: Sides, localId: TypeId, targetId: TypeId, level = MAX_TYPE_DEPTH): boolean {
  if (!sameKind(typeAt(sides.local, localId), typeAt(sides.target, targetId))) return false;
  for (let depth = 0; depth < MAX_TYPE_DEPTH; depth++) {
    const [local, target] = resolvedPair(sides, localId, targetId);
    if (!sameKind(local, target)) return false;
    switch (local.kind) {
      case 'void':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'fwd':
        return true;
      case 'int':
        return startsAtBit0(local) && startsAtBit0(target);
      case 'ptr':
      case 'array':
        break;
      case 'func_proto': {
        const { params } = target as typeof local;
        if (local.params.length !== params.length) return false;
        if (level <= 0 && params.length > 0) throw tooDeep();
        const all = local.params.every(({ type }, index) =>
          typesCompatible(
            sides,
            resolveId(sides.local, type),
            resolveId(sides.target, (params[index] as { type: TypeId }).type),
            level - 1,
          ),
        );
        if (!all) return false;
        break;
      }
      default:
        return false;
    }
    localId = local.type;
    targetId = (target as typeof local).type;
  }
  throw tooDeep();
}

const sameName = (local: string, target: string): boolean => essentialName(local) === essentialName(target);

/**
 * Whether a type of the target matches the program's (bpf_core_types_match): each member and enumerator of the
 * program's type is there by name, and matches in turn; behind a pointer, structs are compared by name only.
 */
export function typesMatch(
  sides: Sides,
  localId: TypeId,
  targetId: TypeId,
  behindPointer = false,
  level = MAX_TYPE_DEPTH,
): boolean {
  if (level <= 0) throw tooDeep();
  for (let depth = 0; depth < MAX_TYPE_DEPTH; depth++) {
    const [local, target] = resolvedPair(sides, localId, targetId);
    if (!sameName(local.name, target.name)) return false;
    switch (local.kind) {
      case 'void':
        return target.kind === 'void';
      case 'fwd':
        if (target.kind === 'fwd') return local.union === target.union;
        return behindPointer && target.kind === (local.union ? 'union' : 'struct');
      case 'enum':
      case 'enum64':
        return isEnum(target) && enumsMatch(sides, local, target);
      case 'struct':
      case 'union':
        if (!behindPointer) return local.kind === target.kind && membersMatch(sides, local, target, level);
        if (target.kind === 'fwd') return target.union === (local.kind === 'union');
        return local.kind === target.kind;
      case 'int':
        return target.kind === 'int' && local.size === target.size && local.signed === target.signed;
      case 'ptr':
        if (target.kind !== 'ptr') return false;
        behindPointer = true;
        break;
      case 'array':
        if (target.kind !== 'array' || local.length !== target.length) return false;
        break;
      case 'func_proto': {
        if (target.kind !== 'func_proto' || local.params.length !== target.params.length) return false;
        const all = local.params.every(({ type }, index) =>
          typesMatch(sides, type, (target.params[index] as { type: TypeId }).type, behindPointer, level - 1),
        );
        if (!all) return false;
        break;
      }
      default:
        return false;
    }
    localId = local.type;
    targetId = (target as typeof local).type;
  }
  throw tooDeep();
}

function enumsMatch({ budget }: Sides, local: BtfEnum, target: BtfEnum): boolean {
  if (local.size !== target.size || local.values.length > target.values.length) return false;
  budget.spend(local.values.length + target.values.length);
  const names = new Set(target.values.map(({ name }) => essentialName(name)));
  return local.values.every(({ name }) => names.has(essentialName(name)));
}

function membersMatch(sides: Sides, local: BtfStruct, target: BtfStruct, level: number): boolean {
  if (local.members.length > target.members.length) return false;
  return local.members.every((member) =>
    target.members.some((other) => {
      sides.budget.spend();
      return sameName(member.name, other.name) && typesMatch(sides, member.type, other.type, false, level - 1);
    }),
  );
}
