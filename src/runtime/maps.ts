/**
 * A map of the engine as raw bytes, in memory order: what bpf(2) gives for a map, without the system calls. Shaping
 * keys and values is done above. No view is kept of what lies in a map: all that is given out is a copy.
 */

import { errnoName } from '../abi/errno.js';
import { Errno } from '../abi/errno_numbers.js';
import { MapRecord } from '../abi/layout.js';
import { MAP_FLAGS, MAP_TYPES, type MapTypeName, type MapTypeRow } from '../abi/map_types.js';
import { helperFields, type MapSpec } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { toHex } from '../util/hex.js';
import { createRecord } from './maps_create.js';
import { RingReader } from './maps_ring.js';
import { Streams } from './maps_streams.js';
import { type MapHost, withBytes } from './maps_transfer.js';

/** Elements that one scan fetches; they fit into the scratch area. */
const SCAN_LENGTH = 256;

/** Bytes of struct bpf_spin_lock and struct bpf_timer (linux/bpf.h). */
const LOCK_SIZE = 4;
const TIMER_SIZE = 16;

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

/**
 * A map that something else holds: an inner map, as long as it is in a map of maps. Closing it frees nothing.
 *
 * @param record address of its record
 */
export function borrowMap(host: MapHost, spec: MapSpec, record: number): WasmMap {
  return new WasmMap(host, spec, record, true);
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
  /** Who reads what programs write to the map, to be told when it closes. */
  readonly streams = new Streams();
  readonly #indexed: boolean;
  /** Bytes of what `lookup` gives: the value, or all CPUs' values, each padded to a multiple of 8. */
  readonly #length: number;
  readonly #stride: number;
  readonly #cpuStride: number;
  /** Offsets of a bpf_spin_lock and a bpf_timer in the value, which read as zeros. */
  readonly #lock: number | undefined;
  readonly #timer: number | undefined;
  /** The map's number: a record may be another map's later. */
  readonly #id: number;
  #closed = false;

  constructor(
    readonly host: MapHost,
    spec: MapSpec,
    /** Address of the map's record, which is its handle to programs. */
    readonly record: number,
    private readonly borrowed = false,
  ) {
    const row: MapTypeRow = MAP_TYPES[spec.type];
    const field = (offset: MapRecord): number => host.memory.getU32(record + offset);
    this.name = spec.name;
    this.#id = field(MapRecord.ID);
    this.type = spec.type;
    this.keySize = field(MapRecord.KEY_SIZE);
    this.valueSize = field(MapRecord.VALUE_SIZE);
    this.maxEntries = field(MapRecord.MAX_ENTRIES);
    this.flags = field(MapRecord.FLAGS);
    this.#stride = field(MapRecord.STRIDE);
    this.#cpuStride = field(MapRecord.CPU_STRIDE);
    this.cpus = row.perCpu === true ? host.cpus : 1;
    this.#length = row.perCpu === true ? host.cpus * this.#stride : this.valueSize;
    [this.#lock, this.#timer] = helperFields(spec.valueShape);
    this.#indexed = row.indexed === true;
    host.nameMap(record, spec.name);
  }

  /** Whether it may still be used: not closed, and of an inner map, still in a map of maps. */
  get isOpen(): boolean {
    const { memory } = this.host;
    return (
      !this.#closed &&
      memory.getU32(this.record + MapRecord.ID) === this.#id &&
      memory.getU32(this.record + MapRecord.TYPE) !== 0
    );
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

  /**
   * The next value of a queue or stack, taken away; undefined when it is empty.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_OPERATION, for other types too.
   */
  take(): Uint8Array | undefined {
    this.#checkReadable('pop');
    const exports = this.#exports();
    let value: Uint8Array | undefined;
    const result = withBytes(this.host, new Uint8Array(this.valueSize), undefined, (out) => {
      const taken = exports.map_take(this.record, out);
      if (taken === 0) value = this.host.memory.copy(out, this.valueSize);
      return taken;
    });
    if (result !== -Errno.ENOENT) this.#check('pop', result);
    return value;
  }

  /** Whether a bloom filter may have been given a value. @throws as `take`. */
  contains(value: Uint8Array): boolean {
    this.#checkReadable('peek');
    const exports = this.#exports();
    const bytes = this.#wholeValue(value);
    const result = withBytes(this.host, bytes, undefined, (at) => exports.map_contains(this.record, at));
    this.#check('peek', result);
    return result === 1;
  }

  /** The records of a ring buffer. @throws BeeswaxError BEESWAX_E_MAP_OPERATION (EINVAL) for other types. */
  ring(): RingReader {
    this.#exports();
    if (this.type !== 'ringbuf') throw this.#error('read', Errno.EINVAL);
    return new RingReader(this.host, this.record + MapRecord.COMMON_END);
  }

  /**
   * Begins to collect what programs write to a perf_event_array, in a ring of `size` bytes (a power of two) a CPU.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_OPERATION: EINVAL for other types, EBUSY while it is read already, ENOMEM.
   */
  openPerf(size: number): RingReader[] {
    const exports = this.#exports();
    if (this.type !== 'perf_event_array') throw this.#error('read', Errno.EINVAL);
    const readers: RingReader[] = [];
    for (let cpu = 0; cpu < Math.min(this.host.cpus, this.maxEntries); cpu++) {
      const ring = exports.perf_open(this.record, cpu, size);
      if (ring < 0 && ring > -4096) {
        this.closePerf(readers);
        throw this.#error('read', -ring);
      }
      readers.push(new RingReader(this.host, ring >>> 0));
    }
    return readers;
  }

  /** Ends it; what was not read is gone. */
  closePerf(readers: readonly RingReader[]): void {
    readers.forEach(({ ring }, cpu) => {
      this.host.wakeups.forget(ring);
      if (!this.isOpen) return;
      this.#exports().perf_close(this.record, cpu);
    });
  }

  /**
   * The values of an array in place, and the bytes from one to the next.
   *
   * @throws BeeswaxError BEESWAX_E_MAP_OPERATION: ENOTSUPP for other types, EPERM where user space may not write.
   */
  values(): { readonly bytes: Uint8Array; readonly stride: number } {
    this.#exports();
    const { memory } = this.host;
    if (this.type !== 'array') throw this.#error('view', Errno.ENOTSUPP);
    const closed = this.flags & (MAP_FLAGS.BPF_F_RDONLY | MAP_FLAGS.BPF_F_WRONLY);
    if (closed !== 0 || memory.getU32(this.record + MapRecord.FROZEN) !== 0) throw this.#error('view', Errno.EPERM);
    const start = memory.getU32(this.record + MapRecord.VALUES);
    return { bytes: memory.u8.subarray(start, start + this.maxEntries * this.#stride), stride: this.#stride };
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

  /** Frees the map, unless it is an inner map of another one. No program that names it may be run any more. */
  close(): void {
    if (this.#closed) return;
    this.streams.close();
    this.#closed = true;
    if (this.borrowed) return;
    this.host.exports.map_destroy(this.record);
    if (this.host.memory.getU32(this.record + MapRecord.TYPE) === 0) this.host.nameMap(this.record, undefined);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #exports(): MapHost['exports'] {
    if (!this.isOpen) throw new BeeswaxError('BEESWAX_E_MAP_CLOSED', { map: this.name });
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
    if (this.cpus === 1) {
      const value = memory.copy(address, this.#length);
      if (this.#lock !== undefined) value.fill(0, this.#lock, this.#lock + LOCK_SIZE);
      if (this.#timer !== undefined) value.fill(0, this.#timer, this.#timer + TIMER_SIZE);
      return value;
    }
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
      ...(shown === undefined ? {} : { key: toHex(shown) }),
    });
  }
}
