/** Damaged captures: all before the damage is delivered, then a catalogued error names the byte. */
import { describe, expect, it } from 'vitest';
import { PcapEncoder, PcapngEncoder } from '../../src/packet/index.js';
import { ascii, block, bytesOf, concat, drain, enhanced, interfaceBlock, option, pieces, section } from './blocks.js';

const head = concat([section('little'), interfaceBlock('little', 1, 0)]);
const good = enhanced('little', 0, 1n, ascii('good'), 4);
const AT = head.length + good.length;

describe('damage in pcapng', () => {
  const cases: [string, Uint8Array, string][] = [
    [
      'a block longer than any',
      bytesOf('little', [[32, 6], [32, 0x7fff_fff0], new Uint8Array(100)]),
      `a block of type 0x6 at byte ${AT} claims 2147483632 bytes; 32 to 33554432 are possible`,
    ],
    [
      'a block shorter than its kind can be',
      bytesOf('little', [[32, 6], [32, 28], new Uint8Array(16), [32, 28]]),
      `a block of type 0x6 at byte ${AT} claims 28 bytes; 32 to 33554432 are possible`,
    ],
    [
      'a length that is no multiple of 4',
      bytesOf('little', [[32, 99], [32, 14], new Uint8Array(2), [32, 14]]),
      `the capture is damaged at byte ${AT}: the block's length 14 is no multiple of 4`,
    ],
    [
      'lengths that differ',
      bytesOf('little', [
        [32, 99],
        [32, 16],
        [32, 0],
        [32, 20],
      ]),
      `the capture is damaged at byte ${AT}: the block says 16 bytes at its start and 20 at its end`,
    ],
    [
      'an interface that is not there',
      enhanced('little', 1, 0n, ascii('lost'), 4),
      `the packet at byte ${AT} is of interface 1, but its section describes 1 so far`,
    ],
    [
      'a packet longer than its block',
      block('little', 6, [32, 0], [32, 0], [32, 0], [32, 8], [32, 8], ascii('four')),
      `the packet of a block at byte ${AT} claims 8 bytes; 0 to 4 are possible`,
    ],
    [
      'an option longer than its block',
      enhanced('little', 0, 0n, ascii('data'), 4, bytesOf('little', [[16, 1], [16, 9], ascii('short!!!')])),
      `the capture is damaged at byte ${AT}: option 1 claims 9 bytes, but its block has 8 left`,
    ],
    [
      'a section that has no byte order',
      block('little', 0x0a0d0d0a, [32, 0x01020304], new Uint8Array(12)),
      `the capture is damaged at byte ${AT}: the section's byte-order magic is 0x1020304, not 0x1a2b3c4d in either order`,
    ],
    [
      'a packet of a section without interfaces',
      concat([section('little'), block('little', 3, [32, 4], ascii('four'))]),
      `the packet at byte ${AT + 28} is of interface 0, but its section describes 0 so far`,
    ],
  ];

  it.each(cases)('%s', async (_, damaged, message) => {
    const file = concat([head, good, damaged, good]);
    for (const source of [file, pieces(file, 5)]) {
      const { records, error } = await drain(source);
      expect(records.filter((r) => r.kind === 'packet')).toHaveLength(1);
      expect(error?.message).toBe(message);
      expect(error?.location?.offset).toBeGreaterThanOrEqual(AT);
    }
  });

  it('what an interface says of its times is bounded too', async () => {
    const fine = interfaceBlock('little', 1, 0, option('little', 9, [8, 0xff]), option('little', 14, [64, -1n]));
    const { records } = await drain(concat([section('little'), fine, good]));
    expect(records[2]).toMatchObject({ timestamp: -1_000_000_000n });
  });
});

describe('damage in pcap', () => {
  const start = (): PcapEncoder => {
    const encoder = new PcapEncoder();
    encoder.addInterface({});
    encoder.addPacket({ data: ascii('good'), timestamp: 0n });
    return encoder;
  };

  it('a record longer than packets are', async () => {
    const damaged = bytesOf('little', [[32, 0], [32, 0], [32, 0xffff_fff0], [32, 60], new Uint8Array(60)]);
    const { records, error } = await drain(concat([start().take(), damaged]));
    expect(records).toHaveLength(3);
    expect(error?.message).toBe('a packet record at byte 44 claims 4294967280 bytes; 0 to 262144 are possible');
    expect(error?.code).toBe('BEESWAX_E_CAPTURE_LENGTH');
  });

  it('an unknown version', async () => {
    const file = start().take();
    file[4] = 9;
    expect((await drain(file)).error?.message).toBe('pcap version 9.4 at byte 0 is unknown');
  });
});

describe('no capture at all', () => {
  it('an empty file', async () => {
    const message = 'the capture ends inside the file header at byte 0: 24 bytes were expected, 0 are there';
    for (const source of [new Uint8Array(0), [], [new Uint8Array(0)]]) {
      expect((await drain(source)).error?.message).toBe(message);
    }
  });

  it('something else', async () => {
    const { error } = await drain(ascii('%PDF-1.7'));
    expect(error).toMatchObject({
      code: 'BEESWAX_E_CAPTURE_FORMAT',
      message: 'this is no capture: it starts with the bytes 25 50 44 46',
    });
  });
});

describe('a capture cut at any byte', () => {
  const small = (encoder: PcapEncoder | PcapngEncoder): { file: Uint8Array; ends: number[] } => {
    const parts: Uint8Array[] = [];
    const ends: number[] = [];
    encoder.addInterface({});
    for (let i = 0; i < 6; i += 1) {
      encoder.addPacket({ data: new Uint8Array(i * 5).fill(i), timestamp: BigInt(i) });
      parts.push(encoder.take());
      ends.push(parts.reduce((sum, part) => sum + part.length, 0));
    }
    return { file: concat(parts), ends };
  };

  it.each([
    ['pcap', new PcapEncoder()],
    ['pcapng', new PcapngEncoder()],
  ])('%s: delivers each packet that is whole, and says where the rest is cut', async (_, encoder) => {
    const { file, ends } = small(encoder);
    for (let cut = 0; cut < file.length; cut += 1) {
      const { records, error } = await drain(file.slice(0, cut));
      const whole = ends.filter((end) => end <= cut).length;
      expect(records.filter((r) => r.kind === 'packet')).toHaveLength(whole);
      const start = whole > 0 ? ends[whole - 1] : undefined;
      if (cut === start) expect(error).toBeUndefined();
      else if (start !== undefined) {
        expect(error).toMatchObject({ code: 'BEESWAX_E_CAPTURE_TRUNCATED', location: { offset: start } });
      }
    }
  });

  it('does not allocate what a length claims, only what is there', async () => {
    const file = concat([head, bytesOf('little', [[32, 99], [32, 32 * 1024 * 1024], new Uint8Array(10)])]);
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 20; i += 1) {
      const { error } = await drain(pieces(file, 7));
      expect(error?.data).toMatchObject({ needed: 33554432, got: 18 });
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  });
});
