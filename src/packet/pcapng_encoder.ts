/**
 * Writes pcapng. A copied section keeps its byte order, so that its options and unknown blocks stay byte for byte what
 * they were; a packet gets what is said of it (verdict, queue, id, comments) as options beside those it had. A simple
 * or obsolete packet block that gets some becomes an enhanced one (at time 0 if it was simple, which has no time).
 */
import { BeeswaxError } from '../util/errors.js';
import { annotatedSize, commentValues, replacesOption, writeAnnotated } from './annotations.js';
import type {
  ByteOrder,
  CaptureInterface,
  CaptureOption,
  CapturePacket,
  CaptureRecord,
  CaptureSection,
} from './capture.js';
import type { CaptureEncoder, NewInterface, NewPacket, PacketAnnotations, PacketChanges } from './capture_encoder.js';
import { ChunkBuffer } from './chunk_buffer.js';
import { LINKTYPE_ETHERNET } from './link_types.js';
import { OPTION, optionsSize, readOptions, textValue, uint64Value, writeOptions } from './options.js';
import { BLOCK, BYTE_ORDER_MAGIC, PACKET_OFFSET } from './pcapng_format.js';
import { fromNanoseconds, resolutionOf, type TimestampResolution } from './timestamp.js';

/** What is known of an interface of the output. */
interface OutputInterface {
  readonly resolution: TimestampResolution;
}

/** What a section says of itself. */
export interface SectionDescription {
  readonly byteOrder?: ByteOrder;
  readonly hardware?: string;
  readonly os?: string;
  readonly application?: string;
  readonly comments?: readonly string[];
}

/** The obsolete packet block's "unknown number of drops". */
const DROPS_UNKNOWN = 0xffff;
const NANOSECOND_OCTET = 9;
const TICKS_LIMIT = 1n << 64n;
const NO_OPTIONS: readonly CaptureOption[] = [];
const NO_ANNOTATIONS: PacketAnnotations = {};

const unwritable = (problem: string): BeeswaxError => new BeeswaxError('BEESWAX_E_CAPTURE_WRITE', { problem });

export class PcapngEncoder implements CaptureEncoder {
  private readonly out = new ChunkBuffer();
  private little = true;
  private inSection = false;
  private interfaces: OutputInterface[] = [];

  /** @param description of the section that begins when anything else than a section is written first */
  constructor(private readonly description: SectionDescription = {}) {}

  get pending(): number {
    return this.out.length;
  }

  take(): Uint8Array {
    return this.out.take();
  }

  /** Begins a section; interfaces count from 0 again. */
  addSection(description: SectionDescription = this.description): void {
    this.little = description.byteOrder !== 'big';
    this.writeSection(sectionOptions(description), 1, 0);
  }

  addInterface(description: NewInterface): number {
    this.ensureSection();
    const { linkType = LINKTYPE_ETHERNET, snapLength = 0, tsresol = NANOSECOND_OCTET } = description;
    const options: CaptureOption[] = [];
    if (description.name !== undefined) options.push({ code: OPTION.IF_NAME, value: textValue(description.name) });
    if (description.description !== undefined) {
      options.push({ code: OPTION.IF_DESCRIPTION, value: textValue(description.description) });
    }
    if (description.speed !== undefined) {
      options.push({ code: OPTION.IF_SPEED, value: uint64Value(description.speed, this.little) });
    }
    options.push({ code: OPTION.IF_TSRESOL, value: Uint8Array.of(tsresol) });
    return this.writeInterface(linkType, snapLength, options, resolutionOf(tsresol));
  }

  addPacket(packet: NewPacket): void {
    const { data, interfaceId = 0 } = packet;
    const ticks = fromNanoseconds(packet.timestamp, this.interfaceAt(interfaceId).resolution);
    if (ticks < 0n || ticks >= TICKS_LIMIT) throw unwritable(`the time ${packet.timestamp} ns does not fit 64 bits`);
    const high = Number(ticks >> 32n);
    const low = Number(ticks & 0xffff_ffffn);
    this.writePacket(interfaceId, high, low, data, packet.originalLength ?? data.length, NO_OPTIONS, packet);
  }

  copy(record: CaptureRecord, changes?: PacketChanges): void {
    switch (record.kind) {
      case 'section':
        this.copySection(record);
        break;
      case 'interface':
        this.copyInterface(record);
        break;
      case 'packet':
        this.copyPacket(record, changes);
        break;
      case 'block':
        this.ensureSection();
        this.requireOrder(record.byteOrder, 'a block');
        this.out.append(record.raw);
    }
  }

  private ensureSection(): void {
    if (!this.inSection) this.addSection();
  }

  private requireOrder(order: ByteOrder, what: string): void {
    if ((order === 'little') === this.little) return;
    throw unwritable(`${what} of a ${order}-endian section cannot go into a section of the other byte order`);
  }

  private interfaceAt(id: number): OutputInterface {
    const found = this.interfaces[id];
    if (found === undefined) throw unwritable(`the packet's interface ${id} was not described`);
    return found;
  }

  private copySection(section: CaptureSection): void {
    if (section.format === 'pcap') {
      this.addSection();
      return;
    }
    this.little = section.byteOrder === 'little';
    this.writeSection(section.optionBytes, section.major, section.minor);
  }

  private copyInterface(captured: CaptureInterface): void {
    this.ensureSection();
    const { raw, resolution, fcsLength } = captured;
    if (raw !== undefined) {
      this.requireOrder(captured.byteOrder, 'an interface description');
      this.out.append(raw);
      this.interfaces.push({ resolution });
      return;
    }
    const options: CaptureOption[] = [{ code: OPTION.IF_TSRESOL, value: Uint8Array.of(resolution.octet) }];
    if (fcsLength !== undefined) options.push({ code: OPTION.IF_FCSLEN, value: Uint8Array.of(fcsLength) });
    this.writeInterface(captured.linkType, captured.snapLength, options, resolution);
  }

