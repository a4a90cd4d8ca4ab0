/** Reads captures as batches of records, whatever the format: it is told by the first four bytes. */
import { BeeswaxError } from '../util/errors.js';
import type { CapturePacket, CaptureRecord } from './capture.js';
import { Framer, type RecordParser } from './framing.js';
import { PcapParser, pcapVariant } from './pcap_parser.js';
import { BLOCK } from './pcapng_format.js';
import { PcapngParser } from './pcapng_parser.js';
import { type CaptureSource, chunksOf, streamOf } from './source.js';

const MAGIC_LENGTH = 4;
const GZIP_MAGIC = 0x8b1f;

/**
 * The records of a capture (pcap or pcapng, compressed with gzip or not), in batches as the chunks of the source
 * complete them: sections, interfaces, packets and other blocks in the order of the file. What is held in memory is
 * one chunk and its batch, and one record that straddles chunks.
 *
 * Packets are views into the chunks, so that a source must not write into a chunk that it gave.
 *
 * @throws BeeswaxError BEESWAX_E_CAPTURE_… for a damaged or cut file, after all that lies before the damage was
 *   given; offsets are those of the uncompressed file
 */
export async function* readCapture(source: CaptureSource): AsyncGenerator<CaptureRecord[], void, undefined> {
  const chunks = chunksOf(source);
  try {
    const first = await gather(chunks);
    const start = first.length >= 2 ? (first[0] as number) | ((first[1] as number) << 8) : 0;
    if (start === GZIP_MAGIC) yield* readGzip(first, chunks);
    else yield* readPlain(first, chunks);
  } finally {
    await chunks.return();
  }
}

/** The packets of a capture alone, in batches; see `readCapture`. */
export async function* readPackets(source: CaptureSource): AsyncGenerator<CapturePacket[], void, undefined> {
  for await (const batch of readCapture(source)) {
    const packets = batch.filter((record) => record.kind === 'packet');
    if (packets.length > 0) yield packets;
  }
}

async function* readPlain(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<CaptureRecord[], void, undefined> {
  const framer = new Framer(parserFor(first));
  yield* framer.push(first);
  for await (const chunk of rest) yield* framer.push(chunk);
  framer.finish();
}

async function* readGzip(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<CaptureRecord[], void, undefined> {
  let compressed = 0;
  let sourceFailure: unknown;
  async function* all(): AsyncGenerator<Uint8Array, void, undefined> {
    compressed += first.length;
    yield first;
    try {
      for await (const chunk of rest) {
        compressed += chunk.length;
        yield chunk;
      }
    } catch (thrown) {
      sourceFailure = thrown;
      throw thrown;
    }
  }
  // The types of DecompressionStream want chunks over plain buffers, which those of a source are not known to be.
  const inflate = new DecompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
  const inflated = chunksOf(streamOf(all()).pipeThrough(inflate));
  const guarded = renameDamage(
    inflated,
    () => compressed,
    (thrown) => thrown === sourceFailure,
  );
  yield* readPlain(await gather(guarded), guarded);
}

/** Turns what a decompressor throws into a catalogued error; the offset is how far the compressed file was read. */
async function* renameDamage(
  chunks: AsyncIterable<Uint8Array>,
  offsetNow: () => number,
  isForeign: (thrown: unknown) => boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (cause) {
    if (cause instanceof BeeswaxError || isForeign(cause)) throw cause;
    const offset = offsetNow();
    const problem = 'the gzip data is cut or damaged at or before here (an offset in the compressed file)';
    throw new BeeswaxError('BEESWAX_E_CAPTURE_CORRUPT', { problem, offset }, { location: { offset }, cause });
  }
}

/** A first chunk that is long enough to tell the format, unless the source ends before. */
async function gather(chunks: AsyncGenerator<Uint8Array, void, undefined>): Promise<Uint8Array> {
  let gathered = new Uint8Array(0);
  while (gathered.length < MAGIC_LENGTH) {
    const { done, value } = await chunks.next();
    if (done) break;
    if (gathered.length === 0) {
      gathered = value as Uint8Array<ArrayBuffer>;
      continue;
    }
    const joined = new Uint8Array(gathered.length + value.length);
    joined.set(gathered);
    joined.set(value, gathered.length);
    gathered = joined;
  }
  return gathered;
}

function parserFor(first: Uint8Array): RecordParser {
  if (first.length < MAGIC_LENGTH) {
    const data = { what: 'the file header', needed: 24, got: first.length, offset: 0 };
    throw new BeeswaxError('BEESWAX_E_CAPTURE_TRUNCATED', data, { location: { offset: 0 } });
  }
  const word = new DataView(first.buffer, first.byteOffset, MAGIC_LENGTH).getUint32(0, true);
  if (word === BLOCK.SECTION) return new PcapngParser();
  if (pcapVariant(word) !== undefined) return new PcapParser();
  const start = Array.from(first.subarray(0, MAGIC_LENGTH), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new BeeswaxError('BEESWAX_E_CAPTURE_FORMAT', { start }, { location: { offset: 0 } });
}
