/**
 * The examples do what their sources say, on both back ends and in the kernel. What is expected comes from the
 * captures (the packets of death carry comments) and from sums over the headers, not from an engine.
 */
import { describe, expect, it } from 'vitest';
import type { CapturePacket, EngineMap, RunResult } from '../../src/index.js';
import {
  describePacket,
  ETHER_TYPE,
  ethernet,
  internetChecksum,
  ipv4,
  ipv6,
  pseudoHeaderSum,
} from '../../src/index.js';
import { describeNeeding } from '../support/have.js';
import { type EngineName, runExample } from './engines.js';

const viewOf = (data: Uint8Array): DataView => new DataView(data.buffer, data.byteOffset, data.byteLength);

const isComment = ({ code }: { code: number }): boolean => code === 1;

/** A map's entries with keys as text, per-CPU values summed. */
function totals(map: EngineMap): Map<string, { packets: bigint; bytes: bigint }> {
  const sums = new Map<string, { packets: bigint; bytes: bigint }>();
  for (const [key, value] of map) {
    const values = (Array.isArray(value) ? value : [value]) as { packets: bigint; bytes: bigint }[];
    const packets = values.reduce((sum, one) => sum + one.packets, 0n);
    const bytes = values.reduce((sum, one) => sum + one.bytes, 0n);
    if (packets > 0n) sums.set(String(key), { packets, bytes });
  }
  return sums;
}

/** Counts and bytes of packets by a key. */
function expectedTotals(
  packets: readonly CapturePacket[],
  keyOf: (packet: DataView) => number | undefined,
): Map<string, { packets: bigint; bytes: bigint }> {
  const sums = new Map<string, { packets: bigint; bytes: bigint }>();
  for (const { data } of packets) {
    const key = keyOf(viewOf(data));
    if (key === undefined) continue;
    const sum = sums.get(String(key)) ?? { packets: 0n, bytes: 0n };
    sums.set(String(key), { packets: sum.packets + 1n, bytes: sum.bytes + BigInt(data.length) });
  }
  return sums;
}

/** Where the IP header of a packet of the examples lies, which have at most one VLAN tag, and its EtherType. */
function network(packet: DataView): { type: number; at: number } {
  const type = ethernet.type(packet);
  return type === ETHER_TYPE.VLAN ? { type: packet.getUint16(16), at: 18 } : { type, at: 14 };
}

function packetOfDeath(name: EngineName): Promise<void> {
  return runExample(name, 'packet_of_death', 'traffic.pcapng', ({ packets, results, object }) => {
    const blocked = packets.map(({ data }) => /^(vlan 7 )?203\.0\.113\.7[: ]/.test(describePacket(data)));
    const deaths = packets.map(({ options }) => options.some(isComment));
    const expected = packets.map((_, i) => (blocked[i] || deaths[i] ? 'XDP_DROP' : 'XDP_PASS'));
    expect(results.map(({ action }) => action)).toEqual(expected);
    const count = (flags: readonly boolean[]): bigint => BigInt(flags.filter(Boolean).length);
    expect(count(deaths)).toBe(25n);
    expect(object.map('blocked').get('203.0.113.7')).toEqual({ hits: count(blocked) });
    const signatures = totals(object.map('signatures'));
    expect(signatures.get('0')?.packets).toBe(count(expected.map((action) => action === 'XDP_PASS')));
    // The generator goes through its seven malformed packets in turn: one ping of death, three lengths, one pair of
    // source routes, two IPv6 options.
    const found = ['1', '2', '3', '4'].map((signature) => Number(signatures.get(signature)?.packets));
    expect(found).toEqual([4, 12, 3, 6]);
  });
}

function protocolCounter(name: EngineName): Promise<void> {
  return runExample(name, 'protocol_counter', 'traffic.pcapng', ({ packets, results, object }) => {
    expect(new Set(results.map(({ action }) => action))).toEqual(new Set(['XDP_PASS']));
    const types = expectedTotals(packets, (packet) => network(packet).type);
    expect(totals(object.map('by_ethertype'))).toEqual(types);
    const protocols = expectedTotals(packets, (packet) => {
      const { type, at } = network(packet);
      if (type === ETHER_TYPE.IPV4) return ipv4.protocol(packet, at);
      if (type !== ETHER_TYPE.IPV6) return undefined;
      const next = ipv6.nextHeader(packet, at);
      return next === 0 || next === 60 ? packet.getUint8(at + ipv6.LENGTH) : next;
    });
    expect(totals(object.map('by_protocol'))).toEqual(protocols);
  });
}

