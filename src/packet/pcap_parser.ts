/** Parses pcap: a file header, then records (draft-ietf-opsawg-pcap). Both byte orders, micro- and nanoseconds. */
import { BeeswaxError } from '../util/errors.js';
import { type CaptureInterface, CapturePacket, type CaptureRecord } from './capture.js';
import type { RecordParser } from './framing.js';
import {
  fcsLengthOf,
  PCAP_HEADER_LENGTH,
  PCAP_MAGIC_MICRO,
  PCAP_MAGIC_NANO,
  PCAP_RECORD_HEADER_LENGTH,
  packetLimit,
} from './pcap_format.js';
import { MICROSECOND_RESOLUTION, NANOSECOND_RESOLUTION } from './timestamp.js';

/** What a first word, read little-endian, says of a pcap; undefined for anything else. */
export function pcapVariant(word: number): { little: boolean; nanoseconds: boolean } | undefined {
  const swapped = (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
  for (const [magic, little] of [
    [word, true],
    [swapped, false],
  ] as const) {
    if (magic === PCAP_MAGIC_MICRO) return { little, nanoseconds: false };
    if (magic === PCAP_MAGIC_NANO) return { little, nanoseconds: true };
  }
  return undefined;
}

export class PcapParser implements RecordParser {
  need = PCAP_HEADER_LENGTH;
  awaiting = 'the pcap file header';
  complete = false;
  private little = true;
  private limit = 0;
  private interface: CaptureInterface | undefined;

  parse(bytes: Uint8Array, start: number, fileOffset: number, batch: CaptureRecord[], room: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    if (this.interface === undefined) {
      if (bytes.length - at < PCAP_HEADER_LENGTH) return at;
      this.interface = this.parseHeader(view, at, fileOffset, batch);
      at += PCAP_HEADER_LENGTH;
      this.need = PCAP_RECORD_HEADER_LENGTH;
      this.awaiting = 'a packet record';
      this.complete = true;
    }
    const { little, limit, interface: captured } = this;
    while (batch.length < room) {
      const left = bytes.length - at;
      if (left < PCAP_RECORD_HEADER_LENGTH) {
        this.need = PCAP_RECORD_HEADER_LENGTH;
        return at;
      }
      const length = view.getUint32(at + 8, little);
      if (length > limit) {
        const offset = fileOffset + at;
        const data = { what: 'a packet record', length, min: 0, max: limit, offset };
        throw new BeeswaxError('BEESWAX_E_CAPTURE_LENGTH', data, { location: { offset } });
      }
      const size = PCAP_RECORD_HEADER_LENGTH + length;
      if (left < size) {
        this.need = size;
        return at;
      }
      batch.push(
        new CapturePacket(
          'pcap',
          captured,
          bytes,
          at,
          size,
          at + PCAP_RECORD_HEADER_LENGTH,
          length,
          view.getUint32(at + 12, little),
          view.getUint32(at, little),
          view.getUint32(at + 4, little),
          fileOffset + at,
        ),
      );
      at += size;
    }
    this.need = PCAP_RECORD_HEADER_LENGTH;
    return at;
  }

  private parseHeader(view: DataView, at: number, fileOffset: number, batch: CaptureRecord[]): CaptureInterface {
    const variant = pcapVariant(view.getUint32(at, true)) ?? { little: true, nanoseconds: false };
    const { little, nanoseconds } = variant;
    const blockOffset = fileOffset + at;
    const major = view.getUint16(at + 4, little);
    const minor = view.getUint16(at + 6, little);
    if (major !== 2) {
      const data = { format: 'pcap', version: `${major}.${minor}`, offset: blockOffset };
      throw new BeeswaxError('BEESWAX_E_CAPTURE_VERSION', data, { location: { offset: blockOffset } });
    }
    const snapLength = view.getUint32(at + 16, little);
    const linkTypeField = view.getUint32(at + 20, little);
    const byteOrder = little ? 'little' : 'big';
    this.little = little;
    this.limit = packetLimit(snapLength);
    batch.push({
      kind: 'section',
      format: 'pcap',
      byteOrder,
      major,
      minor,
      options: [],
      optionBytes: new Uint8Array(0),
      pcap: {
        thisZone: view.getInt32(at + 8, little),
        sigFigs: view.getUint32(at + 12, little),
        snapLength,
        linkTypeField,
        nanoseconds,
      },
      blockOffset,
    });
    const fcsLength = fcsLengthOf(linkTypeField);
    const captured: CaptureInterface = {
      kind: 'interface',
      id: 0,
      byteOrder,
      linkType: linkTypeField & 0xffff,
      snapLength,
      resolution: nanoseconds ? NANOSECOND_RESOLUTION : MICROSECOND_RESOLUTION,
      ...(fcsLength === undefined ? {} : { fcsLength }),
      options: [],
      blockOffset,
    };
    batch.push(captured);
    return captured;
  }
}
