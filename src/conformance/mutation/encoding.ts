/** Faults of decoding and validation: programs that must be refused, and are not (RFC 9669 sections 2.3, 3 and 4.3). */
import { FRAME_POINTER, OPS_BY_BYTE, type Op, REGISTER_COUNT } from '../../isa/table.js';
import { readSlots, SLOT_BYTES, type Slot } from '../reference/encoding.js';
import type { Described, Fault, Field, Ignored } from './fault.js';

/** 64-bit immediates, of two slots. */
const WIDE_OPCODE = 0x18;
const EXIT_OPCODE = 0x95;
const FIELDS: readonly Field[] = ['dst', 'src', 'off', 'imm'];
const isWritten = (use: unknown): boolean => use === 'w' || use === 'rw';
const isRegister = (use: unknown): boolean => use === 'r' || isWritten(use);

export function encodingFaults(op: Op): Described[] {
  // A bare program has no maps, and no kernel function: it is refused whatever its fields hold.
  if (op.sem === 'call_btf' || (op.sem.startsWith('lddw_') && op.sem !== 'lddw_code')) return [];
  const faults: Described[] = [];
  const ignores = (what: string, ignored: Ignored): void => void faults.push([what, { ignores: ignored }]);
  for (const field of FIELDS) {
    if (typeof op[field] === 'number') ignores(`${field} not checked`, { field, problem: 'reserved' });
    else if (isRegister(op[field]) || op[field] === 'reg') {
      ignores(`${field} above r10`, { field, problem: 'register' });
      if (isWritten(op[field])) ignores(`${field} writes r10`, { field, problem: 'frame pointer' });
    }
  }
  if (op.sem === 'lddw') {
    for (const field of ['dst', 'src', 'off'] as const) {
      ignores(`second ${field} not checked`, { field, problem: 'second slot' });
    }
  }
  const target = targetField(op);
  if (target !== undefined) ignores('target not checked', { field: target, problem: 'target' });
  return faults;
}

function targetField(op: Op): Field | undefined {
  if (op.off === 'jump') return 'off';
  return op.imm === 'jump' || op.imm === 'func' || op.imm === 'code' ? 'imm' : undefined;
}

/**
 * The program as an engine reads it that does not check the field: where the field of an instruction is at fault, it
 * holds what is allowed.
 */
export function unchecked(program: Uint8Array, { op, effect }: Fault): Uint8Array {
  const ignored = effect.ignores;
  if (ignored === undefined) return program;
  const slots = readSlots(program);
  const result = program.slice();
  const view = new DataView(result.buffer);
  const second = secondHalves(slots);
  slots.forEach((slot, pc) => {
    if (second.has(pc) || !matches(op, slot, ignored.field) || isOther(op, slot)) return;
    if (ignored.problem === 'second slot') {
      if (pc + 1 < slots.length) write(view, pc + 1, ignored.field, 0);
      return;
    }
    const isInsn = (at: number): boolean => at >= 0 && at < slots.length && !second.has(at);
    const allowed = allowedValue(op, slot, ignored, (distance) => {
      if (isInsn(pc + 1 + distance)) return distance;
      // A jump goes on behind itself; a call must lead to what may be a function: behind an exit.
      if (op.off === 'jump' || op.imm === 'jump') return 0;
      const exit = slots.findIndex((other, at) => at > pc && other.opcode === EXIT_OPCODE && isInsn(at + 1));
      return exit - pc;
    });
    if (allowed !== undefined) write(view, pc, ignored.field, allowed);
  });
  return result;
}

function secondHalves(slots: readonly Slot[]): Set<number> {
  const second = new Set<number>();
  for (let pc = 0; pc < slots.length; pc++) if ((slots[pc] as Slot).opcode === WIDE_OPCODE) second.add(++pc);
  return second;
}

/** Whether a slot is an instruction of the row, whatever one of its fields holds. */
export function matches(op: Op, slot: Slot, whatever?: Field): boolean {
  if (slot.opcode !== op.opcode) return false;
  return FIELDS.every((field) => field === whatever || typeof op[field] !== 'number' || op[field] === slot[field]);
}

const isOther = (op: Op, slot: Slot): boolean =>
  (OPS_BY_BYTE[slot.opcode] as readonly Op[]).some((row) => row !== op && matches(row, slot));

/** What the field holds instead; undefined where nothing is wrong with it. */
function allowedValue(
  op: Op,
  slot: Slot,
  { field, problem }: Ignored,
  nearest: (distance: number) => number,
): number | undefined {
  const value = slot[field];
  switch (problem) {
    case 'reserved':
      return op[field] === value ? undefined : (op[field] as number);
    case 'register':
      // As of a field of three bits.
      return value >= 0 && value < REGISTER_COUNT ? undefined : value & 7;
    case 'frame pointer':
      return value === FRAME_POINTER ? FRAME_POINTER - 1 : undefined;
    case 'target':
      return nearest(value);
    default:
      return undefined;
  }
}

function write(view: DataView, pc: number, field: Field, value: number): void {
  const at = pc * SLOT_BYTES;
  const registers = view.getUint8(at + 1);
  if (field === 'dst') view.setUint8(at + 1, (registers & 0xf0) | value);
  else if (field === 'src') view.setUint8(at + 1, (registers & 0x0f) | (value << 4));
  else if (field === 'off') view.setInt16(at + 2, value, true);
  else view.setInt32(at + 4, value, true);
}
