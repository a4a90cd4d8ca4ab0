/**
 * The reference model: executes a program by the text of RFC 9669, in BigInts, slot by slot. It shares nothing with
 * the back ends and is meant to be read beside the text, not to be fast.
 */
import type { Answer } from '../types.js';
import {
  ALU,
  ATOMIC,
  CLASS,
  classOf,
  codeOf,
  isRegisterForm,
  isWide,
  JMP,
  MODE,
  modeOf,
  readSlots,
  type Slot,
  sizeOf,
  targetOf,
  WIDE,
} from './encoding.js';
import * as int from './integers.js';
import { INPUT_BASE, Memory, Stopped } from './memory.js';
import { calleeOf, KNOWN_HELPERS, type Layout, validate } from './validate.js';

/** Instructions after which a run counts as endless. */
const MAX_STEPS = 1 << 20;
/** `may_goto` jumps when it was met this often: it must end a loop at some time, and does not say when. */
const MAY_GOTO_BUDGET = 4096;
/** Addresses of functions: no memory lies there. */
const CODE_BASE = 0x4000_0000_0000n;

/** By the code of section 4.1; division and remainder have a signed form, told by off. */
const ARITHMETIC: readonly (int.Binary | undefined)[] = [
  int.add, // 0x0
  int.sub,
  int.mul,
  int.div,
  int.or, // 0x4
  int.and,
  int.lsh,
  int.rsh,
  undefined, // 0x8 NEG
  int.mod,
  int.xor,
  int.mov,
  int.arsh, // 0xc
];

/** By the code of section 4.3. */
const CONDITIONS: readonly (int.Test | undefined)[] = [
  undefined, // 0x0 JA
  int.equal,
  int.above,
  int.aboveOrEqual,
  int.anyBit, // 0x4
  int.notEqual,
  int.greater,
  int.greaterOrEqual,
  undefined, // 0x8 CALL
  undefined, // 0x9 EXIT
  int.below,
  int.belowOrEqual,
  int.less, // 0xc
  int.lessOrEqual,
];

/** What a fault that is seeded on purpose changes in the model: see `../mutation/`. */
export interface Interference {
  /** The program as the faulty model reads it. */
  read(program: Uint8Array): Uint8Array;
  /**
   * Executes an instruction: `next` is the slot behind it, `registers` may be changed, `execute` does what the model
   * does for a slot. Gives the pc that follows, or undefined at the end.
   */
  step(
    slot: Slot,
    next: Slot | undefined,
    pc: number,
    registers: bigint[],
    execute: (slot: Slot) => number | undefined,
  ): number | undefined;
}

/**
 * What a conforming engine answers: 'rejected' with the class of the fault, 'stopped' where the run leaves its memory,
 * its call depth or does not end, or r0 and the memory afterwards.
 */
export function runReference(program: Uint8Array, memory?: Uint8Array, interference?: Interference): Answer {
  const slots = readSlots(interference === undefined ? program : interference.read(program));
  const validity = validate(slots, program.length);
  if ('reason' in validity) return { kind: 'rejected', reason: `${validity.reason} at insn ${validity.pc}` };
  const machine = new Machine(slots, validity, memory ?? new Uint8Array(0), interference);
  try {
    const r0 = machine.run();
    return memory === undefined ? { kind: 'value', r0 } : { kind: 'value', r0, memory: machine.memory.input };
  } catch (thrown) {
    if (thrown instanceof Stopped) return { kind: 'stopped', reason: thrown.message };
    throw thrown;
  }
}

interface Frame {
  readonly returnTo: number;
  /** r6 to r10 of the caller. */
  readonly saved: readonly bigint[];
}

class Machine {
  readonly memory: Memory;
  readonly #slots: readonly Slot[];
  readonly #functions: Layout['functions'];
  readonly #r: bigint[] = new Array<bigint>(11).fill(0n);
  readonly #frames: Frame[] = [];
  #mayGoto = 0;
  readonly #interference: Interference | undefined;

  constructor(slots: readonly Slot[], layout: Layout, input: Uint8Array, interference?: Interference) {
    this.#slots = slots;
    this.#interference = interference;
    this.#functions = layout.functions;
    this.memory = new Memory(input);
  }

