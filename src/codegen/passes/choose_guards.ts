/**
 * Which compare stands before each access: none where its bytes are accessible whatever happens (constant offsets
 * within the frame, constant addresses within the window), otherwise the region that its pointer probably comes from.
 * A wrong guess costs a call, never safety.
 */
import { type ContextField, PROGRAM_TYPES, type ProgramTypeRow } from '../../abi/program_types.js';
import type { AddressedProgram, MemoryBounds } from '../../analysis/addressed.js';
import { FRAME_POINTER } from '../../isa/table.js';
import type { Guard, IrFunction, IrValue, ValueId } from '../../model/ir.js';
import { blocksOf, constantOf, edgesOf, isAccess, isFramePointer, isInFrame, valueAt } from '../ir_access.js';

/** Where a value points to, as far as it is one: `none` for numbers and what is not known. */
type Origin = 'none' | 'frame' | 'context' | 'packet' | 'user';

export function chooseGuards(fn: IrFunction, program: AddressedProgram, bounds: MemoryBounds): IrFunction {
  const origins = originsOf(fn, program);
  for (const block of blocksOf(fn)) {
    for (const id of block.values) {
      const value = valueAt(fn, id);
      if (isAccess(value)) {
        const writes = value.kind !== 'load';
        value.guard = guardOf(fn, origins, bounds, value.args[0] as ValueId, value.offset, value.width / 8, writes);
      } else if (value.kind === 'array_lookup') {
        const guard = guardOf(fn, origins, bounds, value.args[0] as ValueId, value.offset, 4, false);
        value.guard = guard === 'none' ? 'none' : 'user';
      }
    }
  }
  return fn;
}

function guardOf(
  fn: IrFunction,
  origins: ReadonlyMap<ValueId, Origin>,
  { roBase, rwBase, userEnd }: MemoryBounds,
  base: ValueId,
  offset: number,
  size: number,
  writes: boolean,
): Guard {
  if (isFramePointer(fn, base) && isInFrame(offset, size)) return 'none';
  const constant = constantOf(fn, base);
  if (constant !== undefined) {
    const address = BigInt.asUintN(64, constant + BigInt(offset));
    if (address >= BigInt(writes ? rwBase : roBase) && address + BigInt(size) <= BigInt(userEnd)) return 'none';
  }
  return origins.get(base) === 'packet' ? 'packet' : 'user';
}

/** Origins of all values, from their operands to a fixed point; what meets another origin is none. */
function originsOf(fn: IrFunction, { verified }: AddressedProgram): Map<ValueId, Origin> {
  const type: ProgramTypeRow = PROGRAM_TYPES[verified.program.type];
  const fields = Object.values(type.context ?? {});
  const origins = new Map<ValueId, Origin>();
  /** What the frame's words hold, by offset from r10. */
  const spilled = new Map<number, Origin>();
  let changed = true;
  const note = <K>(map: Map<K, Origin>, key: K, origin: Origin): void => {
    const before = map.get(key);
    if (origin === 'none' && before === undefined) return;
    const after = before === undefined || before === origin ? origin : 'none';
    if (after === before) return;
    map.set(key, after);
    changed = true;
  };
  for (const id of fn.parameters) {
    const { register } = valueAt(fn, id) as Extract<IrValue, { kind: 'parameter' }>;
    if (register === FRAME_POINTER) origins.set(id, 'frame');
    else if (register === 1 && fn.kind === 'program') origins.set(id, type.r1 === 'packet' ? 'packet' : 'context');
  }
  const of = (value: IrValue): Origin => originOf(value, origins, spilled, fields);
  // Each round carries origins once around the loops; pointers rarely cross more than a few.
  for (let round = 0; changed && round < MAX_ROUNDS; round++) {
    changed = false;
    for (const block of blocksOf(fn)) {
      for (const id of block.values) {
        const value = valueAt(fn, id);
        if (value.kind === 'store' && value.width === 64 && isFramePointer(fn, value.args[0] as ValueId)) {
          note(spilled, value.offset, origins.get(value.args[1] as ValueId) ?? 'none');
        }
        const origin = of(value);
        if (origin !== 'none') note(origins, id, origin);
      }
      for (const edge of edgesOf(block.terminator)) {
        const { parameters } = fn.blocks[edge.target] as NonNullable<(typeof fn.blocks)[number]>;
        edge.args.forEach((arg, index) => {
          note(origins, parameters[index] as ValueId, origins.get(arg) ?? 'none');
        });
      }
    }
  }
  return origins;
}

const MAX_ROUNDS = 8;

function originOf(
  value: IrValue,
  origins: ReadonlyMap<ValueId, Origin>,
  spilled: ReadonlyMap<number, Origin>,
  fields: readonly ContextField[],
): Origin {
  const origin = (index: number): Origin => origins.get(value.args[index] as ValueId) ?? 'none';
  switch (value.kind) {
    case 'load': {
      const base = origin(0);
      if (base === 'frame') return spilled.get(value.offset) ?? 'none';
      if (base !== 'context' || value.width !== 32) return 'none';
      const field = fields.find(({ offset }) => offset === value.offset);
      return field === undefined || field.kind === 'scalar' ? 'none' : 'packet';
    }
    case 'unary':
      return value.op === 'extend_u' || value.op === 'wrap' ? origin(0) : 'none';
    case 'binary': {
      const [left, right] = [origin(0), origin(1)];
      if (value.op === 'add') return left === 'none' ? right : right === 'none' ? left : 'none';
      return value.op === 'sub' && right === 'none' ? left : 'none';
    }
    case 'call_helper':
      return value.helper === 'map_lookup_elem' ? 'user' : 'none';
    case 'array_lookup':
    case 'element':
      return 'user';
    default:
      return 'none';
  }
}
