/**
 * An addressed program to what the interpreter reads: one `MicroOp` a slot, an `exit` behind the last, and a
 * `FunctionRecord` for each function. What is constant at load (names, distances, a callee's frame) is resolved here.
 */
import { FunctionRecord, MicroOp } from '../abi/layout.js';
import type { AddressedProgram } from '../analysis/addressed.js';
import type { VerifiedFunction } from '../analysis/verified.js';
import { opNamed } from '../isa/table.js';
import type { Insn } from '../model/program.js';

/** What no row of the opcode table has as its index: the second slot of a 64-bit immediate. */
const NO_OP = 0xffff;

/** The bytes to put at the program record's CODE: (length + 1) micro-ops, then the function records. */
export function lower(addressed: AddressedProgram): Uint8Array {
  const { program, functions } = addressed.verified;
  const records = (program.length + 1) * MicroOp.SIZE;
  const bytes = new Uint8Array(records + functions.length * FunctionRecord.SIZE);
  const view = new DataView(bytes.buffer);
  const byEntry = new Map(functions.map((fn) => [fn.start, fn]));
  for (const insn of program.insns) writeInsn(view, insn, addressed, byEntry);
  view.setUint16(program.length * MicroOp.SIZE + MicroOp.OP, opNamed('exit').index, true);
  functions.forEach((fn, index) => {
    const at = records + index * FunctionRecord.SIZE;
    view.setUint32(at + FunctionRecord.PC, fn.start, true);
    view.setUint32(at + FunctionRecord.STACK_USE, fn.stackUse, true);
    view.setUint32(at + FunctionRecord.LENGTH, fn.end - fn.start, true);
  });
  return bytes;
}

function writeInsn(
  view: DataView,
  insn: Insn,
  addressed: AddressedProgram,
  byEntry: ReadonlyMap<number, VerifiedFunction>,
): void {
  const { op, pc } = insn;
  const at = pc * MicroOp.SIZE;
  view.setUint16(at + MicroOp.OP, op.index, true);
  view.setUint8(at + MicroOp.DST, 8 * insn.dst);
  // A src that is a number is part of the opcode, not a register.
  view.setUint8(at + MicroOp.SRC, typeof op.src === 'number' ? 0 : 8 * insn.src);
  view.setInt32(at + MicroOp.OFF, distance(insn), true);
  view.setBigInt64(at + MicroOp.IMM, immediate(insn, addressed, byEntry), true);
  if (op.slots === 2) view.setUint16(at + MicroOp.SIZE + MicroOp.OP, NO_OP, true);
}

/** Jump distances lie in off or imm; the interpreter finds them in one place. */
function distance(insn: Insn): number {
  return insn.op.imm === 'jump' || insn.op.imm === 'func' ? insn.imm : insn.off;
}

function immediate(insn: Insn, addressed: AddressedProgram, byEntry: ReadonlyMap<number, VerifiedFunction>): bigint {
  if (insn.op.imm === 'func') {
    const callee = byEntry.get(insn.pc + 1 + insn.imm);
    return callee === undefined ? 0n : (BigInt(callee.stackUse) << 32n) | BigInt(callee.end - callee.start);
  }
  if (insn.op.slots === 2) return addressed.immediates.get(insn.pc) ?? insn.imm64 ?? 0n;
  return BigInt(insn.imm);
}
