/** What a reader takes as a source, and what it does with the source when it is left. */
import { describe, expect, it } from 'vitest';
import {
  CaptureWriter,
  encodeCapture,
  PcapEncoder,
  PcapngEncoder,
  readCapture,
  readPackets,
} from '../../src/packet/index.js';
import { concat, drain, pieces } from './blocks.js';

function capture(count: number): Uint8Array {
  const encoder = new PcapngEncoder();
  encoder.addInterface({ name: 'eth0' });
  for (let i = 0; i < count; i += 1) encoder.addPacket({ data: new Uint8Array(60).fill(i), timestamp: BigInt(i) });
  return encoder.take();
}

function gzip(bytes: Uint8Array): ReadableStream<Uint8Array> {
  const compress = new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  return new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(compress);
}

async function gathered(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return concat(chunks);
}

async function count(source: Parameters<typeof readPackets>[0]): Promise<number> {
  let packets = 0;
  for await (const batch of readPackets(source)) packets += batch.length;
  return packets;
}

describe('a source', () => {
  const file = capture(3000);

  it('may be bytes, chunks, chunks that come later, or a web stream', async () => {
    async function* later(): AsyncGenerator<Uint8Array> {
      yield* pieces(file, 5000);
    }
    expect(await count(file)).toBe(3000);
    expect(await count(pieces(file, 5000))).toBe(3000);
    expect(await count(later())).toBe(3000);
    expect(await count(new Blob([file as Uint8Array<ArrayBuffer>]).stream())).toBe(3000);
  });

  it('may hold empty chunks', async () => {
    const none = new Uint8Array(0);
    expect(await count([none, file.slice(0, 2), none, file.slice(2, 100), none, file.slice(100), none])).toBe(3000);
  });

  it('may be compressed with gzip', async () => {
    expect(await count(gzip(file))).toBe(3000);
    const compressed = await gathered(gzip(file));
    expect(await count(pieces(compressed, 1))).toBe(3000);
  });

  it('that is cut within gzip gives what could be inflated, and then the error', async () => {
    const compressed = await gathered(gzip(capture(50_000)));
    const { records, error } = await drain(pieces(compressed.slice(0, compressed.length - 1000), 512));
    expect(error).toMatchObject({ code: 'BEESWAX_E_CAPTURE_CORRUPT', location: { offset: compressed.length - 1000 } });
    expect(records.length).toBeGreaterThan(10_000);
  });

  it('is left alone where an error is its own', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield file.slice(0, 1000);
      throw new Error('the disk is gone');
    }
    await expect(count(failing())).rejects.toThrow('the disk is gone');
  });

  it('is cancelled when the loop is left', async () => {
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(capture(10)),
      pull: (controller) => controller.enqueue(capture(0)),
      cancel: () => {
        cancelled = true;
      },
    });
    for await (const batch of readCapture(endless)) if (batch.length > 0) break;
    expect(cancelled).toBe(true);
  });

  it('is given in batches of a bounded size, though it be one chunk', async () => {
    const sizes: number[] = [];
    for await (const batch of readCapture(file)) sizes.push(batch.length);
    expect(sizes).toEqual([1024, 1024, 954]);
  });
});

describe('writing to a web stream', () => {
  it('gives the chunks in order and closes it', async () => {
    const chunks: Uint8Array[] = [];
    let closed = false;
    const sink = new WritableStream<Uint8Array>({
      write: (chunk) => {
        chunks.push(chunk);
      },
      close: () => {
        closed = true;
      },
    });
    const file = capture(5000);
    const writer = new CaptureWriter(sink, new PcapngEncoder());
    for await (const batch of readCapture(file)) {
      for (const record of batch) writer.encoder.copy(record);
      await writer.drain();
    }
    await writer.close();
    expect(closed).toBe(true);
    expect(chunks.length).toBeGreaterThan(2);
    expect(Buffer.compare(Buffer.concat(chunks), file)).toBe(0);
  });

  it('an encoder does not keep the chunks that it gave', () => {
    const encoder = new PcapEncoder();
    encoder.addInterface({});
    const first = encoder.take();
    encoder.addPacket({ data: Uint8Array.of(1), timestamp: 0n });
    const second = encoder.take();
    expect(first.buffer).not.toBe(second.buffer);
    first.fill(0xff);
    encoder.addPacket({ data: Uint8Array.of(1), timestamp: 0n });
    expect(encoder.take()).toEqual(second);
  });

  it('copies as an iterator of chunks', async () => {
    const file = capture(4000);
    const chunks: Uint8Array[] = [];
    for await (const chunk of encodeCapture(readCapture(file), new PcapngEncoder())) chunks.push(chunk);
    expect(Buffer.compare(Buffer.concat(chunks), file)).toBe(0);
  });
});
