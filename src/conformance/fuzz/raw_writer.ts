/** Functions of bare programs: arithmetic, memory and loops as any writer, and calls, packet loads, helpers. */
import type { OpName } from '../../isa/table.js';
import type { Label } from './emitter.js';
import { REG, type Session, type StackArea } from './frame.js';
import { PACKET_LOADS } from './rows.js';
import { type Weighted, Writer, type WriterOptions } from './writer.js';

export interface RawSession extends Session {
  /** Functions in the order in which they will be written. */
  readonly callees: Label[];
  /** The input is a packet, read by legacy loads, instead of memory at r1. */
  readonly packet: boolean;
}

/** Registers that a call leaves without a value. */
const SCRATCH = [1, 2, 3, 4, 5] as const;
const MAX_CALLEES = 3;
/** linux/bpf.h: ktime_get_ns, get_prandom_u32, get_smp_processor_id, which take nothing. */
const HELPERS = [5, 7, 8] as const;
/** Packet bytes that loads aim at. */
const NEAR = 31;

export class RawWriter extends Writer {
  readonly #others: readonly Weighted[];

  constructor(
    override readonly session: RawSession,
    area: StackArea,
    options: WriterOptions,
  ) {
    super(session, area, options);
    const anywhere: Weighted[] = [
      [2, () => this.#callHelper()],
      [session.packet ? 0 : 5, () => this.#callLocal()],
      [session.packet ? 25 : 0, () => this.#loadPacket()],
    ];
    this.#others = anywhere;
  }

  protected override others(): readonly Weighted[] {
    return this.#others;
  }

  /** r1 to r5 hold scalars again. */
  #refresh(): void {
    for (const dst of SCRATCH) {
      if (this.random.chance(0.4)) this.emit.emit('ldx64', { dst, src: REG.FP, off: this.inArea(8) });
      else this.emit.emit('mov64_reg', { dst, src: 0 });
    }
  }

  /** What a helper gives depends on the machine, so nothing is made of it. */
  #callHelper(): void {
    this.emit.emit('call_helper', { imm: this.random.pick(HELPERS) });
    this.constant(0);
    this.#refresh();
  }

  /** Calls a function that is written later. */
  #callLocal(): void {
    const { callees } = this.session;
    const later = callees.slice(this.index);
    let callee = later.length > 0 && this.random.chance(0.4) ? this.random.pick(later) : undefined;
    if (callee === undefined && callees.length < MAX_CALLEES) {
      callee = this.emit.label();
      callees.push(callee);
    }
    if (callee === undefined) return;
    if (this.session.wild && this.random.chance(0.4)) this.#callRegister(callee);
    else this.emit.to('call_local', callee);
    this.#refresh();
  }

  /** Through a register whose value neither caller nor callee shows: where a function lies is each engine's own. */
  #callRegister(callee: Label): void {
    const register = this.isEntry ? REG.CTX : 0;
    const row: OpName = register === 0 ? 'callx' : this.random.pick(['callx', 'callx_imm']);
    this.emit.to('lddw_code', callee, { dst: register });
    this.emit.emit(row, { dst: register });
  }

  #loadPacket(): void {
    const op = this.random.pick(PACKET_LOADS);
    const near = this.random.chance(0.95);
    const imm = near ? this.random.below(NEAR) : this.imm();
    const src = this.scalar();
    if (op.src === 'r' && near) this.emit.emit('and64_imm', { dst: src, imm: NEAR });
    this.emit.emit(op, { src, imm });
    this.#refresh();
  }
}
