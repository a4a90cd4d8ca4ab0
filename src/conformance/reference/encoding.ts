/**
 * The encoding as RFC 9669 section 3 draws it: bit fields of a slot and the names of their values. Written from the
 * text and apart from the opcode table on purpose, so that a wrong row of the table shows as a difference.
 */

/** One slot. */
export interface Slot {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  /** Signed 16 bit. */
  readonly off: number;
  /** Signed 32 bit. */
  readonly imm: number;
}

export const SLOT_BYTES = 8;

/** Splits a program of whole slots. */
export function readSlots(program: Uint8Array): Slot[] {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const slots: Slot[] = [];
  for (let at = 0; at + SLOT_BYTES <= program.length; at += SLOT_BYTES) {
    const registers = view.getUint8(at + 1);
    slots.push({
      opcode: view.getUint8(at),
      dst: registers & 0xf,
      src: registers >> 4,
      off: view.getInt16(at + 2, true),
      imm: view.getInt32(at + 4, true),
    });
  }
  return slots;
}

/** Section 3.3: the three low bits. */
export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
export const classOf = ({ opcode }: Slot): number => opcode & 7;

/** Section 4: the operation of arithmetic and jumps, and whether the second operand is a register. */
export const codeOf = ({ opcode }: Slot): number => opcode >> 4;
export const isRegisterForm = ({ opcode }: Slot): boolean => (opcode & 8) !== 0;

/** Section 4.1. */
export const ALU = { DIV: 0x3, NEG: 0x8, MOD: 0x9, MOV: 0xb, END: 0xd, LAST: 0xd } as const;
/** Section 4.3; JCOND is linux/bpf.h's. */
export const JMP = { JA: 0x0, CALL: 0x8, EXIT: 0x9, LAST_CONDITION: 0xd, JCOND: 0xe } as const;

/** Section 5: how memory is accessed, and how much of it. */
export const MODE = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;
export const modeOf = ({ opcode }: Slot): number => opcode & 0xe0;
const SIZES = [4, 2, 1, 8] as const;
/** Bytes. */
export const sizeOf = ({ opcode }: Slot): 1 | 2 | 4 | 8 => SIZES[((opcode >> 3) & 3) as 0 | 1 | 2 | 3];

/** Section 5.3: the imm of an atomic operation; the last two are linux/bpf.h's. */
export const ATOMIC = {
  FETCH: 0x01,
  ADD: 0x00,
  OR: 0x40,
  AND: 0x50,
  XOR: 0xa0,
  XCHG: 0xe1,
  CMPXCHG: 0xf1,
  LOAD_ACQUIRE: 0x100,
  STORE_RELEASE: 0x110,
} as const;

/** Section 4.3: what the src of a call says. */
export const CALL = { HELPER: 0, LOCAL: 1, BTF: 2 } as const;
/** Section 5.4: what the src of a 64-bit immediate says. */
export const WIDE = { NUMBER: 0, CODE: 4, LAST: 6 } as const;

/** Whether the slot is the first of a 64-bit immediate. */
export const isWide = ({ opcode }: Slot): boolean => opcode === 0x18;

/** The slot that a jump leads to; undefined where it is none. */
export function targetOf(slot: Slot, pc: number): number | undefined {
  const kind = classOf(slot);
  const code = codeOf(slot);
  if (kind === CLASS.JMP32 && code === JMP.JA) return pc + 1 + slot.imm;
  if (kind !== CLASS.JMP && kind !== CLASS.JMP32) return undefined;
  return code === JMP.CALL || code === JMP.EXIT ? undefined : pc + 1 + slot.off;
}
