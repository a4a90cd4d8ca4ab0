/**
 * Against Wireshark's tools: what they write is read as they read it, and what is written here they read as it was
 * meant. Nothing of the code under test is on both sides of a comparison.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type CaptureEncoder,
  type CapturePacket,
  type CaptureRecord,
  describePacket,
  ethernetFrame,
  icmpSegment,
  icmpv6Segment,
  ipv4Packet,
  ipv6Packet,
  PcapEncoder,
  PcapngEncoder,
  rawSegment,
  TCP_FLAG,
  tcpSegment,
  udpSegment,
  vlanTag,
} from '../../src/packet/index.js';
import { describeNeeding } from '../support/have.js';
import { drain } from './blocks.js';

let folder = '';
const path = (name: string): string => join(folder, name);

const run = (tool: string, ...args: string[]): string =>
  execFileSync(tool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** The named fields of every packet, as tshark sees the file. */
function tshark(file: string, fields: readonly string[], ...options: string[]): string[][] {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const text = run('tshark', '-n', '-r', file, ...options, '-T', 'fields', ...wanted);
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => line.split('\t'));
}

const MACS = { source: '02:00:00:00:00:01', destination: '02:00:00:00:00:02' };
const V4 = { source: '10.0.0.1', destination: '10.0.0.2' };
const V6 = { source: '2001:db8::1', destination: '2001:db8::2' };

const frames = (): Uint8Array[] => [
  ethernetFrame(MACS, ipv4Packet(V4, tcpSegment({ source: 1234, destination: 80 }))),
  ethernetFrame(MACS, ipv4Packet(V4, udpSegment({ source: 4001, destination: 4002 }, Uint8Array.of(1, 2, 3)))),
  ethernetFrame(MACS, ipv4Packet(V4, icmpSegment({}, new Uint8Array(17).fill(7)))),
  ethernetFrame(
    MACS,
    ipv6Packet(
      V6,
      tcpSegment({ source: 443, destination: 50000, flags: TCP_FLAG.ACK | TCP_FLAG.PSH }, Uint8Array.of(9)),
    ),
  ),
  ethernetFrame(MACS, vlanTag({ id: 5, priority: 3 }, ipv6Packet(V6, udpSegment({ source: 1, destination: 2 })))),
  ethernetFrame(
    MACS,
    vlanTag({ id: 100, etherType: 0x88a8 }, vlanTag({ id: 7 }, ipv6Packet(V6, icmpv6Segment({ identifier: 99 })))),
  ),
  ethernetFrame(
    MACS,
    ipv4Packet({ ...V4, options: Uint8Array.of(1, 1, 1, 0) }, udpSegment({ source: 7, destination: 8 })),
  ),
  ethernetFrame({ ...MACS, padTo: 60 }, ipv4Packet(V4, rawSegment(132, new Uint8Array(12)))),
];

const START = 1_700_000_000_123_456_789n;

function written(encoder: CaptureEncoder): Uint8Array {
  encoder.addInterface({ name: 'eth0', description: 'the uplink', speed: 1_000_000_000n });
  for (const [i, data] of frames().entries()) {
    encoder.addPacket({ data, timestamp: START + BigInt(i) * 1_000_001n, originalLength: data.length + i });
  }
  return encoder.take();
}

const packetsOf = (records: readonly CaptureRecord[]): CapturePacket[] => records.filter((r) => r.kind === 'packet');

const seconds = (nanoseconds: bigint): string =>
  `${nanoseconds / 1_000_000_000n}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`;

