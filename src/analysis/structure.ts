/**
 * Structural validation (RFC 9669): what is wrong with a program whatever its registers hold. Registers and jumps are
 * checked here, calls and references in `structure_calls.ts`; the encoding was checked by `isa/decode.ts`.
 */
import { Stack } from '../abi/layout.js';
import { jumpTarget } from '../isa/insn.js';
import { FRAME_POINTER } from '../isa/table.js';
import type { FunctionInfo, Insn, Program } from '../model/program.js';
import { type Checked, errorAt, isHalf, slotsOf, type VerifyOptions } from './checked.js';
import { checkCall, checkReference } from './structure_calls.js';

/**
 * Checks all of a program's instructions.
 *
 * @throws {BeeswaxError} BEESWAX_E_NO_INSTRUCTIONS, BEESWAX_E_TOO_MANY_INSNS, BEESWAX_E_BAD_PROGRAM,
 * BEESWAX_E_FRAME_POINTER_WRITE, BEESWAX_E_STACK_BOUNDS, BEESWAX_E_JUMP_OUT_OF_PROGRAM,
 * BEESWAX_E_JUMP_OUT_OF_FUNCTION, BEESWAX_E_JUMP_INTO_LDDW, BEESWAX_E_FALL_THROUGH, and those of `checkCall` and `checkReference`.
 */
export function checkStructure(program: Program, options: VerifyOptions): Checked {
  const checked: Checked = { program, options, slots: slotsOf(program), addressTaken: new Set() };
  const { functions } = program;
  let index = 0;
  let fn = functions[0] as FunctionInfo;
  for (const insn of program.insns) {
    if (insn.pc >= fn.end) fn = functions[++index] as FunctionInfo;
    checkFramePointer(program, insn);
    checkStackAccess(program, insn);
    checkJump(checked, fn, insn);
    checkCall(checked, insn);
    checkReference(checked, insn);
    if (insn.pc + insn.op.slots === fn.end) checkEnd(program, fn, insn);
  }
  return checked;
}

/** r10 is read-only (RFC 9669 section 2.3): no column that says written may hold it. */
function checkFramePointer(program: Program, insn: Insn): void {
  const { op, dst, src } = insn;
  const written = (use: unknown, register: number) => (use === 'w' || use === 'rw') && register === FRAME_POINTER;
  if (written(op.dst, dst) || written(op.src, src)) {
    throw errorAt(program, insn, 'BEESWAX_E_FRAME_POINTER_WRITE', { insn: op.name, pc: insn.pc });
  }
}

/** What is read or written at a constant offset from r10 lies in the frame (linux/bpf.h MAX_BPF_STACK). */
function checkStackAccess(program: Program, insn: Insn): void {
  const { op, pc, off } = insn;
  if (op.off !== 'mem' || (op.dst === 'w' ? insn.src : insn.dst) !== FRAME_POINTER) return;
  const size = op.width / 8;
  if (off >= -Stack.FRAME_SIZE && off + size <= 0) return;
  throw errorAt(program, insn, 'BEESWAX_E_STACK_BOUNDS', { offset: off, size, pc });
}

function checkJump(checked: Checked, fn: FunctionInfo, insn: Insn): void {
  const { program } = checked;
  const target = jumpTarget(insn);
  if (target === undefined) return;
  const { pc } = insn;
  if (target < 0 || target >= program.length) {
    throw errorAt(program, insn, 'BEESWAX_E_JUMP_OUT_OF_PROGRAM', { pc, target, length: program.length });
  }
  if (target < fn.start || target >= fn.end) {
    throw errorAt(program, insn, 'BEESWAX_E_JUMP_OUT_OF_FUNCTION', { pc, target, function: fn.name });
  }
  if (isHalf(checked, target)) throw errorAt(program, insn, 'BEESWAX_E_JUMP_INTO_LDDW', { pc, target });
}

/** Control must not run past a function's last instruction: as in the kernel, it is `exit` or an unconditional jump. */
function checkEnd(program: Program, fn: FunctionInfo, insn: Insn): void {
  const { sem, name } = insn.op;
  if (sem === 'exit' || sem === 'ja') return;
  throw errorAt(program, insn, 'BEESWAX_E_FALL_THROUGH', { pc: insn.pc, function: fn.name, insn: name });
}