  run(): bigint {
    const r = this.#r;
    if (this.memory.input.length > 0) {
      r[1] = INPUT_BASE;
      r[2] = BigInt(this.memory.input.length);
    }
    r[10] = this.memory.enter(0);
    let pc = 0;
    for (let step = 0; step < MAX_STEPS; step++) {
      const next = this.#next(pc);
      if (next === undefined) return r[0] as bigint;
      pc = next;
    }
    throw new Stopped(`no end within ${MAX_STEPS} instructions`);
  }

  #next(pc: number): number | undefined {
    const slot = this.#slots[pc] as Slot;
    const interference = this.#interference;
    if (interference === undefined) return this.#step(slot, pc);
    return interference.step(slot, this.#slots[pc + 1], pc, this.#r, (changed) => this.#step(changed, pc));
  }

  /** Executes one instruction; the pc that follows, or undefined at the end of the program. */
  #step(slot: Slot, pc: number): number | undefined {
    switch (classOf(slot)) {
      case CLASS.ALU:
      case CLASS.ALU64:
        this.#arithmetic(slot);
        return pc + 1;
      case CLASS.JMP:
      case CLASS.JMP32:
        return this.#jump(slot, pc);
      case CLASS.LD:
        return isWide(slot) ? this.#wide(slot, pc) : this.#packetLoad(slot, pc);
      case CLASS.LDX:
        this.#load(slot);
        return pc + 1;
      default:
        this.#store(slot);
        return pc + 1;
    }
  }

  /** Sections 4.1 and 4.2. */
  #arithmetic(slot: Slot): void {
    const { dst, off, imm } = slot;
    const bits = classOf(slot) === CLASS.ALU64 ? 64 : 32;
    const code = codeOf(slot);
    const a = int.wrap(this.#r[dst] as bigint, bits);
    if (code === ALU.END) {
      this.#r[dst] = this.#byteOrder(slot, this.#r[dst] as bigint, imm);
      return;
    }
    if (code === ALU.NEG) {
      this.#r[dst] = int.negate(a, bits);
      return;
    }
    const b = this.#operand(slot, bits);
    if (code === ALU.MOV && off !== 0) this.#r[dst] = int.extend(b, off, bits);
    else if (code === ALU.DIV && off === 1) this.#r[dst] = int.sdiv(a, b, bits);
    else if (code === ALU.MOD && off === 1) this.#r[dst] = int.smod(a, b, bits);
    else this.#r[dst] = (ARITHMETIC[code] as int.Binary)(a, b, bits);
  }

  /** Section 4.2: ALU64 swaps always, ALU to little (K) or big (X) endian of a little-endian machine; upper bits go. */
  #byteOrder(slot: Slot, value: bigint, width: number): bigint {
    const swaps = classOf(slot) === CLASS.ALU64 || isRegisterForm(slot);
    return swaps ? int.swapBytes(value, width) : int.wrap(value, width);
  }

  /** The second operand: a register, or imm sign-extended to the width (section 4). */
  #operand(slot: Slot, bits: number): bigint {
    return int.wrap(isRegisterForm(slot) ? (this.#r[slot.src] as bigint) : BigInt(slot.imm), bits);
  }

  /** Section 4.3. */
  #jump(slot: Slot, pc: number): number | undefined {
    const code = codeOf(slot);
    const target = targetOf(slot, pc);
    if (code === JMP.CALL) return this.#call(slot, pc);
    if (code === JMP.EXIT) return this.#exit();
    if (code === JMP.JA) return target;
    if (code === JMP.JCOND) return ++this.#mayGoto > MAY_GOTO_BUDGET ? target : pc + 1;
    const bits = classOf(slot) === CLASS.JMP ? 64 : 32;
    const a = int.wrap(this.#r[slot.dst] as bigint, bits);
    return (CONDITIONS[code] as int.Test)(a, this.#operand(slot, bits), bits) ? target : pc + 1;
  }

  /** Sections 4.3.1 and 4.3.2. */
  #call(slot: Slot, pc: number): number {
    if (!isRegisterForm(slot)) {
      const target = calleeOf(slot, pc);
      return target === undefined ? this.#helper(pc) : this.#enter(target, pc);
    }
    const value = this.#r[slot.imm !== 0 ? slot.imm : slot.dst] as bigint;
    const target = Number(value - CODE_BASE);
    if (this.#functions.has(target)) return this.#enter(target, pc);
    if (KNOWN_HELPERS.has(Number(value))) return this.#helper(pc);
    throw new Stopped(`call of 0x${value.toString(16)}, which is no function`);
  }

  #helper(pc: number): number {
    this.#r.fill(0n, 0, 6);
    return pc + 1;
  }

  /** Arguments pass in r1 to r5; the callee has a frame of its own (sections 2.3 and 4.3.2). */
  #enter(target: number, pc: number): number {
    const top = this.memory.enter(this.#frames.length + 1);
    this.#frames.push({ returnTo: pc + 1, saved: this.#r.slice(6) });
    this.#r[0] = 0n;
    this.#r.fill(0n, 6);
    this.#r[10] = top;
    return target;
  }

  #exit(): number | undefined {
    const frame = this.#frames.pop();
    if (frame === undefined) return undefined;
    this.memory.leave();
    this.#r.splice(6, 5, ...frame.saved);
    this.#r.fill(0n, 1, 6);
    return frame.returnTo;
  }

  /** Section 5.4. */
  #wide(slot: Slot, pc: number): number {
    const next = this.#slots[pc + 1] as Slot;
    const low = BigInt(slot.imm >>> 0);
    this.#r[slot.dst] =
      slot.src === WIDE.CODE ? CODE_BASE + BigInt(pc + 1 + slot.imm) : low | (BigInt(next.imm >>> 0) << 32n);
    return pc + 2;
  }

  /** Section 5.5: big-endian bytes of the packet; past its end the program ends with 0. */
  #packetLoad(slot: Slot, pc: number): number | undefined {
    const size = sizeOf(slot);
    const base = modeOf(slot) === MODE.IND ? int.signed(this.#r[slot.src] as bigint, 32) : 0n;
    const offset = int.signed(base + BigInt(slot.imm), 32);
    this.#r.fill(0n, 1, 6);
    if (offset < 0n || offset + BigInt(size) > BigInt(this.memory.input.length)) {
      this.#r[0] = 0n;
      return undefined;
    }
    this.#r[0] = int.swapBytes(this.memory.read(INPUT_BASE + offset, size), 8 * size);
    return pc + 1;
  }

  /** Sections 5.1 and 5.2. */
  #load(slot: Slot): void {
    const size = sizeOf(slot);
    const value = this.memory.read(this.#address(slot.src, slot.off), size);
    this.#r[slot.dst] = modeOf(slot) === MODE.MEMSX ? int.extend(value, 8 * size, 64) : value;
  }

  /** Sections 5.1 and 5.3. */
  #store(slot: Slot): void {
    const size = sizeOf(slot);
    if (classOf(slot) === CLASS.ST) this.memory.write(this.#address(slot.dst, slot.off), size, BigInt(slot.imm));
    else if (modeOf(slot) === MODE.ATOMIC) this.#atomic(slot, size);
    else this.memory.write(this.#address(slot.dst, slot.off), size, this.#r[slot.src] as bigint);
  }

  #address(register: number, off: number): bigint {
    return int.wrap((this.#r[register] as bigint) + BigInt(off), 64);
  }

  #atomic({ dst, src, off, imm }: Slot, size: 1 | 2 | 4 | 8): void {
    const bits = 8 * size;
    if (imm === ATOMIC.LOAD_ACQUIRE) {
      this.#r[dst] = this.memory.read(this.#address(src, off), size);
      return;
    }
    const address = this.#address(dst, off);
    const operand = int.wrap(this.#r[src] as bigint, bits);
    if (imm === ATOMIC.STORE_RELEASE) {
      this.memory.write(address, size, operand);
      return;
    }
    const old = this.memory.read(address, size);
    if (imm === ATOMIC.CMPXCHG) {
      if (old === int.wrap(this.#r[0] as bigint, bits)) this.memory.write(address, size, operand);
      else this.memory.write(address, size, old);
      this.#r[0] = old;
      return;
    }
    if (imm === ATOMIC.XCHG) this.memory.write(address, size, operand);
    else this.memory.write(address, size, combine(imm & ~ATOMIC.FETCH)(old, operand, bits));
    if ((imm & ATOMIC.FETCH) !== 0) this.#r[src] = old;
  }
}

/** The simple atomic operations of section 5.3. */
function combine(operation: number): int.Binary {
  if (operation === ATOMIC.ADD) return int.add;
  if (operation === ATOMIC.OR) return int.or;
  return operation === ATOMIC.AND ? int.and : int.xor;
}
