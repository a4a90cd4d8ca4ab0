/** What a writer of captures offers, whatever the format: records in, chunks of bytes out. */
import type { CaptureRecord } from './capture.js';

/** What a program decided on a packet, as pcapng's epb_verdict holds it. */
export interface PacketVerdict {
  readonly hook: 'xdp' | 'tc';
  /** XDP_… or TC_ACT_…, as the program returned it. */
  readonly value: number | bigint;
}

/** What may be written beside a packet. pcap has room for none of it but `data` and `originalLength`. */
export interface PacketAnnotations {
  readonly verdict?: PacketVerdict;
  /** Receive queue. */
  readonly queue?: number;
  /** The same number on packets that are one packet, seen at several interfaces. */
  readonly packetId?: bigint;
  readonly comments?: readonly string[];
  /** pcapng's epb_flags word: direction in bits 0 and 1 (1 in, 2 out), reception, FCS length, errors. */
  readonly flags?: number;
}

/** Changes made to a packet while a capture is copied; what is left out stays as it was. */
export interface PacketChanges extends PacketAnnotations {
  readonly data?: Uint8Array;
  readonly originalLength?: number;
  /** An interface of the output. */
  readonly interfaceId?: number;
}

/** A packet that comes from no capture. */
export interface NewPacket extends PacketAnnotations {
  readonly data: Uint8Array;
  /** Nanoseconds since 1970. */
  readonly timestamp: bigint;
  readonly originalLength?: number;
  readonly interfaceId?: number;
}

/** An interface that comes from no capture. */
export interface NewInterface {
  /** A LINKTYPE_ value; Ethernet by default. */
  readonly linkType?: number;
  /** 0, the default, means no limit. */
  readonly snapLength?: number;
  readonly name?: string;
  readonly description?: string;
  /** Bits per second. */
  readonly speed?: bigint;
  /** The if_tsresol octet; 9, nanoseconds, by default. */
  readonly tsresol?: number;
}

export interface CaptureEncoder {
  /** Bytes encoded and not yet taken. */
  readonly pending: number;
  /** The encoded bytes since the last call, which are the caller's from then on. */
  take(): Uint8Array;
  /** Adds an interface and returns its id. */
  addInterface(description: NewInterface): number;
  /** Adds a packet. @throws BeeswaxError BEESWAX_E_CAPTURE_WRITE if the format has no place for it */
  addPacket(packet: NewPacket): void;
  /** Adds a record of a capture, a packet with changes. @throws BeeswaxError BEESWAX_E_CAPTURE_WRITE */
  copy(record: CaptureRecord, changes?: PacketChanges): void;
}

/** Chunks of about this size are worth a write. */
const CHUNK = 64 * 1024;

/** Copies batches of records through an encoder: the chunks of the output. */
export async function* encodeCapture(
  batches: AsyncIterable<readonly CaptureRecord[]> | Iterable<readonly CaptureRecord[]>,
  encoder: CaptureEncoder,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const batch of batches) {
    for (const record of batch) encoder.copy(record);
    if (encoder.pending >= CHUNK) yield encoder.take();
  }
  if (encoder.pending > 0) yield encoder.take();
}

/** Writes an encoder's chunks to a web stream, waiting for the stream where it asks to. */
export class CaptureWriter {
  private readonly writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(
    sink: WritableStream<Uint8Array>,
    readonly encoder: CaptureEncoder,
  ) {
    this.writer = sink.getWriter();
  }

  /** Hands over what was encoded, if it is worth a write. */
  async drain(): Promise<void> {
    if (this.encoder.pending >= CHUNK) await this.flush();
  }

  /** Hands over whatever was encoded. */
  async flush(): Promise<void> {
    await this.writer.ready;
    if (this.encoder.pending > 0) await this.writer.write(this.encoder.take());
  }

  async close(): Promise<void> {
    await this.flush();
    await this.writer.close();
  }

  /** Gives up: the sink is told why. */
  async abort(reason: unknown): Promise<void> {
    await this.writer.abort(reason);
  }
}
