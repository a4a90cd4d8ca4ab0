/** How large a value can be, by a look at the few operations that made it. */

import type { IrFunction, ValueId } from '../../model/ir.js';
import { constantOf, valueAt } from '../ir_access.js';

const MAX_DEPTH = 6;
const LARGEST = { i32: 0xffff_ffffn, i64: 0xffff_ffff_ffff_ffffn } as const;

const smaller = (a: bigint, b: bigint): bigint => (b < a ? b : a);

/** Smallest number of the form 2ⁿ − 1 that is at least `value`. */
function filled(value: bigint): bigint {
  return value === 0n ? 0n : (1n << BigInt(value.toString(2).length)) - 1n;
}

/** An upper bound of a value read as unsigned. */
export function largest(fn: IrFunction, id: ValueId, depth = MAX_DEPTH): bigint {
  const value = valueAt(fn, id);
  const type = value.type === 'i32' ? 'i32' : 'i64';
  const all = LARGEST[type];
  if (depth === 0) return all;
  const of = (index: number): bigint => largest(fn, value.args[index] as ValueId, depth - 1);
  const within = (bound: bigint): bigint => smaller(bound, all);
  switch (value.kind) {
    case 'const':
      return BigInt.asUintN(type === 'i32' ? 32 : 64, value.value);
    case 'load':
      return value.signed || value.width === 64 ? all : (1n << BigInt(value.width)) - 1n;
    case 'element':
      return LARGEST.i32;
    case 'compare':
    case 'fuel_low':
    case 'range_check':
      return 1n;
    case 'unary':
      if (value.op === 'extend_u') return of(0);
      return value.op === 'bswap16' ? 0xffffn : all;
    case 'binary': {
      const count = constantOf(fn, value.args[1] as ValueId);
      const a = of(0);
      switch (value.op) {
        case 'and':
          return smaller(a, of(1));
        case 'or':
        case 'xor':
          return filled(a | of(1));
        case 'add':
          return within(a + of(1));
        case 'mul':
          return within(a * of(1));
        case 'shr_u':
          return count === undefined ? a : a >> (count & (type === 'i32' ? 31n : 63n));
        case 'shl':
          return count === undefined ? all : within(a << (count & (type === 'i32' ? 31n : 63n)));
        case 'div_u':
        case 'rem_u':
          return a;
        default:
          return all;
      }
    }
    default:
      return all;
  }
}
