/**
 * Which programs RFC 9669 (and, for what follows from it, the kernel's check_cfg and check_subprogs) has an engine
 * refuse before they run. Written apart from `analysis/` and the opcode table.
 */
import type { RejectClass } from '../types.js';
import {
  ALU,
  ATOMIC,
  CALL,
  CLASS,
  classOf,
  codeOf,
  isRegisterForm,
  isWide,
  JMP,
  MODE,
  modeOf,
  SLOT_BYTES,
  type Slot,
  sizeOf,
  targetOf,
  WIDE,
} from './encoding.js';

const REGISTERS = 11;
const FRAME_POINTER = 10;
/** Helpers that the model can stand in for: those that only return a number (linux/bpf.h). */
export const KNOWN_HELPERS: ReadonlySet<number> = new Set([5, 7, 8]);

/** What a program looks like once it is found valid. */
export interface Layout {
  /** The slot behind the last of each function, by entry slot. */
  readonly functions: ReadonlyMap<number, number>;
}

export type Validity = { readonly reason: RejectClass; readonly pc: number } | Layout;

/** Finds the first fault, or says where functions lie. */
export function validate(slots: readonly Slot[], bytes: number): Validity {
  if (slots.length === 0) return { reason: 'empty', pc: 0 };
  if (bytes % SLOT_BYTES !== 0) return { reason: 'opcode', pc: slots.length };
  const second = new Set<number>();
  for (let pc = 0; pc < slots.length; pc++) {
    const reason = checkSlot(slots, pc);
    if (reason !== undefined) return { reason, pc };
    if (isWide(slots[pc] as Slot)) second.add(++pc);
  }
  const isInsn = (pc: number): boolean => pc >= 0 && pc < slots.length && !second.has(pc);
  const starts = new Set([0]);
  for (let pc = 0; pc < slots.length; pc++) {
    if (second.has(pc)) continue;
    const target = calleeOf(slots[pc] as Slot, pc);
    if (target === undefined) continue;
    if (!isInsn(target)) return { reason: 'call', pc };
    starts.add(target);
  }
  return checkFlow(slots, second, starts, isInsn);
}

/** The entry slot of what a local call reaches or a 64-bit immediate of that kind denotes. */
export function calleeOf(slot: Slot, pc: number): number | undefined {
  const local = slot.opcode === 0x85 && slot.src === CALL.LOCAL;
  const address = isWide(slot) && slot.src === WIDE.CODE;
  return local || address ? pc + 1 + slot.imm : undefined;
}

/** Jumps stay in their function and hit an instruction; a function ends in `exit` or an unconditional jump. */
function checkFlow(
  slots: readonly Slot[],
  second: ReadonlySet<number>,
  starts: ReadonlySet<number>,
  isInsn: (pc: number) => boolean,
): Validity {
  const entries = [...starts].sort((a, b) => a - b);
  const functions = new Map(entries.map((start, i) => [start, entries[i + 1] ?? slots.length]));
  for (const [start, end] of functions) {
    let last = start;
    for (let pc = start; pc < end; pc++) {
      if (second.has(pc)) continue;
      last = pc;
      const target = targetOf(slots[pc] as Slot, pc);
      if (target === undefined) continue;
      if (target < start || target >= end || !isInsn(target)) return { reason: 'jump', pc };
    }
    const { opcode } = slots[last] as Slot;
    if (opcode !== 0x95 && opcode !== 0x05 && opcode !== 0x06) return { reason: 'fall_off', pc: last };
  }
  return { functions };
}

/** A slot's own fields. */
function checkSlot(slots: readonly Slot[], pc: number): RejectClass | undefined {
  const slot = slots[pc] as Slot;
  switch (classOf(slot)) {
    case CLASS.LD:
      return isWide(slot) ? checkWide(slots, pc) : checkPacketLoad(slot);
    case CLASS.LDX:
      return checkLoad(slot);
    case CLASS.ST:
      return modeOf(slot) === MODE.MEM ? fields(slot, { reads: ['dst'], zero: ['src'] }) : 'opcode';
    case CLASS.STX:
      return modeOf(slot) === MODE.MEM ? fields(slot, { reads: ['dst', 'src'], zero: ['imm'] }) : checkAtomic(slot);
    case CLASS.JMP:
    case CLASS.JMP32:
      return checkJump(slot);
    default:
      return checkArithmetic(slot);
  }
}

interface Uses {
  readonly reads?: readonly ('dst' | 'src')[];
  readonly writes?: readonly ('dst' | 'src')[];
  readonly zero?: readonly ('dst' | 'src' | 'off' | 'imm')[];
}

/** Unused fields are zero (section 3), registers exist and r10 is read-only (section 2.3). */
function fields(slot: Slot, { reads = [], writes = [], zero = [] }: Uses): RejectClass | undefined {
  for (const field of zero) if (slot[field] !== 0) return 'reserved_field';
  for (const field of [...reads, ...writes]) if (slot[field] >= REGISTERS) return 'register';
  for (const field of writes) if (slot[field] === FRAME_POINTER) return 'frame_pointer';
  return undefined;
}

