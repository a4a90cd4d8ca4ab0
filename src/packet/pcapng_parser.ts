/** Parses pcapng: blocks of sections, each in its own byte order (draft-ietf-opsawg-pcapng). */
import { BeeswaxError } from '../util/errors.js';
import { type CaptureInterface, CapturePacket, type CaptureRecord, type PacketForm } from './capture.js';
import type { RecordParser } from './framing.js';
import { OPTION, optionDamage, readOptions, textOption, uint8Option, uint64Option } from './options.js';
import { packetLimit } from './pcap_format.js';
import {
  BLOCK,
  BLOCK_OVERHEAD,
  BYTE_ORDER_MAGIC,
  BYTE_ORDER_MAGIC_SWAPPED,
  MAX_BLOCK_LENGTH,
  MIN_BLOCK_LENGTH,
  PACKET_OFFSET,
  SIMPLE_PACKET_OFFSET,
} from './pcapng_format.js';
import { MICROSECOND_RESOLUTION, resolutionOf } from './timestamp.js';

const corrupt = (problem: string, offset: number): BeeswaxError =>
  new BeeswaxError('BEESWAX_E_CAPTURE_CORRUPT', { problem, offset }, { location: { offset } });

/** A block being parsed: its bytes lie at [start, start + length) of the view. */
interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly length: number;
  readonly type: number;
  readonly offset: number;
}

export class PcapngParser implements RecordParser {
  need = BLOCK_OVERHEAD;
  awaiting = 'the section header';
  complete = false;
  private little = true;
  private interfaces: CaptureInterface[] = [];

  parse(bytes: Uint8Array, start: number, fileOffset: number, batch: CaptureRecord[], room: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    while (batch.length < room) {
      const left = bytes.length - at;
      if (left < BLOCK_OVERHEAD) {
        this.need = BLOCK_OVERHEAD;
        return at;
      }
      const offset = fileOffset + at;
      const isSection = view.getUint32(at, true) === BLOCK.SECTION;
      if (isSection) this.little = readByteOrder(view, at, offset);
      const type = view.getUint32(at, this.little);
      const length = view.getUint32(at + 4, this.little);
      checkLength(type, length, offset);
      if (left < length) {
        this.need = length;
        return at;
      }
      const trailer = view.getUint32(at + length - 4, this.little);
      if (trailer !== length) {
        throw corrupt(`the block says ${length} bytes at its start and ${trailer} at its end`, offset);
      }
      batch.push(this.record({ bytes, view, start: at, length, type, offset }));
      this.complete = true;
      this.awaiting = 'a block';
      at += length;
    }
    this.need = BLOCK_OVERHEAD;
    return at;
  }

  private record(block: Block): CaptureRecord {
    switch (block.type) {
      case BLOCK.ENHANCED_PACKET:
        return this.packet(block, 'enhanced', block.view.getUint32(block.start + 8, this.little));
      case BLOCK.OBSOLETE_PACKET:
        return this.packet(block, 'obsolete', block.view.getUint16(block.start + 8, this.little));
      case BLOCK.SIMPLE_PACKET:
        return this.simplePacket(block);
      case BLOCK.INTERFACE:
        return this.interface(block);
      case BLOCK.SECTION:
        return this.section(block);
      default: {
        const { bytes, start, length, type, offset } = block;
        const raw = bytes.subarray(start, start + length);
        return { kind: 'block', type, byteOrder: this.byteOrder, raw, blockOffset: offset };
      }
    }
  }

  private get byteOrder(): 'little' | 'big' {
    return this.little ? 'little' : 'big';
  }

  private packet(block: Block, form: PacketForm, interfaceId: number): CapturePacket {
    const { bytes, view, start, length: blockLength, offset } = block;
    const { little } = this;
    const captured = this.lookUp(interfaceId, offset);
    const length = view.getUint32(start + 20, little);
    const room = Math.min(blockLength - PACKET_OFFSET - 4, packetLimit(captured.snapLength));
    checkPacketLength(length, room, offset);
    const first = start + PACKET_OFFSET;
    const optionsStart = first + ((length + 3) & ~3);
    const damage = optionDamage(view, optionsStart, start + blockLength - 4, little);
    if (damage !== undefined) throw corrupt(damage, offset);
    return new CapturePacket(
      form,
      captured,
      bytes,
      start,
      blockLength,
      first,
      length,
      view.getUint32(start + 24, little),
      view.getUint32(start + 12, little),
      view.getUint32(start + 16, little),
      offset,
    );
  }

