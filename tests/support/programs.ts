/** Programs for tests, from rows and operands: what an assembler would do, without parsing text. */
import type { ProgramType } from '../../src/abi/program_types.js';
import { slotCount } from '../../src/isa/encode.js';
import { makeInsn, type Operands } from '../../src/isa/insn.js';
import { type OpName, opNamed } from '../../src/isa/table.js';
import type { FunctionInfo, Insn, Program, Reference } from '../../src/model/program.js';

export interface Line extends Operands {
  readonly ref?: Reference;
}

export interface ProgramOptions {
  readonly name?: string;
  readonly section?: string;
  readonly type?: ProgramType;
  readonly license?: string;
  /** First slots of the functions after the entry. */
  readonly functions?: readonly number[];
}

/** One instruction after the other; their pc follows from their order. */
export function programOf(lines: readonly (readonly [OpName, Line?])[], options: ProgramOptions = {}): Program {
  let pc = 0;
  const insns = lines.map(([name, line = {}]): Insn => {
    const insn = makeInsn(name, pc, line);
    pc += opNamed(name).slots;
    return line.ref === undefined ? insn : { ...insn, ref: line.ref };
  });
  return finish(insns, options);
}

/** Wraps instructions into a program, split into functions at the starts that the options name. */
export function finish(insns: readonly Insn[], options: ProgramOptions = {}): Program {
  const length = slotCount(insns);
  const starts = [0, ...(options.functions ?? [])];
  const functions = starts.map(
    (start, i): FunctionInfo => ({ name: i === 0 ? 'entry' : `f${i}`, start, end: starts[i + 1] ?? length }),
  );
  return {
    name: options.name ?? 'test',
    section: options.section ?? 'xdp',
    type: options.type ?? 'xdp',
    insns,
    length,
    functions,
    license: options.license ?? 'GPL',
    lines: new Map(),
  };
}
