/**
 * How much of its 512-byte frame a function can name: what both back ends must zero at its entry, so that no program
 * reads what another left there. Follows constants added to r10 through the code in a few passes; gives up with the
 * whole frame where a stack address goes somewhere that it does not follow.
 */
import { type HelperRow, helperName, helperRow } from '../abi/helpers.js';
import { Stack } from '../abi/layout.js';
import { jumpTarget } from '../isa/insn.js';
import { FRAME_POINTER, REGISTER_COUNT } from '../isa/table.js';
import type { FunctionInfo, Insn, Program } from '../model/program.js';

/** A register that holds no stack address; otherwise it holds the lowest offset from r10 that it may have. */
const NONE = 0x7fff;

/** Registers that a call leaves undefined or sets: r0 to r5 (RFC 9669 section 2.3). */
const CLOBBERED = 6;

/** Passes over a function before its loops count as never settling. */
const MAX_PASSES = 6;

type Registers = Int16Array;

/** Bytes below r10 that `fn` can name, a multiple of 8, at most 512. Linear in its length. */
export function stackUse(program: Program, fn: FunctionInfo): number {
  const lowest = new Walk(program, fn).run();
  return lowest === undefined ? Stack.FRAME_SIZE : Math.min(Stack.FRAME_SIZE, (-lowest + 7) & ~7);
}

/** Index of the instruction at slot `pc`. */
function indexOf(insns: readonly Insn[], pc: number): number {
  let low = 0;
  let high = insns.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((insns[middle] as Insn).pc < pc) low = middle + 1;
    else high = middle;
  }
  return low;
}

class Walk {
  /** Registers at the current instruction; undefined where control does not arrive. */
  private registers: Registers | undefined;
  /** Registers at targets of forward jumps: joined over the jumps that this pass has met. */
  private readonly ahead = new Map<number, Registers>();
  /** Registers at targets of backward jumps, joined over all passes. */
  private readonly loopHeads = new Map<number, Registers>();
  /** Lowest offset named so far. */
  private lowest = 0;
  private escaped = false;
  /** A backward jump carried something new to its target, which this pass had already left. */
  private again = false;

  constructor(
    private readonly program: Program,
    private readonly fn: FunctionInfo,
  ) {}

  /** The lowest offset that is named, or undefined when a stack address escaped. */
  run(): number | undefined {
    for (let pass = 0; pass < MAX_PASSES && !this.escaped; pass++) {
      this.again = false;
      this.pass();
      if (!this.again) return this.escaped ? undefined : this.lowest;
    }
    return undefined;
  }

  private pass(): void {
    const { insns } = this.program;
    this.ahead.clear();
    this.registers = new Int16Array(REGISTER_COUNT).fill(NONE);
    this.registers[FRAME_POINTER] = 0;
    for (let i = indexOf(insns, this.fn.start); i < insns.length && !this.escaped; i++) {
      const insn = insns[i] as Insn;
      if (insn.pc >= this.fn.end) return;
      this.enter(insn.pc);
      if (this.registers !== undefined) this.step(insn, this.registers);
    }
  }

  private enter(pc: number): void {
    for (const arriving of [this.ahead.get(pc), this.loopHeads.get(pc)]) {
      if (arriving === undefined) continue;
      this.registers = this.registers === undefined ? arriving.slice() : join(this.registers, arriving);
    }
  }

  private step(insn: Insn, registers: Registers): void {
    const { op, dst, src, imm } = insn;
    if (op.off === 'mem') this.access(insn, registers);
    else if (op.imm === 'helper' || op.imm === 'func' || op.imm === 'btf_id' || op.sem === 'callx') {
      this.call(insn, registers);
    } else if (op.sem === 'exit') {
      if (registers[0] !== NONE) this.escaped = true;
      this.registers = undefined;
    } else if (op.sem === 'mov' && op.src === 'r') registers[dst] = registers[src] as number;
    else if ((op.sem === 'add' || op.sem === 'sub') && op.imm === 'val' && registers[dst] !== NONE) {
      this.move(registers, dst, op.sem === 'add' ? imm : -imm);
    } else if (op.dst === 'w' || op.dst === 'rw') {
      if (registers[dst] !== NONE && op.dst === 'rw') this.escaped = true;
      if (op.src === 'r' && registers[src] !== NONE) this.escaped = true;
      registers[dst] = NONE;
    } else if (op.group === 'packet') {
      registers.fill(NONE, 0, CLOBBERED);
    }
    const target = jumpTarget(insn);
    if (target !== undefined) this.jump(insn.pc, target, registers);
    if (op.sem === 'ja') this.registers = undefined;
  }

  /** Adds a constant to a stack address. */
  private move(registers: Registers, register: number, by: number): void {
    const offset = (registers[register] as number) + by;
    if (offset < -Stack.FRAME_SIZE || offset > Stack.FRAME_SIZE) this.escaped = true;
    else {
      registers[register] = offset;
      this.name(offset);
    }
  }

  private name(offset: number): void {
    if (offset < this.lowest) this.lowest = offset;
  }

  /** Loads, stores and atomics: the address is src of those that write dst, else dst. */
  private access({ op, dst, src, off }: Insn, registers: Registers): void {
    const loads = op.dst === 'w';
    const base = registers[loads ? src : dst] as number;
    if (base !== NONE) this.name(base + off);
    if (loads) registers[dst] = NONE;
    else if (op.src === 'r' || op.src === 'rw') {
      if (registers[src] !== NONE) this.escaped = true;
    }
    if (op.sem === 'atomic_cmpxchg') {
      if (registers[0] !== NONE) this.escaped = true;
      registers[0] = NONE;
    }
  }

  /** A helper reaches up from an address that it is given; a function of the program may reach down too. */
  private call({ op, imm }: Insn, registers: Registers): void {
    const name = op.imm === 'helper' ? helperName(imm) : undefined;
    const row: HelperRow | undefined = name === undefined ? undefined : helperRow(name);
    if (row === undefined || row.callsBack === true) {
      for (let register = 1; register < CLOBBERED; register++) {
        if (registers[register] !== NONE) this.escaped = true;
      }
    }
    registers.fill(NONE, 0, CLOBBERED);
  }

  private jump(pc: number, target: number, registers: Registers): void {
    const targets = target > pc ? this.ahead : this.loopHeads;
    const there = targets.get(target);
    const joined = there === undefined ? registers.slice() : join(there, registers);
    if (target <= pc && (there === undefined || joined.some((offset, i) => offset !== there[i]))) this.again = true;
    targets.set(target, joined);
  }
}

/** What holds where two paths meet: a register may hold either, so the lower. */
function join(a: Registers, b: Registers): Registers {
  return a.map((offset, register) => Math.min(offset, b[register] as number));
}
