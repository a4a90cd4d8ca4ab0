/**
 * A function of the intermediate form as a Wasm function: turns the flat steps of its structure into nested
 * expressions, and edges into moves between locals.
 */
import type { BlockId, EffectOp, IrBlock, IrEdge, IrFunction, IrType, Terminator, ValueId } from '../model/ir.js';
import { BeeswaxError } from '../util/errors.js';
import { EmitContext, type EmitOptions } from './emit_context.js';
import { emitEffect } from './emit_effects.js';
import { emitValue } from './emit_value.js';
import { isPure } from './ir_access.js';
import { allocateLocals } from './locals.js';
import { FUNCTION_SIGNATURE, PROGRAM_SIGNATURE } from './runtime_imports.js';
import { schedule } from './schedule.js';
import { type Step, structure } from './structure.js';
import type { Expr, WasmModule } from './wasm.js';

/** Locals that V8 takes are 50,000. */
const MAX_LOCALS = 20_000;

export function emitFunction(wasm: WasmModule, fn: IrFunction, options: EmitOptions): void {
  const steps = structure(fn);
  const scheduled = schedule(fn);
  const locals = allocateLocals(fn, scheduled);
  if (locals.types.length > MAX_LOCALS) {
    throw new BeeswaxError('BEESWAX_E_COMPILE_LIMIT', { what: 'locals', limit: MAX_LOCALS });
  }
  const context = new EmitContext(wasm, fn, locals, scheduled, options);
  const body = new BodyEmitter(context).emit(steps);
  const signature = fn.kind === 'program' ? PROGRAM_SIGNATURE : FUNCTION_SIGNATURE;
  wasm.addFunction(fn.name, signature, context.localTypes, body);
}

/** A construct whose end has not come yet. */
interface Open {
  readonly children: Expr[];
  readonly close: (children: readonly Expr[]) => Expr;
}

class BodyEmitter {
  readonly #c: EmitContext;
  readonly #open: Open[] = [];
  /** Local that holds the index of the next case, in a function with a dispatch. */
  #state = -1;

  constructor(context: EmitContext) {
    this.#c = context;
  }

  emit(steps: readonly Step[]): Expr {
    const { wasm } = this.#c;
    this.#begin((children) => wasm.block(null, children));
    this.#push(...this.#c.prologue());
    for (const step of steps) this.#step(step);
    const [whole] = this.#open as [Open];
    // Every way through ends in a return; this tells Wasm so.
    whole.children.push(wasm.unreachable());
    return whole.close(whole.children);
  }

  #step(step: Step): void {
    const { wasm } = this.#c;
    switch (step.kind) {
      case 'block':
        this.#begin((children) => wasm.block(blockLabel(step.label), children));
        return;
      case 'loop':
        this.#begin((children) => wasm.loop(loopLabel(step.label), wasm.block(null, children)));
        return;
      case 'if': {
        const condition = this.#condition(step.block, step.negated);
        this.#begin((children) => wasm.if(condition, wasm.block(null, children)));
        return;
      }
      case 'end': {
        const { children, close } = this.#open.pop() as Open;
        this.#push(close(children));
        return;
      }
      case 'body':
        this.#body(this.#blockOf(step.block));
        return;
      case 'edge':
        this.#push(...this.#edge(step.edge));
        if (step.branch === 'block') this.#push(wasm.br(blockLabel(step.edge.target)));
        if (step.branch === 'loop') this.#push(wasm.br(loopLabel(step.edge.target)));
        return;
      case 'return': {
        const { terminator } = this.#blockOf(step.block);
        const { value } = terminator as Extract<Terminator, { kind: 'return' }>;
        this.#push(...this.#c.writeFuel(), wasm.return(this.#c.expr(value)));
        return;
      }
      case 'dispatch':
        this.#dispatch(step.cases);
        return;
      case 'redispatch':
        this.#push(wasm.set(this.#state, wasm.i32(step.case)), wasm.br(DISPATCH));
        return;
    }
  }

  #dispatch(cases: readonly BlockId[]): void {
    const { wasm } = this.#c;
    this.#state = this.#c.addLocal('i32');
    this.#begin((children) => wasm.loop(DISPATCH, wasm.block(null, children)));
    for (let i = cases.length - 1; i >= 0; i--) {
      this.#begin((children) => wasm.block(blockLabel(cases[i] as BlockId), children));
    }
    this.#push(wasm.brTable(cases.map(blockLabel), wasm.get(this.#state, 'i32')));
  }

  #body(block: IrBlock): void {
    const c = this.#c;
    for (const id of block.values) {
      if (c.isInline(id)) continue;
      const value = c.value(id);
      if (!isPure(value)) this.#push(...emitEffect(c, value as EffectOp));
      else if (c.localOf(id) !== -1) this.#push(c.wasm.set(c.localOf(id), emitValue(c, value)));
    }
  }

  #condition(id: BlockId, negated: boolean): Expr {
    const { terminator } = this.#blockOf(id);
    const { condition } = terminator as Extract<Terminator, { kind: 'branch' }>;
    const value = this.#c.expr(condition);
    return negated ? this.#c.wasm.unary('i32.eqz', value) : value;
  }

  /** Fuel, then all arguments to the target's parameters at once. */
  #edge({ target, args, burn, pc }: IrEdge): Expr[] {
    const c = this.#c;
    const { wasm } = c;
    const result = burn > 0 ? c.burn(burn, pc) : [];
    const { parameters } = this.#blockOf(target);
    /** Moves still to be made, with the locals that each reads. */
    let pending = parameters
      .map((parameter, i) => ({ to: c.localOf(parameter), from: args[i] as ValueId }))
      .filter(({ to, from }) => to !== -1 && (c.isInline(from) || c.localOf(from) !== to))
      .map((move) => ({ ...move, reads: this.#reads(move.from) }));
    while (pending.length > 0) {
      const ready = pending.find((move) => !pending.some((other) => other !== move && other.reads.has(move.to)));
      const next = ready ?? (pending[0] as (typeof pending)[number]);
      if (ready === undefined) {
        // All wait for one another: one local's old value is kept aside for who still reads it.
        const type = c.value(next.from).type as IrType;
        const kept = c.temporary(`kept${next.to}`, type);
        result.push(wasm.set(kept, wasm.get(next.to, type)));
        c.readInstead(next.to, kept);
        for (const move of pending) move.reads.delete(next.to);
      }
      result.push(wasm.set(next.to, c.expr(next.from)));
      pending = pending.filter((move) => move !== next);
    }
    c.readAsBefore();
    return result;
  }

  /** Locals that a value's expression reads. */
  #reads(id: ValueId): Set<number> {
    const c = this.#c;
    const locals = new Set<number>();
    const pending = [id];
    for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
      if (c.isInline(at)) pending.push(...c.value(at).args);
      else locals.add(c.localOf(at));
    }
    return locals;
  }

  #blockOf(id: BlockId): IrBlock {
    return this.#c.fn.blocks[id] as IrBlock;
  }

  #begin(close: Open['close']): void {
    this.#open.push({ children: [], close });
  }

  #push(...expressions: Expr[]): void {
    const top = this.#open[this.#open.length - 1] as Open;
    for (const expression of expressions) top.children.push(expression);
  }
}

const DISPATCH = 'dispatch';
const blockLabel = (id: BlockId): string => `b${id}`;
const loopLabel = (id: BlockId): string => `l${id}`;
