/**
 * A seeded generator of varied packets: Ethernet, VLAN, QinQ, ARP, IPv4 with options, IPv6 with extension headers,
 * TCP, UDP, ICMP, fragments, tunnels, wrong lengths and checksums, cut and random bytes; 14 to 1,514 bytes.
 *
 * Addresses and ports come from small pools, so that maps filled from `POOLS` hit.
 */
import { Random } from './random.js';

const mac = (last: number): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, last);
const v6 = (last: number): Uint8Array => Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last);

/** In network byte order; ports are numbers. */
export const POOLS = {
  macs: [1, 2, 3, 4].map(mac),
  ipv4: [
    [10, 0, 0, 1],
    [10, 0, 0, 2],
    [10, 1, 2, 3],
    [192, 0, 2, 7],
    [198, 51, 100, 9],
    [203, 0, 113, 5],
  ].map((bytes) => Uint8Array.from(bytes)),
  ipv6: [1, 2, 3, 0xff].map(v6),
  ports: [22, 53, 80, 443, 1024, 8080, 33434, 65535],
} as const;

const ETHERTYPE = { IPV4: 0x0800, ARP: 0x0806, VLAN: 0x8100, IPV6: 0x86dd, QINQ: 0x88a8, MPLS: 0x8847 } as const;
const PROTOCOL = {
  HOPOPTS: 0,
  ICMP: 1,
  IPIP: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  ICMPV6: 58,
  NONE: 59,
  DSTOPTS: 60,
  SCTP: 132,
} as const;

/** Shortest Ethernet frame that the kernel runs a program on, and the longest without jumbo frames. */
const MIN_LENGTH = 14;
const MAX_LENGTH = 1514;

/** A layer and the number by which the layer below names it. */
interface Layer {
  readonly protocol: number;
  readonly bytes: Uint8Array;
}

/** `count` packets of a seed; the first packets of a longer run are those of a shorter one. */
export function packets(seed: number, count: number): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => packet(random));
}

/** `count` packets made from others: as they are, with a few bytes changed, cut, or with bytes behind. */
export function variants(seed: number, originals: readonly Uint8Array[], count: number): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    const copy = Uint8Array.from(random.pick(originals));
    const changes = random.pick([0, 0, 1, 2, 4]);
    for (let i = 0; i < changes; i++) copy[random.below(Math.min(copy.length, 80))] = random.u32();
    if (random.chance(0.1)) return copy.subarray(0, random.between(MIN_LENGTH, copy.length));
    return random.chance(0.1) ? concat(copy, random.bytes(random.below(40))) : copy;
  });
}

function packet(random: Random): Uint8Array {
  const whole = random.chance(0.03) ? random.bytes(random.between(MIN_LENGTH, 200)) : ethernet(random);
  let out = whole.subarray(0, MAX_LENGTH);
  if (random.chance(0.12)) out = out.subarray(0, random.between(MIN_LENGTH, out.length));
  if (random.chance(0.05)) out[random.below(out.length)] = random.u32();
  return concat(out, new Uint8Array(Math.max(0, MIN_LENGTH - out.length)));
}

function ethernet(random: Random): Uint8Array {
  const { protocol, bytes } = random.weighted<() => Layer>([
    [46, () => ipv4(random, 0)],
    [36, () => ipv6(random, 0)],
    [6, () => ({ protocol: ETHERTYPE.ARP, bytes: arp(random) })],
    [2, () => ({ protocol: ETHERTYPE.MPLS, bytes: concat(be32(random.u32() | 0x100), ipv4(random, 1).bytes) })],
    [3, () => ({ protocol: random.u32() & 0xffff, bytes: random.bytes(random.below(80)) })],
    [2, () => ({ protocol: ETHERTYPE.IPV4, bytes: random.bytes(random.below(60)) })],
    [2, () => ({ protocol: ETHERTYPE.IPV6, bytes: random.bytes(random.below(60)) })],
  ])();
  const tags = random.weighted<number[]>([
    [70, []],
    [16, [ETHERTYPE.VLAN]],
    [9, [ETHERTYPE.QINQ, ETHERTYPE.VLAN]],
    [3, [ETHERTYPE.VLAN, ETHERTYPE.VLAN]],
    [2, [ETHERTYPE.QINQ, ETHERTYPE.VLAN, ETHERTYPE.VLAN]],
  ]);
  const tagged = tags.map((type) => concat(be16(type), be16(random.u32() & 0xefff)));
  const padding = random.chance(0.3) ? new Uint8Array(Math.max(0, 46 - bytes.length)) : new Uint8Array(0);
  return concat(random.pick(POOLS.macs), random.pick(POOLS.macs), ...tagged, be16(protocol), bytes, padding);
}

