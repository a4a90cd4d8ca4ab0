/** A program while its structure is checked: what each of its slots is to a jump, and how an error is placed. */
import { Limit } from '../abi/layout.js';
import type { Insn, Program } from '../model/program.js';
import type { ErrorCode, ErrorData } from '../util/catalogue.js';
import { BeeswaxError } from '../util/errors.js';

export interface VerifyOptions {
  /** Numbers of the embedder's helpers, which a program may call beside the engine's own. */
  readonly customHelpers?: { has(id: number): boolean };
}

/** What a slot is to a jump. */
const enum Slot {
  /** The second half of a 64-bit immediate. */
  HALF = 0,
  INSN = 1,
  /** The first of a function. */
  FUNCTION = 2,
}

/** A program while it is checked. */
export interface Checked {
  readonly program: Program;
  readonly options: VerifyOptions;
  /** By slot: where jumps and calls may lead. */
  readonly slots: Uint8Array;
  /** Entry slots of functions whose address is taken. */
  readonly addressTaken: Set<number>;
}

/** Whether a slot is the entry of a function of the program. */
export function isFunctionStart(checked: Checked, pc: number): boolean {
  return checked.slots[pc] === Slot.FUNCTION;
}

/** Whether a slot is the second half of a 64-bit immediate. */
export function isHalf(checked: Checked, pc: number): boolean {
  return checked.slots[pc] === Slot.HALF;
}

/** An error at an instruction, with its source line where BTF has it. */
export function errorAt<C extends ErrorCode>(
  program: Program,
  insn: Insn,
  code: C,
  data: ErrorData<C>,
  suggestion?: string,
): BeeswaxError<C> {
  const line = program.lines.get(insn.pc);
  const location = { ...(line ?? {}), pc: insn.pc };
  return new BeeswaxError(code, data, suggestion === undefined ? { location } : { location, suggestion });
}

/** Classifies all slots, and refuses programs whose parts contradict each other: a user may have built them. */
export function slotsOf(program: Program): Uint8Array {
  const { name, insns, length, functions } = program;
  const bad = (problem: string) => new BeeswaxError('BEESWAX_E_BAD_PROGRAM', { program: name, problem });
  if (insns.length === 0) throw new BeeswaxError('BEESWAX_E_NO_INSTRUCTIONS', { program: name });
  if (length > Limit.MAX_INSNS) {
    throw new BeeswaxError('BEESWAX_E_TOO_MANY_INSNS', { program: name, length, limit: Limit.MAX_INSNS });
  }
  const slots = new Uint8Array(length);
  let pc = 0;
  for (const insn of insns) {
    if (insn.pc !== pc) throw bad(`insn ${insn.pc} stands at slot ${pc}`);
    slots[pc] = Slot.INSN;
    pc += insn.op.slots;
  }
  if (pc !== length) throw bad(`length is ${length} but its instructions take ${pc} slots`);
  let start = 0;
  for (const fn of functions) {
    if (fn.start !== start || fn.end <= fn.start) {
      throw bad(`function ${fn.name} spans [${fn.start}, ${fn.end}), expected to start at ${start}`);
    }
    if (slots[start] !== Slot.INSN) throw bad(`function ${fn.name} starts at ${start}, which is no instruction`);
    slots[start] = Slot.FUNCTION;
    start = fn.end;
  }
  if (start !== length) throw bad(`its functions end at ${start}, its instructions at ${length}`);
  return slots;
}
