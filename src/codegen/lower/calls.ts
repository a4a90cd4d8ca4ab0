/** What calls, tail calls and legacy packet loads become (RFC 9669 sections 4.3.1, 4.3.2 and 5.5). */
import { CUSTOM_HELPER_BASE, HELPERS, type HelperRow, helperName } from '../../abi/helpers.js';
import { FRAME_POINTER } from '../../isa/table.js';
import type { ValueId } from '../../model/ir.js';
import type { Insn } from '../../model/program.js';
import type { IrBuilder } from '../ir_builder.js';
import type { Lower } from './lower.js';

const ARGUMENTS = [1, 2, 3, 4, 5] as const;

const argumentValues = (b: IrBuilder): ValueId[] => ARGUMENTS.map((r) => b.read(r));

/** After a call: r0 is its result, and what the ABI calls scratch reads as 0. */
function afterCall(b: IrBuilder, result: ValueId): void {
  const zero = b.constant('i64', 0n);
  for (const r of ARGUMENTS) b.registers[r] = zero;
  b.write(0, result);
}

const callHelper: Lower = (b, { imm }, context) => {
  const name = helperName(imm);
  if (imm >= CUSTOM_HELPER_BASE || context.program.customHelpers.has(imm) || name === undefined) {
    afterCall(b, b.append({ kind: 'call_custom', type: 'i64', helper: imm, args: argumentValues(b) }));
    return;
  }
  const row: HelperRow = HELPERS[name];
  if (row.tailCall === true) {
    const args = [b.read(1), b.read(2), b.read(3), b.read(FRAME_POINTER)];
    afterCall(b, b.append({ kind: 'tail_call', type: 'i64', args }));
    return;
  }
  afterCall(
    b,
    b.append({
      kind: 'call_helper',
      type: 'i64',
      helper: name,
      mayTrap: row.neverTraps !== true,
      movesPacket: row.movesPacket === true,
      callsBack: row.callsBack === true,
      burnsFuel: row.callsBack === true || row.burnsFuel === true,
      args: [...argumentValues(b).slice(0, row.args.length), ...(row.callsBack ? [b.read(FRAME_POINTER)] : [])],
    }),
  );
};

const callLocal: Lower = (b, { pc, imm }) => {
  const args = [...argumentValues(b), b.read(FRAME_POINTER)];
  afterCall(b, b.append({ kind: 'call_local', type: 'i64', target: pc + 1 + imm, args }));
};

/** The callee's register stands in dst, or in imm as clang before 19 wrote it. */
const callRegister: Lower = (b, { op, dst, imm }) => {
  const callee = b.read(op.dst === 'r' ? dst : imm);
  afterCall(
    b,
    b.append({ kind: 'call_indirect', type: 'i64', args: [callee, ...argumentValues(b), b.read(FRAME_POINTER)] }),
  );
};

/** Validation refuses kernel functions, of which none is known here. */
const callKernelFunction: Lower = (_b, { pc }) => {
  throw new Error(`call of a kernel function at insn ${pc} passed validation`);
};

function packetLoad(offset: (b: IrBuilder, insn: Insn) => ValueId): Lower {
  return (b, insn) => {
    afterCall(b, b.append({ kind: 'ld_abs', type: 'i64', width: insn.op.width, args: [offset(b, insn)] }));
  };
}

export const CALLS = {
  call_helper: callHelper,
  call_local: callLocal,
  call_btf: callKernelFunction,
  callx: callRegister,
  ld_abs: packetLoad((b, { imm }) => b.constant('i64', BigInt(imm))),
  ld_ind: packetLoad((b, { src, imm }) => b.binary('i64', 'add', b.read(src), b.constant('i64', BigInt(imm)))),
} as const satisfies Record<string, Lower>;
