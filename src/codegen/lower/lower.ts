/**
 * What each instruction becomes in the intermediate form: one entry for each `sem` of the opcode table, so that a new
 * row without one does not compile.
 */
import type { AddressedProgram } from '../../analysis/addressed.js';
import type { Sem } from '../../isa/table.js';
import type { Insn } from '../../model/program.js';
import type { IrBuilder } from '../ir_builder.js';
import { ARITHMETIC } from './arithmetic.js';
import { CALLS } from './calls.js';
import { CONDITIONS, type Condition, conditionOf } from './jumps.js';
import { MEMORY } from './memory.js';

/** What lowering needs to know beside the instruction. */
export interface LowerContext {
  readonly program: AddressedProgram;
}

/** Appends what an instruction does, and notes what its registers hold then. */
export type Lower = (b: IrBuilder, insn: Insn, context: LowerContext) => void;

/** Ends its block: `build_ir.ts` writes the terminator. */
const TERMINATOR: Lower = () => {};

const LOWER = {
  ...ARITHMETIC,
  ...MEMORY,
  ...CALLS,
  ...(Object.fromEntries(Object.keys(CONDITIONS).map((sem) => [sem, TERMINATOR])) as Record<
    keyof typeof CONDITIONS,
    Lower
  >),
  ja: TERMINATOR,
  exit: TERMINATOR,
} as const satisfies Record<Sem, Lower>;

/** What instructions become: handed over, so that faults can be seeded into it. */
export interface Lowering {
  readonly lower: Lower;
  /** The condition of an instruction, undefined if it is no conditional jump. */
  readonly condition: (insn: Insn) => Condition | undefined;
}

export const LOWERING: Lowering = {
  lower: (b, insn, context) => LOWER[insn.op.sem](b, insn, context),
  condition: ({ op }) => conditionOf(op.sem),
};
