/**
 * A bounds-checked little-endian reader over a part of a file. Every read that leaves its part is a catalogued error
 * that names what was read and where, so that no parser above it checks bounds by itself.
 */
import { BeeswaxError } from '../util/errors.js';

/** What no name or string is longer than: longer ones are cut, so that hostile tables cost nothing. */
const MAX_STRING = 4096;

const UTF8 = new TextDecoder('utf-8', { fatal: false });

export class ByteReader {
  /** Bytes of the part. */
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  /**
   * @param bytes the part that may be read
   * @param what its name in errors: 'section .BTF'
   * @param base byte offset of the part in the file, for errors
   */
  constructor(
    bytes: Uint8Array,
    readonly what: string,
    readonly base = 0,
  ) {
    this.length = bytes.length;
    // Plain, whatever was given: of a Node Buffer, `slice` would not copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    this.need(at, 1);
    return this.#view.getUint8(at);
  }

  u16(at: number): number {
    this.need(at, 2);
    return this.#view.getUint16(at, true);
  }

  u32(at: number): number {
    this.need(at, 4);
    return this.#view.getUint32(at, true);
  }

  i32(at: number): number {
    this.need(at, 4);
    return this.#view.getInt32(at, true);
  }

  u64(at: number): bigint {
    this.need(at, 8);
    return this.#view.getBigUint64(at, true);
  }

  /** A view of `size` bytes; nothing is copied. */
  slice(at: number, size: number): Uint8Array {
    this.need(at, size);
    return this.bytes.subarray(at, at + size);
  }

  /** The NUL-terminated string at `at`; a string that the part's end cuts, or of more than 4,096 bytes, is refused. */
  string(at: number): string {
    this.need(at, 1);
    const limit = Math.min(this.length, at + MAX_STRING);
    const end = this.bytes.indexOf(0, at);
    if (end < 0 || end >= limit) {
      throw new BeeswaxError('BEESWAX_E_ELF_STRING', { what: this.what, at }, { location: { offset: this.base + at } });
    }
    return UTF8.decode(this.bytes.slice(at, end));
  }

  /** Refuses a range that leaves the part. */
  need(at: number, size: number): void {
    if (at >= 0 && size >= 0 && at + size <= this.length) return;
    throw new BeeswaxError(
      'BEESWAX_E_ELF_TRUNCATED',
      { what: this.what, at, size, length: this.length },
      { location: { offset: this.base + Math.max(0, Math.min(at, this.length)) } },
    );
  }
}
