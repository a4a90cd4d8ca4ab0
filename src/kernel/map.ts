/** A map in the kernel, on raw bytes: created from its spec, read and written through bpf(2). */
import { ERRNO, errnoName } from '../abi/errno.js';
import { MAP_TYPES, type MapTypeName, type MapTypeRow } from '../abi/map_types.js';
import { entriesAtLoad, type MapSpec } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import type { AttrValues } from './attr.js';
import type { ObjectBtf } from './btf.js';
import { stableBytes, stableCopy } from './ffi/port.js';
import type { Kernel } from './kernel.js';

/** The kernel pads each CPU's value to this many bytes when it copies per-CPU values. */
const PER_CPU_ALIGN = 8;
/** Answers to a lookup that mean "nothing to see", not "wrong". */
const NO_VALUE: ReadonlySet<number> = new Set([ERRNO.ENOENT, ERRNO.EOPNOTSUPP, ERRNO.ENOTSUPP]);

export class KernelMap {
  private constructor(
    private readonly kernel: Kernel,
    readonly spec: MapSpec,
    readonly fd: number,
    /** CPUs that a value has a slot for; 1 for maps that are not per CPU. */
    readonly cpus: number,
    /** Bytes from one CPU's value to the next; the value size for maps that are not per CPU. */
    readonly stride: number,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  get type(): MapTypeName {
    return this.spec.type;
  }

  get keySize(): number {
    return this.spec.keySize;
  }

  get valueSize(): number {
    return this.spec.valueSize;
  }

  get maxEntries(): number {
    return this.spec.maxEntries;
  }

  /** Elements held now: counted one by one, as the kernel tells no number. */
  get count(): number {
    let count = 0;
    for (const _ of this.keys()) count++;
    return count;
  }

  /**
   * Creates the map, with its initial contents. Slots that name programs or maps are filled by whoever has these.
   * @throws BeeswaxError BEESWAX_E_KERNEL_MAP with the kernel's errno.
   */
  static create(kernel: Kernel, spec: MapSpec, btf?: ObjectBtf): KernelMap {
    const row: MapTypeRow = MAP_TYPES[spec.type];
    const inner = spec.inner === undefined ? undefined : KernelMap.create(kernel, spec.inner, btf);
    const create = (types: AttrValues<'MAP_CREATE'>): number =>
      kernel.call(
        kernel.attr('MAP_CREATE', {
          map_type: row.id,
          key_size: spec.keySize,
          value_size: spec.valueSize,
          max_entries: entriesAtLoad(spec, kernel.cpus),
          map_flags: spec.flags,
          map_name: spec.name,
          map_extra: BigInt(spec.extra ?? 0),
          ...(inner === undefined ? {} : { inner_map_fd: inner.fd }),
          ...types,
        }),
      );
    const types = typeAttributes(spec, btf);
    let fd = create(types);
    // Not every type of map takes types, and which do depends on the kernel.
    if (fd < 0 && types.btf_fd !== undefined) fd = create({});
    inner?.close();
    if (fd < 0) throw mapError(spec, 'create', -fd);
    const stride = row.perCpu ? Math.ceil(spec.valueSize / PER_CPU_ALIGN) * PER_CPU_ALIGN : spec.valueSize;
    const map = new KernelMap(kernel, spec, fd, row.perCpu ? kernel.cpus : 1, stride);
    try {
      map.#fillContents();
    } catch (thrown) {
      map.close();
      throw thrown;
    }
    return map;
  }

  /** Another map of this kernel, for a map of maps to hold. @throws as `create`. */
  createLike(spec: MapSpec): KernelMap {
    return KernelMap.create(this.kernel, spec);
  }

  #fillContents(): void {
    const { contents, valueSize, keySize } = this.spec;
    if (contents === undefined) return;
    this.update(new Uint8Array(keySize), stableCopy(contents.subarray(0, valueSize), valueSize));
  }

  /**
   * Lets user space change nothing from now on: the verifier then takes the contents of a read-only map for constants.
   * @throws BeeswaxError BEESWAX_E_KERNEL_MAP with the kernel's errno.
   */
  freeze(): void {
    const result = this.kernel.call(this.kernel.attr('MAP_FREEZE', { map_fd: this.fd }));
    if (result < 0) throw mapError(this.spec, 'freeze', -result);
  }

