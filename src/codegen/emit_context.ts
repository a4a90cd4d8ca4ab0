/**
 * What the emission of one function shares: its values' expressions and locals, the locals that hold fuel and the
 * packet's bounds, and words of the worker block. Expressions of values are in `emit_value.ts`.
 */

import { Stack, Trap, Worker } from '../abi/layout.js';
import type { MemoryBounds } from '../analysis/addressed.js';
import type { IrFunction, IrType, IrValue, ValueId } from '../model/ir.js';
import { emitValue } from './emit_value.js';
import { blocksOf, edgesOf, isAccess, isFramePointer, isInFrame, valueAt } from './ir_access.js';
import type { Locals } from './locals.js';
import { RUNTIME } from './runtime_imports.js';
import type { Schedule } from './schedule.js';
import type { Expr, WasmModule } from './wasm.js';

/** What emission needs to know of the program around the function. */
export interface EmitOptions {
  readonly bounds: MemoryBounds;
  /** Index of the program's record. */
  readonly program: number;
  /** Name of the Wasm function of each BPF function, by entry slot. */
  readonly callees: ReadonlyMap<number, string>;
  /** A local call may return with another program running, as one of its functions has a tail call or call by register. */
  readonly callsChangeProgram: boolean;
}

/** Sizes in bytes that the worker block has limits for; others are computed from the first. */
const LIMITS: ReadonlyMap<number, number> = new Map<number, number>([
  [1, Worker.PACKET_LIMIT1],
  [2, Worker.PACKET_LIMIT2],
  [4, Worker.PACKET_LIMIT4],
  [8, Worker.PACKET_LIMIT8],
]);

export class EmitContext {
  readonly wasm: WasmModule;
  readonly fn: IrFunction;
  readonly options: EmitOptions;
  /** Locals of the function; grows by those that emission needs. */
  readonly #locals: Locals;
  readonly #schedule: Schedule;
  /** Locals read instead of others, while the moves of an edge are under way. */
  readonly #instead = new Map<number, number>();
  readonly #fuel: number | undefined;
  /** Address of the frame's lowest byte, an i32. */
  readonly #frame: number | undefined;
  readonly #packetLow: number | undefined;
  readonly #packetLimits = new Map<number, number>();
  readonly #temporaries = new Map<string, number>();

  constructor(wasm: WasmModule, fn: IrFunction, locals: Locals, schedule: Schedule, options: EmitOptions) {
    this.wasm = wasm;
    this.fn = fn;
    this.options = options;
    this.#locals = locals;
    this.#schedule = schedule;
    const needs = wants(fn);
    if (needs.fuel) this.#fuel = this.addLocal('i64');
    if (needs.frame) this.#frame = this.addLocal('i32');
    if (needs.packet.size > 0) this.#packetLow = this.addLocal('i64');
    for (const size of needs.packet) this.#packetLimits.set(size, this.addLocal('i64'));
  }

  /** Types of the locals that are not parameters. */
  get localTypes(): readonly IrType[] {
    return this.#locals.types.slice(this.fn.parameters.length);
  }

  addLocal(type: IrType): number {
    return this.#locals.types.push(type) - 1;
  }

  /** A local for the course of one instruction; the same for the same name and type. */
  temporary(name: string, type: IrType): number {
    const key = `${name}:${type}`;
    const known = this.#temporaries.get(key) ?? this.addLocal(type);
    this.#temporaries.set(key, known);
    return known;
  }

  value(id: ValueId): IrValue {
    return valueAt(this.fn, id);
  }

  /** The local of a value, −1 if nothing reads it. */
  localOf(id: ValueId): number {
    return this.#locals.of[id] as number;
  }

  isInline(id: ValueId): boolean {
    return this.#schedule.inline[id] === 1;
  }

