/**
 * Structural validation of calls, of 64-bit immediates that stand for something, and of instructions that only some
 * program types have.
 */

import { KERNEL_HELPER_NAMES } from '../abi/helper_names.js';
import { type HelperRow, helperName, helperRow } from '../abi/helpers.js';
import type { ProgramType } from '../abi/program_types.js';
import type { ImmUse } from '../isa/table.js';
import type { Insn, Reference } from '../model/program.js';
import { type Checked, errorAt, isFunctionStart, isHalf } from './checked.js';

/** Program types whose packet LD_ABS and LD_IND read (linux/filter.h; kernel/bpf/verifier.c may_access_skb). */
const PACKET_LOAD_TYPES: ReadonlySet<ProgramType> = new Set<ProgramType>(['raw', 'socket_filter', 'tc']);

/** The kind of reference that each meaning of a 64-bit immediate needs before it can be given an address. */
const REFERENCE_OF: Partial<Record<ImmUse, Reference['kind']>> = {
  map: 'map',
  map_value: 'map_value',
  code: 'function',
};

/**
 * Checks what an instruction calls, and that its program's type has it.
 *
 * @throws {BeeswaxError} BEESWAX_E_UNKNOWN_HELPER, BEESWAX_E_HELPER_NOT_FOR_TYPE, BEESWAX_E_CALL_TARGET,
 * BEESWAX_E_KFUNC, BEESWAX_E_PACKET_LOAD.
 */
export function checkCall(checked: Checked, insn: Insn): void {
  const { program } = checked;
  const { op, pc, imm } = insn;
  if (op.imm === 'helper') checkHelper(checked, insn);
  else if (op.imm === 'func') checkFunction(checked, insn, pc + 1 + imm);
  else if (op.imm === 'btf_id') {
    const name = insn.ref?.kind === 'kfunc' ? insn.ref.name : `with BTF id ${imm}`;
    throw errorAt(program, insn, 'BEESWAX_E_KFUNC', { name, pc });
  } else if (op.group === 'packet' && !PACKET_LOAD_TYPES.has(program.type)) {
    throw errorAt(program, insn, 'BEESWAX_E_PACKET_LOAD', { insn: op.name, type: program.type, pc });
  }
}

/**
 * Checks that a 64-bit immediate has the reference that its src asks for, and notes functions whose address it takes.
 *
 * @throws {BeeswaxError} BEESWAX_E_UNRESOLVED_REFERENCE, BEESWAX_E_CALL_TARGET.
 */
export function checkReference(checked: Checked, insn: Insn): void {
  const { op, pc, ref, imm } = insn;
  if (op.slots === 1 || op.imm === 'imm64') return;
  const needs = REFERENCE_OF[op.imm as ImmUse];
  if (needs === undefined || ref?.kind !== needs) {
    throw errorAt(checked.program, insn, 'BEESWAX_E_UNRESOLVED_REFERENCE', { insn: op.name, value: imm, pc });
  }
  if (ref.kind !== 'function') return;
  checkFunction(checked, insn, ref.pc);
  checked.addressTaken.add(ref.pc);
}

function checkHelper(checked: Checked, insn: Insn): void {
  const { program, options } = checked;
  const { imm: id, pc } = insn;
  const name = helperName(id);
  if (name === undefined) {
    if (options.customHelpers?.has(id) === true) return;
    const kernels = KERNEL_HELPER_NAMES[id];
    throw errorAt(
      program,
      insn,
      'BEESWAX_E_UNKNOWN_HELPER',
      { id, pc, ...(kernels === undefined || id === 0 ? {} : { name: kernels }) },
      kernels === undefined ? undefined : `give the engine a helper ${id} of your own, or leave out bpf_${kernels}`,
    );
  }
  const { types }: HelperRow = helperRow(name);
  if (types !== undefined && !types.includes(program.type)) {
    throw errorAt(program, insn, 'BEESWAX_E_HELPER_NOT_FOR_TYPE', { name, type: program.type, types, pc });
  }
}

function checkFunction(checked: Checked, insn: Insn, target: number): void {
  const { program } = checked;
  if (isFunctionStart(checked, target)) return;
  const reason =
    target < 0 || target >= program.length
      ? 'is outside of the program'
      : isHalf(checked, target)
        ? 'is the middle of a 64-bit immediate'
        : 'is not where a function starts';
  throw errorAt(program, insn, 'BEESWAX_E_CALL_TARGET', { pc: insn.pc, target, reason });
}
