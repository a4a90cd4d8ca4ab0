/** Small programs as bytes, and cases whose expectation the reference model gives. */
import { encodeInsns } from '../../isa/encode.js';
import { makeInsn, type Operands } from '../../isa/insn.js';
import { type Op, type OpName, opNamed } from '../../isa/table.js';
import { runReference } from '../reference/index.js';
import { type Requirements, requirementsOf } from '../requirements.js';
import type { ConformanceCase, Expectation, RejectClass } from '../types.js';

/** An instruction: its row and operands. */
export type Step = readonly [op: Op | OpName, operands?: Operands];

/** The slots of a program. */
export function assembleSteps(steps: readonly Step[]): Uint8Array {
  return encodeInsns(steps.map(([op, operands]) => makeInsn(op, 0, operands)));
}

export const rowOf = (op: Op | OpName): Op => (typeof op === 'string' ? opNamed(op) : op);

/** Where the table says that an instruction is defined. */
export function sourceOf({ source }: Op): string {
  return /^\d/.test(source) ? `RFC 9669 section ${source}` : source;
}

export interface CaseOptions {
  readonly source: string;
  /** The memory's bytes afterwards are part of the expectation. */
  readonly after?: boolean;
  readonly mayStop?: boolean;
  readonly note?: string;
  /** Instead of what the program's instructions say. */
  readonly requirements?: Requirements;
}

/** A program that cases are made of, one a memory. */
export class ProgramCases {
  readonly #requirements: Requirements;

  constructor(
    readonly program: Uint8Array,
    readonly options: CaseOptions,
  ) {
    this.#requirements = options.requirements ?? requirementsOf(program);
  }

  /** The case of this program on a memory, by what the reference model makes of it. */
  on(name: string, memory?: Uint8Array): ConformanceCase {
    const { source, note } = this.options;
    return {
      name,
      ...this.#requirements,
      source,
      program: this.program,
      ...(memory === undefined ? {} : { memory }),
      expect: this.#expectation(memory),
      ...(note === undefined ? {} : { note }),
    };
  }

  #expectation(memory: Uint8Array | undefined): Expectation {
    const answer = runReference(this.program, memory);
    switch (answer.kind) {
      case 'value': {
        const after = this.options.after && answer.memory !== undefined ? { memory: answer.memory } : {};
        return { kind: 'value', r0: [answer.r0], ...after, ...(this.options.mayStop ? { mayStop: true } : {}) };
      }
      case 'rejected':
        return { kind: 'rejected', reason: answer.reason.split(' ')[0] as RejectClass };
      default:
        return { kind: 'stopped' };
    }
  }
}

/** A memory of 64-bit little-endian words. */
export function words(...values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setBigUint64(8 * i, value, true);
  });
  return bytes;
}

/** Whether a row is one of plain arithmetic, a conditional jump, and so on: by what its columns say. */
export const isArithmetic = ({ opcode }: Op): boolean => (opcode & 7) === 4 || (opcode & 7) === 7;
export const isConditional = ({ off, sem }: Op): boolean => off === 'jump' && sem !== 'ja' && sem !== 'may_goto';
export const isShift = ({ sem }: Op): boolean => sem === 'lsh' || sem === 'rsh' || sem === 'arsh';
export const readsSource = ({ src }: Op): boolean => src === 'r' || src === 'rw';
