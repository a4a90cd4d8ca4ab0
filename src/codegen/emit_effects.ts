/** What has effects, as Wasm statements: calls of all kinds, frames, fuel. Memory accesses are in `emit_memory.ts`. */
import { Header, Layout, Stack, Trap, Worker } from '../abi/layout.js';
import type { EffectOp, HelperCall, IndirectCall, LocalCall, TailCall, ValueId } from '../model/ir.js';
import type { EmitContext } from './emit_context.js';
import {
  emitArrayLookup,
  emitAtomicCmpxchg,
  emitAtomicRmw,
  emitLoad,
  emitRangeCheck,
  emitStore,
} from './emit_memory.js';
import { FUNCTION_SIGNATURE, PROGRAM_SIGNATURE, RUNTIME, wordSignature } from './runtime_imports.js';
import type { Expr } from './wasm.js';

type Emit<K extends EffectOp['kind']> = (c: EmitContext, op: Extract<EffectOp, { kind: K }>) => Expr[];

const EMIT: { readonly [K in EffectOp['kind']]: Emit<K> } = {
  load: emitLoad,
  store: emitStore,
  atomic_rmw: emitAtomicRmw,
  atomic_cmpxchg: emitAtomicCmpxchg,
  array_lookup: emitArrayLookup,
  range_check: emitRangeCheck,
  call_helper: emitHelperCall,
  call_custom: (c, { id, helper, args, pc }) => {
    const operands = [c.wasm.i32(helper), ...args.map((arg) => c.expr(arg))];
    return [c.assign(id, c.wasm.callRuntime('custom_helper', RUNTIME.custom_helper, operands)), c.returnIfTrapped(pc)];
  },
  call_local: emitLocalCall,
  call_indirect: emitIndirectCall,
  tail_call: emitTailCall,
  ld_abs: (c, { id, width, args }) => {
    const { wasm } = c;
    const value = c.temporary('loaded', 'i64');
    const operands = [c.expr(args[0] as ValueId), wasm.i32(width / 8)];
    const missing = wasm.binary('i64', 'lt_s', wasm.get(value, 'i64'), wasm.i64(0n));
    return [
      wasm.set(value, wasm.callRuntime('ld_abs', RUNTIME.ld_abs, operands)),
      wasm.if(missing, wasm.block(null, [...c.writeFuel(), c.returnZero()])),
      c.assign(id, wasm.get(value, 'i64')),
    ];
  },
  zero_frame: (c, { bytes }) => {
    const stores: Expr[] = [];
    for (let at = Stack.FRAME_SIZE - bytes; at < Stack.FRAME_SIZE; ) {
      const pair = at + 16 <= Stack.FRAME_SIZE;
      stores.push(pair ? c.wasm.storeZeros(c.frame(), at) : c.wasm.store(64, c.frame(), at, c.wasm.i64(0n)));
      at += pair ? 16 : 8;
    }
    return stores;
  },
  burn: (c, { amount, pc }) => c.burn(amount, pc),
  packet_length: (c, { id }) => {
    const { wasm } = c;
    const length = wasm.binary('i32', 'sub', c.loadWorker('i32', Worker.DATA_END), c.loadWorker('i32', Worker.DATA));
    return [c.assign(id, wasm.unary('i64.extend_i32_u', length))];
  },
  fuel_low: (c, { id }) => {
    const { wasm } = c;
    const budget = wasm.load('i64', 64, false, wasm.i32(Layout.HEADER), Header.FUEL);
    const half = wasm.binary('i64', 'shr_s', budget, wasm.i64(1n));
    return [c.assign(id, wasm.binary('i64', 'le_s', c.fuel(), half))];
  },
};

export function emitEffect(c: EmitContext, op: EffectOp): Expr[] {
  return (EMIT[op.kind] as (c: EmitContext, op: EffectOp) => Expr[])(c, op);
}

const frameAddress = (c: EmitContext, id: ValueId): Expr => c.wasm.unary('i32.wrap_i64', c.expr(id));

