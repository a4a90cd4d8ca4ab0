/**
 * Writes the body of one random function as statements: each leaves all scalar registers initialised, so that any
 * statement may follow any other. What calls something is for who makes the writer to add.
 */
import type { Operands } from '../../isa/insn.js';
import type { Op } from '../../isa/table.js';
import type { Emitter, Label } from './emitter.js';
import { REG, type Scope, type Session, type StackArea } from './frame.js';
import type { Random } from './random.js';
import {
  ALU,
  ATOMICS,
  CONDITIONAL,
  GOTO,
  isDivision,
  isShift,
  LOAD_ACQUIRE,
  LOADS,
  STORE_RELEASE,
  STORES,
} from './rows.js';

/** A statement and how often it is chosen. */
export type Weighted = readonly [weight: number, write: (scope: Scope) => void];

const MAX_DEPTH = 4;

export interface WriterOptions {
  /** Registers that hold scalars wherever a statement starts. */
  readonly scalars: readonly number[];
  /** Number of this function in the order of writing: it calls only later ones. */
  readonly index: number;
  /** Statements that may be written. */
  readonly budget: number;
}

export class Writer {
  readonly emit: Emitter;
  readonly random: Random;
  readonly scalars: readonly number[];
  readonly index: number;
  #budget: number;

  constructor(
    readonly session: Session,
    readonly area: StackArea,
    { scalars, index, budget }: WriterOptions,
  ) {
    this.emit = session.emitter;
    this.random = session.random;
    this.scalars = scalars;
    this.index = index;
    this.#budget = budget;
  }

  /** Whether this is the program's entry, the function that runs first. */
  get isEntry(): boolean {
    return this.index === 0;
  }

  /** Statements that may still be written. */
  get remaining(): number {
    return this.#budget;
  }

