/** A program loaded into the Wasm engine: runs packets through its slot of the function table. */
import { BatchFlag } from '../abi/layout.js';
import type { ProgramType } from '../abi/program_types.js';
import type { Hook } from '../hooks/index.js';
import type { PacketInput, RunResult, TrapInfo } from '../model/frame.js';
import type { Program } from '../model/program.js';
import type { PlacedProgram } from '../runtime/address.js';
import { PacketBatch } from '../runtime/batch.js';
import type { Runtime } from '../runtime/runtime.js';
import { trapCode } from '../runtime/traps.js';
import { BeeswaxError } from '../util/errors.js';
import type { LoadedProgram, RepeatResult } from './types.js';

/** Packets that one entry into Wasm runs: V8 takes optimised code into use only between entries. */
const CHUNK = 256;
/** Runs of a repeated packet in one entry, and the time after which the event loop gets a turn, in milliseconds. */
const REPEAT_CHUNK = 128;
const TURN_AFTER = 4;

export class WasmProgram implements LoadedProgram {
  readonly name: string;
  readonly section: string;
  readonly type: ProgramType;
  readonly source: Program;
  #tier: 'interp' | 'jit' = 'interp';
  #ready: Promise<void> = Promise.resolve();
  #hold: () => void = () => {};
  #batch: PacketBatch | undefined;
  #closed = false;

  constructor(
    readonly runtime: Runtime,
    readonly placed: PlacedProgram,
    readonly hook: Hook,
  ) {
    const { program } = placed.verified;
    this.name = program.name;
    this.section = program.section;
    this.type = program.type;
    this.source = program;
  }

  get tier(): 'interp' | 'jit' {
    return this.#tier;
  }

  /** For the loader: which tier runs from now on. */
  swapped(tier: 'interp' | 'jit'): void {
    this.#tier = tier;
  }

  /** For the loader: what `ready()` waits for, and what keeps it going while somebody waits. */
  awaiting(ready: Promise<void>, hold: () => void): void {
    this.#ready = ready;
    this.#hold = hold;
  }

  ready(): Promise<void> {
    this.#hold();
    return this.#ready;
  }

  get closed(): boolean {
    return this.#closed;
  }

  run(packet: Uint8Array | PacketInput): RunResult {
    return this.runBatch([packet])[0] as RunResult;
  }

  runBatch(packets: readonly (Uint8Array | PacketInput)[]): RunResult[] {
    const batch = this.#ownBatch();
    const results: RunResult[] = [];
    const flush = (): void => {
      this.runInto(batch);
      for (let index = 0; index < batch.count; index++) results.push(this.result(batch, index));
      batch.clear();
    };
    batch.clear();
    for (const packet of packets) {
      if (this.add(batch, packet)) continue;
      flush();
      this.add(batch, packet);
    }
    flush();
    return results;
  }

  /** A batch for `runInto`, to be closed by the caller. */
  createBatch(capacity?: number): PacketBatch {
    return new PacketBatch(this.runtime, capacity, this.hook);
  }

  /** Adds a packet to a batch as this program's hook takes it; false when the batch is full. */
  add(batch: PacketBatch, packet: Uint8Array | PacketInput): boolean {
    return packet instanceof Uint8Array ? batch.add(packet) : batch.add(packet.data, packet);
  }

  /** Runs all packets of a batch in place; read the verdicts from the batch. */
  runInto(batch: PacketBatch, flags: BatchFlag | 0 = 0): void {
    this.#open();
    this.runtime.timers.run();
    this.runtime.exports.run_batch(this.placed.index, batch.descriptors, batch.count, flags);
    this.runtime.wakeups.dispatch();
    this.runtime.host.rethrow();
  }

  async test(packet: Uint8Array | PacketInput, repeat: number): Promise<RepeatResult> {
    await this.ready();
    this.#open();
    const batch = this.#ownBatch();
    batch.clear();
    this.add(batch, packet);
    let elapsed = 0;
    let turn = performance.now();
    for (let done = 0; done < repeat; ) {
      const runs = Math.min(REPEAT_CHUNK, repeat - done);
      const flags = BatchFlag.REPEAT | (done + runs < repeat ? BatchFlag.MORE : 0);
      const start = performance.now();
      this.runtime.exports.run_batch(this.placed.index, batch.descriptors, runs, flags);
      const end = performance.now();
      elapsed += end - start;
      done += runs;
      if (end - turn > TURN_AFTER) {
        await new Promise<void>((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
    }
    this.runtime.wakeups.dispatch();
    this.runtime.host.rethrow();
    return { ...this.result(batch, 0), repeat, nsPerRun: (elapsed * 1e6) / repeat };
  }

  /** What packet `index` of a batch that was run became. */
  result(batch: PacketBatch, index: number): RunResult {
    const trap = batch.trapCode(index) === 0 ? undefined : this.#trapInfo(batch, index);
    const retval = trap === undefined ? batch.retval(index) : this.hook.abort;
    const redirect = batch.redirect(index);
    const context = batch.context(index);
    return {
      retval,
      action: this.hook.verdict(retval),
      packet: batch.packet(index),
      metaLength: batch.metaLength(index),
      ...(context === undefined ? {} : { context }),
      ...(redirect === undefined ? {} : { redirect }),
      ...(trap === undefined ? {} : { trap }),
    };
  }

  close(): void {
    this.#batch?.close();
    this.#batch = undefined;
    this.#closed = true;
  }

  #trapInfo(batch: PacketBatch, index: number): TrapInfo {
    const { code, program, pc, value } = batch.trap(index);
    return { code: trapCode(code), program: this.runtime.programs.name(program), pc, value };
  }

  #ownBatch(): PacketBatch {
    this.#open();
    this.#batch ??= this.createBatch(CHUNK);
    return this.#batch;
  }

  /** Batches and the worker's state are in use while a callback runs. */
  #open(): void {
    if (this.runtime.host.busy) throw new BeeswaxError('BEESWAX_E_REENTRY', { program: this.name });
    if (this.#closed) throw new BeeswaxError('BEESWAX_E_ENGINE_CLOSED', { what: `program ${this.name}` });
  }
}
