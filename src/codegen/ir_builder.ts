/**
 * Appends values to the block that is being built and keeps what each BPF register holds: what the lowering of
 * instructions is written in. It knows nothing of instructions itself.
 */
import { FRAME_POINTER, REGISTER_COUNT } from '../isa/table.js';
import type {
  BinaryOp,
  CompareOp,
  IrBlock,
  IrFunction,
  IrType,
  IrValue,
  Terminator,
  UnaryOp,
  ValueId,
} from '../model/ir.js';

/** Omit that keeps the variants of a union apart. */
type OmitEach<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** What a value needs beside its number, pc and register. */
export type NewValue = OmitEach<IrValue, 'id' | 'pc' | 'reg'>;

export class IrBuilder {
  readonly fn: IrFunction;
  /** What each register holds now; r10 never changes. */
  registers: ValueId[] = [];
  /** Slot of the instruction that is being lowered. */
  pc: number;
  #block: IrBlock | undefined;
  #constants = new Map<string, ValueId>();

  constructor(name: string, kind: IrFunction['kind'], pc: number) {
    this.fn = { name, kind, parameters: [], blocks: [], values: [] };
    this.pc = pc;
  }

  /** Makes an empty block, to be filled after `enter`. */
  addBlock(pc: number): IrBlock {
    const block: IrBlock = {
      id: this.fn.blocks.length,
      pc,
      parameters: [],
      values: [],
      terminator: { kind: 'return', value: -1 },
    };
    this.fn.blocks.push(block);
    return block;
  }

  /** Goes on in another block; what its predecessors left in the registers is the caller's to set. */
  enter(block: IrBlock): void {
    this.#block = block;
    this.#constants = new Map();
  }

  end(terminator: Terminator): void {
    this.#current().terminator = terminator;
  }

  addFunctionParameter(register: number): ValueId {
    const id = this.#add({ kind: 'parameter', type: 'i64', args: [], register }, register);
    this.fn.parameters.push(id);
    return id;
  }

  addBlockParameter(block: IrBlock, register: number): ValueId {
    const id = this.#add({ kind: 'block_parameter', type: 'i64', args: [] }, register);
    block.parameters.push(id);
    return id;
  }

  /** Appends a value or an effect to the block. */
  append(value: NewValue): ValueId {
    const id = this.#add(value, -1);
    this.#current().values.push(id);
    return id;
  }

  constant(type: IrType, value: bigint): ValueId {
    const canonical = BigInt.asIntN(type === 'i64' ? 64 : 32, value);
    const key = `${type}:${canonical}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const id = this.append({ kind: 'const', type, args: [], value: canonical });
    this.#constants.set(key, id);
    return id;
  }

  unary(type: IrType, op: UnaryOp, operand: ValueId): ValueId {
    return this.append({ kind: 'unary', type, op, args: [operand] });
  }

  binary(type: IrType, op: BinaryOp, left: ValueId, right: ValueId): ValueId {
    return this.append({ kind: 'binary', type, op, args: [left, right] });
  }

  compare(op: CompareOp, left: ValueId, right: ValueId): ValueId {
    return this.append({ kind: 'compare', type: 'i32', op, args: [left, right] });
  }

  read(register: number): ValueId {
    return this.registers[register] as ValueId;
  }

  /** The low half of a register. */
  readLow(register: number): ValueId {
    return this.unary('i32', 'wrap', this.read(register));
  }

  write(register: number, value: ValueId): void {
    this.registers[register] = value;
    const written = this.fn.values[value] as IrValue;
    if (written.reg === -1) written.reg = register;
  }

  /** Writes an i32, zero-extended (RFC 9669 section 4.1). */
  writeLow(register: number, value: ValueId): void {
    this.write(register, this.unary('i64', 'extend_u', value));
  }

  /** Sets all registers but r10 to 0. */
  clearRegisters(): void {
    const zero = this.constant('i64', 0n);
    for (let r = 0; r < REGISTER_COUNT; r++) if (r !== FRAME_POINTER) this.registers[r] = zero;
  }

  #current(): IrBlock {
    if (this.#block === undefined) throw new Error('no block entered');
    return this.#block;
  }

  #add(value: NewValue, reg: number): ValueId {
    const id = this.fn.values.length;
    this.fn.values.push({ ...value, id, pc: this.pc, reg } as IrValue);
    return id;
  }
}
