/** Drops values and block parameters that nothing with an effect depends on, and loads that cannot trap. */

import type { IrFunction, IrValue, ValueId } from '../../model/ir.js';
import { blocksOf, edgesOf, isPure, valueAt } from '../ir_access.js';

/** Whether a value may go when nothing reads it. */
function isDroppable(value: IrValue): boolean {
  if (isPure(value) || value.kind === 'block_parameter') return true;
  if (value.kind === 'packet_length' || value.kind === 'range_check') return true;
  return (value.kind === 'load' || value.kind === 'array_lookup') && value.guard === 'none';
}

export function deadValues(fn: IrFunction): IrFunction {
  const alive = new Uint8Array(fn.values.length);
  const pending: ValueId[] = [];
  const need = (id: ValueId): void => {
    if (alive[id] === 1) return;
    alive[id] = 1;
    pending.push(id);
  };
  /** For each block parameter the values that edges bring for it. */
  const brought: (ValueId[] | undefined)[] = [];
  for (const block of blocksOf(fn)) {
    for (const id of block.values) if (!isDroppable(valueAt(fn, id))) need(id);
    const { terminator } = block;
    if (terminator.kind === 'branch') need(terminator.condition);
    if (terminator.kind === 'return') need(terminator.value);
    for (const edge of edgesOf(terminator)) {
      const { parameters } = fn.blocks[edge.target] as NonNullable<(typeof fn.blocks)[number]>;
      edge.args.forEach((arg, index) => {
        const parameter = parameters[index] as ValueId;
        brought[parameter] ??= [];
        (brought[parameter] as ValueId[]).push(arg);
      });
    }
  }
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    for (const arg of valueAt(fn, id).args) need(arg);
    for (const arg of brought[id] ?? []) need(arg);
  }
  // Edges first, as they go by the parameters as they were.
  for (const block of blocksOf(fn)) {
    for (const edge of edgesOf(block.terminator)) {
      const { parameters } = fn.blocks[edge.target] as NonNullable<(typeof fn.blocks)[number]>;
      edge.args = edge.args.filter((_, index) => alive[parameters[index] as ValueId] === 1);
    }
  }
  for (const block of blocksOf(fn)) {
    for (const id of [...block.parameters, ...block.values]) if (alive[id] === 0) fn.values[id] = undefined;
    block.parameters = block.parameters.filter((id) => alive[id] === 1);
    block.values = block.values.filter((id) => alive[id] === 1);
  }
  return fn;
}
