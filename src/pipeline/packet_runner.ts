/**
 * Runs packets through a program without an object or a copy a packet where the engine allows: the Wasm engine's
 * results are read in place, other engines' as they come.
 */
import { WasmProgram } from '../engine/program.js';
import type { LoadedProgram } from '../engine/types.js';
import type { PacketInput, RedirectTarget, RunResult, TrapInfo } from '../model/frame.js';
import type { CapturePacket } from '../packet/index.js';
import type { PacketBatch } from '../runtime/batch.js';
import type { PacketResult } from './sink.js';

export type PacketContext = Omit<PacketInput, 'data'>;
/** Takes packet `position` of those that were run; the result holds during the call. */
export type Visit = (position: number, result: PacketResult) => void;

export interface PacketRunner {
  /** Runs packets, all of lengths that the hook takes, and visits each in order. */
  run(packets: readonly CapturePacket[], visit: Visit): void;
  close(): void;
}

export function packetRunner(program: LoadedProgram, context: PacketContext | undefined): PacketRunner {
  return program instanceof WasmProgram ? new InPlaceRunner(program, context) : new CopyingRunner(program, context);
}

class CopyingRunner implements PacketRunner {
  constructor(
    private readonly program: LoadedProgram,
    private readonly context: PacketContext | undefined,
  ) {}

  run(packets: readonly CapturePacket[], visit: Visit): void {
    const { context } = this;
    // A capture's packet is an engine's input as it is; only with more to say is another object needed.
    const inputs = context === undefined ? packets : packets.map(({ data }) => ({ data, ...context }));
    this.program.runBatch(inputs).forEach((result, position) => {
      visit(position, result);
    });
  }

  close(): void {}
}

/** Packets that one entry into Wasm runs: V8 takes optimised code into use only between entries. */
const CHUNK = 256;

class InPlaceRunner implements PacketRunner {
  readonly #batch: PacketBatch;
  readonly #view: ResultView;

  constructor(
    private readonly program: WasmProgram,
    private readonly context: PacketContext | undefined,
  ) {
    this.#batch = program.createBatch(CHUNK);
    this.#view = new ResultView(program, this.#batch);
  }

  run(packets: readonly CapturePacket[], visit: Visit): void {
    const { context, program } = this;
    const batch = this.#batch;
    let first = 0;
    const flush = (): void => {
      program.runInto(batch);
      const { count } = batch;
      for (let index = 0; index < count; index++) {
        this.#view.index = index;
        visit(first + index, this.#view);
      }
      first += count;
      batch.clear();
    };
    for (const { data } of packets) {
      if (batch.add(data, context)) continue;
      flush();
      batch.add(data, context);
    }
    if (batch.count > 0) flush();
  }

  close(): void {
    this.#batch.close();
  }
}

/** The result of one packet of a batch after the other, read when asked for. */
class ResultView implements PacketResult {
  index = 0;

  constructor(
    private readonly program: WasmProgram,
    private readonly batch: PacketBatch,
  ) {}

  get retval(): number {
    return this.batch.trapCode(this.index) === 0 ? this.batch.retval(this.index) : this.program.hook.abort;
  }

  get action(): string {
    return this.program.hook.verdict(this.retval);
  }

  get metaLength(): number {
    return this.batch.metaLength(this.index);
  }

  get packet(): Uint8Array {
    return this.metaLength === 0 ? this.batch.dataView(this.index) : this.batch.packet(this.index);
  }

  get redirect(): RedirectTarget | undefined {
    return this.batch.redirect(this.index);
  }

  get trap(): TrapInfo | undefined {
    if (this.batch.trapCode(this.index) === 0) return undefined;
    const result: RunResult = this.program.result(this.batch, this.index);
    return result.trap;
  }
}