function arp(random: Random): Uint8Array {
  const { macs, ipv4: addresses } = POOLS;
  const head = concat(be16(1), be16(ETHERTYPE.IPV4), Uint8Array.of(6, 4), be16(random.between(1, 2)));
  return concat(head, random.pick(macs), random.pick(addresses), random.pick(macs), random.pick(addresses));
}

function ipv4(random: Random, depth: number): Layer {
  const source = random.pick(POOLS.ipv4);
  const target = random.pick(POOLS.ipv4);
  const pseudo = concat(source, target);
  const { protocol, bytes } = transport(random, pseudo, PROTOCOL.ICMP, depth);
  const options = random.chance(0.15) ? ipv4Options(random) : new Uint8Array(0);
  const headerLength = 20 + options.length;
  const header = concat(
    Uint8Array.of(0x40 | (headerLength / 4), random.pick([0, 0, 0x10, 0xb8])),
    be16(headerLength + bytes.length),
    be16(random.u32()),
    be16(fragment(random)),
    Uint8Array.of(random.pick([1, 64, 64, 255]), protocol),
    be16(0),
    pseudo,
    options,
  );
  if (random.chance(0.03)) header[0] = random.u32();
  if (random.chance(0.03)) header.set(be16(random.u32()), 2);
  if (!random.chance(0.05)) header.set(be16(checksum(header)), 10);
  return { protocol: depth === 0 ? ETHERTYPE.IPV4 : PROTOCOL.IPIP, bytes: concat(header, bytes) };
}

/** The flags and offset word: mostly "don't fragment" or nothing, sometimes a first, middle or last fragment. */
function fragment(random: Random): number {
  return random.weighted([
    [50, 0x4000],
    [38, 0],
    [5, 0x2000],
    [4, 0x2000 | random.between(1, 100)],
    [3, random.between(1, 0x1fff)],
  ]);
}

/** Options of a multiple of 4 bytes: record route, timestamp, loose source route, router alert, junk. */
function ipv4Options(random: Random): Uint8Array {
  const options = concat(
    random.pick([
      concat(Uint8Array.of(7, 7, 4), random.pick(POOLS.ipv4)),
      concat(Uint8Array.of(68, 12, 5, 0), random.bytes(8)),
      concat(Uint8Array.of(131, 7, 4), random.pick(POOLS.ipv4)),
      Uint8Array.of(148, 4, 0, 0),
      random.bytes(random.between(1, 12)),
    ]),
    Uint8Array.of(0),
  );
  return concat(options, new Uint8Array((4 - (options.length % 4)) % 4));
}

function ipv6(random: Random, depth: number): Layer {
  const source = random.pick(POOLS.ipv6);
  const target = random.pick(POOLS.ipv6);
  let { protocol, bytes } = transport(random, concat(source, target), PROTOCOL.ICMPV6, depth);
  const extensions = random.weighted([
    [75, 0],
    [15, 1],
    [6, 2],
    [3, 4],
    [1, 8],
  ]);
  for (let i = 0; i < extensions; i++) ({ protocol, bytes } = extension(random, protocol, bytes));
  const length = random.chance(0.03) ? random.u32() : bytes.length;
  const header = concat(
    be32(0x6000_0000 | (random.u32() & 0xfffff)),
    be16(length),
    Uint8Array.of(protocol, random.pick([1, 64, 64, 255])),
    source,
    target,
  );
  return { protocol: depth === 0 ? ETHERTYPE.IPV6 : PROTOCOL.IPV6, bytes: concat(header, bytes) };
}