  /** A value as an expression: read from its local, or computed here. */
  expr(id: ValueId): Expr {
    const value = this.value(id);
    if (this.isInline(id)) return emitValue(this, value);
    const local = this.localOf(id);
    return this.wasm.get(this.#instead.get(local) ?? local, value.type as IrType);
  }

  /** Until `readAsBefore`, reads of a local go to another that has its old value. */
  readInstead(local: number, other: number): void {
    this.#instead.set(local, other);
  }

  readAsBefore(): void {
    this.#instead.clear();
  }

  /** Sets the local of a value, or computes it for its effects alone. */
  assign(id: ValueId, result: Expr): Expr {
    const local = this.localOf(id);
    return local === -1 ? this.wasm.drop(result) : this.wasm.set(local, result);
  }

  // Words of the worker block

  loadWorker(type: IrType, offset: number): Expr {
    return this.wasm.load(type, type === 'i64' ? 64 : 32, false, this.wasm.worker(), offset);
  }

  storeWorker(width: 32 | 64, offset: number, value: Expr): Expr {
    return this.wasm.store(width, this.wasm.worker(), offset, value);
  }

  // Traps

  returnZero(): Expr {
    return this.wasm.return(this.wasm.i64(0n));
  }

  /** Records a trap and returns. */
  trap(code: Trap, pc: number, value: Expr): Expr {
    const { wasm } = this;
    const call = wasm.callRuntime('trap', RUNTIME.trap, [wasm.i32(code), wasm.i32(pc), value]);
    return wasm.block(null, [call, this.returnZero()]);
  }

  /** After a call: returns if the run has trapped; a trap without a place gets this one. */
  returnIfTrapped(pc: number): Expr {
    const { wasm } = this;
    const place = wasm.callRuntime('trap_at', RUNTIME.trap_at, [wasm.i32(pc)]);
    return wasm.if(this.loadWorker('i32', Worker.TRAP_CODE), wasm.block(null, [place, this.returnZero()]));
  }

  // Fuel: in a local where the function loops, in the worker block between functions

  get hasFuelLocal(): boolean {
    return this.#fuel !== undefined;
  }

  fuel(): Expr {
    return this.#fuel === undefined ? this.loadWorker('i64', Worker.FUEL) : this.wasm.get(this.#fuel, 'i64');
  }

  burn(amount: number, pc: number): Expr[] {
    const { wasm } = this;
    const local = this.#fuel ?? this.temporary('fuel', 'i64');
    return [
      wasm.set(local, wasm.binary('i64', 'sub', this.fuel(), wasm.i64(BigInt(amount)))),
      ...(this.#fuel === undefined ? [this.storeWorker(64, Worker.FUEL, wasm.get(local, 'i64'))] : []),
      wasm.if(wasm.binary('i64', 'lt_s', wasm.get(local, 'i64'), wasm.i64(0n)), this.trap(Trap.FUEL, pc, wasm.i64(0n))),
    ];
  }

  /** Before what burns or looks at the run's fuel, and before returning. */
  writeFuel(): Expr[] {
    return this.#fuel === undefined ? [] : [this.storeWorker(64, Worker.FUEL, this.wasm.get(this.#fuel, 'i64'))];
  }

  readFuel(): Expr[] {
    return this.#fuel === undefined ? [] : [this.wasm.set(this.#fuel, this.loadWorker('i64', Worker.FUEL))];
  }

  // The frame and the packet

  /** Address of the frame's lowest byte, where no guard is needed: accesses add 512 to their offset from r10. */
  frame(): Expr {
    return this.wasm.get(this.#frame as number, 'i32');
  }

  packetLow(): Expr {
    return this.wasm.get(this.#packetLow as number, 'i64');
  }

  /** How many addresses from `packetLow` on `size` bytes may start at. */
  packetLimit(size: number): Expr {
    return this.wasm.get(this.#packetLimits.get(size) as number, 'i64');
  }

  /** At entry, and after what may have moved the packet. */
  readPacket(): Expr[] {
    if (this.#packetLow === undefined) return [];
    return [
      this.wasm.set(this.#packetLow, this.loadWorker('i64', Worker.PACKET_LO)),
      ...[...this.#packetLimits].flatMap(([size, local]) => this.#readLimit(size, local)),
    ];
  }

  #readLimit(size: number, local: number): Expr[] {
    const { wasm } = this;
    const stored = LIMITS.get(size);
    if (stored !== undefined) return [wasm.set(local, this.loadWorker('i64', stored))];
    const room = wasm.binary('i64', 'sub', this.loadWorker('i64', Worker.PACKET_LIMIT1), wasm.i64(BigInt(size - 1)));
    const get = (): Expr => wasm.get(local, 'i64');
    const some = wasm.binary('i64', 'gt_s', get(), wasm.i64(0n));
    return [wasm.set(local, room), wasm.set(local, wasm.select(some, get(), wasm.i64(0n)))];
  }

  /** What stands before the first block. */
  prologue(): Expr[] {
    const { wasm } = this;
    const framePointer = this.fn.parameters.length - 1;
    const low = wasm.unary('i32.wrap_i64', wasm.get(framePointer, 'i64'));
    return [
      ...this.readFuel(),
      ...this.readPacket(),
      ...(this.#frame === undefined
        ? []
        : [wasm.set(this.#frame, wasm.binary('i32', 'sub', low, wasm.i32(Stack.FRAME_SIZE)))]),
    ];
  }
}

/** Whether an address lies at a constant offset from the frame's start. */
export function startsInFrame(fn: IrFunction, base: ValueId, offset: number): boolean {
  return isFramePointer(fn, base) && isInFrame(offset, 0);
}

/** Which of the locals that emission adds a function needs. */
function wants(fn: IrFunction): { fuel: boolean; frame: boolean; packet: Set<number> } {
  const packet = new Set<number>();
  let fuel = false;
  let frame = false;
  for (const block of blocksOf(fn)) {
    for (const edge of edgesOf(block.terminator)) if (edge.burn > 0) fuel = true;
    for (const id of block.values) {
      const value = valueAt(fn, id);
      if (value.kind === 'fuel_low') fuel = true;
      if (value.kind === 'zero_frame') frame = true;
      if (value.kind === 'range_check' && value.region === 'packet') packet.add(value.bytes);
      if (!isAccess(value) && value.kind !== 'array_lookup') continue;
      if (value.guard === 'packet' && isAccess(value)) packet.add(value.width / 8);
      if (startsInFrame(fn, value.args[0] as ValueId, value.offset)) frame = true;
    }
  }
  return { fuel, frame, packet };
}
