/**
 * What a CO-RE relocation points at: a root type and the way from it to a field, an array element or an enumerator
 * (bpf_core_parse_spec of libbpf says what an access string means).
 */

import type { CoreKind, CoreRecord } from '../btf/ext.js';
import { resolveId, sizeOf, typeAt } from '../btf/resolve.js';
import type { Btf, BtfArray, TypeId } from '../btf/types.js';
import { coreError } from './error.js';

/** Levels that an access may go through (BPF_CORE_SPEC_MAX_LEN). */
export const MAX_LEVELS = 64;

/** What a relocation asks about. */
export const SUBJECT = {
  field_byte_offset: 'field',
  field_byte_size: 'field',
  field_exists: 'field',
  field_signed: 'field',
  field_lshift_u64: 'field',
  field_rshift_u64: 'field',
  type_id_local: 'type',
  type_id_target: 'type',
  type_exists: 'type',
  type_size: 'type',
  type_matches: 'type',
  enumval_exists: 'enumerator',
  enumval_value: 'enumerator',
} as const satisfies Record<CoreKind, 'field' | 'type' | 'enumerator'>;

/** A turning point of the way; anonymous structs on it are none. */
export interface AccessStep {
  /** Of a member its struct, of an element the element's type, of an enumerator its enum; typedefs resolved. */
  readonly type: TypeId;
  readonly index: number;
  /** Of a member or enumerator; '' for elements. */
  readonly name: string;
}

export interface Access {
  readonly btf: Btf;
  readonly root: TypeId;
  /** Empty where the relocation asks about the type as a whole. */
  readonly steps: readonly AccessStep[];
  /** From the start of the root type. */
  readonly bitOffset: number;
}

/**
 * The access that a record of an object describes, in the object's own types.
 *
 * @throws {BeeswaxError} BEESWAX_E_CORE for a string that does not fit its type, BEESWAX_E_BTF for types without size.
 */
export function parseAccess(btf: Btf, record: CoreRecord): Access {
  const { access, type: root, kind } = record;
  const subject = SUBJECT[kind];
  if (!/^\d{1,10}(:\d{1,10})*$/.test(access)) throw coreError(`'${access}' is no access string`);
  const indices = access.split(':').map(Number);
  if (indices.length > MAX_LEVELS) throw coreError(`it goes through more than ${MAX_LEVELS} levels`);
  if (subject === 'type') {
    if (access !== '0') throw coreError(`'${access}' goes into a type that is asked about as a whole`);
    return { btf, root, steps: [], bitOffset: 0 };
  }
  const id = resolveId(btf, root);
  const [first = 0, ...rest] = indices;
  if (subject === 'enumerator') {
    const type = typeAt(btf, id);
    const value = type.kind === 'enum' || type.kind === 'enum64' ? type.values[first] : undefined;
    if (value === undefined || rest.length > 0) throw coreError(`'${access}' is no enumerator of its type`);
    return { btf, root, steps: [{ type: id, index: first, name: value.name }], bitOffset: 0 };
  }
  return walk(btf, root, id, first, rest);
}

function walk(btf: Btf, root: TypeId, start: TypeId, first: number, rest: readonly number[]): Access {
  const steps: AccessStep[] = [{ type: start, index: first, name: '' }];
  let bitOffset = first * sizeOf(btf, start) * 8;
  let id = start;
  for (const index of rest) {
    id = resolveId(btf, id);
    const type = typeAt(btf, id);
    if (type.kind === 'struct' || type.kind === 'union') {
      const member = type.members[index];
      if (member === undefined) throw coreError(`${type.kind} ${type.name} has no member ${index}`);
      bitOffset += member.bitOffset;
      if (member.name !== '') steps.push({ type: id, index, name: member.name });
      id = member.type;
    } else if (type.kind === 'array') {
      if (!holdsElement(btf, type, index, steps.at(-1))) {
        throw coreError(`an array of ${type.length} has no element ${index}`);
      }
      id = resolveId(btf, type.type);
      steps.push({ type: id, index, name: '' });
      bitOffset += index * sizeOf(btf, id) * 8;
    } else {
      throw coreError(`it goes into a type of kind ${type.kind}`);
    }
  }
  return { btf, root, steps, bitOffset: checkedOffset(bitOffset) };
}

/** Whether an array has that element. One without length that ends a struct (a flexible array) has all. */
export function holdsElement(btf: Btf, array: BtfArray, index: number, reachedBy: AccessStep | undefined): boolean {
  if (index < array.length) return true;
  if (array.length > 0 || reachedBy === undefined || reachedBy.name === '') return false;
  const owner = typeAt(btf, reachedBy.type);
  return (owner.kind === 'struct' || owner.kind === 'union') && reachedBy.index === owner.members.length - 1;
}

/** @throws {BeeswaxError} BEESWAX_E_CORE for an offset that 32 bits of bits do not hold. */
export function checkedOffset(bitOffset: number): number {
  if (bitOffset > 0xffff_ffff) throw coreError('it lies more than 2^32 bits behind the start of its type');
  return bitOffset;
}

/** The access as C would write it: `struct sk_buff.cb[2]`, `enum state::RUNNING`. */
export function describeAccess({ btf, root, steps }: Access): string {
  const type = typeAt(btf, root);
  const keyword =
    type.kind === 'enum64' ? 'enum ' : ['struct', 'union', 'enum'].includes(type.kind) ? `${type.kind} ` : '';
  const isEnum = typeAt(btf, resolveId(btf, root)).kind.startsWith('enum');
  const way = steps.map(({ name, index }, at) => {
    if (name !== '') return isEnum ? `::${name}` : `.${name}`;
    return at === 0 && index === 0 ? '' : `[${index}]`;
  });
  return `${keyword}${type.name === '' ? '(anonymous)' : type.name}${way.join('')}`;
}
