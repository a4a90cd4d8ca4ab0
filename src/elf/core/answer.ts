/** What a relocation's question has for an answer at one access: an offset, a size, a number. One kind, one rule. */

import type { CoreKind } from '../btf/ext.js';
import { resolveId, sizeOf, typeAt } from '../btf/resolve.js';
import type { BtfInt, BtfStruct, BtfType, TypeId } from '../btf/types.js';
import { type Access, type AccessStep, SUBJECT } from './access.js';
import { coreError } from './error.js';

export interface Answer {
  /** 64 bits, unsigned. */
  readonly value: bigint;
  /** Whether the compiler must have come to the same: not for what it may choose itself, as bit fields are loaded. */
  readonly certain: boolean;
  /** What a load or store at this offset moves: bytes and type; absent for bit fields and other questions. */
  readonly memory?: { readonly size: number; readonly type: BtfType };
}

/** A place in memory that holds a field. */
interface FieldPlace {
  readonly byteOffset: number;
  readonly byteSize: number;
  /** From the start of the root type, also of a bit field. */
  readonly bitOffset: number;
  readonly bitSize: number;
  readonly bitField: boolean;
  /** Typedefs resolved. */
  readonly type: BtfType;
}

const u64 = (value: number | bigint): bigint => BigInt.asUintN(64, BigInt(value));

/**
 * The answer at an access; without one, the answer for a target that has nothing of the kind: undefined where there
 * is none, and the instruction must not be reached.
 *
 * @throws {BeeswaxError} BEESWAX_E_CORE for a question that does not fit, BEESWAX_E_BTF for types without size.
 */
export function answer(kind: CoreKind, access: Access | undefined): Answer | undefined {
  if (kind === 'field_exists' || kind === 'enumval_exists' || kind === 'type_exists' || kind === 'type_matches') {
    return { value: access === undefined ? 0n : 1n, certain: true };
  }
  if (access === undefined) return SUBJECT[kind] === 'type' ? { value: 0n, certain: true } : undefined;
  switch (kind) {
    case 'type_id_local':
    case 'type_id_target':
      // Linking objects together changes ids.
      return { value: u64(access.root), certain: false };
    case 'type_size':
      return { value: u64(sizeOf(access.btf, access.root)), certain: true };
    case 'enumval_value':
      return { value: enumerator(access), certain: true };
    default:
      return fieldAnswer(kind, access);
  }
}

function enumerator({ btf, steps }: Access): bigint {
  const { type: id, index } = steps[0] as AccessStep;
  const type = typeAt(btf, id);
  const value = type.kind === 'enum' || type.kind === 'enum64' ? (type.values[index]?.value ?? 0n) : 0n;
  // The 32-bit form is sign-extended, whatever the enum's sign (struct btf_enum of linux/btf.h).
  return u64(type.kind === 'enum' ? BigInt.asIntN(32, value) : value);
}

type FieldKind = 'field_byte_offset' | 'field_byte_size' | 'field_signed' | 'field_lshift_u64' | 'field_rshift_u64';

function fieldAnswer(kind: FieldKind, access: Access): Answer {
  const last = access.steps.at(-1) as AccessStep;
  if (last.name === '' && kind !== 'field_byte_offset' && kind !== 'field_byte_size') {
    throw coreError('an array element has an offset and a size only');
  }
  const { byteOffset, byteSize, bitOffset, bitSize, bitField, type } = placeOf(access, last);
  switch (kind) {
    case 'field_byte_offset':
      return {
        value: u64(byteOffset),
        certain: !bitField,
        ...(bitField ? {} : { memory: { size: byteSize, type } }),
      };
    case 'field_byte_size':
      return { value: u64(byteSize), certain: !bitField };
    case 'field_signed':
      return { value: isSigned(type) ? 1n : 0n, certain: true };
    case 'field_lshift_u64':
      return { value: u64(64 - (bitOffset + bitSize - byteOffset * 8)), certain: !bitField };
    case 'field_rshift_u64':
      return { value: u64(64 - bitSize), certain: true };
  }
}

function isSigned(type: BtfType): boolean {
  return (type.kind === 'enum' || type.kind === 'enum64' || type.kind === 'int') && type.signed;
}

function placeOf({ btf, bitOffset }: Access, { type: id, index, name }: AccessStep): FieldPlace {
  const byteOffset = Math.floor(bitOffset / 8);
  const whole = (typeId: TypeId): FieldPlace => {
    const byteSize = sizeOf(btf, typeId);
    return { byteOffset, byteSize, bitOffset, bitSize: byteSize * 8, bitField: false, type: typeAt(btf, typeId) };
  };
  if (name === '') return whole(id);
  const member = (typeAt(btf, id) as BtfStruct).members[index];
  if (member === undefined) throw coreError(`member ${index} does not exist`);
  const typeId = resolveId(btf, member.type);
  if (member.bitSize === 0) return whole(typeId);
  return { ...bitFieldLoad(bitOffset, member.bitSize, sizeOf(btf, typeId)), type: typeAt(btf, typeId) };
}

/** The smallest aligned load that holds a bit field, from its declared type's size up. */
function bitFieldLoad(bitOffset: number, bitSize: number, declared: number): Omit<FieldPlace, 'type'> {
  let byteSize = declared;
  const start = (): number => Math.floor(Math.floor(bitOffset / 8) / byteSize) * byteSize;
  if (byteSize === 0) throw coreError('a bit field has a type without bytes');
  while (bitOffset + bitSize - start() * 8 > byteSize * 8) {
    if (byteSize >= 8) throw coreError('a bit field does not fit one 64-bit load');
    byteSize *= 2;
  }
  return { byteOffset: start(), byteSize, bitOffset, bitSize, bitField: true };
}

/**
 * Whether a load or store may move another size than it was compiled for: pointers, and unsigned integers, whose
 * upper bits read as zeros.
 */
export function sizeMayChange(local: BtfType, target: BtfType): boolean {
  if (local.kind === 'ptr' && target.kind === 'ptr') return true;
  const unsigned = (type: BtfType): type is BtfInt => type.kind === 'int' && !type.signed;
  return unsigned(local) && unsigned(target);
}