  /**
   * The value of a key, or undefined where there is none or the kernel shows none of that type (perf_event_array).
   * Per-CPU values stand one after the other, `stride` apart.
   * @throws BeeswaxError BEESWAX_E_KERNEL_MAP with any other errno.
   */
  lookup(key: Uint8Array): Uint8Array | undefined {
    const value = stableBytes(this.stride * this.cpus);
    const result = this.kernel.call(
      this.kernel.attr('MAP_LOOKUP_ELEM', { map_fd: this.fd, ...this.#key(key), value, flags: 0n }),
    );
    if (NO_VALUE.has(-result)) return undefined;
    if (result < 0) throw mapError(this.spec, 'lookup', -result);
    return value;
  }

  /**
   * Sets the value of a key. For per-CPU maps, `value` is one value a CPU, `stride` apart, or a single one that all
   * CPUs get.
   * @throws BeeswaxError BEESWAX_E_KERNEL_MAP with the kernel's errno.
   */
  update(key: Uint8Array, value: Uint8Array, flags = 0): void {
    const result = this.kernel.call(
      this.kernel.attr('MAP_UPDATE_ELEM', {
        map_fd: this.fd,
        ...this.#key(key),
        value: this.#value(value),
        flags: BigInt(flags),
      }),
    );
    if (result < 0) throw mapError(this.spec, 'update', -result);
  }

  /**
   * Removes a key; false where there was none.
   * @throws BeeswaxError BEESWAX_E_KERNEL_MAP with any other errno than ENOENT.
   */
  delete(key: Uint8Array): boolean {
    const result = this.kernel.call(this.kernel.attr('MAP_DELETE_ELEM', { map_fd: this.fd, ...this.#key(key) }));
    if (result === -ERRNO.ENOENT) return false;
    if (result < 0) throw mapError(this.spec, 'delete', -result);
    return true;
  }

  /** Takes the next value of a queue or stack; undefined when it is empty. @throws as `lookup`. */
  take(): Uint8Array | undefined {
    const value = stableBytes(this.spec.valueSize);
    const result = this.kernel.call(
      this.kernel.attr('MAP_LOOKUP_AND_DELETE_ELEM', { map_fd: this.fd, value, flags: 0n }),
    );
    if (result === -ERRNO.ENOENT) return undefined;
    if (result < 0) throw mapError(this.spec, 'pop', -result);
    return value;
  }

  /** Whether a bloom filter may have been given a value. @throws as `lookup`. */
  contains(value: Uint8Array): boolean {
    const result = this.kernel.call(
      this.kernel.attr('MAP_LOOKUP_ELEM', { map_fd: this.fd, value: this.#value(value), flags: 0n }),
    );
    if (result < 0 && result !== -ERRNO.ENOENT) throw mapError(this.spec, 'peek', -result);
    return result === 0;
  }

  /** All keys, in the kernel's order: of arrays ascending, of hashes by bucket. */
  *keys(): IterableIterator<Uint8Array> {
    if (this.spec.keySize === 0) return;
    const next = stableBytes(this.spec.keySize);
    const key = stableBytes(this.spec.keySize);
    const attr = this.kernel.attr('MAP_GET_NEXT_KEY', { map_fd: this.fd, value: next });
    for (;;) {
      const result = this.kernel.call(attr);
      if (result === -ERRNO.ENOENT) return;
      if (result < 0) throw mapError(this.spec, 'iterate', -result);
      key.set(next);
      attr.set({ key });
      yield next.slice();
    }
  }

  /** All keys with their values; a key that vanishes meanwhile is left out. */
  *entries(): IterableIterator<[key: Uint8Array, value: Uint8Array]> {
    for (const key of this.keys()) {
      const value = this.lookup(key);
      if (value !== undefined) yield [key, value];
    }
  }

  /** Removes all keys; of arrays, whose keys stay, all values become zero. */
  clear(): void {
    const { indexed, holds }: MapTypeRow = MAP_TYPES[this.spec.type];
    const stays = indexed === true && holds === undefined && this.spec.type.endsWith('array');
    for (const key of [...this.keys()]) {
      if (stays) this.update(key, new Uint8Array(this.spec.valueSize));
      else this.delete(key);
    }
  }

  close(): void {
    this.kernel.close(this.fd);
  }

  /** The key as an attribute; types without keys want none. */
  #key(key: Uint8Array): { key?: Uint8Array } {
    if (key.length !== this.spec.keySize) {
      throw new BeeswaxError('BEESWAX_E_KERNEL_MAP_BYTES', {
        map: this.spec.name,
        part: 'key',
        expected: this.spec.keySize,
        actual: key.length,
      });
    }
    return key.length === 0 ? {} : { key: stableCopy(key) };
  }

  #value(value: Uint8Array): Uint8Array {
    const whole = this.stride * this.cpus;
    if (value.length === whole) return stableCopy(value);
    if (value.length !== this.spec.valueSize) {
      throw new BeeswaxError('BEESWAX_E_KERNEL_MAP_BYTES', {
        map: this.spec.name,
        part: 'value',
        expected: this.spec.valueSize,
        actual: value.length,
      });
    }
    const all = stableBytes(whole);
    for (let cpu = 0; cpu < this.cpus; cpu++) all.set(value, cpu * this.stride);
    return all;
  }
}

/** Key and value types, without which the kernel finds no lock or timer in a value. */
function typeAttributes({ keyType, valueType }: MapSpec, btf: ObjectBtf | undefined): AttrValues<'MAP_CREATE'> {
  if (btf === undefined || valueType === undefined) return {};
  return { btf_fd: btf.fd, btf_key_type_id: keyType ?? 0, btf_value_type_id: valueType };
}

function mapError(spec: MapSpec, operation: string, errno: number): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_KERNEL_MAP', {
    map: spec.name,
    type: spec.type,
    operation,
    errno: errnoName(errno),
    keySize: spec.keySize,
    valueSize: spec.valueSize,
    maxEntries: spec.maxEntries,
  });
}
