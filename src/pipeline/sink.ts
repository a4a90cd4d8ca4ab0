/** What takes the packets of a capture run, one after the other, with what the program made of them. */
import type { RedirectTarget, TrapInfo } from '../model/frame.js';
import type { CaptureBlock, CaptureInterface, CapturePacket, CaptureSection } from '../packet/index.js';

/** Where bytes go: a file, stdout, a stream. */
export interface ByteSink {
  /** Resolves when the sink is done with the bytes, which may change from then on. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when all bytes are where they go. */
  close(): Promise<void>;
}

/** What a program made of a packet, as `RunResult`; it holds only during the call that gives it. */
export interface PacketResult {
  readonly retval: number;
  readonly action: string;
  /** [data_meta, data_end): may be a view into the engine's memory. */
  readonly packet: Uint8Array;
  readonly metaLength: number;
  readonly redirect?: RedirectTarget | undefined;
  readonly trap?: TrapInfo | undefined;
}

export interface CaptureSink {
  /** Something of the capture that is no packet, in the order of the file. */
  record?(record: CaptureSection | CaptureInterface | CaptureBlock): void;
  /**
   * A packet.
   *
   * @param index its number in the capture, from 0
   * @param result undefined when the packet could not be run for its length
   */
  packet(packet: CapturePacket, index: number, result: PacketResult | undefined): void;
  /** Called between batches: resolves when the sink can take more. */
  drain?(): Promise<void>;
  /** Called once after the last packet, also when the capture ended in damage. */
  finish?(): Promise<void>;
}