  private copyPacket(packet: CapturePacket, changes?: PacketChanges): void {
    const { form, captureInterface } = packet;
    if (form !== 'pcap') this.requireOrder(captureInterface.byteOrder, 'a packet');
    if (changes === undefined && form !== 'pcap') {
      this.interfaceAt(packet.interfaceId);
      this.out.append(packet.raw);
      return;
    }
    const interfaceId = changes?.interfaceId ?? packet.interfaceId;
    const data = changes?.data ?? packet.data;
    const originalLength = changes?.originalLength ?? packet.originalLength;
    const { resolution } = this.interfaceAt(interfaceId);
    let high = packet.timestampHigh;
    let low = packet.timestampLow;
    const same =
      resolution.ticksPerSecond === captureInterface.resolution.ticksPerSecond &&
      resolution.offsetSeconds === captureInterface.resolution.offsetSeconds;
    if (form !== 'simple' && (form === 'pcap' || !same)) {
      const ticks = same ? (packet.ticks as bigint) : fromNanoseconds(packet.timestamp as bigint, resolution);
      high = Number(BigInt.asUintN(32, ticks >> 32n));
      low = Number(BigInt.asUintN(32, ticks));
    }
    const kept = changes === undefined ? NO_OPTIONS : this.keptOptions(packet, changes);
    this.writePacket(interfaceId, high, low, data, originalLength, kept, changes ?? NO_ANNOTATIONS);
  }

  /** The options that a packet had, less those that the annotations replace. */
  private keptOptions(packet: CapturePacket, changes: PacketAnnotations): readonly CaptureOption[] {
    const area = packet.optionBytes;
    const kept =
      area.length === 0 ? [] : readOptions(area, this.little).filter(({ code }) => !replacesOption(changes, code));
    if (packet.form === 'obsolete') {
      const view = new DataView(packet.chunk.buffer, packet.chunk.byteOffset + packet.blockStart, PACKET_OFFSET);
      const drops = view.getUint16(10, this.little);
      if (drops !== DROPS_UNKNOWN) {
        kept.push({ code: OPTION.EPB_DROPCOUNT, value: uint64Value(BigInt(drops), this.little) });
      }
    }
    return kept;
  }

  private writeSection(options: Uint8Array | readonly CaptureOption[], major: number, minor: number): void {
    const { out } = this;
    const raw = options instanceof Uint8Array;
    const size = 28 + (raw ? options.length : optionsSize(options));
    const at = this.openBlock(BLOCK.SECTION, size);
    out.view.setUint32(at + 8, BYTE_ORDER_MAGIC, this.little);
    out.view.setUint16(at + 12, major, this.little);
    out.view.setUint16(at + 14, minor, this.little);
    // What follows is streamed, so that its length is not known: all ones say so.
    out.view.setBigInt64(at + 16, -1n, this.little);
    if (raw) out.bytes.set(options, at + 24);
    else writeOptions(out.bytes, out.view, at + 24, options, this.little);
    this.inSection = true;
    this.interfaces = [];
  }

  private writeInterface(
    linkType: number,
    snapLength: number,
    options: readonly CaptureOption[],
    resolution: TimestampResolution,
  ): number {
    const { out } = this;
    const at = this.openBlock(BLOCK.INTERFACE, 20 + optionsSize(options));
    out.view.setUint16(at + 8, linkType, this.little);
    out.view.setUint32(at + 12, snapLength, this.little);
    writeOptions(out.bytes, out.view, at + 16, options, this.little);
    this.interfaces.push({ resolution });
    return this.interfaces.length - 1;
  }

  private writePacket(
    interfaceId: number,
    high: number,
    low: number,
    data: Uint8Array,
    originalLength: number,
    kept: readonly CaptureOption[],
    annotations: PacketAnnotations,
  ): void {
    const { out, little } = this;
    const padded = (data.length + 3) & ~3;
    const comments = commentValues(annotations);
    const optionsSize = annotatedSize(kept, annotations, comments);
    const at = this.openBlock(BLOCK.ENHANCED_PACKET, PACKET_OFFSET + padded + optionsSize + 4);
    const { bytes, view } = out;
    view.setUint32(at + 8, interfaceId, little);
    view.setUint32(at + 12, high, little);
    view.setUint32(at + 16, low, little);
    view.setUint32(at + 20, data.length, little);
    view.setUint32(at + 24, originalLength, little);
    bytes.set(data, at + PACKET_OFFSET);
    if (optionsSize > 0) {
      writeAnnotated(bytes, view, at + PACKET_OFFSET + padded, kept, annotations, comments, little);
    }
  }

  /** Room for a whole block with its type and lengths written. */
  private openBlock(type: number, size: number): number {
    const at = this.out.reserve(size);
    const { view } = this.out;
    view.setUint32(at, type, this.little);
    view.setUint32(at + 4, size, this.little);
    view.setUint32(at + size - 4, size, this.little);
    return at;
  }
}

function sectionOptions(description: SectionDescription): CaptureOption[] {
  const options: CaptureOption[] = [];
  const add = (code: number, value: string | undefined): void => {
    if (value !== undefined) options.push({ code, value: textValue(value) });
  };
  for (const comment of description.comments ?? []) add(OPTION.COMMENT, comment);
  add(OPTION.SHB_HARDWARE, description.hardware);
  add(OPTION.SHB_OS, description.os);
  add(OPTION.SHB_USERAPPL, description.application);
  return options;
}
