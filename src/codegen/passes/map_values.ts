/**
 * Accesses within a map's value need no guard where the lookup is known to have found one: behind the program's own
 * check for null, or with an index that is always in bounds. Values stay where they are while programs run.
 */
import { MAP_FLAGS, type MapTypeName } from '../../abi/map_types.js';
import type { AddressedProgram } from '../../analysis/addressed.js';
import { dominatorTree } from '../../analysis/dominators.js';
import type { BlockId, IrFunction, ValueId } from '../../model/ir.js';
import { blocksOf, constantOf, irGraph, isAccess, valueAt } from '../ir_access.js';
import { namedMap } from './array_lookups.js';
import { largest } from './bounds.js';

/** What a pointer that is not null points to. */
interface Target {
  readonly bytes: number;
  readonly writable: boolean;
}

/** Types whose lookups give the address of a value in the window; of others they may give that of a map. */
const WITH_VALUES: ReadonlySet<MapTypeName> = new Set<MapTypeName>([
  'hash',
  'lru_hash',
  'percpu_hash',
  'lru_percpu_hash',
  'lpm_trie',
  'array',
  'percpu_array',
]);

export function mapValues(fn: IrFunction, program: AddressedProgram): IrFunction {
  const graph = irGraph(fn);
  const dominators = dominatorTree(graph);
  /** Blocks from which on a pointer is not null. */
  const from = new Map<ValueId, BlockId[]>();
  for (const block of blocksOf(fn)) {
    const { terminator } = block;
    if (terminator.kind !== 'branch') continue;
    const condition = valueAt(fn, terminator.condition);
    if (condition.kind !== 'compare' || (condition.op !== 'eq' && condition.op !== 'ne')) continue;
    const [pointer, other] = condition.args as [ValueId, ValueId];
    if (constantOf(fn, other) !== 0n) continue;
    const { target } = condition.op === 'ne' ? terminator.taken : terminator.otherwise;
    // Only where no other way leads in does the check hold.
    if ((graph.predecessors[target] as readonly BlockId[]).length !== 1) continue;
    from.set(pointer, [...(from.get(pointer) ?? []), target]);
  }
  for (const block of blocksOf(fn)) {
    for (const id of block.values) {
      const access = valueAt(fn, id);
      if (!isAccess(access) || access.guard === 'none') continue;
      const [base] = access.args as [ValueId];
      const target = targetOf(fn, program, base);
      if (target === undefined || access.offset < 0 || access.offset + access.width / 8 > target.bytes) continue;
      if (access.kind !== 'load' && !target.writable) continue;
      const found = isNeverNull(fn, base) || (from.get(base) ?? []).some((at) => dominators.dominates(at, block.id));
      if (found) access.guard = 'none';
    }
  }
  return fn;
}

function targetOf(fn: IrFunction, program: AddressedProgram, id: ValueId): Target | undefined {
  const value = valueAt(fn, id);
  if (value.kind === 'element' || value.kind === 'array_lookup') {
    return { bytes: value.map.stride, writable: value.map.writable };
  }
  if (value.kind !== 'call_helper' || value.helper !== 'map_lookup_elem') return undefined;
  const map = namedMap(fn, program, value.args[0] as ValueId);
  if (map === undefined || !WITH_VALUES.has(map.type)) return undefined;
  return { bytes: map.valueSize, writable: (map.flags & MAP_FLAGS.BPF_F_RDONLY_PROG) === 0 };
}

function isNeverNull(fn: IrFunction, id: ValueId): boolean {
  const value = valueAt(fn, id);
  return value.kind === 'element' && largest(fn, value.args[0] as ValueId) < BigInt(value.map.maxEntries);
}
