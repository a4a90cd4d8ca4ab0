/** Values that are computed again from the same operands, where the first is known to be there, are one. */
import { dominatorTree } from '../../analysis/dominators.js';
import type { IrFunction, IrValue, ValueId } from '../../model/ir.js';
import { irGraph, isPure } from '../ir_access.js';
import { Rewriter } from './rewriter.js';

function keyOf(value: IrValue): string | undefined {
  if (!isPure(value) || value.kind === 'const') return undefined;
  if (value.kind === 'element') return `element ${value.map.record} ${value.args[0]}`;
  return `${value.kind} ${value.op} ${value.type} ${value.args.join(' ')}`;
}

export function numberValues(fn: IrFunction): IrFunction {
  const r = new Rewriter(fn);
  const dominators = dominatorTree(irGraph(fn));
  const known = new Map<string, ValueId>();
  /** Blocks to enter, and, as a list, keys to forget when leaving one. */
  const pending: (number | string[])[] = [0];
  for (let task = pending.pop(); task !== undefined; task = pending.pop()) {
    if (typeof task !== 'number') {
      for (const key of task) known.delete(key);
      continue;
    }
    const block = fn.blocks[task];
    if (block === undefined) continue;
    const added: string[] = [];
    r.block(block, (value) => {
      if (value.kind === 'const' && value.type !== 'none') return r.constant(value.type, value.value);
      const key = keyOf(value);
      if (key === undefined) return value.id;
      const first = known.get(key);
      if (first !== undefined) return first;
      known.set(key, value.id);
      added.push(key);
      return value.id;
    });
    pending.push(added, ...(dominators.children[task] as readonly number[]));
  }
  return r.finish();
}
