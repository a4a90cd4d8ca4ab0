/**
 * The only file that knows binaryen: builds one Wasm module by small steps, checks and optimises it, and gives its
 * bytes. binaryen is loaded when the first module is made; its work is synchronous.
 *
 * Options that let binaryen assume away traps or low addresses stay off: they would delete guards.
 */
import type binaryen from 'binaryen';
import type { BinaryOp, CompareOp, IrType } from '../model/ir.js';

/** A Wasm expression; used once, then it belongs to its parent. */
export type Expr = number;
export type Label = string;
export type WasmResult = IrType | 'none';

export interface Signature {
  readonly parameters: readonly IrType[];
  readonly result: WasmResult;
}

/** Wasm has these for either type; division traps as Wasm's does. */
export type WasmBinary = BinaryOp | CompareOp | 'rotl' | 'rotr';
export type WasmUnary =
  | 'i32.eqz'
  | 'i64.eqz'
  | 'i32.wrap_i64'
  | 'i64.extend_i32_u'
  | 'i64.extend_i32_s'
  | 'i32.extend8_s'
  | 'i32.extend16_s'
  | 'i64.extend8_s'
  | 'i64.extend16_s'
  | 'i64.bswap';
export type RmwOp = 'add' | 'and' | 'or' | 'xor' | 'xchg';
export type MemoryWidth = 8 | 16 | 32 | 64;

const TABLE = 'table';

export async function createWasmModule(pages: number): Promise<WasmModule> {
  const { default: library } = await import('binaryen');
  return new WasmModule(library, pages);
}

/** One module under construction. `dispose` must be called in the end. */
export class WasmModule {
  readonly #b: typeof binaryen;
  readonly #module: binaryen.Module;
  readonly #imported = new Set<string>();

