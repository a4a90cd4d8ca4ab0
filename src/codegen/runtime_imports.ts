/** Signatures of what translated code calls in runtime.wasm (ARCHITECTURE.md, "The seam between Wasm modules"). */
import type { IrType } from '../model/ir.js';
import type { Signature } from './wasm.js';

const signature = (parameters: readonly IrType[], result: Signature['result']): Signature => ({ parameters, result });

/** `count` i64 in, one out. */
export function wordSignature(count: number): Signature {
  return signature(new Array<IrType>(count).fill('i64'), 'i64');
}

/** A program in the function table: (r1, r10). */
export const PROGRAM_SIGNATURE = wordSignature(2);
/** A BPF function: (r1 … r5, r10). */
export const FUNCTION_SIGNATURE = wordSignature(6);

export const RUNTIME = {
  /** (address, size, pc) → 1, or 0 with the trap recorded. */
  guard_read: signature(['i64', 'i32', 'i32'], 'i32'),
  guard_write: signature(['i64', 'i32', 'i32'], 'i32'),
  /** (code, pc, value). */
  trap: signature(['i32', 'i32', 'i64'], 'none'),
  /** (pc) of a trap that has none. */
  trap_at: signature(['i32'], 'none'),
  /** (map, index) → table slot, or 0. */
  tail_call_target: signature(['i64', 'i64'], 'i32'),
  /** (value of a register) → table slot, or 0 with the trap recorded. */
  call_target: signature(['i64'], 'i32'),
  /** (offset, size) → value, or −1. */
  ld_abs: signature(['i64', 'i32'], 'i64'),
  /** (number, r1 … r5). */
  custom_helper: signature(['i32', 'i64', 'i64', 'i64', 'i64', 'i64'], 'i64'),
} as const satisfies Record<string, Signature>;