  /** Statements one after the other, at most `count`. */
  block(scope: Scope, count: number): void {
    for (let i = 0; i < count && this.#budget > 0; i++) {
      this.#budget--;
      this.random.weighted(this.#statements(scope))(scope);
    }
  }

  scalar(): number {
    return this.random.pick(this.scalars);
  }

  /** A register to read: sometimes the loop's counter. */
  readable(scope: Scope): number {
    return scope.inLoop && this.random.chance(0.15) ? REG.COUNTER : this.scalar();
  }

  imm(): number {
    return Number(BigInt.asIntN(32, this.random.interesting()));
  }

  /** Gives a register a constant. */
  constant(dst: number): void {
    if (this.random.chance(0.3)) this.emit.emit('lddw', { dst, imm64: this.random.interesting() });
    else this.emit.emit('mov64_imm', { dst, imm: this.imm() });
  }

  /** Stores a number in each word of the area. */
  initialiseArea(): void {
    const { at, size } = this.area;
    for (let off = at; off < at + size; off += 8) this.emit.emit('st64', { dst: REG.FP, off, imm: this.imm() });
  }

  /** Folds registers and the area into r0. */
  digest(registers: readonly number[]): void {
    const fold = (src: number): void => {
      this.emit.emit('mul64_imm', { dst: 0, imm: 0x01000193 });
      this.emit.emit('xor64_reg', { dst: 0, src });
    };
    for (const src of registers) fold(src);
    for (let off = this.area.at; off < this.area.at + this.area.size; off += 8) {
      this.emit.emit('ldx64', { dst: 1, src: REG.FP, off });
      fold(1);
    }
  }

  /** Puts the address of a place in the frame into a register. */
  stackAddress(dst: number, offset: number): void {
    this.emit.emit('mov64_reg', { dst, src: REG.FP });
    this.emit.emit('add64_imm', { dst, imm: offset });
  }

  /** Offset from r10 of `size` bytes in the area, aligned to `size`. */
  inArea(size: number): number {
    const { at, size: room } = this.area;
    return at + size * this.random.below(Math.floor(room / size));
  }

  /** Statements beside those written here, where r7 points to nothing. */
  protected others(): readonly Weighted[] {
    return [];
  }

  #statements(scope: Scope): readonly Weighted[] {
    const nests = scope.depth < MAX_DEPTH;
    const list: Weighted[] = [
      [42, (s) => this.#alu(s)],
      [3, () => this.constant(this.scalar())],
      [9, (s) => this.#access(s, REG.FP, this.area.at, this.area.size, { atomics: true, aligned: true })],
      [3, () => this.#variableStack()],
    ];
    if (nests) list.push([8, (s) => this.#branch(s)], [6, (s) => this.#branchElse(s)]);
    if (nests && !scope.inLoop) list.push([5, (s) => this.#loop(s)]);
    if (scope.base === undefined) list.push(...this.others());
    else {
      const { size, kind } = scope.base;
      list.push([40, (s) => this.#access(s, REG.BASE, 0, size, { atomics: kind === 'map', aligned: false })]);
      if (kind === 'map') list.push([6, (s) => this.#variableBase(s, size)]);
    }
    if (this.session.strays) list.push([1, (s) => this.#strayAccess(s)]);
    return list;
  }

  #alu(scope: Scope): void {
    const op = this.random.pick(ALU);
    const { wild } = this.session;
    let imm = this.imm();
    if (isShift(op) && !(wild && this.random.chance(0.3))) imm = this.random.below(op.width);
    if (isDivision(op) && imm === 0 && !wild) imm = 7;
    this.emit.emit(op, { dst: this.scalar(), src: this.readable(scope), imm });
  }

  /** One access of [base + low, base + low + size). */
  #access(scope: Scope, base: number, low: number, size: number, can: { atomics: boolean; aligned: boolean }): void {
    const [kind, ops] = this.random.weighted([
      [10, ['load', LOADS] as const],
      [10, ['store', STORES] as const],
      [can.atomics ? 8 : 0, ['atomic', ATOMICS] as const],
      [can.atomics ? 2 : 0, ['load', LOAD_ACQUIRE] as const],
      [can.atomics ? 2 : 0, ['store', STORE_RELEASE] as const],
    ]);
    const op = this.random.pick(ops.filter(({ width }) => width / 8 <= size));
    const bytes = op.width / 8;
    // Atomics must be aligned everywhere, the stack for all accesses.
    const plain = (kind === 'load' || kind === 'store') && op.group.startsWith('base');
    const step = can.aligned || !plain ? bytes : 1;
    const off = low + step * this.random.below(Math.floor((size - bytes) / step) + 1);
    this.emit.emit(op, accessOperands(kind, base, off, this.scalar(), this.readable(scope), this.imm(), op));
  }

  /** An access of the stack at an offset that only a register knows. */
  #variableStack(): void {
    const op = this.random.pick([...LOADS, ...STORES]);
    const bytes = op.width / 8;
    const { at, size } = this.area;
    const mask = (size - 1) & ~(bytes - 1);
    if (this.isEntry && this.random.chance(0.5)) {
      this.#masked(mask);
      this.emit.emit('add64_reg', { dst: REG.POINTER, src: REG.FP });
    } else {
      // Added the other way round, Linux 6.18's verifier takes the pointer for one of the entry's frame.
      const offset = this.scalar();
      this.emit.emit('and64_imm', { dst: offset, imm: mask });
      this.emit.emit('mov64_reg', { dst: REG.POINTER, src: REG.FP });
      this.emit.emit('add64_reg', { dst: REG.POINTER, src: offset });
    }
    const kind = LOADS.includes(op) ? 'load' : 'store';
    this.emit.emit(op, accessOperands(kind, REG.POINTER, at, this.scalar(), this.scalar(), this.imm(), op));
  }

  /** An access through r7 plus a masked scalar. */
  #variableBase(scope: Scope, size: number): void {
    const op = this.random.pick([...LOADS, ...STORES]);
    const room = 2 ** Math.floor(Math.log2(size));
    this.#masked(room / 2 - 1);
    this.emit.emit('add64_reg', { dst: REG.POINTER, src: REG.BASE });
    const off = this.random.between(0, size - room / 2 + 1 - op.width / 8);
    const kind = LOADS.includes(op) ? 'load' : 'store';
    const operands = accessOperands(
      kind,
      REG.POINTER,
      Math.max(0, off),
      this.scalar(),
      this.readable(scope),
      this.imm(),
      op,
    );
    this.emit.emit(op, operands);
  }

  /** Puts a masked scalar into r8. */
  #masked(mask: number): void {
    this.emit.emit('mov64_reg', { dst: REG.POINTER, src: this.scalar() });
    this.emit.emit('and64_imm', { dst: REG.POINTER, imm: mask });
  }

  /** A conditional jump of any kind to a label, taken or not. */
  jumpSomehow(scope: Scope, target: Label): void {
    const op = this.random.pick(CONDITIONAL);
    const dst = this.readable(scope);
    this.emit.to(op, target, { dst, src: this.scalar(), imm: this.imm() });
  }

  #branch(scope: Scope): void {
    const end = this.emit.label();
    this.jumpSomehow(scope, end);
    this.block({ ...scope, depth: scope.depth + 1 }, this.random.between(1, 4));
    this.emit.place(end);
  }

  #branchElse(scope: Scope): void {
    const otherwise = this.emit.label();
    const end = this.emit.label();
    this.jumpSomehow(scope, otherwise);
    this.block({ ...scope, depth: scope.depth + 1 }, this.random.between(1, 3));
    this.emit.to(this.random.pick(GOTO), end);
    this.emit.place(otherwise);
    this.block({ ...scope, depth: scope.depth + 1 }, this.random.between(1, 3));
    this.emit.place(end);
  }

  /** A loop over r9: tested at the bottom or at the top, with early exits, or entered in its middle as well. */
  #loop(scope: Scope): void {
    const inside = { ...scope, inLoop: true, depth: scope.depth + 1 };
    const count = this.random.between(1, 8);
    this.random.weighted<() => void>([
      [5, () => this.#countDown(inside, count, false)],
      [2, () => this.#countDown(inside, count, true)],
      [5, () => this.#countUp(inside, count)],
    ])();
  }

  #countDown(scope: Scope, count: number, middleEntry: boolean): void {
    const [head, middle] = [this.emit.label(), this.emit.label()];
    this.emit.emit('mov64_imm', { dst: REG.COUNTER, imm: count });
    if (middleEntry) this.jumpSomehow(scope, middle);
    this.emit.place(head);
    this.block(scope, this.random.between(1, 3));
    this.emit.place(middle);
    this.block(scope, this.random.between(0, 2));
    this.emit.emit('add64_imm', { dst: REG.COUNTER, imm: -1 });
    this.emit.to(this.random.pick(['jne64_imm', 'jsgt64_imm', 'jgt32_imm']), head, { dst: REG.COUNTER, imm: 0 });
  }

  #countUp(scope: Scope, count: number): void {
    const [head, end, next] = [this.emit.label(), this.emit.label(), this.emit.label()];
    this.emit.emit('mov32_imm', { dst: REG.COUNTER, imm: 0 });
    this.emit.place(head);
    this.emit.to(this.random.pick(['jge64_imm', 'jsge32_imm', 'jeq64_imm']), end, { dst: REG.COUNTER, imm: count });
    if (this.random.chance(0.1)) this.emit.to('may_goto', end);
    this.block(scope, this.random.between(1, 3));
    if (this.random.chance(0.4)) this.jumpSomehow(scope, end);
    if (this.random.chance(0.4)) this.jumpSomehow(scope, next);
    this.block(scope, this.random.between(0, 2));
    this.emit.place(next);
    this.emit.emit('add64_imm', { dst: REG.COUNTER, imm: 1 });
    this.emit.to(this.random.pick(GOTO), head);
    this.emit.place(end);
  }

  /** An access through whatever a register holds. */
  #strayAccess(scope: Scope): void {
    const op = this.random.pick([...LOADS, ...STORES, ...ATOMICS, ...LOAD_ACQUIRE, ...STORE_RELEASE]);
    const base = this.random.pick([REG.FP, REG.CTX, REG.BASE, REG.POINTER, this.scalar()]);
    const off = this.random.pick([this.random.between(-560, 16), this.random.between(0, 24), this.imm() & 0x7fff]);
    const kind = op.dst === 'w' ? 'load' : 'store';
    this.emit.emit(op, accessOperands(kind, base, off, this.scalar(), this.readable(scope), this.imm(), op));
  }
}

/** Operands of a memory instruction: loads have their address in src, all others in dst. */
function accessOperands(
  kind: 'load' | 'store' | 'atomic',
  base: number,
  off: number,
  written: number,
  read: number,
  imm: number,
  op: Op,
): Operands {
  if (kind === 'load') return { dst: written, src: base, off };
  // A fetching atomic writes its source register, which must then be one of the scalars.
  return { dst: base, src: op.src === 'rw' ? written : read, off, imm };
}
