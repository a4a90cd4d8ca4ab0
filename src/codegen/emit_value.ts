/** Values without effects as Wasm expressions: eBPF's arithmetic where Wasm would trap, byte swaps by rotation. */
import { Worker } from '../abi/layout.js';
import type { ArrayMap, BinaryValue, ElementValue, IrType, IrValue, UnaryOp, ValueId } from '../model/ir.js';
import type { EmitContext } from './emit_context.js';
import { largest } from './passes/bounds.js';
import type { Expr, WasmUnary } from './wasm.js';

/** The expression of a value that has no effects. */
export function emitValue(c: EmitContext, value: IrValue): Expr {
  const { wasm } = c;
  switch (value.kind) {
    case 'const':
      return value.type === 'i64' ? wasm.i64(value.value) : wasm.i32(Number(value.value));
    case 'unary':
      return emitUnary(c, value.type as IrType, value.op, value.args[0] as ValueId);
    case 'compare': {
      const [left, right] = value.args as [ValueId, ValueId];
      return wasm.binary(c.value(left).type as IrType, value.op, c.expr(left), c.expr(right));
    }
    case 'binary':
      return emitBinary(c, value);
    case 'element':
      return emitElementValue(c, value);
    default:
      throw new Error(`${value.kind} is no expression`);
  }
}

const UNARY: Record<Exclude<UnaryOp, 'bswap16' | 'bswap32' | 'bswap64'>, Record<IrType, WasmUnary>> = {
  wrap: { i32: 'i32.wrap_i64', i64: 'i32.wrap_i64' },
  extend_u: { i32: 'i64.extend_i32_u', i64: 'i64.extend_i32_u' },
  extend_s: { i32: 'i64.extend_i32_s', i64: 'i64.extend_i32_s' },
  extend8_s: { i32: 'i32.extend8_s', i64: 'i64.extend8_s' },
  extend16_s: { i32: 'i32.extend16_s', i64: 'i64.extend16_s' },
};

function emitUnary(c: EmitContext, type: IrType, op: UnaryOp, operand: ValueId): Expr {
  const { wasm } = c;
  const shifted = (by: 'shl' | 'shr_u' | 'rotl' | 'rotr', mask: number): Expr =>
    wasm.binary('i32', 'and', wasm.binary('i32', by, c.expr(operand), wasm.i32(8)), wasm.i32(mask));
  if (op === 'bswap16') return wasm.binary('i32', 'or', shifted('shl', 0xff00), shifted('shr_u', 0xff));
  if (op === 'bswap32') return wasm.binary('i32', 'or', shifted('rotl', 0x00ff00ff), shifted('rotr', 0xff00ff00));
  if (op === 'bswap64') return wasm.unary('i64.bswap', c.expr(operand));
  return wasm.unary(UNARY[op][type], c.expr(operand));
}

function emitBinary(c: EmitContext, { type, op, args }: BinaryValue): Expr {
  const { wasm } = c;
  const wide = type as IrType;
  const [left, right] = args as [ValueId, ValueId];
  if (op !== 'div_u' && op !== 'div_s' && op !== 'rem_u' && op !== 'rem_s') {
    return wasm.binary(wide, op, c.expr(left), c.expr(right));
  }
  const constant = (value: bigint): Expr => (wide === 'i64' ? wasm.i64(value) : wasm.i32(Number(value)));
  const divide = (): Expr => wasm.binary(wide, op, c.expr(left), c.expr(right));
  // Division by 0 gives 0, the remainder the dividend (RFC 9669 section 4.1).
  const byZero = (): Expr => (op === 'div_u' || op === 'div_s' ? constant(0n) : c.expr(left));
  // MIN / −1 is MIN, which negation gives; Wasm's division traps there, its remainder does not.
  const negated = (): Expr => wasm.binary(wide, 'sub', constant(0n), c.expr(left));
  const divisor = c.value(right);
  if (divisor.kind === 'const') {
    if (divisor.value === 0n) return byZero();
    return op === 'div_s' && divisor.value === -1n ? negated() : divide();
  }
  const signed =
    op === 'div_s' ? wasm.if(wasm.binary(wide, 'eq', c.expr(right), constant(-1n)), negated(), divide()) : divide();
  return wasm.if(wasm.unary(`${wide}.eqz`, c.expr(right)), byZero(), signed);
}

function emitElementValue(c: EmitContext, { map, args }: ElementValue): Expr {
  const [index] = args as [ValueId];
  const known = c.value(index);
  const bound = largest(c.fn, index);
  const constant = known.kind === 'const' ? Number(bound) : undefined;
  return emitElement(c, map, () => c.expr(index), constant, bound);
}

/** The address of an element by arithmetic. `index` makes its expression anew each time; it is a constant if `known`. */
export function emitElement(c: EmitContext, map: ArrayMap, index: () => Expr, known?: number, bound = LARGEST): Expr {
  const { wasm } = c;
  let values = wasm.i32(map.values);
  if (map.cpuStride !== 0) {
    const block = wasm.binary('i32', 'mul', c.loadWorker('i32', Worker.CPU), wasm.i32(map.cpuStride));
    values = wasm.binary('i32', 'add', values, block);
  }
  const distance =
    known === undefined ? wasm.binary('i32', 'mul', index(), wasm.i32(map.stride)) : wasm.i32(known * map.stride);
  const element = wasm.unary('i64.extend_i32_u', wasm.binary('i32', 'add', values, distance));
  if (bound < BigInt(map.maxEntries)) return element;
  return wasm.select(wasm.binary('i32', 'lt_u', index(), wasm.i32(map.maxEntries)), element, wasm.i64(0n));
}

const LARGEST = 0xffff_ffffn;
