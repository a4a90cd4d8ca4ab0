/** pcapng files written out by hand, and what they must read as and be copied to. */
import { describe, expect, it } from 'vitest';
import {
  type CaptureEncoder,
  type CapturePacket,
  type CaptureRecord,
  type PacketChanges,
  PcapEncoder,
  PcapngEncoder,
} from '../../src/packet/index.js';
import {
  ascii,
  block,
  concat,
  drain,
  END_OF_OPTIONS,
  enhanced,
  interfaceBlock,
  type Order,
  option,
  pieces,
  plain,
  section,
} from './blocks.js';

const packetsOf = (records: readonly CaptureRecord[]): CapturePacket[] =>
  records.filter((record) => record.kind === 'packet');

function encode(records: readonly CaptureRecord[], encoder: CaptureEncoder, changes?: PacketChanges): Uint8Array {
  for (const record of records) encoder.copy(record, record.kind === 'packet' ? changes : undefined);
  return encoder.take();
}

/** A file with a block of every kind that the format has, and some that it hasn't. */
const everything = (order: Order): Uint8Array =>
  concat([
    section(order, option(order, 1, ascii('a comment')), option(order, 4, ascii('writer')), END_OF_OPTIONS),
    interfaceBlock(
      order,
      1,
      0,
      option(order, 2, ascii('eth0')),
      option(order, 3, ascii('uplink')),
      option(order, 8, [64, 10_000_000_000n]),
      option(order, 9, [8, 9]),
      option(order, 11, [8, 0], ascii('tcp port 80')),
      option(order, 0x9999, ascii('unknown')),
      END_OF_OPTIONS,
    ),
    interfaceBlock(order, 1, 8, option(order, 9, [8, 0x80 | 10]), option(order, 14, [64, -1000n])),
    enhanced(order, 0, 1_700_000_000_123_456_789n, ascii('first'), 1500),
    enhanced(
      order,
      1,
      3n * 1024n + 512n,
      ascii('second'),
      6,
      option(order, 1, ascii('kept')),
      option(order, 2, [32, 0x1]),
      option(order, 0x7777, ascii('who knows')),
      END_OF_OPTIONS,
    ),
    block(order, 3, [32, 4], ascii('simp')),
    block(
      order,
      2,
      [16, 1],
      [16, 7],
      [32, 0],
      [32, 1024],
      [32, 3],
      [32, 3],
      ascii('old\0'),
      option(order, 2, [32, 0x2]),
      END_OF_OPTIONS,
    ),
    block(order, 4, [16, 1], [16, 10], Uint8Array.of(192, 0, 2, 1), ascii('host.a'), new Uint8Array(2), [32, 0]),
    block(order, 5, [32, 0], [32, 1], [32, 2], option(order, 4, [64, 12n]), END_OF_OPTIONS),
    block(order, 10, [32, 0x544c534b], [32, 6], ascii('secret')),
    block(order, 0x0bad, [32, 32473], ascii('custom data.')),
    block(order, 0x4000_0bad, [32, 32473], ascii('do not copy!')),
    block(order, 0x8000_1234, ascii('an unknown block')),
  ]);

describe.each(['little', 'big'] as const)('pcapng, %s-endian', (order) => {
  it('reads every kind of block', async () => {
    const { records, error } = await drain(everything(order));
    expect(error).toBeUndefined();
    const kinds = records.map((r) =>
      r.kind === 'packet' ? r.form : r.kind === 'block' ? r.type.toString(16) : r.kind,
    );
    expect(kinds).toEqual([
      'section',
      'interface',
      'interface',
      'enhanced',
      'enhanced',
      'simple',
      'obsolete',
      '4',
      '5',
      'a',
      'bad',
      '40000bad',
      '80001234',
    ]);
    expect(records[1]).toMatchObject({ id: 0, name: 'eth0', description: 'uplink', speed: 10_000_000_000n });
    const [first, second, simple, obsolete] = packetsOf(records);
    expect(first).toMatchObject({ timestamp: 1_700_000_000_123_456_789n, originalLength: 1500, interfaceId: 0 });
    expect(second).toMatchObject({ timestamp: -996_500_000_000n, ticks: 3584n, interfaceId: 1 });
    expect(second?.options.map(({ code }) => code)).toEqual([1, 2, 0x7777]);
    expect(simple).toMatchObject({ timestamp: undefined, length: 4, originalLength: 4 });
    expect(obsolete).toMatchObject({ timestamp: -999_000_000_000n, interfaceId: 1, length: 3 });
    expect(packetsOf(records).map((p) => Buffer.from(p.data).toString())).toEqual(['first', 'second', 'simp', 'old']);
  });

  it('copies it to the same bytes', async () => {
    const file = everything(order);
    const { records } = await drain(file);
    expect(encode(records, new PcapngEncoder())).toEqual(file);
  });

  it.each([1, 3, 12, 13, 64, 333])('reads it alike in pieces of %i bytes', async (size) => {
    const { records, error } = await drain(pieces(everything(order), size));
    expect(error).toBeUndefined();
    expect(records.map(plain)).toEqual((await drain(everything(order))).records.map(plain));
  });

  it('adds verdict, queue, id and comments to what a packet had', async () => {
    const { records } = await drain(everything(order));
    const changes: PacketChanges = {
      verdict: { hook: 'xdp', value: 1 },
      queue: 3,
      packetId: 0x1_0000_0001n,
      flags: 0x9,
      comments: ['why'],
    };
    const written = encode(records, new PcapngEncoder(), changes);
    const [, second, simple, obsolete] = packetsOf((await drain(written)).records);
    const fields = (packet?: CapturePacket): unknown =>
      packet?.options.map(({ code, value }) => {
        const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
        const little = order === 'little';
        if (code === 2 || code === 6) return [code, view.getUint32(0, little)];
        if (code === 4 || code === 5) return [code, view.getBigUint64(0, little)];
        return code === 7 ? [code, value[0], view.getBigUint64(1, little)] : [code, Buffer.from(value).toString()];
      });
    const added = [
      [1, 'why'],
      [2, 0x9],
      [5, 0x1_0000_0001n],
      [6, 3],
      [7, 2, 1n],
    ];
    expect(fields(second)).toEqual([[1, 'kept'], [0x7777, 'who knows'], ...added]);
    expect(second).toMatchObject({ form: 'enhanced', ticks: 3584n, originalLength: 6, interfaceId: 1 });
    expect(simple).toMatchObject({ form: 'enhanced', ticks: 0n });
    expect(fields(simple)).toEqual(added);
    // The obsolete block's drop count becomes the option that replaced it.
    expect(fields(obsolete)).toEqual([[4, 7n], ...added]);
  });
});

