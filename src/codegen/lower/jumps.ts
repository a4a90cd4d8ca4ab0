/** What ends a block: conditions of jumps, and exit (RFC 9669 section 4.3). Where they lead is `build_ir.ts`'s business. */

import type { Sem } from '../../isa/table.js';
import type { CompareOp, ValueId } from '../../model/ir.js';
import type { Insn } from '../../model/program.js';
import type { IrBuilder } from '../ir_builder.js';
import { lowOperand, wideOperand } from './arithmetic.js';

/** The i32 that is not 0 if the jump is taken. */
export type Condition = (b: IrBuilder, insn: Insn) => ValueId;

function comparison(operator: CompareOp): Condition {
  return (b, insn) =>
    insn.op.width === 64
      ? b.compare(operator, b.read(insn.dst), wideOperand(b, insn))
      : b.compare(operator, b.readLow(insn.dst), lowOperand(b, insn));
}

const bitsSet: Condition = (b, insn) => {
  const [type, left, right] =
    insn.op.width === 64
      ? (['i64', b.read(insn.dst), wideOperand(b, insn)] as const)
      : (['i32', b.readLow(insn.dst), lowOperand(b, insn)] as const);
  return b.compare('ne', b.binary(type, 'and', left, right), b.constant(type, 0n));
};

/** Conditional jumps by their semantics. */
export const CONDITIONS = {
  jeq: comparison('eq'),
  jne: comparison('ne'),
  jgt: comparison('gt_u'),
  jge: comparison('ge_u'),
  jlt: comparison('lt_u'),
  jle: comparison('le_u'),
  jsgt: comparison('gt_s'),
  jsge: comparison('ge_s'),
  jslt: comparison('lt_s'),
  jsle: comparison('le_s'),
  jset: bitsSet,
  may_goto: (b) => b.append({ kind: 'fuel_low', type: 'i32', args: [] }),
} as const satisfies Partial<Record<Sem, Condition>>;

/** The condition of an instruction, undefined if it is no conditional jump. */
export function conditionOf(sem: Sem): Condition | undefined {
  return (CONDITIONS as Partial<Record<Sem, Condition>>)[sem];
}
