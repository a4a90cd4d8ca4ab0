/**
 * Bytes to instructions: picks the table row of each slot by the columns that are numbers, and refuses what no row
 * allows (RFC 9669 section 3). Where jumps lead and what calls mean is for `analysis/`; relocations are for `elf/`.
 */
import { BeeswaxError } from '../util/errors.js';
import type { DecodedInsn } from './insn.js';
import { type ImmUse, OPS_BY_BYTE, type Op, REGISTER_COUNT } from './table.js';

/** Bytes of one slot. */
export const SLOT_SIZE = 8;

type Field = 'dst' | 'src' | 'off' | 'imm';
type Fields = Readonly<Record<Field, number>>;

const FIELDS: readonly Field[] = ['dst', 'src', 'off', 'imm'];

/** 64-bit immediates whose second half carries nothing (RFC 9669 section 5.4), so must be zero. */
const LOW_HALF_ONLY: ReadonlySet<ImmUse | number> = new Set<ImmUse>(['map', 'var', 'code']);

/**
 * Decodes little-endian slots. Of unrelocated object code it takes what clang and gcc leave for the linker: local
 * calls with imm −1 or an addend, 64-bit immediates with src 0.
 *
 * @throws {BeeswaxError} BEESWAX_E_TRUNCATED_INSN, BEESWAX_E_UNKNOWN_OPCODE, BEESWAX_E_UNKNOWN_INSN_FORM,
 * BEESWAX_E_UNUSED_FIELD, BEESWAX_E_BAD_REGISTER, BEESWAX_E_HALF_LDDW; each with its pc as the location.
 */
export function decodeInsns(bytes: Uint8Array): DecodedInsn[] {
  if (bytes.length % SLOT_SIZE !== 0) {
    throw new BeeswaxError(
      'BEESWAX_E_TRUNCATED_INSN',
      { length: bytes.length },
      { location: { offset: bytes.length } },
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length / SLOT_SIZE;
  const insns: DecodedInsn[] = [];
  for (let pc = 0; pc < length; ) {
    const insn = decodeInsn(view, pc);
    insns.push(insn);
    pc += insn.op.slots;
  }
  return insns;
}

/**
 * Decodes the instruction whose first slot is `pc`. `view` covers the whole code.
 *
 * @throws {BeeswaxError} as `decodeInsns`, for this instruction alone.
 */
export function decodeInsn(view: DataView, pc: number): DecodedInsn {
  const at = pc * SLOT_SIZE;
  const opcode = view.getUint8(at);
  const registers = view.getUint8(at + 1);
  const dst = registers & 0xf;
  const src = registers >> 4;
  const off = view.getInt16(at + 2, true);
  const imm = view.getInt32(at + 4, true);
  const op = rowOf(opcode, { dst, src, off, imm }, pc);
  if (op.imm === 'reg') return { op, pc, dst: imm, src, off, imm };
  if (op.slots === 1) return { op, pc, dst, src, off, imm };
  const imm64 = (BigInt(secondHalf(view, op, pc)) << 32n) | BigInt(imm >>> 0);
  return { op, pc, dst, src, off, imm, imm64 };
}

/** Whether a field's value is one that its column allows. */
function allows(column: Op[Field], field: Field, value: number): boolean {
  if (typeof column === 'number') return value === column;
  if (field === 'dst' || field === 'src' || column === 'reg') return value >= 0 && value < REGISTER_COUNT;
  return true;
}

function rowOf(opcode: number, fields: Fields, pc: number): Op {
  const rows = OPS_BY_BYTE[opcode] as readonly Op[];
  for (const op of rows) {
    if (
      allows(op.imm, 'imm', fields.imm) &&
      allows(op.src, 'src', fields.src) &&
      allows(op.off, 'off', fields.off) &&
      allows(op.dst, 'dst', fields.dst)
    ) {
      return op;
    }
  }
  throw mismatch(opcode, rows, fields, pc);
}

/** Says why no row fits, by the row that comes closest. */
function mismatch(opcode: number, rows: readonly Op[], fields: Fields, pc: number): BeeswaxError {
  const location = { pc };
  let nearest: { op: Op; misses: Field[] } | undefined;
  for (const op of rows) {
    const misses = FIELDS.filter((field) => !allows(op[field], field, fields[field]));
    if (nearest === undefined || misses.length < nearest.misses.length) nearest = { op, misses };
  }
  if (nearest === undefined) return new BeeswaxError('BEESWAX_E_UNKNOWN_OPCODE', { opcode, pc }, { location });
  const { op, misses } = nearest;
  const field = misses[0] as Field;
  const value = fields[field];
  if (typeof op[field] === 'string') {
    return new BeeswaxError('BEESWAX_E_BAD_REGISTER', { register: value, field, insn: op.name, pc }, { location });
  }
  const known = [...new Set(rows.map((row) => row[field]).filter((column) => typeof column === 'number'))];
  return known.length > 1
    ? new BeeswaxError('BEESWAX_E_UNKNOWN_INSN_FORM', { opcode, field, value, known, pc }, { location })
    : new BeeswaxError('BEESWAX_E_UNUSED_FIELD', { field, value, insn: op.name, pc }, { location });
}

/** The high half of a 64-bit immediate, unsigned. */
function secondHalf(view: DataView, op: Op, pc: number): number {
  const at = (pc + 1) * SLOT_SIZE;
  const half = (reason: string) => new BeeswaxError('BEESWAX_E_HALF_LDDW', { reason, pc }, { location: { pc } });
  if (at + SLOT_SIZE > view.byteLength) throw half('the code ends after its first slot');
  if (view.getUint32(at, true) !== 0) throw half('opcode, registers and offset of its second slot must be 0');
  const high = view.getUint32(at + 4, true);
  if (high !== 0 && LOW_HALF_ONLY.has(op.imm)) {
    throw new BeeswaxError(
      'BEESWAX_E_UNUSED_FIELD',
      { field: 'imm of the second slot', value: high, insn: op.name, pc },
      { location: { pc } },
    );
  }
  return high;
}
