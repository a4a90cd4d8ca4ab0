/**
 * A map of the engine as raw bytes, in memory order: what bpf(2) gives for a map, without the system calls. Shaping
 * keys and values is done above. No view is kept of what lies in a map: all that is given out is a copy.
 */

import { errnoName } from '../abi/errno.js';
import { Errno } from '../abi/errno_numbers.js';
import { MapRecord } from '../abi/layout.js';
import { MAP_FLAGS, MAP_TYPES, type MapTypeName, type MapTypeRow } from '../abi/map_types.js';
import type { MapSpec } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { createRecord } from './maps_create.js';
import { type MapHost, withBytes } from './maps_transfer.js';

/** Elements that one scan fetches; they fit into the scratch area. */
const SCAN_LENGTH = 256;

/** Bytes of a key that messages show. */
const SHOWN_KEY = 32;

/**
 * Makes a map.
 *
 * @throws BeeswaxError BEESWAX_E_NOT_YET, BEESWAX_E_MAP_CREATE, BEESWAX_E_MAP_MEMORY.
 */
export function createMap(host: MapHost, spec: MapSpec): WasmMap {
  return new WasmMap(host, spec, createRecord(host, spec));
}

export class WasmMap {
  readonly name: string;
  readonly type: MapTypeName;
  /** Bytes. */
  readonly keySize: number;
  readonly valueSize: number;
  /** As the kernel rounds it. */
  readonly maxEntries: number;
  readonly flags: number;
  /** CPUs that a value holds; 1 for types that are not per-CPU. */
  readonly cpus: number;
  readonly #indexed: boolean;
  /** Bytes of what `lookup` gives: the value, or all CPUs' values, each padded to a multiple of 8. */
  readonly #length: number;
  readonly #stride: number;
  readonly #cpuStride: number;
  #closed = false;

  constructor(
    private readonly host: MapHost,
    spec: MapSpec,
    /** Address of the map's record, which is its handle to programs. */
    readonly record: number,
  ) {
    const row: MapTypeRow = MAP_TYPES[spec.type];
    const field = (offset: MapRecord): number => host.memory.getU32(record + offset);
    this.name = spec.name;
    this.type = spec.type;
    this.keySize = field(MapRecord.KEY_SIZE);
    this.valueSize = field(MapRecord.VALUE_SIZE);
    this.maxEntries = field(MapRecord.MAX_ENTRIES);
    this.flags = field(MapRecord.FLAGS);
    this.#stride = field(MapRecord.STRIDE);
    this.#cpuStride = field(MapRecord.CPU_STRIDE);
    this.cpus = row.perCpu === true ? host.cpus : 1;
    this.#length = row.perCpu === true ? host.cpus * this.#stride : this.valueSize;
    this.#indexed = row.indexed === true;
    host.nameMap(record, spec.name);
  }

  /** Elements held now; of arrays all that they have room for. */
  get count(): number {
    return this.#exports().map_count(this.record) >>> 0;
  }

  /**
   * A copy of the value, undefined when the key is not there. Per-CPU values stand one after the other, each padded to
   * a multiple of 8 bytes.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_BYTES, BEESWAX_E_MAP_OPERATION (EPERM, for BPF_F_WRONLY).
   */
  lookup(key: Uint8Array): Uint8Array | undefined {
    const address = this.#find(key);
    return address === 0 ? undefined : this.#copyValue(address);
  }

  /** Whether the key is there. @throws as `lookup`. */
  has(key: Uint8Array): boolean {
    return this.#find(key) !== 0;
  }

  /**
   * Adds or replaces an element. A value of one CPU given to a per-CPU map is set for all.
   *
   * @param flags BPF_ANY, BPF_NOEXIST or BPF_EXIST.
   * @throws BeeswaxError BEESWAX_E_MAP_BYTES, BEESWAX_E_MAP_OPERATION with the kernel's errno.
   */
  update(key: Uint8Array, value: Uint8Array, flags = 0): void {
    const exports = this.#exports();
    this.#checkKey(key);
    const bytes = this.#wholeValue(value);
    const result = withBytes(this.host, key, bytes, (keyAt, valueAt) =>
      exports.map_update(this.record, keyAt, valueAt, flags),
    );
    this.#check('update', result, key);
  }

  /**
   * Removes an element; false when it was not there.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_BYTES, BEESWAX_E_MAP_OPERATION with any other errno than ENOENT.
   */
  delete(key: Uint8Array): boolean {
    const exports = this.#exports();
    this.#checkKey(key);
    const result = withBytes(this.host, key, undefined, (keyAt) => exports.map_delete(this.record, keyAt));
    if (result === -Errno.ENOENT) return false;
    this.#check('delete', result, key);
    return true;
  }

  /** The key that follows one in the map's order, the first for one that is not there; undefined after the last. */
  nextKey(key: Uint8Array | undefined): Uint8Array | undefined {
    this.#checkReadable('iterate');
    const exports = this.#exports();
    if (key !== undefined) this.#checkKey(key);
    return withBytes(this.host, key ?? new Uint8Array(0), new Uint8Array(this.keySize), (keyAt, out) => {
      const result = exports.map_next_key(this.record, key === undefined ? 0 : keyAt, out);
      return result === 0 ? this.host.memory.copy(out, this.keySize) : undefined;
    });
  }

