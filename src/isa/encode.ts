/** Instructions to bytes: little-endian slots, the inverse of `decode.ts`. */
import { SLOT_SIZE } from './decode.js';
import type { DecodedInsn } from './insn.js';

/** Slots that a list of instructions takes. */
export function slotCount(insns: readonly DecodedInsn[]): number {
  let slots = 0;
  for (const { op } of insns) slots += op.slots;
  return slots;
}

/** Encodes instructions one after the other, in the order given; their `pc` plays no part. */
export function encodeInsns(insns: readonly DecodedInsn[]): Uint8Array {
  const bytes = new Uint8Array(slotCount(insns) * SLOT_SIZE);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const insn of insns) {
    encodeInsn(view, at, insn);
    at += insn.op.slots * SLOT_SIZE;
  }
  return bytes;
}

/** Writes one instruction at byte `at`: 8 bytes, 16 for a 64-bit immediate. Columns that are numbers decide their field. */
export function encodeInsn(view: DataView, at: number, insn: DecodedInsn): void {
  const { op } = insn;
  const dst = typeof op.dst === 'number' ? op.dst : insn.dst;
  const src = typeof op.src === 'number' ? op.src : insn.src;
  const off = typeof op.off === 'number' ? op.off : insn.off;
  const imm = typeof op.imm === 'number' ? op.imm : insn.imm;
  view.setUint8(at, op.opcode);
  view.setUint8(at + 1, (dst & 0xf) | ((src & 0xf) << 4));
  view.setInt16(at + 2, off, true);
  if (op.slots === 1) {
    view.setInt32(at + 4, imm, true);
    return;
  }
  const imm64 = insn.imm64 ?? BigInt.asUintN(64, BigInt(insn.imm));
  view.setUint32(at + 4, Number(imm64 & 0xffff_ffffn), true);
  view.setUint32(at + 8, 0, true);
  view.setUint32(at + 12, Number((imm64 >> 32n) & 0xffff_ffffn), true);
}
