/**
 * The translator's intermediate form: a function in SSA with block parameters, as plain data. Arithmetic is total (it
 * has eBPF's results for division by 0 and the like and never traps), so that values without effects may be moved,
 * shared or dropped freely. Nothing here does work; `codegen/` builds, improves and emits it.
 */
import type { HelperName } from '../abi/helpers.js';
import type { MapTypeName } from '../abi/map_types.js';

/** Number of a value in its function, dense from 0. */
export type ValueId = number;
/** Number of a block in its function, dense from 0; 0 is the entry. */
export type BlockId = number;
export type IrType = 'i32' | 'i64';

/** Both operands and the result have the value's type. Division by 0 gives 0, the remainder by 0 the dividend, MIN / −1 MIN; shifts take their count modulo the width. */
export type BinaryOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div_u'
  | 'div_s'
  | 'rem_u'
  | 'rem_s'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr_u'
  | 'shr_s';
/** Operands have one type, the result is an i32 that is 0 or 1. */
export type CompareOp = 'eq' | 'ne' | 'lt_u' | 'lt_s' | 'le_u' | 'le_s' | 'gt_u' | 'gt_s' | 'ge_u' | 'ge_s';
/**
 * `wrap` i64 → i32; `extend_u`, `extend_s` i32 → i64; `extend8_s`, `extend16_s` within the value's type;
 * `bswap16` (upper half of the result 0) and `bswap32` on i32, `bswap64` on i64.
 */
export type UnaryOp = 'wrap' | 'extend_u' | 'extend_s' | 'extend8_s' | 'extend16_s' | 'bswap16' | 'bswap32' | 'bswap64';
export type AtomicOp = 'add' | 'or' | 'and' | 'xor' | 'xchg';

/** Bits of a memory access. */
export type AccessWidth = 8 | 16 | 32 | 64;

/** The region that an address probably lies in: the user window or the current packet. */
export type Region = 'user' | 'packet';
/**
 * What stands before a memory access. `none`: its bytes are known to be accessible. A region: one inline compare with
 * it. `checked`: the last operand is an i32 that is not 0 if a `RangeCheck` found the bytes in its region. What fails
 * asks `guard_read`/`guard_write`.
 */
export type Guard = 'none' | Region | 'checked';

interface Common {
  readonly id: ValueId;
  /** 'none' for what has only effects. */
  type: IrType | 'none';
  args: ValueId[];
  /** Slot of the instruction that it comes from. */
  readonly pc: number;
  /** Register that the program keeps it in, −1 for none: a hint for choosing locals. */
  reg: number;
}

/** A memory access: its address is args[0] + offset, in 64 bits. With the guard `checked` there is one more operand. */
interface Access extends Common {
  /** Bytes, added to the base without wrapping to 32 bits. */
  offset: number;
  readonly width: AccessWidth;
  guard: Guard;
}

/** Values without effects: they depend on nothing but their operands. */
export interface ConstValue extends Common {
  readonly kind: 'const';
  /** Signed, in the range of its type. */
  readonly value: bigint;
}
export interface UnaryValue extends Common {
  readonly kind: 'unary';
  readonly op: UnaryOp;
}
export interface BinaryValue extends Common {
  readonly kind: 'binary';
  readonly op: BinaryOp;
}
export interface CompareValue extends Common {
  readonly kind: 'compare';
  readonly op: CompareOp;
}
/** Address of an element of an array map, 0 past its end. args: the index, an i32. Workers do not change while a program runs. */
export interface ElementValue extends Common {
  readonly kind: 'element';
  readonly map: ArrayMap;
}
export type PureValue = ConstValue | UnaryValue | BinaryValue | CompareValue | ElementValue;

/** A parameter of the function: r1 … r5 by number, or 10 for the frame pointer. */
export interface FunctionParameter extends Common {
  readonly kind: 'parameter';
  readonly register: number;
}
/** A parameter of a block: each edge to it brings the value. */
export interface BlockParameter extends Common {
  readonly kind: 'block_parameter';
}

/** i32 for widths up to 32 bit without sign, otherwise i64. */
export interface LoadOp extends Access {
  readonly kind: 'load';
  readonly signed: boolean;
  /** Load-acquire. */
  readonly atomic: boolean;
}
/** args: base, value; the value's type is as a load's. */
export interface StoreOp extends Access {
  readonly kind: 'store';
  /** Store-release. */
  readonly atomic: boolean;
}
/** args: base, operand; the result is the old value. */
export interface AtomicRmwOp extends Access {
  readonly kind: 'atomic_rmw';
  readonly op: AtomicOp;
}
/** args: base, expected, replacement; the result is the old value. */
export interface AtomicCmpxchgOp extends Access {
  readonly kind: 'atomic_cmpxchg';
}

