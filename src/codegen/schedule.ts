/**
 * Which values are computed where they are used, as part of an expression, and which are held in a Wasm local: constants
 * always, and values without effects that have one use, in their own block, where the use reads its operand once.
 */
import type { IrFunction, IrValue, ValueId } from '../model/ir.js';
import { blocksOf, edgesOf, forEachUse, isPure, valueAt } from './ir_access.js';

/** Depth of expressions: binaryen recurses on them. */
const MAX_DEPTH = 24;

export interface Schedule {
  /** 1 for a value that is computed at its use. */
  readonly inline: Uint8Array;
  /** Number of operands, terminators and edges that name the value. */
  readonly uses: Int32Array;
}

/** Whether emission reads operand `index` exactly once, so that it need not be in a local. */
function readsOnce(fn: IrFunction, value: IrValue, index: number): boolean {
  switch (value.kind) {
    case 'unary':
      return value.op !== 'bswap16' && value.op !== 'bswap32';
    case 'binary': {
      if (value.op !== 'div_u' && value.op !== 'div_s' && value.op !== 'rem_u' && value.op !== 'rem_s') return true;
      return valueAt(fn, value.args[1] as ValueId).kind === 'const';
    }
    case 'element':
      return false;
    case 'load':
      return value.guard === 'none' && !value.atomic;
    case 'store':
      return index === 1 ? !value.atomic : value.guard === 'none' && !value.atomic;
    case 'atomic_rmw':
    case 'atomic_cmpxchg':
    case 'array_lookup':
      return false;
    default:
      return true;
  }
}

export function schedule(fn: IrFunction): Schedule {
  const uses = new Int32Array(fn.values.length);
  forEachUse(fn, (id) => {
    uses[id] = (uses[id] as number) + 1;
  });
  const inline = new Uint8Array(fn.values.length);
  const depth = new Uint8Array(fn.values.length);
  const home = new Int32Array(fn.values.length).fill(-1);
  for (const block of blocksOf(fn)) {
    for (const id of block.values) home[id] = block.id;
  }
  const offer = (id: ValueId, block: number): void => {
    if (uses[id] === 1 && home[id] === block && isPure(valueAt(fn, id))) inline[id] = 1;
  };
  for (const block of blocksOf(fn)) {
    for (const id of block.values) {
      const value = valueAt(fn, id);
      if (value.kind === 'const') {
        inline[id] = 1;
        continue;
      }
      let deepest = 0;
      value.args.forEach((arg, index) => {
        if (readsOnce(fn, value, index) && (depth[arg] as number) < MAX_DEPTH) offer(arg, block.id);
        if (inline[arg] === 1) deepest = Math.max(deepest, (depth[arg] as number) + 1);
      });
      depth[id] = deepest;
    }
    const { terminator } = block;
    if (terminator.kind === 'branch') offer(terminator.condition, block.id);
    if (terminator.kind === 'return') offer(terminator.value, block.id);
    for (const edge of edgesOf(terminator)) for (const arg of edge.args) offer(arg, block.id);
  }
  return { inline, uses };
}