function emitHelperCall(c: EmitContext, call: HelperCall): Expr[] {
  const { wasm } = c;
  const args = [...call.args];
  const before: Expr[] = [];
  if (call.callsBack) {
    before.push(c.storeWorker(32, Worker.HELPER_R10, frameAddress(c, args.pop() as ValueId)));
  }
  if (call.burnsFuel) before.push(...c.writeFuel());
  const operands = args.map((arg) => c.expr(arg));
  const result = wasm.callRuntime(`helper_${call.helper}`, wordSignature(operands.length), operands);
  return [
    ...before,
    c.assign(call.id, result),
    ...(call.mayTrap ? [c.returnIfTrapped(call.pc)] : []),
    ...(call.burnsFuel ? c.readFuel() : []),
    ...(call.callsBack || call.movesPacket ? c.readPacket() : []),
  ];
}

/** Traps if the callee's frame would not lie in the worker's stacks. */
function checkDepth(c: EmitContext, framePointer: ValueId, pc: number): Expr {
  const { wasm } = c;
  const top = wasm.binary('i32', 'add', frameAddress(c, framePointer), wasm.i32(Stack.FRAME_SIZE));
  const over = wasm.binary('i32', 'gt_u', top, c.loadWorker('i32', Worker.STACK_END));
  return wasm.if(over, c.trap(Trap.CALL_DEPTH, pc, wasm.i64(0n)));
}

/** r1 … r5 and the callee's r10. */
function calleeOperands(c: EmitContext, args: readonly ValueId[]): Expr[] {
  const { wasm } = c;
  const framePointer = args[5] as ValueId;
  const top = wasm.binary('i64', 'add', c.expr(framePointer), wasm.i64(BigInt(Stack.FRAME_SIZE)));
  return [...args.slice(0, 5).map((arg) => c.expr(arg)), top];
}

function afterFunction(c: EmitContext, pc: number, changesProgram: boolean): Expr[] {
  const { wasm } = c;
  const restore = (): Expr => c.storeWorker(32, Worker.PROGRAM, wasm.i32(c.options.program));
  return [c.returnIfTrapped(pc), ...(changesProgram ? [restore()] : []), ...c.readFuel(), ...c.readPacket()];
}

function emitLocalCall(c: EmitContext, call: LocalCall): Expr[] {
  const name = c.options.callees.get(call.target) as string;
  return [
    checkDepth(c, call.args[5] as ValueId, call.pc),
    ...c.writeFuel(),
    c.assign(call.id, c.wasm.call(name, calleeOperands(c, call.args), 'i64')),
    ...afterFunction(c, call.pc, c.options.callsChangeProgram),
  ];
}

function emitIndirectCall(c: EmitContext, call: IndirectCall): Expr[] {
  const { wasm } = c;
  const [callee, ...args] = call.args as [ValueId, ...ValueId[]];
  const slot = c.temporary('slot', 'i32');
  return [
    wasm.set(slot, wasm.callRuntime('call_target', RUNTIME.call_target, [c.expr(callee)])),
    wasm.if(wasm.unary('i32.eqz', wasm.get(slot, 'i32')), c.returnIfTrapped(call.pc)),
    checkDepth(c, args[5] as ValueId, call.pc),
    ...c.writeFuel(),
    c.assign(call.id, wasm.callIndirect(wasm.get(slot, 'i32'), FUNCTION_SIGNATURE, calleeOperands(c, args))),
    ...afterFunction(c, call.pc, true),
  ];
}

function emitTailCall(c: EmitContext, call: TailCall): Expr[] {
  const { wasm } = c;
  const [context, map, index, framePointer] = call.args as [ValueId, ValueId, ValueId, ValueId];
  const slot = c.temporary('slot', 'i32');
  const target = wasm.callRuntime('tail_call_target', RUNTIME.tail_call_target, [c.expr(map), c.expr(index)]);
  const operands = [c.expr(context), c.expr(framePointer)];
  return [
    ...c.writeFuel(),
    wasm.set(slot, target),
    wasm.if(wasm.get(slot, 'i32'), wasm.returnCallIndirect(wasm.get(slot, 'i32'), PROGRAM_SIGNATURE, operands)),
    c.returnIfTrapped(call.pc),
    c.assign(call.id, wasm.i64(0n)),
  ];
}
