/** Block parameters of 64 bits that only zero-extended 32-bit values come to are carried in 32 bits. */

import type { IrEdge, IrFunction, ValueId } from '../../model/ir.js';
import { blocksOf, edgesOf, valueAt } from '../ir_access.js';
import { Rewriter } from './rewriter.js';

const LOW = 0xffff_ffffn;

export function narrowParameters(fn: IrFunction): IrFunction {
  const arriving = new Map<ValueId, ValueId[]>();
  const edges: IrEdge[] = [...blocksOf(fn)].flatMap((block) => edgesOf(block.terminator));
  for (const edge of edges) {
    const parameters = fn.blocks[edge.target]?.parameters ?? [];
    parameters.forEach((parameter, index) => {
      const list = arriving.get(parameter) ?? [];
      list.push(edge.args[index] as ValueId);
      arriving.set(parameter, list);
    });
  }
  const narrow = narrowable(fn, arriving);
  if (narrow.size === 0) return fn;

  const r = new Rewriter(fn);
  const low = new Map<ValueId, ValueId>();
  for (const parameter of narrow) {
    const { pc, reg } = valueAt(fn, parameter);
    const id = fn.values.length;
    fn.values.push({ id, kind: 'block_parameter', type: 'i32', args: [], pc, reg });
    low.set(parameter, id);
  }
  for (const edge of edges) {
    const parameters = fn.blocks[edge.target]?.parameters ?? [];
    edge.args = edge.args.map((arg, index) => {
      if (!narrow.has(parameters[index] as ValueId)) return arg;
      const value = valueAt(fn, arg);
      if (value.kind === 'const') return r.constant('i32', value.value);
      return value.kind === 'unary' ? (value.args[0] as ValueId) : (low.get(arg) as ValueId);
    });
  }
  for (const block of blocksOf(fn)) {
    const wide = block.parameters.filter((parameter) => narrow.has(parameter));
    if (wide.length === 0) continue;
    // The wide value lives on under its number, as the extension of the new parameter.
    for (const id of wide) {
      const { pc, reg } = valueAt(fn, id);
      fn.values[id] = { id, kind: 'unary', type: 'i64', op: 'extend_u', args: [low.get(id) as ValueId], pc, reg };
    }
    block.parameters = block.parameters.map((parameter) => low.get(parameter) ?? parameter);
    block.values.unshift(...wide);
  }
  return r.finish();
}

/** The largest set of parameters that get nothing but zero-extended values and each other. */
function narrowable(fn: IrFunction, arriving: ReadonlyMap<ValueId, readonly ValueId[]>): Set<ValueId> {
  const narrow = new Set<ValueId>();
  const feeds = new Map<ValueId, ValueId[]>();
  const wide: ValueId[] = [];
  for (const [parameter, args] of arriving) {
    if (valueAt(fn, parameter).type !== 'i64') continue;
    narrow.add(parameter);
    for (const arg of args) {
      const value = valueAt(fn, arg);
      if (value.kind === 'block_parameter' && value.type === 'i64') {
        const list = feeds.get(arg) ?? [];
        list.push(parameter);
        feeds.set(arg, list);
      } else if (!isLow(fn, arg)) wide.push(parameter);
    }
  }
  for (let id = wide.pop(); id !== undefined; id = wide.pop()) {
    if (!narrow.delete(id)) continue;
    wide.push(...(feeds.get(id) ?? []));
  }
  return narrow;
}

function isLow(fn: IrFunction, id: ValueId): boolean {
  const value = valueAt(fn, id);
  if (value.kind === 'const') return value.value >= 0n && value.value <= LOW;
  return value.kind === 'unary' && value.op === 'extend_u';
}
