/** What loads, stores, atomics and 64-bit immediates become (RFC 9669 sections 5.1 to 5.4). */
import type { AccessWidth, AtomicOp, IrType, ValueId } from '../../model/ir.js';
import type { Insn } from '../../model/program.js';
import type { IrBuilder } from '../ir_builder.js';
import type { Lower } from './lower.js';

/** Type of a value of so many bits in memory. */
const typeOf = (width: AccessWidth): IrType => (width === 64 ? 'i64' : 'i32');

/** A register as a value to store. */
const stored = (b: IrBuilder, register: number, width: AccessWidth): ValueId =>
  width === 64 ? b.read(register) : b.readLow(register);

/** Writes what came out of memory, zero-extended. */
function writeLoaded(b: IrBuilder, register: number, width: AccessWidth, value: ValueId): void {
  if (width === 64) b.write(register, value);
  else b.writeLow(register, value);
}

function load(signed: boolean, atomic: boolean): Lower {
  return (b, { op: { width }, dst, src, off }) => {
    const type = signed ? 'i64' : typeOf(width);
    const args = [b.read(src)];
    const value = b.append({ kind: 'load', type, args, offset: off, width, guard: 'user', signed, atomic });
    if (signed) b.write(dst, value);
    else writeLoaded(b, dst, width, value);
  };
}

function store(value: (b: IrBuilder, insn: Insn) => ValueId, atomic: boolean): Lower {
  return (b, insn) => {
    const args = [b.read(insn.dst), value(b, insn)];
    b.append({ kind: 'store', type: 'none', args, offset: insn.off, width: insn.op.width, guard: 'user', atomic });
  };
}

const storeRegister = (b: IrBuilder, { op, src }: Insn): ValueId => stored(b, src, op.width);
/** imm is sign-extended to the width of the store. */
const storeImmediate = (b: IrBuilder, { op, imm }: Insn): ValueId => b.constant(typeOf(op.width), BigInt(imm));

function atomic(op: AtomicOp): Lower {
  return (b, { op: { width, src: use }, dst, src, off }) => {
    const args = [b.read(dst), stored(b, src, width)];
    const old = b.append({ kind: 'atomic_rmw', type: typeOf(width), op, args, offset: off, width, guard: 'user' });
    if (use === 'rw') writeLoaded(b, src, width, old);
  };
}

/** Compares with r0, which gets the old value whether or not it was equal. */
const compareExchange: Lower = (b, { op: { width }, dst, src, off }) => {
  const args = [b.read(dst), stored(b, 0, width), stored(b, src, width)];
  const old = b.append({ kind: 'atomic_cmpxchg', type: typeOf(width), args, offset: off, width, guard: 'user' });
  writeLoaded(b, 0, width, old);
};

/** The number itself, or what load made of the reference. */
const immediate: Lower = (b, { pc, dst, imm64 = 0n }, { program }) => {
  b.write(dst, b.constant('i64', program.immediates.get(pc) ?? imm64));
};

export const MEMORY = {
  ldx: load(false, false),
  ldsx: load(true, false),
  load_acquire: load(false, true),
  st: store(storeImmediate, false),
  stx: store(storeRegister, false),
  store_release: store(storeRegister, true),
  atomic_add: atomic('add'),
  atomic_fetch_add: atomic('add'),
  atomic_or: atomic('or'),
  atomic_fetch_or: atomic('or'),
  atomic_and: atomic('and'),
  atomic_fetch_and: atomic('and'),
  atomic_xor: atomic('xor'),
  atomic_fetch_xor: atomic('xor'),
  atomic_xchg: atomic('xchg'),
  atomic_cmpxchg: compareExchange,
  lddw: immediate,
  lddw_map: immediate,
  lddw_map_value: immediate,
  lddw_var: immediate,
  lddw_code: immediate,
  lddw_map_index: immediate,
  lddw_map_index_value: immediate,
} as const satisfies Record<string, Lower>;
