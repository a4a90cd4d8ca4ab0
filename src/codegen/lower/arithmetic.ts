/** What arithmetic, moves and byte swaps become (RFC 9669 sections 4.1 and 4.2). */

import type { BinaryOp, UnaryOp, ValueId } from '../../model/ir.js';
import type { Insn } from '../../model/program.js';
import type { IrBuilder } from '../ir_builder.js';
import type { Lower } from './lower.js';

/** The second operand of an ALU64 instruction: a register, or imm sign-extended to 64 bit. */
export function wideOperand(b: IrBuilder, { op, src, imm }: Insn): ValueId {
  return op.src === 'r' ? b.read(src) : b.constant('i64', BigInt(imm));
}

/** The second operand of a 32-bit instruction. */
export function lowOperand(b: IrBuilder, { op, src, imm }: Insn): ValueId {
  return op.src === 'r' ? b.readLow(src) : b.constant('i32', BigInt(imm));
}

function alu(operator: BinaryOp): Lower {
  return (b, insn) => {
    const { op, dst } = insn;
    if (op.width === 64) b.write(dst, b.binary('i64', operator, b.read(dst), wideOperand(b, insn)));
    else b.writeLow(dst, b.binary('i32', operator, b.readLow(dst), lowOperand(b, insn)));
  };
}

const negate: Lower = (b, { op, dst }) => {
  if (op.width === 64) b.write(dst, b.binary('i64', 'sub', b.constant('i64', 0n), b.read(dst)));
  else b.writeLow(dst, b.binary('i32', 'sub', b.constant('i32', 0n), b.readLow(dst)));
};

const move: Lower = (b, insn) => {
  if (insn.op.width === 64) b.write(insn.dst, wideOperand(b, insn));
  else b.writeLow(insn.dst, lowOperand(b, insn));
};

function moveSigned(operator: UnaryOp): Lower {
  return (b, { op, dst, src }) => {
    if (op.width === 64) b.write(dst, b.unary('i64', operator, b.read(src)));
    else b.writeLow(dst, b.unary('i32', operator, b.readLow(src)));
  };
}

/** The host's order is little-endian: only the bits above the width go (RFC 9669 section 4.2). */
const truncate: Lower = (b, { op, dst }) => {
  if (op.width === 16) b.writeLow(dst, b.binary('i32', 'and', b.readLow(dst), b.constant('i32', 0xffffn)));
  else if (op.width === 32) b.writeLow(dst, b.readLow(dst));
};

const swap: Lower = (b, { op, dst }) => {
  if (op.width === 16) b.writeLow(dst, b.unary('i32', 'bswap16', b.readLow(dst)));
  else if (op.width === 32) b.writeLow(dst, b.unary('i32', 'bswap32', b.readLow(dst)));
  else b.write(dst, b.unary('i64', 'bswap64', b.read(dst)));
};

export const ARITHMETIC = {
  add: alu('add'),
  sub: alu('sub'),
  mul: alu('mul'),
  div: alu('div_u'),
  sdiv: alu('div_s'),
  mod: alu('rem_u'),
  smod: alu('rem_s'),
  or: alu('or'),
  and: alu('and'),
  xor: alu('xor'),
  lsh: alu('shl'),
  rsh: alu('shr_u'),
  arsh: alu('shr_s'),
  neg: negate,
  mov: move,
  movsx8: moveSigned('extend8_s'),
  movsx16: moveSigned('extend16_s'),
  movsx32: (b, { dst, src }) => b.write(dst, b.unary('i64', 'extend_s', b.readLow(src))),
  le: truncate,
  be: swap,
  bswap: swap,
} as const satisfies Record<string, Lower>;
