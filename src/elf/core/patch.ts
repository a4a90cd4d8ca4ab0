/**
 * Writes the value of a fixup into its instruction: the immediate of arithmetic, the offset of a load or store (whose
 * size may change with it), or a 64-bit immediate. Nothing else takes a CO-RE relocation.
 */
import { SLOT_SIZE } from '../../isa/decode.js';
import { OPS, OPS_BY_BYTE, type Op, opNamed } from '../../isa/table.js';
import { coreError } from './error.js';
import { type CoreFixup, formatFixup } from './fixup.js';

const LDDW = opNamed('lddw').opcode;
const MAX_OFFSET = 0x7fff;

/**
 * Patches the instruction at `pc`.
 *
 * @param code slots; those before `end` belong to the instruction's function
 * @returns slots that must not be reached, because the target has no value for them: 0, or what the instruction takes
 * @throws {BeeswaxError} BEESWAX_E_CORE for an instruction that takes no relocation, or holds another value than the
 * compiler saw.
 */
export function applyFixup(code: DataView, pc: number, end: number, fixup: CoreFixup): number {
  const at = pc * SLOT_SIZE;
  const rows = OPS_BY_BYTE[code.getUint8(at)] as readonly Op[];
  if (rows[0]?.opcode === LDDW) return patchWide(code, at, (pc + 2) * SLOT_SIZE <= end * SLOT_SIZE, fixup);
  const [row] = rows;
  if (row?.off === 'mem') return patchMemory(code, at, row, fixup);
  if (row !== undefined && row.dst !== 0 && row.dst !== 'r' && row.imm === 'val')
    return patchImmediate(code, at, fixup);
  throw coreError(`${row?.name ?? 'an unknown opcode'} takes no relocation`);
}

function patchImmediate(code: DataView, at: number, fixup: CoreFixup): number {
  if (fixup.target === undefined) return 1;
  check(fixup, BigInt.asUintN(64, BigInt(code.getInt32(at + 4, true))));
  code.setInt32(at + 4, Number(BigInt.asIntN(32, fixup.target)), true);
  return 0;
}

function patchWide(code: DataView, at: number, whole: boolean, fixup: CoreFixup): number {
  const plain = whole && code.getUint8(at + 1) >> 4 === 0 && code.getInt16(at + 2, true) === 0;
  if (!plain || code.getUint32(at + 8, true) !== 0) throw coreError('its 64-bit immediate is not a plain one');
  if (fixup.target === undefined) return 2;
  check(fixup, (BigInt(code.getUint32(at + 12, true)) << 32n) | BigInt(code.getUint32(at + 4, true)));
  code.setUint32(at + 4, Number(fixup.target & 0xffff_ffffn), true);
  code.setUint32(at + 12, Number(fixup.target >> 32n), true);
  return 0;
}

function patchMemory(code: DataView, at: number, row: Op, fixup: CoreFixup): number {
  const { target, resize } = fixup;
  if (target === undefined) return 1;
  check(fixup, BigInt.asUintN(64, BigInt(code.getInt16(at + 2, true))));
  if (target > MAX_OFFSET) throw coreError(`offset ${target} does not fit a load or store`);
  if (resize?.allowed === false) return 1;
  code.setInt16(at + 2, Number(target), true);
  if (resize === undefined) return 0;
  if (row.width !== resize.local * 8) {
    throw coreError(`${row.name} moves ${row.width / 8} bytes of a field of ${resize.local}`);
  }
  const resized = OPS.find(
    ({ sem, width, src, imm }) => sem === row.sem && width === resize.target * 8 && src === row.src && imm === row.imm,
  );
  if (resized === undefined) throw coreError(`no instruction moves the ${resize.target} bytes of its field`);
  code.setUint8(at, resized.opcode);
  return 0;
}

/** What the compiler wrote must be what it is said to have seen, or the value would go to the wrong place. */
function check(fixup: CoreFixup, held: bigint): void {
  if (fixup.checked && held !== fixup.local) {
    throw coreError(`${formatFixup(fixup)} is for an instruction that holds ${held}`);
  }
}
