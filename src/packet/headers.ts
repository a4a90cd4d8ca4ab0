/**
 * Headers of packets: for each a length, and a getter per field over a DataView at an offset. All fields are in
 * network byte order. Nothing is checked: look first whether the packet holds LENGTH bytes there.
 */

type Getter = (packet: DataView, at: number) => number;

const bytes = (packet: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(packet.buffer, packet.byteOffset + at, length);

export const ETHER_TYPE = Object.freeze({ IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd, QINQ: 0x88a8 });

/** IP protocol numbers, which are IPv6's next header values too (IANA). */
export const PROTOCOL = Object.freeze({
  HOP_BY_HOP: 0,
  ICMP: 1,
  IGMP: 2,
  TCP: 6,
  UDP: 17,
  IPV6_ROUTING: 43,
  IPV6_FRAGMENT: 44,
  GRE: 47,
  ESP: 50,
  AH: 51,
  ICMPV6: 58,
  IPV6_NONE: 59,
  IPV6_DESTINATION: 60,
  SCTP: 132,
});

export const ethernet = {
  LENGTH: 14,
  destination: (packet: DataView, at = 0) => bytes(packet, at, 6),
  source: (packet: DataView, at = 0) => bytes(packet, at + 6, 6),
  type: (packet: DataView, at = 0) => packet.getUint16(at + 12),
};

/** IEEE 802.1Q: what follows the outer EtherType. */
export const vlan = {
  LENGTH: 4,
  priority: ((packet, at) => packet.getUint8(at) >> 5) satisfies Getter,
  id: ((packet, at) => packet.getUint16(at) & 0xfff) satisfies Getter,
  type: ((packet, at) => packet.getUint16(at + 2)) satisfies Getter,
};

/** RFC 791. */
export const ipv4 = {
  LENGTH: 20,
  version: ((packet, at) => packet.getUint8(at) >> 4) satisfies Getter,
  /** With options, in bytes. */
  headerLength: ((packet, at) => (packet.getUint8(at) & 15) * 4) satisfies Getter,
  totalLength: ((packet, at) => packet.getUint16(at + 2)) satisfies Getter,
  identification: ((packet, at) => packet.getUint16(at + 4)) satisfies Getter,
  moreFragments: (packet: DataView, at: number) => (packet.getUint8(at + 6) & 0x20) !== 0,
  /** In bytes. */
  fragmentOffset: ((packet, at) => (packet.getUint16(at + 6) & 0x1fff) * 8) satisfies Getter,
  ttl: ((packet, at) => packet.getUint8(at + 8)) satisfies Getter,
  protocol: ((packet, at) => packet.getUint8(at + 9)) satisfies Getter,
  checksum: ((packet, at) => packet.getUint16(at + 10)) satisfies Getter,
  source: (packet: DataView, at: number) => bytes(packet, at + 12, 4),
  destination: (packet: DataView, at: number) => bytes(packet, at + 16, 4),
};

/** RFC 8200. */
export const ipv6 = {
  LENGTH: 40,
  version: ((packet, at) => packet.getUint8(at) >> 4) satisfies Getter,
  payloadLength: ((packet, at) => packet.getUint16(at + 4)) satisfies Getter,
  nextHeader: ((packet, at) => packet.getUint8(at + 6)) satisfies Getter,
  hopLimit: ((packet, at) => packet.getUint8(at + 7)) satisfies Getter,
  source: (packet: DataView, at: number) => bytes(packet, at + 8, 16),
  destination: (packet: DataView, at: number) => bytes(packet, at + 24, 16),
};

/** RFC 9293. */
export const tcp = {
  LENGTH: 20,
  sourcePort: ((packet, at) => packet.getUint16(at)) satisfies Getter,
  destinationPort: ((packet, at) => packet.getUint16(at + 2)) satisfies Getter,
  sequence: ((packet, at) => packet.getUint32(at + 4)) satisfies Getter,
  acknowledgment: ((packet, at) => packet.getUint32(at + 8)) satisfies Getter,
  /** With options, in bytes. */
  headerLength: ((packet, at) => (packet.getUint8(at + 12) >> 4) * 4) satisfies Getter,
  flags: ((packet, at) => packet.getUint8(at + 13)) satisfies Getter,
  window: ((packet, at) => packet.getUint16(at + 14)) satisfies Getter,
  checksum: ((packet, at) => packet.getUint16(at + 16)) satisfies Getter,
};

/** Bits of the TCP flags octet. */
export const TCP_FLAG = Object.freeze({ FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 });

/** RFC 768. */
export const udp = {
  LENGTH: 8,
  sourcePort: ((packet, at) => packet.getUint16(at)) satisfies Getter,
  destinationPort: ((packet, at) => packet.getUint16(at + 2)) satisfies Getter,
  length: ((packet, at) => packet.getUint16(at + 4)) satisfies Getter,
  checksum: ((packet, at) => packet.getUint16(at + 6)) satisfies Getter,
};

/** RFC 792 and RFC 4443: what both versions share. */
export const icmp = {
  LENGTH: 8,
  type: ((packet, at) => packet.getUint8(at)) satisfies Getter,
  code: ((packet, at) => packet.getUint8(at + 1)) satisfies Getter,
  checksum: ((packet, at) => packet.getUint16(at + 2)) satisfies Getter,
  identifier: ((packet, at) => packet.getUint16(at + 4)) satisfies Getter,
  sequence: ((packet, at) => packet.getUint16(at + 6)) satisfies Getter,
};