  constructor(library: typeof binaryen, pages: number) {
    this.#b = library;
    this.#module = new library.Module();
    const { Features } = library;
    this.#module.setFeatures(
      Features.MVP |
        Features.Atomics |
        Features.MutableGlobals |
        Features.SIMD128 |
        Features.BulkMemory |
        Features.SignExt |
        Features.TailCall |
        Features.ReferenceTypes |
        Features.Multivalue,
    );
    // setMemory first: in the other order binaryen keeps a private memory beside the import.
    this.#module.setMemory(pages, pages, null, [], true, false, '0');
    this.#module.addMemoryImport('0', 'env', 'memory', true);
    this.#module.addTable(TABLE, 0, -1);
    this.#module.addTableImport(TABLE, 'env', 'table');
    this.#module.addGlobalImport('worker', 'env', 'worker', library.i32, false);
  }

  // Constants and locals

  i32(value: number): Expr {
    return this.#module.i32.const(value | 0);
  }

  i64(value: bigint): Expr {
    return this.#module.i64.const(BigInt.asIntN(64, value));
  }

  /** Address of the worker block. */
  worker(): Expr {
    return this.#module.global.get('worker', this.#b.i32);
  }

  get(local: number, type: IrType): Expr {
    return this.#module.local.get(local, this.#b[type]);
  }

  set(local: number, value: Expr): Expr {
    return this.#module.local.set(local, value);
  }

  // Arithmetic

  unary(op: WasmUnary, operand: Expr): Expr {
    const { i32, i64 } = this.#module;
    switch (op) {
      case 'i32.eqz':
        return i32.eqz(operand);
      case 'i64.eqz':
        return i64.eqz(operand);
      case 'i32.wrap_i64':
        return i32.wrap(operand);
      case 'i64.extend_i32_u':
        return i64.extend_u(operand);
      case 'i64.extend_i32_s':
        return i64.extend_s(operand);
      case 'i32.extend8_s':
        return i32.extend8_s(operand);
      case 'i32.extend16_s':
        return i32.extend16_s(operand);
      case 'i64.extend8_s':
        return i64.extend8_s(operand);
      case 'i64.extend16_s':
        return i64.extend16_s(operand);
      case 'i64.bswap':
        return this.#swap64(operand);
    }
  }

  binary(type: IrType, op: WasmBinary, left: Expr, right: Expr): Expr {
    return this.#module[type][op](left, right);
  }

  /** `condition` is an i32; both sides are computed. */
  select(condition: Expr, whenTrue: Expr, whenFalse: Expr): Expr {
    return this.#module.select(condition, whenTrue, whenFalse);
  }

  /** Three vector instructions, where shifts and masks take twelve. */
  #swap64(operand: Expr): Expr {
    const { i64x2, i8x16, v128 } = this.#module;
    const reversed = [7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5, 4, 3, 2, 1, 0];
    const splat = i64x2.splat(operand);
    return i64x2.extract_lane(i8x16.shuffle(splat, v128.const(new Array<number>(16).fill(0)), reversed), 0);
  }

  // Memory; addresses are i32, offsets unsigned. Alignment is never assumed: plain accesses need none.

  load(type: IrType, width: MemoryWidth, signed: boolean, address: Expr, offset: number): Expr {
    const { i32, i64 } = this.#module;
    if (type === 'i32') {
      if (width === 8) return signed ? i32.load8_s(offset, 1, address) : i32.load8_u(offset, 1, address);
      if (width === 16) return signed ? i32.load16_s(offset, 1, address) : i32.load16_u(offset, 1, address);
      return i32.load(offset, 1, address);
    }
    if (width === 8) return signed ? i64.load8_s(offset, 1, address) : i64.load8_u(offset, 1, address);
    if (width === 16) return signed ? i64.load16_s(offset, 1, address) : i64.load16_u(offset, 1, address);
    if (width === 32) return signed ? i64.load32_s(offset, 1, address) : i64.load32_u(offset, 1, address);
    return i64.load(offset, 1, address);
  }

  store(width: MemoryWidth, address: Expr, offset: number, value: Expr): Expr {
    const { i32, i64 } = this.#module;
    if (width === 8) return i32.store8(offset, 1, address, value);
    if (width === 16) return i32.store16(offset, 1, address, value);
    if (width === 32) return i32.store(offset, 1, address, value);
    return i64.store(offset, 1, address, value);
  }

  /** Zeroes 16 bytes. */
  storeZeros(address: Expr, offset: number): Expr {
    const { v128 } = this.#module;
    return v128.store(offset, 1, address, v128.const(new Array<number>(16).fill(0)));
  }

  /** i32 for widths below 64. The address must be aligned, or Wasm traps. */
  atomicLoad(width: MemoryWidth, address: Expr, offset: number): Expr {
    const { i32, i64 } = this.#module;
    if (width === 8) return i32.atomic.load8_u(offset, address);
    if (width === 16) return i32.atomic.load16_u(offset, address);
    return width === 32 ? i32.atomic.load(offset, address) : i64.atomic.load(offset, address);
  }

  /** As `atomicLoad`. */
  atomicStore(width: MemoryWidth, address: Expr, offset: number, value: Expr): Expr {
    const { i32, i64 } = this.#module;
    if (width === 8) return i32.atomic.store8(offset, address, value);
    if (width === 16) return i32.atomic.store16(offset, address, value);
    return width === 32 ? i32.atomic.store(offset, address, value) : i64.atomic.store(offset, address, value);
  }

  atomicRmw(type: IrType, op: RmwOp, address: Expr, offset: number, value: Expr): Expr {
    return this.#module[type].atomic.rmw[op](offset, address, value);
  }

  atomicCmpxchg(type: IrType, address: Expr, offset: number, expected: Expr, replacement: Expr): Expr {
    return this.#module[type].atomic.rmw.cmpxchg(offset, address, expected, replacement);
  }

  // Control

  block(label: Label | null, children: readonly Expr[], type: WasmResult = 'none'): Expr {
    return type === 'none' ? this.#module.block(label, children) : this.#module.block(label, children, this.#b[type]);
  }

  loop(label: Label, body: Expr): Expr {
    return this.#module.loop(label, body);
  }

  if(condition: Expr, then: Expr, otherwise?: Expr): Expr {
    return otherwise === undefined ? this.#module.if(condition, then) : this.#module.if(condition, then, otherwise);
  }

  br(label: Label, condition?: Expr): Expr {
    return condition === undefined ? this.#module.br(label) : this.#module.br_if(label, condition);
  }

  /** By index; the last label is also for what is out of range. */
  brTable(labels: readonly Label[], index: Expr): Expr {
    return this.#module.switch(labels, labels[labels.length - 1] as Label, index);
  }

  return(value: Expr): Expr {
    return this.#module.return(value);
  }

  drop(value: Expr): Expr {
    return this.#module.drop(value);
  }

  unreachable(): Expr {
    return this.#module.unreachable();
  }

  // Calls

  call(name: string, operands: readonly Expr[], result: WasmResult): Expr {
    return this.#module.call(name, operands, this.#b[result]);
  }

  /** Calls an export of the runtime, importing it at the first call. */
  callRuntime(name: string, signature: Signature, operands: readonly Expr[]): Expr {
    if (!this.#imported.has(name)) {
      this.#imported.add(name);
      const { parameters, result } = signature;
      this.#module.addFunctionImport(name, 'runtime', name, this.#types(parameters), this.#b[result]);
    }
    return this.call(name, operands, signature.result);
  }

  callIndirect(slot: Expr, signature: Signature, operands: readonly Expr[]): Expr {
    const { parameters, result } = signature;
    return this.#module.call_indirect(TABLE, slot, operands, this.#types(parameters), this.#b[result]);
  }

  returnCallIndirect(slot: Expr, signature: Signature, operands: readonly Expr[]): Expr {
    const { parameters, result } = signature;
    return this.#module.return_call_indirect(TABLE, slot, operands, this.#types(parameters), this.#b[result]);
  }

  // The module

  addFunction(name: string, { parameters, result }: Signature, locals: readonly IrType[], body: Expr): void {
    const types = locals.map((type) => this.#b[type]);
    this.#module.addFunction(name, this.#types(parameters), this.#b[result], types, body);
  }

  exportFunction(name: string, exportName: string): void {
    this.#module.addFunctionExport(name, exportName);
  }

  /** Those of binaryen's own passes that take time in proportion to the module; others explode on large functions. */
  optimize(): void {
    this.#module.runPasses(['optimize-instructions', 'vacuum', 'remove-unused-brs', 'remove-unused-names', 'vacuum']);
  }

  /** Whether binaryen finds the module well-formed; it prints what is wrong. For tests. */
  isValid(): boolean {
    return this.#module.validate() === 1;
  }

  text(): string {
    return this.#module.emitText();
  }

  bytes(): Uint8Array {
    return this.#module.emitBinary();
  }

  dispose(): void {
    this.#module.dispose();
  }

  #types(types: readonly IrType[]): binaryen.Type {
    return this.#b.createType(types.map((type) => this.#b[type]));
  }
}
