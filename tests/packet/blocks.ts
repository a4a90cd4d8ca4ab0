/** Captures written out by hand for the tests: bytes in either byte order, without the code under test. */
import type { CaptureRecord } from '../../src/packet/index.js';
import { type CaptureSource, readCapture } from '../../src/packet/index.js';
import { BeeswaxError } from '../../src/util/errors.js';

export type Order = 'little' | 'big';

/** A field of 8, 16, 32 or 64 bit, or bytes as they are. */
export type Field = readonly [8 | 16 | 32 | 64, number | bigint] | Uint8Array;

export function bytesOf(order: Order, fields: readonly Field[]): Uint8Array {
  const little = order === 'little';
  const parts = fields.map((field) => {
    if (field instanceof Uint8Array) return field;
    const [width, value] = field;
    const part = new Uint8Array(width / 8);
    const view = new DataView(part.buffer);
    if (width === 8) view.setUint8(0, Number(value));
    else if (width === 16) view.setUint16(0, Number(value), little);
    else if (width === 32) view.setUint32(0, Number(value), little);
    else view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), little);
    return part;
  });
  return concat(parts);
}

export const concat = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((p) => [...p]));

export const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4);

export function block(order: Order, type: number, ...body: Field[]): Uint8Array {
  const inner = bytesOf(order, body);
  const pad = padding(inner.length);
  const total = 12 + inner.length + pad.length;
  return bytesOf(order, [[32, type], [32, total], inner, pad, [32, total]]);
}

export const option = (order: Order, code: number, ...value: Field[]): Uint8Array => {
  const inner = bytesOf(order, value);
  return bytesOf(order, [[16, code], [16, inner.length], inner, padding(inner.length)]);
};

export const END_OF_OPTIONS = new Uint8Array(4);

export const section = (order: Order, ...options: Uint8Array[]): Uint8Array =>
  block(order, 0x0a0d0d0a, [32, 0x1a2b3c4d], [16, 1], [16, 0], [64, -1n], ...options);

export const interfaceBlock = (order: Order, linkType: number, snap: number, ...options: Uint8Array[]): Uint8Array =>
  block(order, 1, [16, linkType], [16, 0], [32, snap], ...options);

export const enhanced = (
  order: Order,
  interfaceId: number,
  ticks: bigint,
  data: Uint8Array,
  original: number,
  ...options: Uint8Array[]
): Uint8Array =>
  block(
    order,
    6,
    [32, interfaceId],
    [32, ticks >> 32n],
    [32, ticks & 0xffff_ffffn],
    [32, data.length],
    [32, original],
    data,
    padding(data.length),
    ...options,
  );

/** All records of a source, and the error that ended it. */
export async function drain(
  source: CaptureSource,
): Promise<{ records: CaptureRecord[]; error: BeeswaxError | undefined }> {
  const records: CaptureRecord[] = [];
  try {
    for await (const batch of readCapture(source)) records.push(...batch);
  } catch (thrown) {
    if (thrown instanceof BeeswaxError) return { records, error: thrown };
    throw thrown;
  }
  return { records, error: undefined };
}

/** A source that gives the bytes in pieces of a size. */
export function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

/** What a record says, as plain values to compare. */
export function plain(record: CaptureRecord): unknown {
  if (record.kind === 'packet') {
    const { form, interfaceId, data, originalLength, ticks, options, blockOffset } = record;
    const kept = options.map(({ code, value }) => [code, Buffer.from(value).toString('hex')]);
    return { form, interfaceId, data: Buffer.from(data).toString('hex'), originalLength, ticks, kept, blockOffset };
  }
  if (record.kind === 'block') return { type: record.type, raw: Buffer.from(record.raw).toString('hex') };
  if (record.kind === 'section') return { format: record.format, byteOrder: record.byteOrder, pcap: record.pcap };
  const { id, linkType, snapLength, name, resolution, fcsLength } = record;
  return { id, linkType, snapLength, name, resolution, fcsLength };
}
