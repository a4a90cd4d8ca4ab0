/** An instruction as its slots hold it, with the table row that it matched. Names and references come later, in `model/`. */
import { type Op, type OpName, opNamed } from './table.js';

export interface DecodedInsn {
  readonly op: Op;
  /** Slot index of its first slot: jump distances count slots. A 64-bit immediate takes two. */
  readonly pc: number;
  /** 0 to 10; as it stands in the slot, so 0 where the row does not use it. The register too where imm names it. */
  readonly dst: number;
  /** 0 to 10, or the number that the row asks for. */
  readonly src: number;
  /** Signed 16 bit. */
  readonly off: number;
  /** Signed 32 bit; of a 64-bit immediate the low half as it stands. */
  readonly imm: number;
  /** The whole 64-bit immediate, unsigned; absent for other instructions. */
  readonly imm64?: bigint;
}

/** Operands of an instruction to make; what is absent is 0. */
export interface Operands {
  readonly dst?: number;
  readonly src?: number;
  readonly off?: number;
  readonly imm?: number;
  readonly imm64?: bigint;
}

/**
 * Makes an instruction from its row and operands. A column that is a number decides its field, whatever the operand
 * says. The low half of `imm64` gives `imm`.
 */
export function makeInsn(row: Op | OpName, pc: number, operands: Operands = {}): DecodedInsn {
  const op = typeof row === 'string' ? opNamed(row) : row;
  const dst = typeof op.dst === 'number' ? op.dst : (operands.dst ?? 0);
  const src = typeof op.src === 'number' ? op.src : (operands.src ?? 0);
  const off = typeof op.off === 'number' ? op.off : (operands.off ?? 0);
  if (op.slots === 2) {
    const imm64 = BigInt.asUintN(64, operands.imm64 ?? BigInt(operands.imm ?? 0));
    return { op, pc, dst, src, off, imm: Number(BigInt.asIntN(32, imm64)), imm64 };
  }
  if (op.imm === 'reg') return { op, pc, dst: operands.dst ?? 0, src, off, imm: operands.dst ?? 0 };
  const imm = typeof op.imm === 'number' ? op.imm : (operands.imm ?? 0);
  return { op, pc, dst, src, off, imm };
}

/** The slot that a jump leads to, undefined for other instructions; RFC 9669 section 4.3. */
export function jumpTarget(insn: DecodedInsn): number | undefined {
  if (insn.op.off === 'jump') return insn.pc + 1 + insn.off;
  if (insn.op.imm === 'jump') return insn.pc + 1 + insn.imm;
  return undefined;
}
