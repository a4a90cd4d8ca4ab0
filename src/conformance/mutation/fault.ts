/** A fault to seed into an engine, as data: what one row of the opcode table does otherwise than it should. */
import type { Op, OpName } from '../../isa/table.js';
import type { Expr, Place } from './expression.js';

/** A field that is read wrongly. Registers: the neighbour (n xor 1), or that of the other operand. */
export type FieldChange = 'zero' | 'plus one' | 'minus one' | 'negated' | 'unsigned' | 'low16' | 'neighbour' | 'other';
export type Field = 'dst' | 'src' | 'off' | 'imm';

export interface Assignment {
  readonly place: Place;
  readonly value: Expr;
}

/** All parts that are there apply. */
export interface Effect {
  /** Executes as this row does, on the same operands. */
  readonly as?: OpName;
  readonly fields?: Partial<Record<Field, FieldChange>>;
  /** What dst gets, instead of all that the instruction does. */
  readonly value?: Expr;
  /** Whether it jumps (not 0), instead of the condition. */
  readonly condition?: Expr;
  /** Registers changed before the instruction does what it should. */
  readonly before?: readonly Assignment[];
  /** Registers changed after it. */
  readonly after?: readonly Assignment[];
  /** Loads programs in which this field of the instruction is at fault. */
  readonly ignores?: Ignored;
}

export interface Ignored {
  readonly field: Field;
  /**
   * 'reserved': a field that must hold the column's number. 'register': numbers above r10. 'frame pointer': r10 where
   * it would be written. 'target': a jump or call to what is no instruction.
   * 'second slot': a field of the second slot, which must be 0.
   */
  readonly problem: 'reserved' | 'register' | 'frame pointer' | 'target' | 'second slot';
}

export interface Fault {
  /** Unique: 'add32_imm/no zero-extension'. */
  readonly id: string;
  readonly op: Op;
  readonly effect: Effect;
  /** Why no program can tell; absent for faults that a suite must find. */
  readonly equivalent?: string;
}

/** The faults of one row, by what is wrong. */
export type Described = readonly [what: string, effect: Effect, equivalent?: string];

export function faultsOf(op: Op, described: Iterable<Described>): Fault[] {
  return [...described].map(([what, effect, equivalent]) => ({
    id: `${op.name}/${what}`,
    op,
    effect,
    ...(equivalent === undefined ? {} : { equivalent }),
  }));
}
