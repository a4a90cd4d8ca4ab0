/** Bytes that an encoder gathers until they are taken as one chunk. */

const FIRST_SIZE = 64 * 1024;

export class ChunkBuffer {
  private storage = new Uint8Array(0);
  /** Over all that `bytes` covers; both change at `reserve`. */
  view = new DataView(this.storage.buffer);
  /** Bytes written and not yet taken. */
  length = 0;

  get bytes(): Uint8Array {
    return this.storage;
  }

  /** Appends zeroed bytes and returns the offset of the first. */
  reserve(size: number): number {
    const start = this.length;
    const end = start + size;
    if (end > this.storage.length) {
      const larger = new Uint8Array(Math.max(end, this.storage.length * 2, FIRST_SIZE));
      larger.set(this.storage.subarray(0, start));
      this.storage = larger;
      this.view = new DataView(larger.buffer);
    }
    this.length = end;
    return start;
  }

  append(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    this.storage.set(bytes, at);
  }

  /** All bytes gathered so far, in a buffer that is the caller's from then on. */
  take(): Uint8Array {
    const { length } = this;
    this.length = 0;
    if (length < this.storage.length / 2) {
      // Little was written: a copy is cheaper than a new buffer.
      const copy = this.storage.slice(0, length);
      this.storage.fill(0, 0, length);
      return copy;
    }
    const taken = this.storage.subarray(0, length);
    this.storage = new Uint8Array(0);
    this.view = new DataView(this.storage.buffer);
    return taken;
  }
}
