/** Branches that always go one way become jumps; blocks that nothing reaches go. */

import type { IrFunction } from '../../model/ir.js';
import { blocksOf, constantOf, irGraph } from '../ir_access.js';

export function constantBranches(fn: IrFunction): IrFunction {
  for (const block of blocksOf(fn)) {
    const { terminator } = block;
    if (terminator.kind !== 'branch') continue;
    const known = constantOf(fn, terminator.condition);
    if (known === undefined) continue;
    block.terminator = { kind: 'jump', edge: known !== 0n ? terminator.taken : terminator.otherwise };
  }
  const { position } = irGraph(fn);
  const entry = fn.blocks[0];
  for (const block of blocksOf(fn)) {
    if (position[block.id] !== -1) continue;
    // Constants may be used anywhere: they move to a block that stays.
    entry?.values.unshift(...block.values.filter((id) => fn.values[id]?.kind === 'const'));
    fn.blocks[block.id] = undefined;
  }
  return fn;
}
