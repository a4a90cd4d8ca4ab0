/** One line about a packet for people: `10.0.0.1:1234 > 10.0.0.2:80 TCP [S] 60 bytes`. Takes any bytes. */
import { formatIpv4, formatIpv6, formatMac } from './address.js';
import { ETHER_TYPE, ethernet, icmp, ipv4, ipv6, PROTOCOL, tcp, udp, vlan } from './headers.js';
import { LINKTYPE_ETHERNET, LINKTYPE_IPV4, LINKTYPE_IPV6, LINKTYPE_RAW, linkTypeName } from './link_types.js';

/** As tcpdump writes them, by bit. */
const TCP_FLAG_LETTERS = 'FSRP.UEW';
const MAX_VLAN_TAGS = 4;
const MAX_EXTENSIONS = 8;

const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [PROTOCOL.ICMP, 'ICMP'],
  [PROTOCOL.TCP, 'TCP'],
  [PROTOCOL.UDP, 'UDP'],
  [PROTOCOL.ICMPV6, 'ICMPv6'],
  [PROTOCOL.IGMP, 'IGMP'],
  [PROTOCOL.GRE, 'GRE'],
  [PROTOCOL.ESP, 'ESP'],
  [PROTOCOL.AH, 'AH'],
  [PROTOCOL.SCTP, 'SCTP'],
  [PROTOCOL.IPV6_NONE, 'no next header'],
]);

const ICMP_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'echo reply'],
  [3, 'unreachable'],
  [5, 'redirect'],
  [8, 'echo request'],
  [11, 'time exceeded'],
]);

const ICMPV6_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'unreachable'],
  [2, 'packet too big'],
  [3, 'time exceeded'],
  [128, 'echo request'],
  [129, 'echo reply'],
  [133, 'router solicitation'],
  [134, 'router advertisement'],
  [135, 'neighbor solicitation'],
  [136, 'neighbor advertisement'],
]);

/** @param linkType a LINKTYPE_ value, Ethernet by default */
export function describePacket(data: Uint8Array, linkType: number = LINKTYPE_ETHERNET): string {
  const packet = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return `${describeLink(packet, linkType)} ${data.length} bytes`;
}

const holds = (packet: DataView, at: number, length: number): boolean => at + length <= packet.byteLength;

function describeLink(packet: DataView, linkType: number): string {
  if (linkType === LINKTYPE_ETHERNET) return describeEthernet(packet);
  const isIp = linkType === LINKTYPE_RAW || linkType === LINKTYPE_IPV4 || linkType === LINKTYPE_IPV6;
  if (!isIp) return linkTypeName(linkType);
  if (!holds(packet, 0, 1)) return 'IP (cut)';
  return ipv4.version(packet, 0) === 6 ? describeIpv6(packet, 0) : describeIpv4(packet, 0);
}

function describeEthernet(packet: DataView): string {
  if (!holds(packet, 0, ethernet.LENGTH)) return 'Ethernet (cut)';
  let type = ethernet.type(packet);
  let at = ethernet.LENGTH;
  let tags = '';
  for (let i = 0; i < MAX_VLAN_TAGS && (type === ETHER_TYPE.VLAN || type === ETHER_TYPE.QINQ); i += 1) {
    if (!holds(packet, at, vlan.LENGTH)) return `${tags}VLAN (cut)`;
    tags += `vlan ${vlan.id(packet, at)} `;
    type = vlan.type(packet, at);
    at += vlan.LENGTH;
  }
  if (type === ETHER_TYPE.IPV4) return tags + describeIpv4(packet, at);
  if (type === ETHER_TYPE.IPV6) return tags + describeIpv6(packet, at);
  const name = type === ETHER_TYPE.ARP ? 'ARP' : `ethertype 0x${type.toString(16).padStart(4, '0')}`;
  return `${tags}${formatMac(ethernet.source(packet))} > ${formatMac(ethernet.destination(packet))} ${name}`;
}

function describeIpv4(packet: DataView, at: number): string {
  if (!holds(packet, at, ipv4.LENGTH)) return 'IPv4 (cut)';
  const source = formatIpv4(ipv4.source(packet, at));
  const destination = formatIpv4(ipv4.destination(packet, at));
  const offset = ipv4.fragmentOffset(packet, at);
  const protocol = ipv4.protocol(packet, at);
  if (offset > 0) return `${source} > ${destination} ${protocolName(protocol)} fragment at ${offset}`;
  const fragment = ipv4.moreFragments(packet, at) ? ' first fragment' : '';
  return describeTransport(packet, at + ipv4.headerLength(packet, at), protocol, source, destination) + fragment;
}

function describeIpv6(packet: DataView, start: number): string {
  if (!holds(packet, start, ipv6.LENGTH)) return 'IPv6 (cut)';
  const source = formatIpv6(ipv6.source(packet, start));
  const destination = formatIpv6(ipv6.destination(packet, start));
  let next = ipv6.nextHeader(packet, start);
  let at = start + ipv6.LENGTH;
  for (let i = 0; i < MAX_EXTENSIONS && isExtension(next) && holds(packet, at, 8); i += 1) {
    const isFragment = next === PROTOCOL.IPV6_FRAGMENT;
    const offset = isFragment ? packet.getUint16(at + 2) & ~7 : 0;
    next = packet.getUint8(at);
    if (offset > 0) return `${source} > ${destination} ${protocolName(next)} fragment at ${offset}`;
    at += isFragment ? 8 : 8 + packet.getUint8(at + 1) * 8;
  }
  return describeTransport(packet, at, next, source, destination);
}

function isExtension(next: number): boolean {
  const { HOP_BY_HOP, IPV6_ROUTING, IPV6_FRAGMENT, IPV6_DESTINATION } = PROTOCOL;
  return next === HOP_BY_HOP || next === IPV6_ROUTING || next === IPV6_FRAGMENT || next === IPV6_DESTINATION;
}

function describeTransport(
  packet: DataView,
  at: number,
  protocol: number,
  source: string,
  destination: string,
): string {
  if (protocol === PROTOCOL.TCP && holds(packet, at, tcp.LENGTH)) {
    const flags = tcp.flags(packet, at);
    const letters = [...TCP_FLAG_LETTERS].filter((_, bit) => flags & (1 << bit)).join('');
    const ends = endpoints(source, tcp.sourcePort(packet, at), destination, tcp.destinationPort(packet, at));
    return `${ends} TCP [${letters || 'none'}]`;
  }
  if (protocol === PROTOCOL.UDP && holds(packet, at, udp.LENGTH)) {
    return `${endpoints(source, udp.sourcePort(packet, at), destination, udp.destinationPort(packet, at))} UDP`;
  }
  const names = protocol === PROTOCOL.ICMP ? ICMP_NAMES : protocol === PROTOCOL.ICMPV6 ? ICMPV6_NAMES : undefined;
  const name = protocolName(protocol);
  if (names === undefined) return `${source} > ${destination} ${name}`;
  if (!holds(packet, at, 4)) return `${source} > ${destination} ${name} (cut)`;
  const type = icmp.type(packet, at);
  return `${source} > ${destination} ${name} ${names.get(type) ?? `type ${type}`}`;
}

function endpoints(source: string, sourcePort: number, destination: string, destinationPort: number): string {
  const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
  return `${bracketed(source)}:${sourcePort} > ${bracketed(destination)}:${destinationPort}`;
}

function protocolName(protocol: number): string {
  return PROTOCOL_NAMES.get(protocol) ?? `protocol ${protocol}`;
}
