/**
 * What passes that rewrite values share: replacements that are resolved as they are read, new values in the block that
 * is being rewritten, and one constant per number for the whole function.
 */

import type { BinaryOp, CompareOp, IrBlock, IrFunction, IrType, IrValue, UnaryOp, ValueId } from '../../model/ir.js';
import { replaceUses, valueAt } from '../ir_access.js';
import type { NewValue } from '../ir_builder.js';
import { signed } from './evaluate.js';

export class Rewriter {
  readonly fn: IrFunction;
  /** Values of the block so far, as it will be. */
  #written: ValueId[] = [];
  readonly #replaced: ValueId[] = [];
  readonly #constants = new Map<string, ValueId>();
  /** Origin that new values take over: the value that is being rewritten. */
  #origin: Pick<IrValue, 'pc' | 'reg'> = { pc: 0, reg: -1 };

  constructor(fn: IrFunction) {
    this.fn = fn;
  }

  /** What stands for a value now. */
  resolve(id: ValueId): ValueId {
    let at = id;
    for (let next = this.#replaced[at]; next !== undefined; next = this.#replaced[at]) at = next;
    if (at !== id) this.#replaced[id] = at;
    return at;
  }

  value(id: ValueId): IrValue {
    return valueAt(this.fn, this.resolve(id));
  }

  constantOf(id: ValueId): bigint | undefined {
    const value = this.value(id);
    return value.kind === 'const' ? value.value : undefined;
  }

  replace(id: ValueId, by: ValueId): void {
    const to = this.resolve(by);
    if (to === id) return;
    this.#replaced[id] = to;
  }

  /**
   * Rewrites a block's values in order: `rewrite` gets each with its operands up to date, and returns what stands for
   * it from here on: itself, or another value (which it may have made).
   */
  block(block: IrBlock, rewrite: (value: IrValue) => ValueId): void {
    const before = block.values;
    this.#written = [];
    for (const id of before) {
      const value = valueAt(this.fn, id);
      for (let i = 0; i < value.args.length; i++) value.args[i] = this.resolve(value.args[i] as ValueId);
      this.#origin = value;
      const result = rewrite(value);
      if (result === id) this.#written.push(id);
      else {
        this.replace(id, result);
        const stands = valueAt(this.fn, result);
        if (stands.reg === -1) stands.reg = value.reg;
      }
    }
    block.values = this.#written;
  }

  /** Ends the pass: all operands read what stands for them, and constants get their place. */
  finish(): IrFunction {
    replaceUses(this.fn, (id) => this.resolve(id));
    const entry = this.fn.blocks[0] as IrBlock;
    entry.values = [...this.#constants.values(), ...entry.values];
    return this.fn;
  }

  constant(type: IrType, value: bigint): ValueId {
    const canonical = signed(type, value);
    const key = `${type}:${canonical}`;
    let id = this.#constants.get(key);
    if (id === undefined) {
      id = this.#make({ kind: 'const', type, args: [], value: canonical });
      this.#constants.set(key, id);
    }
    return id;
  }

  unary(type: IrType, op: UnaryOp, operand: ValueId): ValueId {
    return this.append({ kind: 'unary', type, op, args: [operand] });
  }

  binary(type: IrType, op: BinaryOp, left: ValueId, right: ValueId): ValueId {
    return this.append({ kind: 'binary', type, op, args: [left, right] });
  }

  compare(op: CompareOp, left: ValueId, right: ValueId): ValueId {
    return this.append({ kind: 'compare', type: 'i32', op, args: [left, right] });
  }

  /** A new value, before the one that is being rewritten. */
  append(value: NewValue): ValueId {
    const id = this.#make(value);
    this.#written.push(id);
    return id;
  }

  #make(value: NewValue): ValueId {
    const id = this.fn.values.length;
    this.fn.values.push({ ...value, id, pc: this.#origin.pc, reg: -1 } as IrValue);
    return id;
  }
}
