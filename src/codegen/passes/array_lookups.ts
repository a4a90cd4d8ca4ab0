/** Lookups in array maps that the program names become bound check and arithmetic in place of a call. */
import { MAP_FLAGS } from '../../abi/map_types.js';
import type { AddressedMap, AddressedProgram } from '../../analysis/addressed.js';
import type { ArrayMap, IrFunction, ValueId } from '../../model/ir.js';
import { blocksOf, constantOf, isFramePointer, isInFrame, valueAt } from '../ir_access.js';
import { Rewriter } from './rewriter.js';

/** A map whose lookup is arithmetic, as the runtime's is; undefined for others. */
function arrayMap(map: AddressedMap): ArrayMap | undefined {
  const { name, type, record, maxEntries, values, stride, cpuStride, flags } = map;
  if (values === 0 || (flags & MAP_FLAGS.BPF_F_WRONLY_PROG) !== 0) return undefined;
  const writable = (flags & MAP_FLAGS.BPF_F_RDONLY_PROG) === 0;
  if (type === 'array') return { name, type, record, maxEntries, values, stride, cpuStride: 0, writable };
  if (type === 'percpu_array') return { name, type, record, maxEntries, values, stride, cpuStride, writable };
  return undefined;
}

/** The map that a lookup's first argument is, if the program names it there. */
export function namedMap(fn: IrFunction, { maps }: AddressedProgram, handle: ValueId): AddressedMap | undefined {
  return maps.get(Number(constantOf(fn, handle) ?? -1n));
}

export function arrayLookups(fn: IrFunction, program: AddressedProgram): IrFunction {
  for (const block of blocksOf(fn)) {
    for (const id of block.values) {
      const value = valueAt(fn, id);
      if (value.kind !== 'call_helper' || value.helper !== 'map_lookup_elem') continue;
      const [handle, key] = value.args as [ValueId, ValueId];
      const named = namedMap(fn, program, handle);
      const map = named === undefined ? undefined : arrayMap(named);
      if (map === undefined) continue;
      const { type, pc, reg } = value;
      fn.values[id] = { id, kind: 'array_lookup', type, pc, reg, args: [key], offset: 0, guard: 'user', map };
    }
  }
  return fn;
}

/** A key on the frame is a plain load, whose value other passes may know; what remains is arithmetic. */
export function splitLookups(fn: IrFunction): IrFunction {
  const r = new Rewriter(fn);
  for (const block of blocksOf(fn)) {
    r.block(block, (value) => {
      if (value.kind !== 'array_lookup') return value.id;
      const [key] = value.args as [ValueId];
      if (!isFramePointer(fn, key) || !isInFrame(value.offset, 4)) return value.id;
      const { offset, map } = value;
      const index = r.append({
        kind: 'load',
        type: 'i32',
        args: [key],
        offset,
        width: 32,
        guard: 'none',
        signed: false,
        atomic: false,
      });
      return r.append({ kind: 'element', type: 'i64', args: [index], map });
    });
  }
  return r.finish();
}