function portPrefixFilter(name: EngineName): Promise<void> {
  return runExample(name, 'port_prefix_filter', 'traffic.pcapng', ({ packets, results, object }) => {
    const expected = packets.map(({ data }) => {
      const line = describePacket(data).replace(/^vlan \d+ /, '');
      const source = /^\[?([0-9a-f.:]+?)\]?(:\d+)? > /.exec(line)?.[1] ?? '';
      const lastOctet = Number(source.split('.')[3]);
      if (source.startsWith('203.0.113.') || source.startsWith('2001:db8:bad:')) return 'XDP_DROP';
      if (source.startsWith('198.51.100.')) return lastOctet >= 16 && lastOctet < 32 ? 'XDP_PASS' : 'XDP_DROP';
      return /:80 TCP|:53 UDP/.test(line) ? 'XDP_DROP' : 'XDP_PASS';
    });
    expect(results.map(({ action }) => action)).toEqual(expected);
    const hits = [...object.map('prefixes_v4')].map(([, value]) => (value as { hits: bigint }).hits);
    expect(hits.every((count) => count > 0n)).toBe(true);
    expect(object.map('ports').get({ number: 80, protocol: 6 })).toBeGreaterThan(0n);
  });
}

/** Whether header and transport checksums of an IP packet are those that its bytes give. */
function checksumsRight(data: Uint8Array): boolean {
  const packet = viewOf(data);
  const { type, at } = network(packet);
  const isIpv4 = type === ETHER_TYPE.IPV4;
  const header = isIpv4 ? ipv4 : ipv6;
  const start = at + (isIpv4 ? ipv4.headerLength(packet, at) : ipv6.LENGTH);
  const end = at + (isIpv4 ? ipv4.totalLength(packet, at) : ipv6.LENGTH + ipv6.payloadLength(packet, at));
  const protocol = isIpv4 ? ipv4.protocol(packet, at) : ipv6.nextHeader(packet, at);
  if (isIpv4 && internetChecksum(data.subarray(at, start)) !== 0) return false;
  if (isIpv4 && protocol === 17 && packet.getUint16(start + 6) === 0) return true;
  const sum = pseudoHeaderSum(header.source(packet, at), header.destination(packet, at), protocol, end - start);
  return internetChecksum(data.subarray(start, end), sum) === 0;
}

/** Source and destination, and MAC addresses behind them. */
function ends(data: Uint8Array): { from: string; to: string; destinationMac: string } {
  const [from = '', to = ''] = describePacket(data).split(/ > | (?:TCP|UDP|ICMP|ARP) /);
  return { from, to, destinationMac: Buffer.from(data.subarray(0, 6)).toString('hex') };
}

const SERVICE: Record<string, { ends: RegExp; macs: RegExp; backends: number }> = {
  '203.0.113.80:443': { ends: /^10\.0\.1\.1[1-4]:8443$/, macs: /^02000000000[b-e]$/, backends: 4 },
  '[2001:db8:80::1]:443': { ends: /^\[fd00:1::2[1-3]\]:8443$/, macs: /^02000000001[5-7]$/, backends: 3 },
  '203.0.113.53:53': { ends: /^10\.0\.1\.3[12]:5353$/, macs: /^0200000000(1f|20)$/, backends: 2 },
};

function l4Balancer(name: EngineName): Promise<void> {
  return runExample(name, 'l4_balancer', 'balancer.pcap', ({ packets, results, object }) => {
    const chosen = new Map<string, Set<string>>();
    let sent = 0n;
    for (const [i, { data }] of packets.entries()) {
      const result = results[i] as RunResult;
      const before = ends(data);
      const after = ends(result.packet);
      const service = SERVICE[before.to];
      if (service !== undefined) {
        expect(result.action).toBe('XDP_TX');
        expect(after.from).toBe(before.from);
        expect(after.to).toMatch(service.ends);
        expect(after.destinationMac).toMatch(service.macs);
        expect(checksumsRight(result.packet), describePacket(result.packet)).toBe(true);
        const of = chosen.get(before.to) ?? new Set();
        chosen.set(before.to, of.add(after.to));
        sent += 1n;
      } else if (Object.values(SERVICE).some((known) => known.ends.test(before.from))) {
        expect(result.action).toBe('XDP_TX');
        expect(SERVICE[after.from]?.ends.test(before.from)).toBe(true);
        expect(after.to).toBe(before.to);
        expect(after.destinationMac).toBe('020000000001');
        expect(checksumsRight(result.packet), describePacket(result.packet)).toBe(true);
      } else {
        expect(result.action).toBe('XDP_PASS');
        expect(Buffer.compare(result.packet, data)).toBe(0);
      }
    }
    for (const [to, backends] of chosen) expect(backends.size).toBe(SERVICE[to]?.backends);
    const counted = [...totals(object.map('backend_traffic')).values()].reduce((sum, one) => sum + one.packets, 0n);
    expect(counted).toBe(sent);
  });
}

const EXAMPLES = { packetOfDeath, protocolCounter, portPrefixFilter, l4Balancer };

describe('the examples', () => {
  it.each(Object.entries(EXAMPLES))('%s in the interpreter', (_, run) => run('interpreter'));
  it.each(Object.entries(EXAMPLES))('%s translated', (_, run) => run('translator'));
});

describeNeeding(['kernelBpf'], 'the examples in the kernel', () => {
  it.each(Object.entries(EXAMPLES))('%s', (_, run) => run('kernel'));
});
