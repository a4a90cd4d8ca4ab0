/** Finds in a candidate type what an access of the program's own type points at: the same names on the way. */

import type { CoreKind } from '../btf/ext.js';
import { resolveId, sizeOf, typeAt } from '../btf/resolve.js';
import type { BtfMember, BtfStruct, TypeId } from '../btf/types.js';
import { type Access, type AccessStep, checkedOffset, holdsElement, MAX_LEVELS, SUBJECT } from './access.js';
import { fieldsCompatible, type Sides, typesCompatible, typesMatch } from './compatible.js';
import { coreError } from './error.js';
import { essentialName } from './target.js';

/**
 * The access in the target's type, undefined where that has nothing of the kind (bpf_core_spec_match).
 *
 * @throws {BeeswaxError} BEESWAX_E_CORE, BEESWAX_E_BTF for types that cannot be compared.
 */
export function matchAccess(sides: Sides, kind: CoreKind, local: Access, candidate: TypeId): Access | undefined {
  const { target } = sides;
  switch (SUBJECT[kind]) {
    case 'type': {
      const rule = kind === 'type_matches' ? typesMatch : typesCompatible;
      const fits = rule(sides, local.root, candidate);
      return fits ? { btf: target, root: candidate, steps: [], bitOffset: 0 } : undefined;
    }
    case 'enumerator':
      return matchEnumerator(sides, local, candidate);
    case 'field':
      return matchField(sides, local, candidate);
  }
}

function matchEnumerator({ target, budget }: Sides, local: Access, candidate: TypeId): Access | undefined {
  const id = resolveId(target, candidate);
  const type = typeAt(target, id);
  if (type.kind !== 'enum' && type.kind !== 'enum64') return undefined;
  budget.spend(type.values.length);
  const wanted = essentialName((local.steps[0] as AccessStep).name);
  const index = type.values.findIndex(({ name }) => essentialName(name) === wanted);
  const found = type.values[index];
  if (found === undefined) return undefined;
  return { btf: target, root: candidate, steps: [{ type: id, index, name: found.name }], bitOffset: 0 };
}

function matchField(sides: Sides, local: Access, candidate: TypeId): Access | undefined {
  const { target } = sides;
  const steps: AccessStep[] = [];
  let bitOffset = 0;
  let levels = 0;
  let id = candidate;
  for (const [at, step] of local.steps.entries()) {
    id = resolveId(target, id);
    if (step.name !== '') {
      const found = findMember(sides, memberOf(sides, step), id, MAX_LEVELS - levels);
      if (found === undefined) return undefined;
      steps.push(found.step);
      bitOffset += found.bitOffset;
      levels += found.levels;
      id = found.type;
      continue;
    }
    if (at > 0) {
      const type = typeAt(target, id);
      if (type.kind !== 'array' || !holdsElement(target, type, step.index, steps.at(-1))) return undefined;
      id = resolveId(target, type.type);
    }
    if (++levels > MAX_LEVELS) throw tooDeep();
    steps.push({ type: id, index: step.index, name: '' });
    bitOffset += step.index * sizeOf(target, id) * 8;
  }
  return { btf: target, root: candidate, steps, bitOffset: checkedOffset(bitOffset) };
}

interface FoundMember {
  readonly step: AccessStep;
  /** From the start of the struct that was searched. */
  readonly bitOffset: number;
  readonly levels: number;
  readonly type: TypeId;
}

/** Looks for a member by name, also in anonymous structs and unions (bpf_core_match_member). */
function findMember(
  sides: Sides,
  wanted: BtfMember,
  structId: TypeId,
  levels: number,
  searched = new Set<TypeId>(),
): FoundMember | undefined {
  const id = resolveId(sides.target, structId);
  const type = typeAt(sides.target, id);
  // A type without that member has it nowhere: searched once, it need not be again.
  if ((type.kind !== 'struct' && type.kind !== 'union') || searched.has(id)) return undefined;
  searched.add(id);
  if (levels === 0 && type.members.length > 0) throw tooDeep();
  for (const [index, member] of type.members.entries()) {
    sides.budget.spend();
    if (member.name === '') {
      const inner = findMember(sides, wanted, member.type, levels - 1, searched);
      if (inner === undefined) continue;
      return { ...inner, bitOffset: inner.bitOffset + member.bitOffset, levels: inner.levels + 1 };
    }
    if (member.name !== wanted.name) continue;
    if (!fieldsCompatible(sides, wanted.type, member.type)) return undefined;
    return {
      step: { type: id, index, name: member.name },
      bitOffset: member.bitOffset,
      levels: 1,
      type: member.type,
    };
  }
  return undefined;
}

function memberOf({ local }: Sides, { type, index }: AccessStep): BtfMember {
  return (typeAt(local, type) as BtfStruct).members[index] as BtfMember;
}

function tooDeep() {
  return coreError(`its field lies more than ${MAX_LEVELS} levels deep`);
}
