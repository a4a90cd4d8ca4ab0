/** A trap as an error of the catalogue: with the instruction at fault and the source line that it comes from. */
import { formatInsn } from '../asm/format.js';
import type { TrapInfo } from '../model/frame.js';
import type { Program, SourceLine } from '../model/program.js';
import type { ErrorCode } from '../util/catalogue.js';
import { BeeswaxError, type ErrorDetail, type ErrorLocation } from '../util/errors.js';

type TrapCode = Extract<ErrorCode, `BEESWAX_E_TRAP_${string}`>;

/** @param programs where the trapped program's instructions are looked up by its name */
export function trapError(trap: TrapInfo, programs: readonly { readonly source: Program }[]): BeeswaxError {
  const { program, pc, value } = trap;
  const source = programs.map((candidate) => candidate.source).find(({ name }) => name === program);
  const location = source === undefined ? { pc } : locate(source, pc);
  const missing = source?.insns.find((insn) => insn.pc === pc)?.ref;
  const detail: ErrorDetail = missing?.kind === 'missing' ? { location, ...whyMissing(missing.what) } : { location };
  return new BeeswaxError(trap.code as TrapCode, { program, pc, value }, detail);
}

function whyMissing(what: string): ErrorDetail {
  return {
    notes: [`the instruction stands for ${what}, which is not there`],
    suggestion: 'Ask first whether it is there, or give the types of a kernel that has it (`--btf`).',
  };
}

/** Where an instruction of a program is: its text, and its source line where BTF has one. */
export function locate(program: Program, pc: number): ErrorLocation {
  const insn = program.insns.find((candidate) => candidate.pc === pc);
  const line = sourceLine(program, pc);
  return {
    pc,
    ...(insn === undefined ? {} : { insn: formatInsn(insn) }),
    ...(line === undefined ? {} : { file: line.file, line: line.line, column: line.column, text: line.text }),
  };
}

/** The line of a pc: line info names the first instruction of a line, which holds for those after it. */
export function sourceLine(program: Program, pc: number): SourceLine | undefined {
  const start = program.functions.find((candidate) => candidate.start <= pc && pc < candidate.end)?.start ?? 0;
  for (let at = pc; at >= start; at--) {
    const line = program.lines.get(at);
    if (line !== undefined) return line;
  }
  return undefined;
}