function checkWide(slots: readonly Slot[], pc: number): RejectClass | undefined {
  const slot = slots[pc] as Slot;
  const next = slots[pc + 1];
  if (slot.src > WIDE.LAST) return 'reserved_field';
  const own = fields(slot, { writes: ['dst'], zero: ['off'] });
  if (own !== undefined) return own;
  if (next === undefined || next.opcode !== 0 || fields(next, { zero: ['dst', 'src', 'off'] })) return 'half_lddw';
  if (slot.src === WIDE.NUMBER) return undefined;
  // Maps and variables need a loader, of which a bare program has none.
  return slot.src === WIDE.CODE && next.imm === 0 ? undefined : 'reserved_field';
}

function checkPacketLoad(slot: Slot): RejectClass | undefined {
  const mode = modeOf(slot);
  if ((mode !== MODE.ABS && mode !== MODE.IND) || sizeOf(slot) === 8) return 'opcode';
  const register = mode === MODE.IND;
  return fields(slot, register ? { reads: ['src'], zero: ['dst', 'off'] } : { zero: ['dst', 'src', 'off'] });
}

function checkLoad(slot: Slot): RejectClass | undefined {
  const mode = modeOf(slot);
  if (mode !== MODE.MEM && (mode !== MODE.MEMSX || sizeOf(slot) === 8)) return 'opcode';
  return fields(slot, { writes: ['dst'], reads: ['src'], zero: ['imm'] });
}

function checkAtomic(slot: Slot): RejectClass | undefined {
  if (modeOf(slot) !== MODE.ATOMIC) return 'opcode';
  const { imm } = slot;
  if (imm === ATOMIC.LOAD_ACQUIRE) return fields(slot, { writes: ['dst'], reads: ['src'] });
  if (imm === ATOMIC.STORE_RELEASE) return fields(slot, { reads: ['dst', 'src'] });
  if (sizeOf(slot) < 4) return 'opcode';
  if (imm === ATOMIC.CMPXCHG) return fields(slot, { reads: ['dst', 'src'] });
  if (imm === ATOMIC.XCHG) return fields(slot, { reads: ['dst'], writes: ['src'] });
  const operations: readonly number[] = [ATOMIC.ADD, ATOMIC.OR, ATOMIC.AND, ATOMIC.XOR];
  if (!operations.includes(imm & ~ATOMIC.FETCH)) return 'opcode';
  const fetches = (imm & ATOMIC.FETCH) !== 0;
  return fields(slot, fetches ? { reads: ['dst'], writes: ['src'] } : { reads: ['dst', 'src'] });
}

function checkJump(slot: Slot): RejectClass | undefined {
  const code = codeOf(slot);
  const wide = classOf(slot) === CLASS.JMP;
  if (code === JMP.CALL) return wide ? checkCall(slot) : 'opcode';
  if (code === JMP.JA || code === JMP.EXIT || code === JMP.JCOND) {
    if (isRegisterForm(slot) || (!wide && code !== JMP.JA)) return 'opcode';
    if (code === JMP.EXIT) return fields(slot, { zero: ['dst', 'src', 'off', 'imm'] });
    return fields(slot, { zero: ['dst', 'src', wide ? 'imm' : 'off'] });
  }
  if (code > JMP.LAST_CONDITION) return 'opcode';
  return fields(
    slot,
    isRegisterForm(slot) ? { reads: ['dst', 'src'], zero: ['imm'] } : { reads: ['dst'], zero: ['src'] },
  );
}

function checkCall(slot: Slot): RejectClass | undefined {
  if (isRegisterForm(slot)) {
    // clang before 19 has the register in imm, later ones and gcc in dst.
    if (slot.imm !== 0 && slot.imm > 0 && slot.imm < REGISTERS) return fields(slot, { zero: ['dst', 'src', 'off'] });
    return fields(slot, { reads: ['dst'], zero: ['src', 'off', 'imm'] });
  }
  if (slot.src > CALL.BTF) return 'reserved_field';
  if (slot.src === CALL.BTF) return 'call';
  const reserved = fields(slot, { zero: ['dst', 'off'] });
  if (reserved !== undefined || slot.src === CALL.LOCAL) return reserved;
  return KNOWN_HELPERS.has(slot.imm) ? undefined : 'call';
}

function checkArithmetic(slot: Slot): RejectClass | undefined {
  const code = codeOf(slot);
  const { off, imm } = slot;
  const wide = classOf(slot) === CLASS.ALU64;
  const register = isRegisterForm(slot);
  if (code > ALU.LAST || ((code === ALU.NEG || (code === ALU.END && wide)) && register)) return 'opcode';
  if (code === ALU.NEG) return fields(slot, { writes: ['dst'], zero: ['src', 'off', 'imm'] });
  if (code === ALU.END) {
    if (imm !== 16 && imm !== 32 && imm !== 64) return 'reserved_field';
    return fields(slot, { writes: ['dst'], zero: ['src', 'off'] });
  }
  const signedForm = (code === ALU.DIV || code === ALU.MOD) && off === 1;
  const extends_ = code === ALU.MOV && register && (off === 8 || off === 16 || (off === 32 && wide));
  if (off !== 0 && !signedForm && !extends_) return 'reserved_field';
  return fields(
    slot,
    register ? { writes: ['dst'], reads: ['src'], zero: ['imm'] } : { writes: ['dst'], zero: ['src'] },
  );
}
