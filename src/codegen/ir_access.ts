/** Ways to walk the intermediate form that building, passes and emission share. */
import { Stack } from '../abi/layout.js';
import { type FlowGraph, flowGraph } from '../analysis/flow_graph.js';
import { FRAME_POINTER } from '../isa/table.js';
import type { AccessOp, IrBlock, IrEdge, IrFunction, IrValue, PureValue, Terminator, ValueId } from '../model/ir.js';

/** The value of a number; the number must be in use. */
export function valueAt(fn: IrFunction, id: ValueId): IrValue {
  return fn.values[id] as IrValue;
}

/** Whether a value depends on its operands alone and does nothing else. */
export function isPure(value: IrValue): value is PureValue {
  return (
    value.kind === 'const' ||
    value.kind === 'unary' ||
    value.kind === 'binary' ||
    value.kind === 'compare' ||
    value.kind === 'element'
  );
}

/** Whether it accesses memory at args[0] + offset under a guard. */
export function isAccess(value: IrValue): value is AccessOp {
  return (
    value.kind === 'load' || value.kind === 'store' || value.kind === 'atomic_rmw' || value.kind === 'atomic_cmpxchg'
  );
}

/** The edges out of a block, in order. */
export function edgesOf(terminator: Terminator): readonly IrEdge[] {
  if (terminator.kind === 'jump') return [terminator.edge];
  if (terminator.kind === 'branch') return [terminator.taken, terminator.otherwise];
  return [];
}

/** Whether [offset, offset + size) from r10 lies within the function's own frame. */
export function isInFrame(offset: number, size: number): boolean {
  return offset >= -Stack.FRAME_SIZE && offset + size <= 0;
}

/** The blocks that are there. */
export function* blocksOf(fn: IrFunction): Generator<IrBlock> {
  for (const block of fn.blocks) if (block !== undefined) yield block;
}

/** The function's flow graph; its nodes are the blocks' ids. */
export function irGraph(fn: IrFunction): FlowGraph {
  return flowGraph(
    fn.blocks.map((block) => (block === undefined ? [] : edgesOf(block.terminator).map((edge) => edge.target))),
  );
}

/** Calls `visit` for each operand in the function, those of edges and terminators included. */
export function forEachUse(fn: IrFunction, visit: (id: ValueId) => void): void {
  for (const block of blocksOf(fn)) {
    for (const id of block.values) for (const arg of valueAt(fn, id).args) visit(arg);
    const { terminator } = block;
    if (terminator.kind === 'branch') visit(terminator.condition);
    if (terminator.kind === 'return') visit(terminator.value);
    for (const edge of edgesOf(terminator)) for (const arg of edge.args) visit(arg);
  }
}

/** Replaces operands throughout the function: each `id` by `replacement(id)`. */
export function replaceUses(fn: IrFunction, replacement: (id: ValueId) => ValueId): void {
  for (const block of blocksOf(fn)) {
    for (const id of block.values) {
      const { args } = valueAt(fn, id);
      for (let i = 0; i < args.length; i++) args[i] = replacement(args[i] as ValueId);
    }
    const { terminator } = block;
    if (terminator.kind === 'branch') terminator.condition = replacement(terminator.condition);
    if (terminator.kind === 'return') terminator.value = replacement(terminator.value);
    for (const edge of edgesOf(terminator)) edge.args = edge.args.map(replacement);
  }
}

/** The number that a value always is, if it is a constant. */
export function constantOf(fn: IrFunction, id: ValueId): bigint | undefined {
  const value = valueAt(fn, id);
  return value.kind === 'const' ? value.value : undefined;
}

/** Whether a value is the function's own r10. */
export function isFramePointer(fn: IrFunction, id: ValueId): boolean {
  const value = valueAt(fn, id);
  return value.kind === 'parameter' && value.register === FRAME_POINTER;
}
