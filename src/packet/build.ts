/**
 * Builds packets from the inside out: a segment (TCP, UDP, ICMP or bytes) goes into an IP packet, that into VLAN tags
 * and an Ethernet frame. Lengths and checksums are filled in; any other field can be given, wrong values too. An
 * address that is none is thrown as BEESWAX_E_ADDRESS.
 */
import { BeeswaxError } from '../util/errors.js';
import { parseIpv4, parseIpv6, parseMac } from './address.js';
import { internetChecksum, pseudoHeaderSum } from './checksum.js';
import { ETHER_TYPE, PROTOCOL, TCP_FLAG } from './headers.js';

/** What an IP packet carries. `checksumAt` is where its checksum goes, which an IP builder fills in. */
export interface Segment {
  readonly protocol: number;
  readonly bytes: Uint8Array;
  readonly checksumAt?: number;
  /** Whether the pseudo header is summed too; over IPv4, ICMP leaves it out. */
  readonly pseudoHeader: boolean;
}

/** What a frame or a VLAN tag carries. */
export interface Layer {
  readonly etherType: number;
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array(0);

function joined(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(header.length + payload.length);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}

function header(length: number, fill: (view: DataView, bytes: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(new DataView(bytes.buffer), bytes);
  return bytes;
}

function address(text: string, parse: (text: string) => Uint8Array | undefined, family: string): Uint8Array {
  const bytes = parse(text);
  if (bytes === undefined) throw new BeeswaxError('BEESWAX_E_ADDRESS', { text, family });
  return bytes;
}

export interface TcpFields {
  readonly source: number;
  readonly destination: number;
  readonly sequence?: number;
  readonly acknowledgment?: number;
  /** SYN by default. */
  readonly flags?: number;
  readonly window?: number;
  /** A multiple of 4 bytes. */
  readonly options?: Uint8Array;
}

export function tcpSegment(fields: TcpFields, payload: Uint8Array = EMPTY): Segment {
  const { options = EMPTY } = fields;
  const head = header(20 + options.length, (view, bytes) => {
    view.setUint16(0, fields.source);
    view.setUint16(2, fields.destination);
    view.setUint32(4, fields.sequence ?? 1);
    view.setUint32(8, fields.acknowledgment ?? 0);
    view.setUint8(12, (bytes.length / 4) << 4);
    view.setUint8(13, fields.flags ?? TCP_FLAG.SYN);
    view.setUint16(14, fields.window ?? 0xffff);
    bytes.set(options, 20);
  });
  return { protocol: PROTOCOL.TCP, bytes: joined(head, payload), checksumAt: 16, pseudoHeader: true };
}

export function udpSegment(fields: { source: number; destination: number }, payload: Uint8Array = EMPTY): Segment {
  const head = header(8, (view) => {
    view.setUint16(0, fields.source);
    view.setUint16(2, fields.destination);
    view.setUint16(4, 8 + payload.length);
  });
  return { protocol: PROTOCOL.UDP, bytes: joined(head, payload), checksumAt: 6, pseudoHeader: true };
}

export interface IcmpFields {
  /** Echo request by default, of the version in question. */
  readonly type?: number;
  readonly code?: number;
  readonly identifier?: number;
  readonly sequence?: number;
}

function icmpBytes(fields: IcmpFields, echo: number, payload: Uint8Array): Uint8Array {
  const head = header(8, (view) => {
    view.setUint8(0, fields.type ?? echo);
    view.setUint8(1, fields.code ?? 0);
    view.setUint16(4, fields.identifier ?? 1);
    view.setUint16(6, fields.sequence ?? 1);
  });
  return joined(head, payload);
}

export function icmpSegment(fields: IcmpFields = {}, payload: Uint8Array = EMPTY): Segment {
  return { protocol: PROTOCOL.ICMP, bytes: icmpBytes(fields, 8, payload), checksumAt: 2, pseudoHeader: false };
}

export function icmpv6Segment(fields: IcmpFields = {}, payload: Uint8Array = EMPTY): Segment {
  return { protocol: PROTOCOL.ICMPV6, bytes: icmpBytes(fields, 128, payload), checksumAt: 2, pseudoHeader: true };
}

/** Bytes under a protocol number, with nothing filled in. */
export const rawSegment = (protocol: number, bytes: Uint8Array): Segment => ({ protocol, bytes, pseudoHeader: false });

/** The bytes of a segment with its checksum; a UDP checksum that comes out as 0 is sent as 0xffff (RFC 768). */
function completed(segment: Segment, source: Uint8Array, destination: Uint8Array): Uint8Array {
  const { bytes, checksumAt, protocol } = segment;
  if (checksumAt === undefined) return bytes;
  const start = segment.pseudoHeader ? pseudoHeaderSum(source, destination, protocol, bytes.length) : 0;
  const checksum = internetChecksum(bytes, start);
  const result = bytes.slice();
  new DataView(result.buffer).setUint16(checksumAt, checksum === 0 && protocol === PROTOCOL.UDP ? 0xffff : checksum);
  return result;
}

export interface Ipv4Fields {
  readonly source: string;
  readonly destination: string;
  readonly ttl?: number;
  readonly identification?: number;
  /** Flags and fragment offset as the header has them. */
  readonly fragment?: number;
  /** A multiple of 4 bytes. */
  readonly options?: Uint8Array;
}

export function ipv4Packet(fields: Ipv4Fields, segment: Segment): Layer {
  const source = address(fields.source, parseIpv4, 'IPv4');
  const destination = address(fields.destination, parseIpv4, 'IPv4');
  const { options = EMPTY } = fields;
  const payload = completed(segment, source, destination);
  const head = header(20 + options.length, (view, bytes) => {
    view.setUint8(0, 0x40 | (bytes.length / 4));
    view.setUint16(2, bytes.length + payload.length);
    view.setUint16(4, fields.identification ?? 0);
    view.setUint16(6, fields.fragment ?? 0);
    view.setUint8(8, fields.ttl ?? 64);
    view.setUint8(9, segment.protocol);
    bytes.set(source, 12);
    bytes.set(destination, 16);
    bytes.set(options, 20);
    view.setUint16(10, internetChecksum(bytes));
  });
  return { etherType: ETHER_TYPE.IPV4, bytes: joined(head, payload) };
}

export interface Ipv6Fields {
  readonly source: string;
  readonly destination: string;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  /** Extension headers between the IPv6 header and the segment, whose last "next header" is the segment's. */
  readonly extensions?: { readonly first: number; readonly bytes: Uint8Array };
}

export function ipv6Packet(fields: Ipv6Fields, segment: Segment): Layer {
  const source = address(fields.source, parseIpv6, 'IPv6');
  const destination = address(fields.destination, parseIpv6, 'IPv6');
  const payload = joined(fields.extensions?.bytes ?? EMPTY, completed(segment, source, destination));
  const head = header(40, (view, bytes) => {
    view.setUint32(0, ((6 << 28) | ((fields.trafficClass ?? 0) << 20) | (fields.flowLabel ?? 0)) >>> 0);
    view.setUint16(4, payload.length);
    view.setUint8(6, fields.extensions?.first ?? segment.protocol);
    view.setUint8(7, fields.hopLimit ?? 64);
    bytes.set(source, 8);
    bytes.set(destination, 24);
  });
  return { etherType: ETHER_TYPE.IPV6, bytes: joined(head, payload) };
}

export interface VlanFields {
  readonly id: number;
  readonly priority?: number;
  /** The tag's own EtherType: 0x8100 by default, 0x88a8 for the outer tag of QinQ. */
  readonly etherType?: number;
}

export function vlanTag(fields: VlanFields, layer: Layer): Layer {
  const head = header(4, (view) => {
    view.setUint16(0, ((fields.priority ?? 0) << 13) | fields.id);
    view.setUint16(2, layer.etherType);
  });
  return { etherType: fields.etherType ?? ETHER_TYPE.VLAN, bytes: joined(head, layer.bytes) };
}

/** A frame without its check sequence; shorter than 60 bytes, it is padded with zeros only if asked to be. */
export function ethernetFrame(
  fields: { readonly source: string; readonly destination: string; readonly padTo?: number },
  layer: Layer,
): Uint8Array {
  const bytes = new Uint8Array(Math.max(14 + layer.bytes.length, fields.padTo ?? 0));
  bytes.set(address(fields.destination, parseMac, 'MAC'));
  bytes.set(address(fields.source, parseMac, 'MAC'), 6);
  new DataView(bytes.buffer).setUint16(12, layer.etherType);
  bytes.set(layer.bytes, 14);
  return bytes;
}
