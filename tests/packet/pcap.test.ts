/** pcap files written out by hand, in both byte orders and both resolutions, and what they must read as. */
import { describe, expect, it } from 'vitest';
import { type CapturePacket, encodeCapture, PcapEncoder, readPackets } from '../../src/packet/index.js';
import { ascii, bytesOf, concat, drain, type Field, type Order, pieces, plain } from './blocks.js';

const header = (order: Order, magic: number, linkType = 1, snap = 65535): Uint8Array =>
  bytesOf(order, [
    [32, magic],
    [16, 2],
    [16, 4],
    [32, 0],
    [32, 0],
    [32, snap],
    [32, linkType],
  ]);

const record = (order: Order, seconds: number, fraction: number, data: Uint8Array, original: number): Uint8Array =>
  bytesOf(order, [[32, seconds], [32, fraction], [32, data.length], [32, original], data] satisfies Field[]);

async function packetsOf(bytes: Uint8Array): Promise<CapturePacket[]> {
  const packets: CapturePacket[] = [];
  for await (const batch of readPackets(bytes)) packets.push(...batch);
  return packets;
}

async function copied(bytes: Uint8Array, encoder = new PcapEncoder()): Promise<Uint8Array> {
  const { records } = await drain(bytes);
  const chunks: Uint8Array[] = [];
  for await (const chunk of encodeCapture([records], encoder)) chunks.push(chunk);
  return concat(chunks);
}

describe.each(['little', 'big'] as const)('pcap, %s-endian', (order) => {
  it.each([
    ['microseconds', 0xa1b2c3d4, 250_000, 1_700_000_000_250_000_000n],
    ['nanoseconds', 0xa1b23c4d, 250_000, 1_700_000_000_000_250_000n],
  ])('%s', async (_, magic, fraction, nanoseconds) => {
    const file = concat([
      header(order, magic),
      record(order, 1_700_000_000, fraction, ascii('one'), 60),
      record(order, 1_700_000_000, fraction, ascii(''), 0),
    ]);
    const [first, second, ...none] = await packetsOf(file);
    expect(none).toEqual([]);
    expect(first).toMatchObject({
      timestamp: nanoseconds,
      originalLength: 60,
      length: 3,
      interfaceId: 0,
      blockOffset: 24,
    });
    expect(Buffer.from(first?.data ?? []).toString()).toBe('one');
    expect(second).toMatchObject({ length: 0, blockOffset: 24 + 16 + 3 });
  });

  it('a copy is the same file', async () => {
    const file = concat([
      header(order, 0xa1b2c3d4, 0x4400_0001, 96),
      record(order, 0xffff_ffff, 999_999, ascii('end of time'), 2000),
      record(order, 1, 1_000_001, ascii('more than a second of microseconds'), 34),
    ]);
    expect(await copied(file)).toEqual(file);
  });
});

describe('the pcap header', () => {
  it('says the FCS length in its upper half: in 16-bit units, with a bit that it is there', async () => {
    const { records } = await drain(header('little', 0xa1b2c3d4, 0x2400_0001));
    expect(records.map((r) => r.kind)).toEqual(['section', 'interface']);
    expect(records[1]).toMatchObject({ linkType: 1, fcsLength: 4 });
  });

  it('alone is a capture without packets', async () => {
    const { records, error } = await drain(header('little', 0xa1b2c3d4));
    expect(records).toHaveLength(2);
    expect(error).toBeUndefined();
  });
});

describe('pieces', () => {
  const packets = Array.from({ length: 50 }, (_, i) => record('little', i, i, ascii('x'.repeat(i * 7)), i * 7));
  const file = concat([header('little', 0xa1b2c3d4), ...packets]);

  it.each([1, 2, 3, 15, 16, 17, 100, 1000])('of %i bytes read as the whole does', async (size) => {
    const whole = await drain(file);
    const parts = await drain(pieces(file, size));
    expect(parts.error).toBeUndefined();
    expect(parts.records.map(plain)).toEqual(whole.records.map(plain));
  });
});

describe('writing pcap', () => {
  it('takes nanoseconds where the packets have them', async () => {
    const encoder = new PcapEncoder();
    encoder.addInterface({});
    encoder.addPacket({ data: ascii('a'), timestamp: 1_500_000_000_123_456_789n, originalLength: 9 });
    const [packet] = await packetsOf(encoder.take());
    expect(packet).toMatchObject({ timestamp: 1_500_000_000_123_456_789n, originalLength: 9 });
  });

  it('refuses a second link type and a time that does not fit', () => {
    const encoder = new PcapEncoder();
    encoder.addInterface({ linkType: 1 });
    expect(encoder.addInterface({ linkType: 1 })).toBe(1);
    expect(() => encoder.addInterface({ linkType: 101 })).toThrow(
      'a pcap file holds one link type, but there are Ethernet and raw IP',
    );
    expect(() => encoder.addPacket({ data: ascii('a'), timestamp: -1n })).toThrow('outside 1970 to 2106');
  });
});
