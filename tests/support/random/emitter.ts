/** Instructions with labels: collects them, then fixes jump distances, calls and function references into a Program. */
import { makeInsn, type Operands } from '../../../src/isa/insn.js';
import { type Op, type OpName, opNamed } from '../../../src/isa/table.js';
import type { Insn, Program, Reference } from '../../../src/model/program.js';
import { finish } from '../programs.js';

/** A place in the code, known once it was placed. */
export interface Label {
  pc: number | undefined;
}

interface Pending {
  readonly op: Op;
  readonly operands: Operands;
  readonly pc: number;
  readonly target?: Label;
  readonly ref?: Reference;
}

export class Emitter {
  readonly #pending: Pending[] = [];
  readonly #functions: number[] = [];
  #pc = 0;

  get pc(): number {
    return this.#pc;
  }

  emit(name: OpName | Op, operands: Operands = {}): void {
    this.#push({ op: row(name), operands });
  }

  /** A 64-bit immediate that stands for a map or a place in its value. */
  reference(name: OpName, dst: number, ref: Reference): void {
    this.#push({ op: row(name), operands: { dst }, ref });
  }

  /** A jump, a local call or a function's address: whatever the table says the distance is kept in. */
  to(name: OpName | Op, target: Label, operands: Operands = {}): void {
    this.#push({ op: row(name), operands, target });
  }

  label(): Label {
    return { pc: undefined };
  }

  place(label: Label): void {
    label.pc = this.#pc;
  }

  /** The code that follows is a function of its own. */
  startFunction(label: Label): void {
    this.place(label);
    if (this.#pc > 0) this.#functions.push(this.#pc);
  }

  finish(name: string): Program {
    return finish(
      this.#pending.map((pending) => resolve(pending)),
      { name, functions: this.#functions },
    );
  }

  #push(pending: Omit<Pending, 'pc'>): void {
    this.#pending.push({ ...pending, pc: this.#pc });
    this.#pc += pending.op.slots;
  }
}

function row(name: OpName | Op): Op {
  return typeof name === 'string' ? opNamed(name) : name;
}

function resolve({ op, operands, pc, target, ref }: Pending): Insn {
  if (target === undefined) {
    const insn = makeInsn(op, pc, operands);
    return ref === undefined ? insn : { ...insn, ref };
  }
  if (target.pc === undefined) throw new Error(`a label of slot ${pc} was never placed`);
  const distance = target.pc - pc - op.slots;
  if (op.off === 'jump') return makeInsn(op, pc, { ...operands, off: distance });
  if (op.imm === 'code') return { ...makeInsn(op, pc, operands), ref: { kind: 'function', pc: target.pc } };
  return makeInsn(op, pc, { ...operands, imm: distance });
}
