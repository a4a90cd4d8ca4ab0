/**
 * Memory accesses: the guard that stands before each, its address, plain and atomic accesses, lookups in array maps.
 * A guard is one compare in 64 bits, so that no address wraps; what fails it asks the runtime, which traps or allows.
 */
import { Stack } from '../abi/layout.js';
import type {
  AccessOp,
  ArrayLookup,
  AtomicCmpxchgOp,
  AtomicOp,
  AtomicRmwOp,
  IrType,
  LoadOp,
  RangeCheck,
  StoreOp,
  ValueId,
} from '../model/ir.js';
import { type EmitContext, startsInFrame } from './emit_context.js';
import { emitElement } from './emit_value.js';
import { isFramePointer } from './ir_access.js';
import { RUNTIME, wordSignature } from './runtime_imports.js';
import type { Expr } from './wasm.js';

interface Address {
  /** Where the access is, less `offset`: an i32. */
  readonly base: Expr;
  /** Wasm's immediate, which it adds without wrapping. */
  readonly offset: number;
}

/** Whether an offset may be Wasm's immediate: an address in reach is then never below it, so nothing wraps. */
function isImmediate(c: EmitContext, offset: number): boolean {
  return offset >= 0 && offset < c.options.bounds.roBase;
}

/** The address of an access that has passed its guard. */
function address(c: EmitContext, id: ValueId, offset: number): Address {
  const { wasm } = c;
  if (startsInFrame(c.fn, id, offset)) {
    return { base: c.frame(), offset: offset + Stack.FRAME_SIZE };
  }
  const base = c.value(id);
  if (base.kind === 'const')
    return { base: wasm.i32(Number(BigInt.asIntN(32, base.value + BigInt(offset)))), offset: 0 };
  const low = wasm.unary('i32.wrap_i64', c.expr(id));
  return isImmediate(c, offset)
    ? { base: low, offset }
    : { base: wasm.binary('i32', 'add', low, wasm.i32(offset)), offset: 0 };
}

/** args[0] + offset in 64 bits. */
function wideAddress(c: EmitContext, id: ValueId, offset: number): Expr {
  const { wasm } = c;
  return offset === 0 ? c.expr(id) : wasm.binary('i64', 'add', c.expr(id), wasm.i64(BigInt(offset)));
}

/** Whether [base + offset, + size) lies in the user window, by one compare in 64 bits. */
function windowTest(
  c: EmitContext,
  op: 'lt_u' | 'ge_u',
  id: ValueId,
  offset: number,
  size: number,
  writes: boolean,
): Expr {
  const { wasm } = c;
  const { roBase, rwBase, userEnd } = c.options.bounds;
  const low = writes ? rwBase : roBase;
  const distance = wasm.binary('i64', 'sub', c.expr(id), wasm.i64(BigInt(low - offset)));
  return wasm.binary('i64', op, distance, wasm.i64(BigInt(userEnd - low - size + 1)));
}

/** Whether [base + offset, + size) lies in the current packet. */
function packetTest(c: EmitContext, op: 'lt_u' | 'ge_u', id: ValueId, offset: number, size: number): Expr {
  const { wasm } = c;
  const fromLow = wasm.binary('i64', 'sub', c.expr(id), c.packetLow());
  const distance = offset === 0 ? fromLow : wasm.binary('i64', 'add', fromLow, wasm.i64(BigInt(offset)));
  return wasm.binary('i64', op, distance, c.packetLimit(size));
}

/** Of several accesses; each of them asks for itself where it fails. */
export function emitRangeCheck(c: EmitContext, { id, args, offset, bytes, writes, region }: RangeCheck): Expr[] {
  const [base] = args as [ValueId];
  const inside =
    region === 'packet'
      ? packetTest(c, 'lt_u', base, offset, bytes)
      : windowTest(c, 'lt_u', base, offset, bytes, writes);
  return [c.assign(id, inside)];
}

function guard(c: EmitContext, access: AccessOp): Expr[] {
  const { wasm } = c;
  if (access.guard === 'none') return [];
  const [base] = access.args as [ValueId];
  const { offset, pc } = access;
  const size = access.width / 8;
  const writes = access.kind !== 'load';
  const outside =
    access.guard === 'checked'
      ? wasm.unary('i32.eqz', c.expr(access.args[access.args.length - 1] as ValueId))
      : access.guard === 'packet'
        ? packetTest(c, 'ge_u', base, offset, size)
        : windowTest(c, 'ge_u', base, offset, size, writes);
  const name = writes ? 'guard_write' : 'guard_read';
  const ask = wasm.callRuntime(name, RUNTIME[name], [wideAddress(c, base, offset), wasm.i32(size), wasm.i32(pc)]);
  return [wasm.if(outside, wasm.if(wasm.unary('i32.eqz', ask), c.returnZero()))];
}

export function emitLoad(c: EmitContext, load: LoadOp): Expr[] {
  const { wasm } = c;
  const type = load.type as IrType;
  if (!load.atomic) {
    const { base, offset } = address(c, load.args[0] as ValueId, load.offset);
    return [...guard(c, load), c.assign(load.id, wasm.load(type, load.width, load.signed, base, offset))];
  }
  const ordered = (at: Address): Expr => wasm.atomicLoad(load.width, at.base, at.offset);
  const plain = (at: Address): Expr => wasm.load(type, load.width, false, at.base, at.offset);
  return [
    ...guard(c, load),
    ...whenAligned(
      c,
      load,
      (at) => c.assign(load.id, ordered(at)),
      (at) => c.assign(load.id, plain(at)),
    ),
  ];
}

