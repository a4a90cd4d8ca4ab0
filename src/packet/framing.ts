/**
 * Cuts a stream of chunks into the records of a format. A record that lies in one chunk is parsed in place; one that
 * straddles chunks is first joined, so that at most one record a chunk is copied.
 */
import { BeeswaxError } from '../util/errors.js';
import type { CaptureRecord } from './capture.js';

/** A format's parser: takes whole records off the front of some bytes. */
export interface RecordParser {
  /**
   * Bytes that the record at the front has, as far as is known by now: its length once its header was seen, its
   * header's length before. Never less than what made the last `parse` stop.
   */
  readonly need: number;
  /** What a reader of an error would call the record at the front. */
  readonly awaiting: string;
  /** Whether the stream may end here, before the record at the front has begun. */
  readonly complete: boolean;
  /**
   * Parses records from `start` on, until the bytes or the room in the batch end.
   *
   * @param fileOffset offset in the file of byte 0 of `bytes`
   * @returns where the first unparsed record starts
   * @throws BeeswaxError for damage; the records before it are in the batch
   */
  parse(bytes: Uint8Array, start: number, fileOffset: number, batch: CaptureRecord[], room: number): number;
}

/** Most records of a batch. */
const BATCH = 1024;
const FIRST_ALLOCATION = 4096;

export class Framer {
  /** The part of a record that earlier chunks held; never reused once records refer to it. */
  private pending: Uint8Array = new Uint8Array(0);
  private pendingLength = 0;
  /** Offset in the file of the next byte that no record has taken. */
  private offset = 0;

  constructor(private readonly parser: RecordParser) {}

  /**
   * The batches that a chunk completes. The chunk must not change afterwards: the packets refer to it.
   *
   * @throws BeeswaxError for damage, after everything before it was given
   */
  *push(chunk: Uint8Array): Generator<CaptureRecord[], void, undefined> {
    let at = 0;
    while (this.pendingLength > 0) {
      at += this.extend(chunk, at);
      if (this.pendingLength < this.parser.need) return;
      const joined = this.pending.subarray(0, this.pendingLength);
      const used = yield* this.consume(joined, 0, 0);
      if (used > 0) {
        this.pending = new Uint8Array(0);
        this.pendingLength = 0;
      }
    }
    const end = yield* this.consume(chunk, at, at);
    if (end < chunk.length) this.extend(chunk, end);
  }

  /** @throws BeeswaxError if the stream ends within a record, or before the header. */
  finish(): void {
    const { parser } = this;
    if (this.pendingLength === 0 && parser.complete) return;
    const data = { what: parser.awaiting, needed: parser.need, got: this.pendingLength, offset: this.offset };
    throw new BeeswaxError('BEESWAX_E_CAPTURE_TRUNCATED', data, { location: { offset: this.offset } });
  }

  /** Parses all whole records of some bytes; `base` is where in them the file offset `this.offset` lies. */
  private *consume(bytes: Uint8Array, start: number, base: number): Generator<CaptureRecord[], number, undefined> {
    let at = start;
    const fileOffset = this.offset - base;
    for (;;) {
      const batch: CaptureRecord[] = [];
      let damage: unknown;
      try {
        at = this.parser.parse(bytes, at, fileOffset, batch, BATCH);
      } catch (thrown) {
        damage = thrown;
      }
      this.offset = fileOffset + at;
      if (batch.length > 0) yield batch;
      if (damage !== undefined) throw damage;
      if (batch.length < BATCH) return at;
    }
  }

  /** Takes bytes of a chunk into the pending record, up to its need (all, if the need isn't known to be less). */
  private extend(chunk: Uint8Array, from: number): number {
    const take = Math.min(Math.max(this.parser.need - this.pendingLength, 0), chunk.length - from);
    const length = this.pendingLength + take;
    if (length > this.pending.length) {
      // Grown by doubling: what is allocated follows what the file holds, not what a length field claims.
      const size = Math.min(this.parser.need, Math.max(length, this.pending.length * 2, FIRST_ALLOCATION));
      const larger = new Uint8Array(size);
      larger.set(this.pending.subarray(0, this.pendingLength));
      this.pending = larger;
    }
    this.pending.set(chunk.subarray(from, from + take), this.pendingLength);
    this.pendingLength = length;
    return take;
  }
}
