/** Block parameters that every edge brings the same value for (or their own) are that value. */

import type { BlockId, IrEdge, IrFunction, ValueId } from '../../model/ir.js';
import { blocksOf, edgesOf, irGraph } from '../ir_access.js';
import { Rewriter } from './rewriter.js';

export function trivialParameters(fn: IrFunction): IrFunction {
  const r = new Rewriter(fn);
  const incoming: IrEdge[][] = fn.blocks.map(() => []);
  /** Blocks that an edge brings a parameter to: looked at again when that parameter is replaced. */
  const usedBy = new Map<ValueId, Set<BlockId>>();
  for (const block of blocksOf(fn)) {
    for (const edge of edgesOf(block.terminator)) {
      (incoming[edge.target] as IrEdge[]).push(edge);
      for (const arg of edge.args) {
        const targets = usedBy.get(arg) ?? new Set();
        usedBy.set(arg, targets.add(edge.target));
      }
    }
  }
  // Forward, so that a chain of parameters collapses from its start and sets of users stay small.
  const pending = irGraph(fn).order.filter((id) => (fn.blocks[id]?.parameters.length ?? 0) > 0);
  const waiting = new Set(pending);
  for (let next = 0; next < pending.length; next++) {
    const id = pending[next] as BlockId;
    waiting.delete(id);
    const block = fn.blocks[id];
    if (block === undefined) continue;
    const edges = incoming[id] as IrEdge[];
    const kept: number[] = [];
    block.parameters.forEach((parameter, index) => {
      let only: ValueId | undefined;
      let varies = false;
      for (const edge of edges) {
        const arg = sameConstant(r, edge.args[index] as ValueId);
        if (arg === parameter || arg === only) continue;
        if (only === undefined) only = arg;
        else varies = true;
      }
      if (varies || only === undefined) {
        kept.push(index);
        return;
      }
      r.replace(parameter, only);
      const again = usedBy.get(parameter) ?? [];
      const into = usedBy.get(only) ?? new Set();
      for (const target of again) {
        into.add(target);
        if (waiting.has(target)) continue;
        waiting.add(target);
        pending.push(target);
      }
      usedBy.set(only, into);
    });
    if (kept.length === block.parameters.length) continue;
    block.parameters = kept.map((index) => block.parameters[index] as ValueId);
    for (const edge of edges) edge.args = kept.map((index) => edge.args[index] as ValueId);
  }
  return r.finish();
}

/** What stands for a value; constants of one number are one. */
function sameConstant(r: Rewriter, id: ValueId): ValueId {
  const value = r.value(id);
  return value.kind === 'const' && value.type !== 'none' ? r.constant(value.type, value.value) : value.id;
}
