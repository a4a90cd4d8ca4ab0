/**
 * Mutated captures: whatever the bytes, reading ends in records or in a catalogued error, every record can be looked
 * at and copied, and cutting the file into chunks elsewhere changes nothing. Seeded, so that a failure comes again.
 */
import { describe, expect, it } from 'vitest';
import { type CaptureRecord, describePacket, PcapEncoder, PcapngEncoder } from '../../src/packet/index.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { ascii, block, concat, drain, enhanced, interfaceBlock, option, pieces, plain, section } from './blocks.js';

const MUTANTS = 10_000;

/** A small generator of numbers in [0, bound), by Marsaglia's xorshift. */
function random(seed: number): (bound: number) => number {
  let state = seed | 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

function seeds(): Uint8Array[] {
  const pcap = new PcapEncoder();
  const big = new PcapEncoder({ byteOrder: 'big', nanoseconds: true });
  for (const encoder of [pcap, big]) {
    encoder.addInterface({});
    for (let i = 0; i < 4; i += 1) encoder.addPacket({ data: new Uint8Array(30 + i).fill(8), timestamp: BigInt(i) });
  }
  const ng = (order: 'little' | 'big'): Uint8Array =>
    concat([
      section(order, option(order, 1, ascii('comment'))),
      interfaceBlock(order, 1, 64, option(order, 9, [8, 9]), option(order, 14, [64, 3n])),
      enhanced(order, 0, 99n, new Uint8Array(34).fill(8), 60, option(order, 6, [32, 1])),
      block(order, 3, [32, 4], ascii('simp')),
      block(order, 2, [16, 0], [16, 0], [32, 0], [32, 0], [32, 3], [32, 3], ascii('old\0')),
      block(order, 4, [16, 0], [16, 0]),
    ]);
  return [pcap.take(), big.take(), ng('little'), ng('big'), concat([ng('big'), ng('little')])];
}

const INTERESTING = [0, 1, 4, 0x7f, 0x80, 0xff, 0x0a, 0x0d];

function mutate(file: Uint8Array, next: (bound: number) => number): Uint8Array {
  let bytes: Uint8Array = file.slice();
  for (let edits = 1 + next(4); edits > 0 && bytes.length > 0; edits -= 1) {
    const at = next(bytes.length);
    const kind = next(6);
    if (kind === 0) bytes[at] = (bytes[at] as number) ^ (1 << next(8));
    else if (kind === 1) bytes[at] = INTERESTING[next(INTERESTING.length)] as number;
    else if (kind === 2) bytes.fill(0xff, at, at + 4);
    else if (kind === 3) bytes = bytes.slice(0, at);
    else if (kind === 4) bytes = concat([bytes.subarray(0, at), bytes.subarray(at + 1 + next(8))]);
    else bytes = concat([bytes.subarray(0, at), bytes.subarray(next(bytes.length)), bytes.subarray(at)]);
  }
  return bytes;
}

/** Everything that a user of a record may touch. */
function touch(records: readonly CaptureRecord[]): void {
  const encoders = [new PcapngEncoder(), new PcapEncoder()];
  for (const record of records) {
    if (record.kind === 'packet') {
      describePacket(record.data, record.captureInterface.linkType);
      expect(record.timestamp === undefined).toBe(record.form === 'simple');
      expect(record.data.length).toBe(record.length);
      expect(record.options.length).toBeLessThan(100);
    }
    for (const encoder of encoders) {
      try {
        encoder.copy(record, record.kind === 'packet' ? { verdict: { hook: 'xdp', value: 2 } } : undefined);
      } catch (thrown) {
        expect(isBeeswaxError(thrown, 'BEESWAX_E_CAPTURE_WRITE')).toBe(true);
      }
    }
  }
}

describe('mutated captures', () => {
  it(`${MUTANTS} of them are read or refused with a catalogued error`, { timeout: 60_000 }, async () => {
    const files = seeds();
    const codes = new Map<string, number>();
    for (let seed = 1; seed <= MUTANTS; seed += 1) {
      const next = random(seed * 0x9e3779b1);
      const file = mutate(files[seed % files.length] as Uint8Array, next);
      const whole = await drain(file);
      const parts = await drain(pieces(file, 1 + next(40)));
      expect(parts.records.map(plain), `seed ${seed}`).toEqual(whole.records.map(plain));
      expect(parts.error?.message, `seed ${seed}`).toBe(whole.error?.message);
      touch(whole.records);
      const code = whole.error?.code ?? 'read';
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect([...codes.keys()].sort()).toEqual([
      'BEESWAX_E_CAPTURE_CORRUPT',
      'BEESWAX_E_CAPTURE_FORMAT',
      'BEESWAX_E_CAPTURE_INTERFACE',
      'BEESWAX_E_CAPTURE_LENGTH',
      'BEESWAX_E_CAPTURE_TRUNCATED',
      'BEESWAX_E_CAPTURE_VERSION',
      'read',
    ]);
  });
});
