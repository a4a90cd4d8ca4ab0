/** The packet generator makes what it says, the same each time, and tshark reads it so. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeNeeding } from './have.js';
import { packets } from './packets.js';

const COUNT = 2000;

it('gives the same packets for a seed, others for another', () => {
  expect(packets(1, 50)).toEqual(packets(1, 100).slice(0, 50));
  expect(packets(1, 50)).not.toEqual(packets(2, 50));
});

it('stays within the lengths that the kernel takes', () => {
  const lengths = packets(3, COUNT).map(({ length }) => length);
  expect(Math.min(...lengths)).toBe(14);
  expect(Math.max(...lengths)).toBe(1514);
});

/** A pcap of Ethernet frames, little-endian, time 0. */
function pcap(frames: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [
    Uint8Array.from(new Uint8Array(Uint32Array.of(0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1).buffer)),
  ];
  for (const frame of frames) {
    parts.push(new Uint8Array(Uint32Array.of(0, 0, frame.length, frame.length).buffer), frame);
  }
  return Buffer.concat(parts);
}

describeNeeding(['tshark'], 'what tshark sees in the packets', () => {
  it('finds every kind, with mostly right checksums', () => {
    const folder = mkdtempSync(join(tmpdir(), 'packets-'));
    const file = join(folder, 'packets.pcap');
    writeFileSync(file, pcap(packets(4, COUNT)));
    const options = ['-o', 'tcp.check_checksum:TRUE', '-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE'];
    const text = execFileSync(
      'tshark',
      [
        '-r',
        file,
        '-T',
        'fields',
        '-e',
        'frame.protocols',
        '-e',
        'tcp.checksum.status',
        '-e',
        'ip.checksum.status',
        ...options,
      ],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    rmSync(folder, { recursive: true });
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.length).toBe(COUNT);

    const share = (test: (row: string[]) => boolean): number => rows.filter(test).length / COUNT;
    const has = (protocol: string) => share(([protocols = '']) => protocols.split(':').includes(protocol));
    expect({ ip: has('ip') > 0.3, ipv6: has('ipv6') > 0.25, tcp: has('tcp') > 0.15, udp: has('udp') > 0.1 }).toEqual({
      ip: true,
      ipv6: true,
      tcp: true,
      udp: true,
    });
    for (const rare of [
      'vlan',
      'ieee8021ad',
      'arp',
      'icmp',
      'icmpv6',
      'mpls',
      'gre',
      'sctp',
      'ipv6.fraghdr',
      'ipv6.hopopts',
      'ipv6.routing',
      'ipv6.dstopts',
    ]) {
      expect([rare, has(rare) > 0.004]).toEqual([rare, true]);
    }
    const GOOD = '1';
    const BAD = '0';
    const statuses = rows.flatMap(([, tcp = '', ip = '']) => `${tcp},${ip}`.split(','));
    const good = statuses.filter((status) => status === GOOD).length;
    const bad = statuses.filter((status) => status === BAD).length;
    expect(bad).toBeGreaterThan(20);
    expect(good / (good + bad)).toBeGreaterThan(0.8);
  });
});
