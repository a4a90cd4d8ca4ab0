/**
 * What a CO-RE relocation comes to against a target, as a value: computed here, applied by `patch.ts`, printed for
 * people as `byte_off=0->4`.
 */

import type { CoreKind, CoreRecord } from '../btf/ext.js';
import { typeAt } from '../btf/resolve.js';
import type { Btf, TypeId } from '../btf/types.js';
import { type Access, describeAccess, parseAccess } from './access.js';
import { type Answer, answer, sizeMayChange } from './answer.js';
import type { Budget } from './budget.js';
import { coreError } from './error.js';
import { matchAccess } from './match.js';

/** libbpf's and llvm-objdump's words for the kinds. */
export const CORE_WORDS = {
  field_byte_offset: 'byte_off',
  field_byte_size: 'byte_sz',
  field_exists: 'field_exists',
  field_signed: 'signed',
  field_lshift_u64: 'lshift_u64',
  field_rshift_u64: 'rshift_u64',
  type_id_local: 'local_type_id',
  type_id_target: 'target_type_id',
  type_exists: 'type_exists',
  type_size: 'type_size',
  enumval_exists: 'enumval_exists',
  enumval_value: 'enumval_value',
  type_matches: 'type_matches',
} as const satisfies Record<CoreKind, string>;

export interface CoreFixup {
  readonly kind: CoreKind;
  /** What it asks about, in the program's types: `struct iphdr.saddr`. */
  readonly subject: string;
  /** What the compiler saw, 64 bits unsigned. */
  readonly local: bigint;
  /** What the target says; undefined where it has nothing of the kind: the instruction must not be reached. */
  readonly target: bigint | undefined;
  /** Whether the instruction must hold `local`; if not, the object contradicts itself. */
  readonly checked: boolean;
  /** Bytes that a load or store moves, where they differ. */
  readonly resize?: {
    readonly local: number;
    readonly target: number;
    /** Whether the types allow it: a load or store must not be reached otherwise. */
    readonly allowed: boolean;
  };
}

/** `byte_off=0->4`, `enumval_value=3->none`. */
export function formatFixup({ kind, local, target }: CoreFixup): string {
  const text = (value: bigint | undefined) => (value === undefined ? 'none' : BigInt.asIntN(64, value));
  return `${CORE_WORDS[kind]}=${text(local)}->${text(target)}`;
}

export interface Sources {
  readonly local: Btf;
  readonly target: Btf;
  readonly budget: Budget;
}

/**
 * Resolves a relocation.
 *
 * @param candidates types of the target that may stand for the record's: those that have what is asked for
 * @returns the fixup, and the candidates that had it
 * @throws {BeeswaxError} BEESWAX_E_CORE when candidates disagree or the record does not fit its type, BEESWAX_E_BTF.
 */
export function resolveFixup(
  sources: Sources,
  record: CoreRecord,
  candidates: readonly TypeId[],
): { fixup: CoreFixup; matching: readonly TypeId[] } {
  const { kind } = record;
  const local = parseAccess(sources.local, record);
  const localAnswer = answer(kind, local) as Answer;
  if (kind === 'type_id_local') return { fixup: fixupOf(kind, local, localAnswer, localAnswer), matching: [] };
  if (typeAt(sources.local, record.type).name === '') throw coreError('it asks about an anonymous type');

  const matching: TypeId[] = [];
  let chosen: { access: Access; answer: Answer | undefined } | undefined;
  for (const candidate of candidates) {
    sources.budget.spend();
    const access = matchAccess(sources, kind, local, candidate);
    if (access === undefined) continue;
    matching.push(candidate);
    const found = { access, answer: answer(kind, access) };
    chosen ??= found;
    if (found.access.bitOffset !== chosen.access.bitOffset || found.answer?.value !== chosen.answer?.value) {
      throw coreError(
        `${describeAccess(local)} could be ${chosen.answer?.value} or ${found.answer?.value}: types ${matching[0]} and ${candidate} of the target disagree`,
      );
    }
  }
  const target = chosen === undefined ? answer(kind, undefined) : chosen.answer;
  return { fixup: fixupOf(kind, local, localAnswer, target), matching };
}

function fixupOf(kind: CoreKind, access: Access, local: Answer, target: Answer | undefined): CoreFixup {
  const [from, to] = [local.memory, target?.memory];
  return {
    kind,
    subject: describeAccess(access),
    local: local.value,
    target: target?.value,
    checked: local.certain,
    ...(target === undefined || from?.size === to?.size
      ? {}
      : {
          resize: {
            local: from?.size ?? 0,
            target: to?.size ?? 0,
            allowed: from !== undefined && to !== undefined && sizeMayChange(from.type, to.type),
          },
        }),
  };
}
