/** Little-endian bytes that grow as they are written, and tables of NUL-terminated strings: what file writers share. */

export class ByteWriter {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  length = 0;

  u8(value: number): this {
    const at = this.reserve(1);
    this.view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.reserve(2);
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.reserve(4);
    this.view.setUint32(at, value, true);
    return this;
  }

  /** Numbers up to 2⁵³. */
  u64(value: number): this {
    const at = this.reserve(8);
    this.view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  append(bytes: Uint8Array): this {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
    return this;
  }

  /** Zeroes up to a multiple of `alignment`. */
  align(alignment: number): this {
    this.reserve((alignment - (this.length % alignment)) % alignment);
    return this;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  /** Makes room for `count` zero bytes and returns where they start. */
  private reserve(count: number): number {
    const start = this.length;
    this.length += count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, start));
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
    return start;
  }
}

/** Strings one after the other, each once; offset 0 is the empty string. */
export class StringTable {
  private readonly offsets = new Map<string, number>([['', 0]]);
  private readonly bytes = new ByteWriter().u8(0);

  /** The offset of a string, which is added if it is not there. */
  add(text: string): number {
    const there = this.offsets.get(text);
    if (there !== undefined) return there;
    const offset = this.bytes.length;
    this.bytes.append(new TextEncoder().encode(text)).u8(0);
    this.offsets.set(text, offset);
    return offset;
  }

  finish(): Uint8Array {
    return this.bytes.finish();
  }
}