  /** A simple packet has no captured length: it is the original one, cut to the snap length of interface 0. */
  private simplePacket({ bytes, view, start, length: blockLength, offset }: Block): CapturePacket {
    const captured = this.lookUp(0, offset);
    const originalLength = view.getUint32(start + 8, this.little);
    const { snapLength } = captured;
    const length = snapLength === 0 ? originalLength : Math.min(originalLength, snapLength);
    const room = Math.min(blockLength - SIMPLE_PACKET_OFFSET - 4, packetLimit(snapLength));
    checkPacketLength(length, room, offset);
    const first = start + SIMPLE_PACKET_OFFSET;
    return new CapturePacket(
      'simple',
      captured,
      bytes,
      start,
      blockLength,
      first,
      length,
      originalLength,
      0,
      0,
      offset,
    );
  }

  private lookUp(interfaceId: number, offset: number): CaptureInterface {
    const captured = this.interfaces[interfaceId];
    if (captured === undefined) {
      const data = { interfaceId, known: this.interfaces.length, offset };
      throw new BeeswaxError('BEESWAX_E_CAPTURE_INTERFACE', data, { location: { offset } });
    }
    return captured;
  }

  private interface(block: Block): CaptureInterface {
    const { bytes, view, start, length, offset } = block;
    const options = readOptions(this.optionArea(block, 16), this.little);
    const octet = uint8Option(options, OPTION.IF_TSRESOL);
    const offsetSeconds = uint64Option(options, OPTION.IF_TSOFFSET, this.little);
    const optional = {
      fcsLength: uint8Option(options, OPTION.IF_FCSLEN),
      name: textOption(options, OPTION.IF_NAME),
      description: textOption(options, OPTION.IF_DESCRIPTION),
      speed: uint64Option(options, OPTION.IF_SPEED, this.little),
    };
    const captured: CaptureInterface = {
      kind: 'interface',
      id: this.interfaces.length,
      byteOrder: this.byteOrder,
      linkType: view.getUint16(start + 8, this.little),
      snapLength: view.getUint32(start + 12, this.little),
      resolution:
        octet === undefined && offsetSeconds === undefined
          ? MICROSECOND_RESOLUTION
          : resolutionOf(octet ?? 6, BigInt.asIntN(64, offsetSeconds ?? 0n)),
      ...defined(optional),
      options,
      raw: bytes.subarray(start, start + length),
      blockOffset: offset,
    };
    this.interfaces.push(captured);
    return captured;
  }

  private section(block: Block): CaptureRecord {
    const { view, start, offset } = block;
    const major = view.getUint16(start + 12, this.little);
    const minor = view.getUint16(start + 14, this.little);
    // 1.2 was written by mistake for 1.0 and is to be read as that.
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      const data = { format: 'pcapng', version: `${major}.${minor}`, offset };
      throw new BeeswaxError('BEESWAX_E_CAPTURE_VERSION', data, { location: { offset } });
    }
    this.interfaces = [];
    const optionBytes = this.optionArea(block, 24);
    const options = readOptions(optionBytes, this.little);
    const { byteOrder } = this;
    return { kind: 'section', format: 'pcapng', byteOrder, major, minor, options, optionBytes, blockOffset: offset };
  }

  /** The option area of a block whose fixed part ends at `from`, checked. */
  private optionArea({ bytes, view, start, length, offset }: Block, from: number): Uint8Array {
    const end = start + length - 4;
    const damage = optionDamage(view, start + from, end, this.little);
    if (damage !== undefined) throw corrupt(damage, offset);
    return bytes.subarray(start + from, end);
  }
}

function readByteOrder(view: DataView, at: number, offset: number): boolean {
  const magic = view.getUint32(at + 8, true);
  if (magic === BYTE_ORDER_MAGIC) return true;
  if (magic === BYTE_ORDER_MAGIC_SWAPPED) return false;
  throw corrupt(`the section's byte-order magic is 0x${magic.toString(16)}, not 0x1a2b3c4d in either order`, offset);
}

function checkLength(type: number, length: number, offset: number): void {
  const min = MIN_BLOCK_LENGTH.get(type) ?? BLOCK_OVERHEAD;
  if (length < min || length > MAX_BLOCK_LENGTH) {
    const data = { what: `a block of type 0x${type.toString(16)}`, length, min, max: MAX_BLOCK_LENGTH, offset };
    throw new BeeswaxError('BEESWAX_E_CAPTURE_LENGTH', data, { location: { offset } });
  }
  if (length % 4 !== 0) throw corrupt(`the block's length ${length} is no multiple of 4`, offset);
}

function checkPacketLength(length: number, room: number, offset: number): void {
  if (length <= room) return;
  const data = { what: 'the packet of a block', length, min: 0, max: room, offset };
  throw new BeeswaxError('BEESWAX_E_CAPTURE_LENGTH', data, { location: { offset } });
}

/** An object without the fields that are undefined. */
function defined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
