/**
 * A map with keys and values as JavaScript values: the same wrapper serves the Wasm engine and the kernel, as both
 * give the raw bytes in the same form.
 */
import { MAP_TYPES, type MapTypeName, type MapTypeRow } from '../abi/map_types.js';
import { decodeValue, encodeValue } from '../elf/shape_codec.js';
import type { MapSpec, Shape } from '../model/map_spec.js';
import { WasmMap } from '../runtime/maps.js';
import { BeeswaxError } from '../util/errors.js';
import { perfStream, ringbufStream } from './map_sources.js';
import type { MapStream } from './map_stream.js';
import { MapView } from './map_view.js';
import type { EngineMap, PerfEvent, PerfOptions, RawMap } from './types.js';

/** Per-CPU values lie 8 bytes apart at least (kernel/bpf/syscall.c bpf_map_value_size). */
const CPU_ALIGN = 8;

/** The key of types that have none. */
const NO_KEY = new Uint8Array(0);

/** Translates what a map holds that is no plain value: programs and maps, by their name. */
export interface References {
  /**
   * The bytes that are stored, with what is to be done once they are, if anything.
   *
   * @throws BeeswaxError when the value is no program (or map) that the map may hold.
   */
  toBytes(value: unknown): Uint8Array | { readonly bytes: Uint8Array; readonly release: () => void };
  fromBytes(bytes: Uint8Array): unknown;
}

export class ShapedMap implements EngineMap {
  readonly name: string;
  readonly type: MapTypeName;
  readonly #perCpu: boolean;

  constructor(
    readonly spec: Readonly<MapSpec>,
    readonly raw: RawMap,
    readonly references?: References,
  ) {
    this.name = spec.name;
    this.type = spec.type;
    const row: MapTypeRow = MAP_TYPES[spec.type];
    this.#perCpu = row.perCpu === true;
  }

  get size(): number {
    return this.raw.count;
  }

  get(key: unknown): unknown {
    const value = this.raw.lookup(this.#key(key));
    return value === undefined ? undefined : this.#decode(value);
  }

  set(key: unknown, value: unknown, flags?: number): void {
    if (this.references === undefined) {
      this.raw.update(this.#key(key), this.#encode(value), flags);
      return;
    }
    const keyBytes = this.#key(key);
    const reference = this.references.toBytes(value);
    if (reference instanceof Uint8Array) {
      this.raw.update(keyBytes, reference, flags);
      return;
    }
    try {
      this.raw.update(keyBytes, reference.bytes, flags);
    } finally {
      reference.release();
    }
  }

  has(key: unknown): boolean {
    if (this.type === 'bloom_filter') return this.raw.contains(this.#encode(key));
    return this.raw.lookup(this.#key(key)) !== undefined;
  }

  delete(key: unknown): boolean {
    return this.raw.delete(this.#key(key));
  }

  push(value: unknown, flags?: number): void {
    this.raw.update(NO_KEY, this.#encode(value), flags);
  }

  pop(): unknown {
    const value = this.raw.take();
    return value === undefined ? undefined : this.#decode(value);
  }

  peek(): unknown {
    const value = this.raw.lookup(NO_KEY);
    return value === undefined ? undefined : this.#decode(value);
  }

  records(): MapStream<Uint8Array> {
    return ringbufStream(this.#ours('records'));
  }

  events(options: PerfOptions = {}): MapStream<PerfEvent> {
    return perfStream(this.#ours('events'), options);
  }

  view(): MapView {
    const { bytes, stride } = this.#ours('values').values();
    return new MapView(this.spec, bytes, stride);
  }

  clear(): void {
    this.raw.clear();
  }

  *entries(): IterableIterator<[key: unknown, value: unknown]> {
    for (const [key, value] of this.raw.entries()) yield [decodeValue(this.spec.keyShape, key), this.#decode(value)];
  }

  *keys(): IterableIterator<unknown> {
    for (const [key] of this.raw.entries()) yield decodeValue(this.spec.keyShape, key);
  }

  *values(): IterableIterator<unknown> {
    for (const [, value] of this.raw.entries()) yield this.#decode(value);
  }

  [Symbol.iterator](): IterableIterator<[key: unknown, value: unknown]> {
    return this.entries();
  }

  getBatch(keys: Iterable<unknown>): unknown[] {
    return Array.from(keys, (key) => this.get(key));
  }

  setBatch(pairs: Iterable<readonly [key: unknown, value: unknown]>, flags?: number): void {
    for (const [key, value] of pairs) this.set(key, value, flags);
  }

  deleteBatch(keys: Iterable<unknown>): number {
    let deleted = 0;
    for (const key of keys) if (this.delete(key)) deleted++;
    return deleted;
  }

  /** What the map holds, in the form of `--maps` files and of an inner map's contents. */
  toJSON(): { key: unknown; value: unknown }[] {
    return Array.from(this.entries(), ([key, value]) => ({ key, value }));
  }

  /** The kernel's rings would have to be mapped into memory to be read. */
  #ours(what: string): WasmMap {
    if (this.raw instanceof WasmMap) return this.raw;
    throw new BeeswaxError('BEESWAX_E_NOT_YET', { what: `reading the ${what} of the kernel's map ${this.name}` });
  }

  #key(key: unknown): Uint8Array {
    if (this.spec.keySize === 0 && (key === undefined || key === null)) return NO_KEY;
    return encodeAs(this.spec.keyShape, key, `${this.name}.key`);
  }

  #encode(value: unknown): Uint8Array {
    const { valueShape } = this.spec;
    if (!this.#perCpu) return encodeAs(valueShape, value, `${this.name}.value`);
    const { cpus, valueSize } = this.raw;
    const stride = Math.ceil(valueSize / CPU_ALIGN) * CPU_ALIGN;
    if (value instanceof Uint8Array && value.length === cpus * stride) return value;
    const all = new Uint8Array(cpus * stride);
    const each = Array.isArray(value) && valueShape.kind !== 'array' ? value : Array(cpus).fill(value);
    for (let cpu = 0; cpu < Math.min(cpus, each.length); cpu++)
      all.set(encodeAs(valueShape, each[cpu], `${this.name}.value[${cpu}]`), cpu * stride);
    return all;
  }

  #decode(value: Uint8Array): unknown {
    const { valueShape } = this.spec;
    if (this.references !== undefined) return this.references.fromBytes(value);
    if (!this.#perCpu) return decodeValue(valueShape, value);
    const stride = Math.ceil(this.raw.valueSize / CPU_ALIGN) * CPU_ALIGN;
    return Array.from({ length: this.raw.cpus }, (_, cpu) =>
      decodeValue(valueShape, value.subarray(cpu * stride, cpu * stride + this.raw.valueSize)),
    );
  }
}

/** Bytes pass as they are; everything else is encoded by its shape. */
function encodeAs(shape: Shape, value: unknown, path: string): Uint8Array {
  return value instanceof Uint8Array ? value : encodeValue(shape, value, path);
}
