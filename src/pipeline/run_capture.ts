/**
 * Runs a capture through a program: records come in batches from the reader, packets go through the engine in the same
 * batches, and sinks take them in order. A damaged capture is run up to the damage.
 */

import type { LoadedProgram } from '../engine/types.js';
import { hookOf } from '../hooks/index.js';
import type { CapturePacket, CaptureRecord } from '../packet/index.js';
import { MAX_PACKET_LENGTH } from '../runtime/batch.js';
import { type BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { type PacketContext, packetRunner } from './packet_runner.js';
import type { CaptureSink, PacketResult } from './sink.js';

export interface CaptureRun {
  readonly program: LoadedProgram;
  /** What `readCapture` gives. */
  readonly records: AsyncIterable<readonly CaptureRecord[]>;
  readonly sinks: readonly CaptureSink[];
  /** Packets to run at most. */
  readonly limit?: number;
  /** What the context of every packet says. */
  readonly context?: PacketContext;
  /** Stops the run after the batch at hand. */
  readonly signal?: AbortSignal;
  /** Called between batches with the packets run so far. */
  readonly onProgress?: (packets: number) => void;
}

export interface CaptureSummary {
  /** Packets read. */
  readonly packets: number;
  /** Of those, packets that the hook could not take for their length. */
  readonly notRun: number;
  /** From the first byte read to the last written. */
  readonly seconds: number;
  /** Why the capture ended before its end. */
  readonly damage?: BeeswaxError;
}

/**
 * @throws whatever the program's engine or a sink throws; damage of the capture is part of the summary, as everything
 * before it was run.
 */
export async function runCapture(run: CaptureRun): Promise<CaptureSummary> {
  const { program, sinks, limit = Number.POSITIVE_INFINITY, signal, onProgress } = run;
  const minimum = hookOf(program.type)?.minimumLength ?? 0;
  const start = performance.now();
  let packets = 0;
  let notRun = 0;
  let damage: BeeswaxError | undefined;

  const runner = packetRunner(program, run.context);
  const fits = ({ length }: CapturePacket): boolean => length >= minimum && length <= MAX_PACKET_LENGTH;
  const deliver = (packet: CapturePacket, result: PacketResult | undefined): void => {
    for (const sink of sinks) sink.packet(packet, packets, result);
    packets++;
  };
  /** Packets of impossible lengths are given to sinks in their place, between those that run. */
  const runPackets = (batch: readonly CapturePacket[]): void => {
    let from = 0;
    while (from < batch.length) {
      let to = from;
      while (to < batch.length && fits(batch[to] as CapturePacket)) to++;
      const runnable = from === 0 && to === batch.length ? batch : batch.slice(from, to);
      if (to > from) runner.run(runnable, (position, result) => deliver(runnable[position] as CapturePacket, result));
      for (; to < batch.length && !fits(batch[to] as CapturePacket); to++) {
        notRun++;
        deliver(batch[to] as CapturePacket, undefined);
      }
      from = to;
    }
  };

  try {
    for await (const records of run.records) {
      let waiting: CapturePacket[] = [];
      for (const record of records) {
        if (record.kind === 'packet') {
          if (packets + waiting.length < limit) waiting.push(record);
          continue;
        }
        runPackets(waiting);
        waiting = [];
        for (const sink of sinks) sink.record?.(record);
      }
      runPackets(waiting);
      for (const sink of sinks) await sink.drain?.();
      onProgress?.(packets);
      if (packets >= limit || signal?.aborted === true) break;
    }
  } catch (thrown) {
    if (
      !isBeeswaxError(thrown) ||
      !thrown.code.startsWith('BEESWAX_E_CAPTURE_') ||
      thrown.code === 'BEESWAX_E_CAPTURE_WRITE'
    )
      throw thrown;
    damage = thrown;
  } finally {
    runner.close();
  }
  for (const sink of sinks) await sink.finish?.();
  const seconds = (performance.now() - start) / 1000;
  return { packets, notRun, seconds, ...(damage === undefined ? {} : { damage }) };
}
