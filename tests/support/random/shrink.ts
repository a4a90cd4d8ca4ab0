/**
 * Makes a program that shows a difference smaller: takes instructions out as long as the difference stays. What is
 * taken out becomes a jump to the next instruction, so that no distance changes.
 */
import { makeInsn } from '../../../src/isa/insn.js';
import type { Insn, Program } from '../../../src/model/program.js';

const nothing = (pc: number): Insn => makeInsn('ja', pc);

/** @param differs whether a program still shows the difference; a program that no engine takes does not. */
export async function shrink(program: Program, differs: (program: Program) => Promise<boolean>): Promise<Program> {
  let best = program;
  for (let size = 64; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.insns.length; at += size) {
      const candidate = without(best, at, at + size);
      if (candidate !== best && (await differs(candidate))) best = candidate;
    }
  }
  return best;
}

/** The instructions that are left, with their slots. */
export function remaining(program: Program): readonly Insn[] {
  return program.insns.filter(({ op, off }) => op.name !== 'ja' || off !== 0);
}

/** Takes out instructions by index, but for the last of each function and those of two slots, which become constants. */
function without(program: Program, from: number, to: number): Program {
  const lasts = new Set(program.functions.map(({ end }) => end - 1));
  let changed = false;
  const insns = program.insns.map((insn, index): Insn => {
    if (index < from || index >= to || lasts.has(insn.pc) || (insn.op.name === 'ja' && insn.off === 0)) return insn;
    if (insn.op.slots === 2) return insn;
    changed = true;
    return nothing(insn.pc);
  });
  return changed ? { ...program, insns } : program;
}