describe('sections', () => {
  it('of different byte orders follow each other, each with its own interfaces', async () => {
    const file = concat([everything('little'), everything('big'), section('little')]);
    const { records, error } = await drain(file);
    expect(error).toBeUndefined();
    expect(records.filter((r) => r.kind === 'section').map((r) => r.byteOrder)).toEqual(['little', 'big', 'little']);
    expect(encode(records, new PcapngEncoder())).toEqual(file);
  });

  it('of the format version 1.2 are read as 1.0, and others are refused', async () => {
    const file = section('little');
    file[14] = 2;
    expect((await drain(file)).error).toBeUndefined();
    file[14] = 3;
    expect((await drain(file)).error?.message).toBe('pcapng version 1.3 at byte 0 is unknown');
  });
});

describe('changing packets', () => {
  it('keeps time and original length when the bytes change', async () => {
    const { records } = await drain(everything('little'));
    const written = encode(records, new PcapngEncoder(), { data: ascii('short') });
    const [first] = packetsOf((await drain(written)).records);
    expect(first).toMatchObject({ timestamp: 1_700_000_000_123_456_789n, originalLength: 1500, length: 5 });
  });

  it('converts the time to the resolution of another interface', async () => {
    const encoder = new PcapngEncoder({ application: 'test' });
    encoder.addInterface({ name: 'eth0:prog()@fentry', tsresol: 6 });
    const { records } = await drain(everything('little'));
    for (const packet of packetsOf(records).slice(0, 1)) encoder.copy(packet, { interfaceId: 0 });
    const read = await drain(encoder.take());
    expect(read.records[1]).toMatchObject({ name: 'eth0:prog()@fentry' });
    expect(packetsOf(read.records)[0]).toMatchObject({ ticks: 1_700_000_000_123_457n });
  });

  it('refuses to mix byte orders and to name an interface that is not there', async () => {
    const { records } = await drain(everything('big'));
    const encoder = new PcapngEncoder();
    encoder.addInterface({});
    expect(() => encoder.copy(records.at(-1) as CaptureRecord)).toThrow('of a big-endian section cannot go');
    expect(() => encoder.addPacket({ data: ascii('x'), timestamp: 0n, interfaceId: 1 })).toThrow('interface 1 was not');
  });
});

describe('converting', () => {
  it('pcapng to pcap keeps bytes, lengths and nanoseconds', async () => {
    const { records } = await drain(everything('big'));
    const early = records.filter((r) => r.kind !== 'packet' || r.interfaceId === 0);
    const { records: converted } = await drain(encode(early, new PcapEncoder()));
    expect(converted[0]).toMatchObject({ format: 'pcap', pcap: { nanoseconds: true } });
    expect(packetsOf(converted)[0]).toMatchObject({ timestamp: 1_700_000_000_123_456_789n, originalLength: 1500 });
  });

  it.each([6, 9])('pcap (10^-%i s) to pcapng keeps link type, FCS length, snap length and time', async (tsresol) => {
    const pcap = new PcapEncoder();
    pcap.addInterface({ linkType: 0x2400_0001, snapLength: 128, tsresol });
    pcap.addPacket({ data: ascii('bytes'), timestamp: 1_700_000_000_123_456_000n, originalLength: 99 });
    const { records } = await drain(pcap.take());
    const { records: converted } = await drain(encode(records, new PcapngEncoder()));
    expect(converted[1]).toMatchObject({ linkType: 1, fcsLength: 4, snapLength: 128, resolution: { octet: tsresol } });
    expect(converted[2]).toMatchObject({ timestamp: 1_700_000_000_123_456_000n, originalLength: 99, length: 5 });
  });
});
