/**
 * Writes the packets of a run into a capture: each packet as the program left it, with verdict and queue where the
 * format has room, the rest of the capture unchanged.
 */
import type { ProgramType } from '../abi/program_types.js';
import type { CaptureEncoder, CapturePacket, CaptureRecord, PacketChanges, PacketVerdict } from '../packet/index.js';
import type { ByteSink, CaptureSink, PacketResult } from './sink.js';

/** Bytes that are worth a write. */
const CHUNK = 64 * 1024;

/** The hooks whose verdicts pcapng has a place for. */
const VERDICT_HOOKS: Partial<Record<ProgramType, PacketVerdict['hook']>> = { xdp: 'xdp', tc: 'tc' };

export interface CaptureSinkOptions {
  readonly encoder: CaptureEncoder;
  readonly bytes: ByteSink;
  readonly type: ProgramType;
  /** Receive queue that the context said, written beside each packet. */
  readonly queue?: number;
  /** A comment for a packet: the source line of a trap, say. */
  readonly comment?: (result: PacketResult) => string | undefined;
}

export class CaptureFileSink implements CaptureSink {
  readonly #hook: PacketVerdict['hook'] | undefined;

  constructor(private readonly options: CaptureSinkOptions) {
    this.#hook = VERDICT_HOOKS[options.type];
  }

  record(record: CaptureRecord): void {
    this.options.encoder.copy(record);
  }

  packet(packet: CapturePacket, _index: number, result: PacketResult | undefined): void {
    const { encoder } = this.options;
    if (result === undefined) encoder.copy(packet);
    else encoder.copy(packet, this.#changes(packet, result));
  }

  async drain(): Promise<void> {
    const { encoder, bytes } = this.options;
    if (encoder.pending >= CHUNK) await bytes.write(encoder.take());
  }

  async finish(): Promise<void> {
    const { encoder, bytes } = this.options;
    if (encoder.pending > 0) await bytes.write(encoder.take());
    await bytes.close();
  }

  #changes(packet: CapturePacket, result: PacketResult): PacketChanges {
    const { queue, comment } = this.options;
    const data = result.metaLength === 0 ? result.packet : result.packet.subarray(result.metaLength);
    const note = comment?.(result);
    return {
      data,
      // Bytes that the capture had cut off are still on the wire behind a packet that grew or shrank.
      originalLength: packet.originalLength + data.length - packet.length,
      ...(this.#hook === undefined ? {} : { verdict: { hook: this.#hook, value: result.retval } }),
      ...(queue === undefined ? {} : { queue }),
      ...(note === undefined ? {} : { comments: [note] }),
    };
  }
}