  /** All elements that are in the map during the whole walk, and some that come or go meanwhile. */
  *entries(): IterableIterator<[key: Uint8Array, value: Uint8Array]> {
    for (const [key, address] of this.#scan()) {
      // Kept from one page of elements to the next, an element may have been replaced: that shows its new value.
      const current = this.#indexed ? address : this.#find(key);
      if (current !== 0) yield [key, this.#copyValue(current)];
    }
  }

  *keys(): IterableIterator<Uint8Array> {
    for (const [key] of this.#scan()) yield key;
  }

  [Symbol.iterator](): IterableIterator<[key: Uint8Array, value: Uint8Array]> {
    return this.entries();
  }

  /**
   * Removes all elements; of arrays, sets all values to zero.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_OPERATION with the kernel's errno.
   */
  clear(): void {
    const zero = this.type === 'array' || this.type === 'percpu_array' ? new Uint8Array(this.#length) : undefined;
    for (const key of this.keys()) {
      if (zero === undefined) this.delete(key);
      else this.update(key, zero);
    }
  }

  /** From now on only programs may write (BPF_MAP_FREEZE). @throws BeeswaxError BEESWAX_E_MAP_OPERATION. */
  freeze(): void {
    this.#check('freeze', this.#exports().map_freeze(this.record));
  }

  /** Frees the map. No program that uses it may be run any more. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.host.nameMap(this.record, undefined);
    this.host.exports.map_destroy(this.record);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #exports(): MapHost['exports'] {
    if (this.#closed) throw new BeeswaxError('BEESWAX_E_MAP_CLOSED', { map: this.name });
    return this.host.exports;
  }

  #find(key: Uint8Array): number {
    this.#checkReadable('lookup', key);
    const exports = this.#exports();
    this.#checkKey(key);
    const address = withBytes(this.host, key, undefined, (keyAt) => exports.map_lookup(this.record, keyAt) >>> 0);
    if (address === undefined) throw this.#error('lookup', Errno.ENOMEM, key);
    return address;
  }

  #copyValue(address: number): Uint8Array {
    const { memory } = this.host;
    if (this.cpus === 1) return memory.copy(address, this.#length);
    const all = new Uint8Array(this.#length);
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      const from = address + cpu * this.#cpuStride;
      all.set(memory.u8.subarray(from, from + this.#stride), cpu * this.#stride);
    }
    return all;
  }

  /** Keys and addresses of values, page by page. */
  *#scan(): Generator<[key: Uint8Array, value: number]> {
    this.#checkReadable('iterate');
    const { memory } = this.host;
    const page = new Uint8Array(8 + 8 * SCAN_LENGTH);
    for (let cursor = 0, count = SCAN_LENGTH; count === SCAN_LENGTH; ) {
      const exports = this.#exports();
      const found: [Uint8Array, number][] = [];
      withBytes(this.host, page, undefined, (out) => {
        count = exports.map_scan(this.record, cursor, out, SCAN_LENGTH);
        cursor = memory.getU32(out);
        for (let at = out + 8; at < out + 8 + 8 * count; at += 8) {
          const key = this.#indexed ? memory.copy(at, 4) : memory.copy(memory.getU32(at), this.keySize);
          found.push([key, memory.getU32(at + 4)]);
        }
      });
      yield* found;
    }
  }

  #checkKey(key: Uint8Array): void {
    if (key.length === this.keySize) return;
    throw new BeeswaxError('BEESWAX_E_MAP_BYTES', {
      map: this.name,
      part: 'key',
      expected: this.keySize,
      actual: key.length,
    });
  }

  #wholeValue(value: Uint8Array): Uint8Array {
    if (value.length === this.#length) return value;
    if (value.length !== this.valueSize) {
      throw new BeeswaxError('BEESWAX_E_MAP_BYTES', {
        map: this.name,
        part: 'value',
        expected: this.valueSize,
        actual: value.length,
      });
    }
    const all = new Uint8Array(this.#length);
    for (let cpu = 0; cpu < this.cpus; cpu++) all.set(value, cpu * this.#stride);
    return all;
  }

  #checkReadable(operation: string, key?: Uint8Array): void {
    if ((this.flags & MAP_FLAGS.BPF_F_WRONLY) !== 0) throw this.#error(operation, Errno.EPERM, key);
  }

  /** Turns a negative errno, or the lack of memory for the bytes, into an error. */
  #check(operation: string, result: number | undefined, key?: Uint8Array): void {
    if (result === undefined) throw this.#error(operation, Errno.ENOMEM, key);
    if (result < 0) throw this.#error(operation, -result, key);
  }

  #error(operation: string, errno: number, key?: Uint8Array): BeeswaxError {
    const shown = key?.subarray(0, SHOWN_KEY);
    return new BeeswaxError('BEESWAX_E_MAP_OPERATION', {
      map: this.name,
      type: this.type,
      operation,
      errno: errnoName(errno),
      ...(shown === undefined ? {} : { key: Array.from(shown, (byte) => byte.toString(16).padStart(2, '0')).join('') }),
    });
  }
}
