/**
 * What a capture holds, as data: sections, interfaces, packets and other blocks, in the order of the file. Readers
 * make these records and writers take them; a pcap file appears as one section with one interface.
 */
import { readOptions } from './options.js';
import { type TimestampResolution, ticksOf, toNanoseconds } from './timestamp.js';

export type ByteOrder = 'little' | 'big';
export type CaptureFormat = 'pcap' | 'pcapng';

/** An option of a block: its code and the bytes of its value, without padding, in the section's byte order. */
export interface CaptureOption {
  readonly code: number;
  readonly value: Uint8Array;
}

/** What only a pcap file header says. */
export interface PcapHeader {
  /** GMT to local correction in seconds; 0 in practice. */
  readonly thisZone: number;
  readonly sigFigs: number;
  /** Of all packets. */
  readonly snapLength: number;
  /** The whole field: link type in the low half, FCS information above. */
  readonly linkTypeField: number;
  readonly nanoseconds: boolean;
}

/** The start of a section (pcapng's SHB), or the file header of a pcap. */
export interface CaptureSection {
  readonly kind: 'section';
  readonly format: CaptureFormat;
  readonly byteOrder: ByteOrder;
  readonly major: number;
  readonly minor: number;
  readonly options: readonly CaptureOption[];
  /** The option area as the file has it, to be written again unchanged. */
  readonly optionBytes: Uint8Array;
  /** Only of a pcap. */
  readonly pcap?: PcapHeader;
  /** Byte offset in the (uncompressed) file. */
  readonly blockOffset: number;
}

/** An interface that packets were captured on (pcapng's IDB). */
export interface CaptureInterface {
  readonly kind: 'interface';
  /** Index within its section. */
  readonly id: number;
  readonly byteOrder: ByteOrder;
  /** A LINKTYPE_ value. */
  readonly linkType: number;
  /** Longest captured length in bytes; 0 means no limit. */
  readonly snapLength: number;
  readonly resolution: TimestampResolution;
  /** Length of the frame check sequence at the end of each packet, in bytes, where the file says it. */
  readonly fcsLength?: number;
  readonly name?: string;
  readonly description?: string;
  /** Bits per second. */
  readonly speed?: bigint;
  readonly options: readonly CaptureOption[];
  /** The whole block of a pcapng file, to be written again unchanged. */
  readonly raw?: Uint8Array;
  readonly blockOffset: number;
}

/** Any other block: name resolution, statistics, secrets, custom and unknown ones. Its bytes are kept whole. */
export interface CaptureBlock {
  readonly kind: 'block';
  readonly type: number;
  readonly byteOrder: ByteOrder;
  /** The whole block with its type and both lengths. */
  readonly raw: Uint8Array;
  readonly blockOffset: number;
}

/** Which structure of the file a packet came in: EPB, SPB and the obsolete PB of pcapng, or a pcap record. */
export type PacketForm = 'enhanced' | 'simple' | 'obsolete' | 'pcap';

/**
 * A packet of a capture. It refers to the chunk that it was read from; the view, the time and the options are made
 * when asked for, so that reading costs nothing for what nobody looks at.
 */
export class CapturePacket {
  readonly kind = 'packet';

  constructor(
    readonly form: PacketForm,
    readonly captureInterface: CaptureInterface,
    /** The chunk that holds the packet. */
    readonly chunk: Uint8Array,
    /** Where in the chunk its block starts, and how long that is. */
    readonly blockStart: number,
    readonly blockLength: number,
    /** Where in the chunk its bytes start. */
    readonly start: number,
    /** Bytes captured. */
    readonly length: number,
    /** Bytes on the wire. */
    readonly originalLength: number,
    /** As in the file: the upper half of the ticks, or the seconds of a pcap record. */
    readonly timestampHigh: number,
    /** As in the file: the lower half of the ticks, or the fraction of a pcap record. */
    readonly timestampLow: number,
    /** Byte offset of the block in the (uncompressed) file. */
    readonly blockOffset: number,
  ) {}

  /** The captured bytes: a view into the chunk. */
  get data(): Uint8Array {
    return this.chunk.subarray(this.start, this.start + this.length);
  }

  /** Index of its interface within the section. */
  get interfaceId(): number {
    return this.captureInterface.id;
  }

  /** Nanoseconds since 1970 (UTC); undefined for a simple packet block, which has no time. */
  get timestamp(): bigint | undefined {
    const ticks = this.ticks;
    return ticks === undefined ? undefined : toNanoseconds(ticks, this.captureInterface.resolution);
  }

  /** The time in the file's own units, of which `interface.resolution.ticksPerSecond` make a second. */
  get ticks(): bigint | undefined {
    if (this.form === 'simple') return undefined;
    if (this.form !== 'pcap') return ticksOf(this.timestampHigh, this.timestampLow);
    return BigInt(this.timestampHigh) * this.captureInterface.resolution.ticksPerSecond + BigInt(this.timestampLow);
  }

  /** The option area as the file has it, with its end mark if there is one; empty where the form has no options. */
  get optionBytes(): Uint8Array {
    if (this.form === 'pcap' || this.form === 'simple') return this.chunk.subarray(0, 0);
    const end = this.blockStart + this.blockLength - 4;
    return this.chunk.subarray(Math.min(end, this.start + ((this.length + 3) & ~3)), end);
  }

  get options(): CaptureOption[] {
    return readOptions(this.optionBytes, this.captureInterface.byteOrder === 'little');
  }

  /** The whole block or record, header included. */
  get raw(): Uint8Array {
    return this.chunk.subarray(this.blockStart, this.blockStart + this.blockLength);
  }
}

export type CaptureRecord = CaptureSection | CaptureInterface | CapturePacket | CaptureBlock;
