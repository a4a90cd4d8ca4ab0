/**
 * Writes pcap: one link type, no options, times in micro- or nanoseconds. Blocks and options of a pcapng capture have
 * no place in it and are left out.
 */
import { BeeswaxError } from '../util/errors.js';
import type {
  ByteOrder,
  CaptureInterface,
  CapturePacket,
  CaptureRecord,
  CaptureSection,
  PcapHeader,
} from './capture.js';
import type { CaptureEncoder, NewInterface, NewPacket, PacketChanges } from './capture_encoder.js';
import { ChunkBuffer } from './chunk_buffer.js';
import { LINKTYPE_ETHERNET, linkTypeName } from './link_types.js';
import {
  linkTypeFieldOf,
  MAX_PACKET_LENGTH,
  PCAP_HEADER_LENGTH,
  PCAP_MAGIC_MICRO,
  PCAP_MAGIC_NANO,
  PCAP_RECORD_HEADER_LENGTH,
} from './pcap_format.js';
import { fromNanoseconds, MICROSECOND_RESOLUTION, NANOSECOND_RESOLUTION, resolutionOf } from './timestamp.js';

export interface PcapOptions {
  readonly byteOrder?: ByteOrder;
  /** By default, nanoseconds if the first interface's times are finer than microseconds. */
  readonly nanoseconds?: boolean;
}

const unwritable = (problem: string): BeeswaxError => new BeeswaxError('BEESWAX_E_CAPTURE_WRITE', { problem });

const SECONDS_LIMIT = 1n << 32n;

export class PcapEncoder implements CaptureEncoder {
  private readonly out = new ChunkBuffer();
  private little: boolean;
  /** The header's link type field; undefined until the first interface came, and the header was written. */
  private linkTypeField: number | undefined;
  private nanoseconds = false;
  private interfaceCount = 0;
  private source: PcapHeader | undefined;

  constructor(private readonly options: PcapOptions = {}) {
    this.little = options.byteOrder !== 'big';
  }

  get pending(): number {
    return this.out.length;
  }

  take(): Uint8Array {
    return this.out.take();
  }

  addInterface(description: NewInterface): number {
    const { linkType = LINKTYPE_ETHERNET, snapLength = 0, tsresol = 9 } = description;
    const fine = resolutionOf(tsresol).ticksPerSecond > MICROSECOND_RESOLUTION.ticksPerSecond;
    this.describe(linkType, snapLength, fine);
    this.interfaceCount += 1;
    return this.interfaceCount - 1;
  }

  addPacket(packet: NewPacket): void {
    if (this.linkTypeField === undefined) this.addInterface({});
    this.writeAt(packet.timestamp, packet.data, packet.originalLength ?? packet.data.length);
  }

  copy(record: CaptureRecord, changes: PacketChanges = {}): void {
    if (record.kind === 'section') this.copySection(record);
    else if (record.kind === 'interface') this.copyInterface(record);
    else if (record.kind === 'packet') this.copyPacket(record, changes);
  }

  private copySection(section: CaptureSection): void {
    if (section.pcap === undefined || this.linkTypeField !== undefined) return;
    this.source = section.pcap;
    if (this.options.byteOrder === undefined) this.little = section.byteOrder === 'little';
  }

  private copyInterface({ linkType, fcsLength, snapLength, resolution }: CaptureInterface): void {
    const fine = resolution.ticksPerSecond > MICROSECOND_RESOLUTION.ticksPerSecond;
    this.describe(this.source?.linkTypeField ?? linkTypeFieldOf(linkType, fcsLength), snapLength, fine);
    this.interfaceCount += 1;
  }

  private copyPacket(packet: CapturePacket, changes: PacketChanges): void {
    const data = changes.data ?? packet.data;
    const originalLength = changes.originalLength ?? packet.originalLength;
    const { resolution } = packet.captureInterface;
    const own = this.nanoseconds ? NANOSECOND_RESOLUTION : MICROSECOND_RESOLUTION;
    if (packet.form === 'pcap' && resolution.ticksPerSecond === own.ticksPerSecond) {
      this.writeRecord(packet.timestampHigh, packet.timestampLow, data, originalLength);
    } else {
      this.writeAt(packet.timestamp ?? 0n, data, originalLength);
    }
  }

  /** Writes the header for the first interface; a later one must be of the same link type. */
  private describe(linkTypeField: number, snapLength: number, fine: boolean): void {
    if (this.linkTypeField !== undefined) {
      if ((this.linkTypeField & 0xffff) === (linkTypeField & 0xffff)) return;
      const [first, second] = [this.linkTypeField, linkTypeField].map((field) => linkTypeName(field & 0xffff));
      throw unwritable(`a pcap file holds one link type, but there are ${first} and ${second}`);
    }
    this.linkTypeField = linkTypeField;
    this.nanoseconds = this.options.nanoseconds ?? fine;
    const { source, little } = this;
    const at = this.out.reserve(PCAP_HEADER_LENGTH);
    const { view } = this.out;
    view.setUint32(at, this.nanoseconds ? PCAP_MAGIC_NANO : PCAP_MAGIC_MICRO, little);
    view.setUint16(at + 4, 2, little);
    view.setUint16(at + 6, 4, little);
    view.setInt32(at + 8, source?.thisZone ?? 0, little);
    view.setUint32(at + 12, source?.sigFigs ?? 0, little);
    view.setUint32(at + 16, source?.snapLength ?? (snapLength || MAX_PACKET_LENGTH), little);
    view.setUint32(at + 20, linkTypeField, little);
  }

  private writeAt(timestamp: bigint, data: Uint8Array, originalLength: number): void {
    const resolution = this.nanoseconds ? NANOSECOND_RESOLUTION : MICROSECOND_RESOLUTION;
    const ticks = fromNanoseconds(timestamp, resolution);
    const seconds = ticks / resolution.ticksPerSecond;
    if (ticks < 0n || seconds >= SECONDS_LIMIT) {
      throw unwritable(`the time ${timestamp} ns lies outside 1970 to 2106, which pcap can hold`);
    }
    this.writeRecord(Number(seconds), Number(ticks % resolution.ticksPerSecond), data, originalLength);
  }

  private writeRecord(seconds: number, fraction: number, data: Uint8Array, originalLength: number): void {
    const { out, little } = this;
    const at = out.reserve(PCAP_RECORD_HEADER_LENGTH + data.length);
    const { view } = out;
    view.setUint32(at, seconds, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, data.length, little);
    view.setUint32(at + 12, originalLength, little);
    out.bytes.set(data, at + PCAP_RECORD_HEADER_LENGTH);
  }
}