export function emitStore(c: EmitContext, store: StoreOp): Expr[] {
  const { wasm } = c;
  const value = (): Expr => c.expr(store.args[1] as ValueId);
  if (!store.atomic) {
    const { base, offset } = address(c, store.args[0] as ValueId, store.offset);
    return [...guard(c, store), wasm.store(store.width, base, offset, value())];
  }
  return [
    ...guard(c, store),
    ...whenAligned(
      c,
      store,
      (at) => wasm.atomicStore(store.width, at.base, at.offset, value()),
      (at) => wasm.store(store.width, at.base, at.offset, value()),
    ),
  ];
}

/** What the old value and the operand make, where the access cannot be atomic. */
function combine(c: EmitContext, type: IrType, op: AtomicOp, old: Expr, operand: Expr): Expr {
  if (op === 'xchg') return c.wasm.block(null, [c.wasm.drop(old), operand], type);
  return c.wasm.binary(type, op, old, operand);
}

export function emitAtomicRmw(c: EmitContext, atomic: AtomicRmwOp): Expr[] {
  const { wasm } = c;
  const type = atomic.type as IrType;
  const operand = (): Expr => c.expr(atomic.args[1] as ValueId);
  const old = c.temporary('old', type);
  return [
    ...guard(c, atomic),
    ...whenAligned(
      c,
      atomic,
      (at) => c.assign(atomic.id, wasm.atomicRmw(type, atomic.op, at.base, at.offset, operand())),
      (at, again) =>
        wasm.block(null, [
          wasm.set(old, wasm.load(type, atomic.width, false, at.base, at.offset)),
          wasm.store(
            atomic.width,
            again.base,
            again.offset,
            combine(c, type, atomic.op, wasm.get(old, type), operand()),
          ),
          c.assign(atomic.id, wasm.get(old, type)),
        ]),
    ),
  ];
}

export function emitAtomicCmpxchg(c: EmitContext, atomic: AtomicCmpxchgOp): Expr[] {
  const { wasm } = c;
  const type = atomic.type as IrType;
  const [, expected, replacement] = atomic.args as [ValueId, ValueId, ValueId];
  const old = c.temporary('old', type);
  return [
    ...guard(c, atomic),
    ...whenAligned(
      c,
      atomic,
      (at) => c.assign(atomic.id, wasm.atomicCmpxchg(type, at.base, at.offset, c.expr(expected), c.expr(replacement))),
      (at, again) =>
        wasm.block(null, [
          wasm.set(old, wasm.load(type, atomic.width, false, at.base, at.offset)),
          wasm.if(
            wasm.binary(type, 'eq', wasm.get(old, type), c.expr(expected)),
            wasm.store(atomic.width, again.base, again.offset, c.expr(replacement)),
          ),
          c.assign(atomic.id, wasm.get(old, type)),
        ]),
    ),
  ];
}

/** Whether a base is a multiple of 8 whatever happens: frames are, and values of maps. */
function isAligned(c: EmitContext, id: ValueId): boolean {
  const base = c.value(id);
  if (base.kind === 'const') return base.value % 8n === 0n;
  return base.kind === 'element' || base.kind === 'array_lookup' || isFramePointer(c.fn, id);
}

/** Wasm's atomics trap on addresses that are not aligned: there the access is plain, as x86 would allow. */
function whenAligned(
  c: EmitContext,
  access: AccessOp,
  aligned: (at: Address) => Expr,
  plain: (at: Address, again: Address) => Expr,
): Expr[] {
  const { wasm } = c;
  const [base] = access.args as [ValueId];
  const size = access.width / 8;
  if (access.offset % size === 0 && isAligned(c, base)) return [aligned(address(c, base, access.offset))];
  const local = c.temporary('address', 'i32');
  const at = (): Address => ({ base: wasm.get(local, 'i32'), offset: 0 });
  const low = wasm.unary('i32.wrap_i64', wideAddress(c, base, access.offset));
  const odd = wasm.binary('i32', 'and', wasm.get(local, 'i32'), wasm.i32(size - 1));
  return [wasm.set(local, low), wasm.if(odd, plain(at(), at()), aligned(at()))];
}

/** The index by an inline load, the element by arithmetic; a key that is not plainly readable goes to the helper. */
export function emitArrayLookup(c: EmitContext, lookup: ArrayLookup): Expr[] {
  const { wasm } = c;
  const { map, pc } = lookup;
  const [key] = lookup.args as [ValueId];
  const index = c.temporary('index', 'i32');
  const at = address(c, key, lookup.offset);
  const element = emitElement(c, map, () => wasm.get(index, 'i32'));
  const inline = wasm.block(null, [
    wasm.set(index, wasm.load('i32', 32, false, at.base, at.offset)),
    c.assign(lookup.id, element),
  ]);
  if (lookup.guard === 'none') return [inline];
  const call = wasm.callRuntime('helper_map_lookup_elem', wordSignature(2), [
    wasm.i64(BigInt(map.record)),
    wideAddress(c, key, lookup.offset),
  ]);
  const ask = wasm.block(null, [c.assign(lookup.id, call), c.returnIfTrapped(pc)]);
  return [wasm.if(windowTest(c, 'ge_u', key, lookup.offset, 4, false), ask, inline)];
}