describeNeeding(['tshark'], 'captures and Wireshark', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'beeswax-capture-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const OUTPUTS: [string, CaptureEncoder, bigint][] = [
    ['pcap', new PcapEncoder(), 1n],
    ['pcap, µs', new PcapEncoder({ nanoseconds: false }), 1000n],
    ['pcap, big-endian', new PcapEncoder({ byteOrder: 'big' }), 1n],
    ['pcapng', new PcapngEncoder({ application: 'beeswax', comments: ['made by a test'] }), 1n],
    ['pcapng, big-endian', new PcapngEncoder({ byteOrder: 'big', application: 'beeswax' }), 1n],
  ];

  it.each(OUTPUTS)('reads the %s written here', (name, encoder, unit) => {
    const file = path('written');
    writeFileSync(file, written(encoder));
    const read = tshark(file, ['frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.interface_name']);
    const expected = frames().map((data, i) => {
      const time = START + BigInt(i) * 1_000_001n;
      const rounded = ((time + unit / 2n) / unit) * unit;
      const interfaceName = name.startsWith('pcapng') ? 'eth0' : '';
      return [seconds(rounded), `${data.length}`, `${data.length + i}`, interfaceName];
    });
    expect(read).toEqual(expected);
  });

  it('finds no fault in the packets built here: headers, lengths, every checksum', () => {
    const file = path('built.pcapng');
    writeFileSync(file, written(new PcapngEncoder()));
    const check = ['ip', 'tcp', 'udp'].flatMap((layer) => ['-o', `${layer}.check_checksum:TRUE`]);
    const bad = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((layer) => `${layer}.checksum.status == "Bad"`);
    expect(tshark(file, ['frame.number'], ...check, '-Y', `_ws.malformed or ${bad.join(' or ')}`)).toEqual([]);
    const good = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6'].map((layer) => `${layer}.checksum.status`);
    const states = tshark(file, good, ...check);
    expect(states.map((state) => state.filter((s) => s !== ''))).toEqual([
      ['1', '1'],
      ['1', '1'],
      ['1', '1'],
      ['1'],
      ['1'],
      ['1'],
      ['1', '1'],
      ['1'],
    ]);
  });

  it('sees the same addresses and ports as the description in one line', () => {
    expect(frames().map((frame) => describePacket(frame))).toEqual([
      '10.0.0.1:1234 > 10.0.0.2:80 TCP [S] 54 bytes',
      '10.0.0.1:4001 > 10.0.0.2:4002 UDP 45 bytes',
      '10.0.0.1 > 10.0.0.2 ICMP echo request 59 bytes',
      '[2001:db8::1]:443 > [2001:db8::2]:50000 TCP [P.] 75 bytes',
      'vlan 5 [2001:db8::1]:1 > [2001:db8::2]:2 UDP 66 bytes',
      'vlan 100 vlan 7 2001:db8::1 > 2001:db8::2 ICMPv6 echo request 70 bytes',
      '10.0.0.1:7 > 10.0.0.2:8 UDP 46 bytes',
      '10.0.0.1 > 10.0.0.2 SCTP 60 bytes',
    ]);
    const file = path('described.pcap');
    writeFileSync(file, written(new PcapEncoder()));
    const fields = ['ip.src', 'ipv6.src', 'tcp.srcport', 'udp.srcport', 'vlan.id'];
    const read = tshark(file, fields).map((values) => values.filter((value) => value !== ''));
    expect(read).toEqual([
      ['10.0.0.1', '1234'],
      ['10.0.0.1', '4001'],
      ['10.0.0.1'],
      ['2001:db8::1', '443'],
      ['2001:db8::1', '1', '5'],
      ['2001:db8::1', expect.stringContaining('7')],
      ['10.0.0.1', '7'],
      ['10.0.0.1'],
    ]);
  });

  it.each(['little', 'big'] as const)('finds verdicts, queues, ids and comments (%s-endian)', (byteOrder) => {
    const encoder = new PcapngEncoder({ byteOrder });
    encoder.addInterface({ name: 'eth0:filter()@fentry' });
    encoder.addInterface({ name: 'eth0:filter()@fexit' });
    const data = frames()[0] as Uint8Array;
    for (const value of [2, 1, 3, 1, 0xffff_fffe]) {
      const verdict = { hook: 'xdp', value } as const;
      encoder.addPacket({
        data,
        timestamp: START,
        interfaceId: 1,
        verdict,
        queue: 4,
        packetId: 77n,
        comments: ['a', 'b'],
      });
    }
    encoder.addPacket({ data, timestamp: START, verdict: { hook: 'tc', value: 2n } });
    const file = path('verdicts.pcapng');
    writeFileSync(file, encoder.take());
    expect(tshark(file, ['frame.number'], '-Y', 'frame.verdict.ebpf_xdp == 1')).toEqual([['2'], ['4']]);
    expect(tshark(file, ['frame.number'], '-Y', 'frame.verdict.ebpf_xdp == 0xfffffffe')).toEqual([['5']]);
    expect(tshark(file, ['frame.number'], '-Y', 'frame.verdict.ebpf_tc == 2')).toEqual([['6']]);
    const fields = ['frame.interface_name', 'frame.interface_queue', 'frame.packet_id', 'frame.comment'];
    expect(tshark(file, fields)[0]).toEqual(['eth0:filter()@fexit', '4', '77', 'a,b']);
  });

  it.each(['pcap', 'nsecpcap', 'pcapng'])('%s from editcap reads as tshark reads it', async (format) => {
    writeFileSync(path('source'), written(new PcapngEncoder()));
    run('editcap', '-F', format, '-s', '50', path('source'), path('converted'));
    const { records, error } = await drain(readFileSync(path('converted')));
    expect(error).toBeUndefined();
    const read = packetsOf(records).map((packet) => [
      seconds(packet.timestamp ?? 0n),
      `${packet.length}`,
      `${packet.originalLength}`,
    ]);
    expect(read).toEqual(tshark(path('converted'), ['frame.time_epoch', 'frame.cap_len', 'frame.len']));
  });

  it('several interfaces and link types merged, with comments and drops, copied: tshark sees no difference', async () => {
    writeFileSync(path('a.pcap'), written(new PcapEncoder()));
    writeFileSync(
      path('hex.txt'),
      '0000 45 00 00 1c 00 00 00 00 40 11 00 00 c0 00 02 01 c0 00 02 02 00 01 00 02 00 08 00 00\n',
    );
    run('text2pcap', '-l', '101', '-t', '%Y', path('hex.txt'), path('b.pcapng'));
    run('mergecap', '-w', path('merged.pcapng'), path('a.pcap'), path('b.pcapng'));
    run('editcap', '-a', '2:a comment', '--capture-comment', 'of the file', path('merged.pcapng'), path('in.pcapng'));
    const { records } = await drain(readFileSync(path('in.pcapng')));
    expect(records.filter((r) => r.kind === 'interface').map((r) => r.linkType)).toEqual([1, 101]);
    const encoder = new PcapngEncoder();
    for (const record of records) encoder.copy(record);
    const copy = encoder.take();
    writeFileSync(path('out.pcapng'), copy);
    const json = (name: string): unknown => {
      const packets = JSON.parse(run('tshark', '-n', '-r', path(name), '-x', '-T', 'json')) as unknown;
      return packets;
    };
    expect(json('out.pcapng')).toEqual(json('in.pcapng'));
    const info = (name: string): string =>
      run('capinfos', path(name)).replace(/^(File name|SHA256|RIPEMD160|SHA1|File size).*$/gm, '');
    expect(info('out.pcapng')).toEqual(info('in.pcapng'));
  });

  it('pcap to pcapng and back keeps what tshark sees', async () => {
    writeFileSync(path('from.pcap'), written(new PcapEncoder({ byteOrder: 'big' })));
    const convert = async (from: string, to: string, encoder: CaptureEncoder): Promise<void> => {
      const { records } = await drain(readFileSync(path(from)));
      for (const record of records) encoder.copy(record);
      writeFileSync(path(to), encoder.take());
    };
    await convert('from.pcap', 'to.pcapng', new PcapngEncoder());
    await convert('to.pcapng', 'back.pcap', new PcapEncoder({ byteOrder: 'big' }));
    const fields = ['frame.time_epoch', 'frame.cap_len', 'frame.len', 'frame.encap_type', 'ip.src', 'ipv6.src'];
    expect(tshark(path('to.pcapng'), fields)).toEqual(tshark(path('from.pcap'), fields));
    expect(readFileSync(path('back.pcap')).subarray(24)).toEqual(readFileSync(path('from.pcap')).subarray(24));
  });

  it('the FCS length of a pcap is the same in the pcapng made of it', async () => {
    const pcap = new PcapEncoder();
    pcap.addInterface({ linkType: 0x2400_0001 });
    const frame = frames()[7] as Uint8Array;
    pcap.addPacket({ data: Uint8Array.of(...frame, 0xde, 0xad, 0xbe, 0xef), timestamp: START });
    const bytes = pcap.take();
    const { records } = await drain(bytes);
    const encoder = new PcapngEncoder();
    for (const record of records) encoder.copy(record);
    writeFileSync(path('fcs.pcap'), bytes);
    writeFileSync(path('fcs.pcapng'), encoder.take());
    expect(tshark(path('fcs.pcap'), ['eth.fcs'])).toEqual([['0xdeadbeef']]);
    expect(tshark(path('fcs.pcapng'), ['eth.fcs'])).toEqual([['0xdeadbeef']]);
  });

  it('a file cut anywhere gives as many packets here as there', async () => {
    const whole = written(new PcapngEncoder());
    for (const cut of [whole.length - 1, whole.length - 20, 600, 400, 200]) {
      writeFileSync(path('cut.pcapng'), whole.subarray(0, cut));
      let there: string;
      try {
        there = run('tshark', '-n', '-r', path('cut.pcapng'), '-T', 'fields', '-e', 'frame.number');
      } catch (thrown) {
        there = (thrown as { stdout: string }).stdout;
      }
      const { records, error } = await drain(readFileSync(path('cut.pcapng')));
      expect(packetsOf(records)).toHaveLength(there.split('\n').length - 1);
      expect(error?.code).toBe('BEESWAX_E_CAPTURE_TRUNCATED');
    }
  });
});