/** Puts an extension header before a payload; fragments keep the payload whole, as a first fragment would. */
function extension(random: Random, next: number, payload: Uint8Array): Layer {
  const protocol = random.pick([PROTOCOL.HOPOPTS, PROTOCOL.ROUTING, PROTOCOL.DSTOPTS, PROTOCOL.FRAGMENT]);
  if (protocol === PROTOCOL.FRAGMENT) {
    const where = random.pick([0, 1, random.between(1, 0x1fff) << 3]);
    return { protocol, bytes: concat(Uint8Array.of(next, 0), be16(where), be32(random.u32()), payload) };
  }
  const units = random.pick([0, 0, 1, 2]);
  const body = protocol === PROTOCOL.ROUTING ? random.bytes(6 + 8 * units) : padOptions(6 + 8 * units);
  return { protocol, bytes: concat(Uint8Array.of(next, units), body, payload) };
}

/** A PadN option of that many bytes (RFC 8200 section 4.2). */
function padOptions(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([1, length - 2]);
  return bytes;
}

/** What an IP header carries; `icmp` is the protocol number of the ICMP that belongs to it. */
function transport(random: Random, pseudo: Uint8Array, icmp: number, depth: number): Layer {
  const payload = random.bytes(payloadLength(random));
  return random.weighted<() => Layer>([
    [42, () => summed(random, PROTOCOL.TCP, pseudo, tcp(random), payload, 16)],
    [36, () => summed(random, PROTOCOL.UDP, pseudo, udp(random, payload.length), payload, 6)],
    [10, () => summed(random, icmp, icmp === PROTOCOL.ICMP ? new Uint8Array(0) : pseudo, echo(random), payload, 2)],
    [3, () => (depth < 2 ? ipv4(random, depth + 1) : { protocol: PROTOCOL.NONE, bytes: payload })],
    [2, () => (depth < 2 ? ipv6(random, depth + 1) : { protocol: PROTOCOL.NONE, bytes: payload })],
    [2, () => ({ protocol: PROTOCOL.SCTP, bytes: concat(ports(random), random.bytes(8), payload) })],
    [2, () => ({ protocol: PROTOCOL.GRE, bytes: concat(be16(0), be16(ETHERTYPE.IPV4), payload) })],
    [3, () => ({ protocol: random.u32() & 0xff, bytes: payload })],
  ])();
}

function payloadLength(random: Random): number {
  return random.weighted([
    [30, 0],
    [40, random.between(1, 64)],
    [20, random.between(65, 600)],
    [10, random.between(601, 1460)],
  ]);
}

const ports = (random: Random): Uint8Array => concat(be16(random.pick(POOLS.ports)), be16(random.pick(POOLS.ports)));

function tcp(random: Random): Uint8Array {
  const options = random.chance(0.4)
    ? random.pick([Uint8Array.of(2, 4, 5, 0xb4), concat(Uint8Array.of(1, 1, 8, 10), random.bytes(8))])
    : new Uint8Array(0);
  const flags = random.pick([0x02, 0x12, 0x10, 0x18, 0x11, 0x04, random.u32() & 0xff]);
  const dataOffset = random.chance(0.03) ? random.below(16) : (20 + options.length) / 4;
  const middle = concat(be32(random.u32()), be32(random.u32()), Uint8Array.of(dataOffset << 4, flags));
  return concat(ports(random), middle, be16(random.u32()), be16(0), be16(0), options);
}

function udp(random: Random, payloadLength: number): Uint8Array {
  const length = random.chance(0.03) ? random.u32() : 8 + payloadLength;
  return concat(ports(random), be16(length), be16(0));
}

function echo(random: Random): Uint8Array {
  const type = random.pick([0, 3, 8, 11, 128, 129, 135, 136]);
  return concat(Uint8Array.of(type, random.below(4)), be16(0), be16(random.u32()), be16(random.u32()));
}

/** Puts a checksum into a header at a byte offset, over pseudo header, header and payload; sometimes a wrong one. */
function summed(
  random: Random,
  protocol: number,
  pseudo: Uint8Array,
  header: Uint8Array,
  payload: Uint8Array,
  at: number,
): Layer {
  const bytes = concat(header, payload);
  const covered = pseudo.length === 0 ? bytes : concat(pseudo, be32(bytes.length), be32(protocol), bytes);
  const sum = random.chance(0.08) ? random.u32() : checksum(covered);
  bytes.set(be16(sum), at);
  return { protocol, bytes };
}

/** The internet checksum (RFC 1071) of bytes whose checksum field is zero. */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function be16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

function be32(value: number): Uint8Array {
  return Uint8Array.of(value >> 24, value >> 16, value >> 8, value);
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
