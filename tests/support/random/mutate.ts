/** Replaces some instructions of a program by random ones that are structurally valid in their place. */

import { Stack } from '../../../src/abi/layout.js';
import type { Random } from '../../../src/conformance/fuzz/random.js';
import { writesDst, writesSrc } from '../../../src/conformance/fuzz/rows.js';
import { makeInsn } from '../../../src/isa/insn.js';
import { FRAME_POINTER, OPS, type Op } from '../../../src/isa/table.js';
import type { FunctionInfo, Insn, Program } from '../../../src/model/program.js';

/** Rows that may stand anywhere: one slot, no call, no end of a function, nothing that XDP programs do not have. */
const REPLACEMENTS: readonly Op[] = OPS.filter(
  ({ slots, group, imm, sem }) =>
    slots === 1 &&
    group !== 'packet' &&
    group !== 'callx' &&
    imm !== 'helper' &&
    imm !== 'func' &&
    imm !== 'btf_id' &&
    sem !== 'exit',
);

/** The program with about one in `1 / rate` of its instructions replaced; calls, references and last instructions stay. */
export function mutate(program: Program, random: Random): Program {
  const rate = random.pick([0, 0.01, 0.03, 0.1]);
  const starts = new Set(program.insns.map(({ pc }) => pc));
  const insns = program.insns.map((insn): Insn => {
    const fn = program.functions.find(({ start, end }) => insn.pc >= start && insn.pc < end) as FunctionInfo;
    const fixed = insn.ref !== undefined || insn.op.slots === 2 || insn.pc + 1 === fn.end || isCall(insn.op);
    if (fixed || !random.chance(rate)) return insn;
    return replacement(insn.pc, fn, starts, random);
  });
  return { ...program, insns };
}

/** The program with constant offsets from r10 that leave the frame brought into it: those are refused at load. */
export function withinFrame(program: Program, random: Random): Program {
  const insns = program.insns.map((insn): Insn => {
    const { op, pc, dst, src, off, imm } = insn;
    const size = op.width / 8;
    if (op.off !== 'mem' || (op.dst === 'w' ? src : dst) !== FRAME_POINTER) return insn;
    if (off >= -Stack.FRAME_SIZE && off + size <= 0) return insn;
    return makeInsn(op, pc, { dst, src, off: random.between(-Stack.FRAME_SIZE, -size), imm });
  });
  return { ...program, insns };
}

function isCall({ sem }: Op): boolean {
  return sem.startsWith('call');
}

function replacement(pc: number, fn: FunctionInfo, starts: ReadonlySet<number>, random: Random): Insn {
  const op = random.pick(REPLACEMENTS);
  const register = (written: boolean): number => random.below(written ? FRAME_POINTER : FRAME_POINTER + 1);
  const jump = target(fn, starts, random) - pc - 1;
  const imm = Number(BigInt.asIntN(32, random.interesting()));
  return makeInsn(op, pc, {
    dst: register(writesDst(op)),
    src: register(writesSrc(op)),
    off: op.off === 'jump' ? jump : random.pick([0, random.between(-32, 32), (random.u32() << 16) >> 16]),
    imm: op.imm === 'jump' ? jump : imm,
  });
}

/** A slot of the function where an instruction starts. */
function target(fn: FunctionInfo, starts: ReadonlySet<number>, random: Random): number {
  for (;;) {
    const pc = random.between(fn.start, fn.end - 1);
    if (starts.has(pc)) return pc;
  }
}
