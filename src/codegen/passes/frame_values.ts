/**
 * Loads from the frame of what the block stored or loaded there before are that value. Looks within a block only, and
 * forgets everything at whatever might write to the frame in another way: stores through other pointers, and calls.
 */
import { HELPERS, type HelperRow } from '../../abi/helpers.js';
import type { IrFunction, IrValue, LoadOp, StoreOp, ValueId } from '../../model/ir.js';
import { blocksOf, isAccess, isFramePointer, isInFrame } from '../ir_access.js';
import { Rewriter } from './rewriter.js';

/** Bytes of the frame whose value is known, by their first offset from r10. */
type Known = Map<number, { readonly bytes: number; readonly value: ValueId }>;

export function frameValues(fn: IrFunction): IrFunction {
  const r = new Rewriter(fn);
  for (const block of blocksOf(fn)) {
    const known: Known = new Map();
    r.block(block, (value) => {
      if (isAccess(value) && isFramePointer(fn, value.args[0] as ValueId) && isInFrame(value.offset, value.width / 8)) {
        if (value.kind === 'load' && !value.signed) return loaded(r, known, value);
        if (value.kind !== 'load') forget(known, value.offset, value.width / 8);
        if (value.kind === 'store') remember(known, value, value.args[1] as ValueId);
      } else if (mayWriteFrame(value)) known.clear();
      return value.id;
    });
  }
  return r.finish();
}

function remember(known: Known, { offset, width }: LoadOp | StoreOp, value: ValueId): void {
  known.set(offset, { bytes: width / 8, value });
}

/** What a load gives: the known value, less the bits that a narrow store dropped. */
function loaded(r: Rewriter, known: Known, load: LoadOp): ValueId {
  const { offset, width, id } = load;
  const at = known.get(offset);
  if (at === undefined || at.bytes !== width / 8) {
    remember(known, load, id);
    return id;
  }
  if (width >= 32) return at.value;
  return r.binary('i32', 'and', at.value, r.constant('i32', (1n << BigInt(width)) - 1n));
}

function forget(known: Known, offset: number, bytes: number): void {
  for (const [at, { bytes: size }] of known) if (at < offset + bytes && offset < at + size) known.delete(at);
}

function mayWriteFrame(value: IrValue): boolean {
  switch (value.kind) {
    case 'store':
    case 'atomic_rmw':
    case 'atomic_cmpxchg':
    case 'call_local':
    case 'call_indirect':
    case 'call_custom':
    case 'zero_frame':
      return true;
    case 'call_helper': {
      const row: HelperRow = HELPERS[value.helper];
      return value.callsBack || row.args.includes('out');
    }
    default:
      return false;
  }
}
