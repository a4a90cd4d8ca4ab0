/** Instructions with labels: collects them, then fixes jump distances, calls and function references. */
import { makeInsn, type Operands } from '../../isa/insn.js';
import { type Op, type OpName, opNamed } from '../../isa/table.js';
import type { Insn, Reference } from '../../model/program.js';

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

  /** First slots of the functions after the entry. */
  get functions(): readonly number[] {
    return this.#functions;
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

  /** All instructions, one after the other from pc 0. */
  instructions(): Insn[] {
    return this.#pending.map((pending) => resolve(pending));
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
  if (op.imm === 'code') {
    // Relative to the slot behind its first, like a local call (RFC 9669 section 5.4).
    const imm64 = BigInt.asUintN(32, BigInt(target.pc - pc - 1));
    return { ...makeInsn(op, pc, { ...operands, imm64 }), ref: { kind: 'function', pc: target.pc } };
  }
  const distance = target.pc - pc - op.slots;
  if (op.off === 'jump') return makeInsn(op, pc, { ...operands, off: distance });
  return makeInsn(op, pc, { ...operands, imm: distance });
}