/** args: as many i64 as the helper takes. */
export interface HelperCall extends Common {
  readonly kind: 'call_helper';
  readonly helper: HelperName;
  readonly mayTrap: boolean;
  readonly movesPacket: boolean;
  readonly callsBack: boolean;
  /** It reads and changes the fuel that the worker block holds. */
  readonly burnsFuel: boolean;
}
/** A helper of the embedder. args: r1 … r5. */
export interface CustomHelperCall extends Common {
  readonly kind: 'call_custom';
  readonly helper: number;
}
/** args: r1 … r5, the caller's r10. */
export interface LocalCall extends Common {
  readonly kind: 'call_local';
  /** Entry slot of the callee. */
  readonly target: number;
}
/** args: the callee, r1 … r5, the caller's r10. */
export interface IndirectCall extends Common {
  readonly kind: 'call_indirect';
}
/** args: context, map, index, r10. Goes on only when it fails; the result is then 0. */
export interface TailCall extends Common {
  readonly kind: 'tail_call';
}
/** A lookup in an array map that the program names. args: key pointer. The result is the value's address or 0. */
export interface ArrayLookup extends Common {
  readonly kind: 'array_lookup';
  /** Bytes, added to the key pointer. */
  offset: number;
  /** 'packet' never: keys lie on the stack or in map values. */
  guard: Guard;
  readonly map: ArrayMap;
}
export interface ArrayMap {
  readonly name: string;
  readonly type: MapTypeName;
  readonly record: number;
  readonly maxEntries: number;
  readonly values: number;
  readonly stride: number;
  /** 0 for maps that are not per CPU. */
  readonly cpuStride: number;
  /** Programs may write the values. */
  readonly writable: boolean;
}
/** Legacy packet access. args: offset; the result is the value in host byte order. Past the packet's end the function returns 0. */
export interface PacketLoad extends Common {
  readonly kind: 'ld_abs';
  readonly width: AccessWidth;
}
/** i32: 1 if all of [args[0] + offset, + bytes) lies in the region, for several accesses that follow. */
export interface RangeCheck extends Common {
  readonly kind: 'range_check';
  readonly offset: number;
  readonly bytes: number;
  readonly writes: boolean;
  readonly region: Region;
}
/** Zeroes so many bytes below r10. args: r10. */
export interface ZeroFrame extends Common {
  readonly kind: 'zero_frame';
  readonly bytes: number;
}
/** Burns fuel at a function's entry. */
export interface BurnFuel extends Common {
  readonly kind: 'burn';
  readonly amount: number;
}
/** i64: bytes from `data` to `data_end` of the current packet (r2 of a raw program). */
export interface PacketLength extends Common {
  readonly kind: 'packet_length';
}
/** i32: 1 once half of the run's fuel is burnt (`may_goto`). */
export interface FuelLow extends Common {
  readonly kind: 'fuel_low';
}

/** What must stay where it is, in this order. */
export type EffectOp =
  | LoadOp
  | StoreOp
  | AtomicRmwOp
  | AtomicCmpxchgOp
  | HelperCall
  | CustomHelperCall
  | LocalCall
  | IndirectCall
  | TailCall
  | ArrayLookup
  | PacketLoad
  | RangeCheck
  | ZeroFrame
  | BurnFuel
  | PacketLength
  | FuelLow;

export type IrValue = PureValue | FunctionParameter | BlockParameter | EffectOp;
export type IrKind = IrValue['kind'];

/** Memory accesses with an address and a guard. */
export type AccessOp = LoadOp | StoreOp | AtomicRmwOp | AtomicCmpxchgOp;

export interface IrEdge {
  target: BlockId;
  /** One a parameter of the target. */
  args: ValueId[];
  /** Fuel that going this way burns, 0 for forward edges. */
  readonly burn: number;
  /** Slot of the jump. */
  readonly pc: number;
}

export type Terminator =
  | { readonly kind: 'jump'; readonly edge: IrEdge }
  /** To `taken` if the i32 `condition` is not 0. */
  | { readonly kind: 'branch'; condition: ValueId; readonly taken: IrEdge; readonly otherwise: IrEdge }
  | { readonly kind: 'return'; value: ValueId };

export interface IrBlock {
  readonly id: BlockId;
  /** First slot. */
  readonly pc: number;
  parameters: ValueId[];
  /** Values that are computed here, in order; constants may be used before their place. */
  values: ValueId[];
  terminator: Terminator;
}

export interface IrFunction {
  /** Name of the Wasm function. */
  readonly name: string;
  /** 'program' takes (r1, r10), 'function' (r1 … r5, r10). */
  readonly kind: 'program' | 'function';
  /** The function's parameters, in the order of the signature; the last is r10. */
  readonly parameters: ValueId[];
  /** By id; [0] is the entry, which no edge leads to. A removed block is undefined. */
  readonly blocks: (IrBlock | undefined)[];
  /** By id. A removed value is undefined. */
  readonly values: (IrValue | undefined)[];
}
