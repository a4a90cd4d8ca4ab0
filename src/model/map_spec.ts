/** A map as the object file describes it: plain data that a user may change before loading. */
import { MAP_TYPES, type MapTypeName, type MapTypeRow } from '../abi/map_types.js';

/** The shape of a key or value, from BTF: enough to turn bytes into JavaScript values and back. */
export type Shape =
  /** Integers: up to 32 bit are numbers, 64 bit bigints. */
  | {
      readonly kind: 'int';
      readonly size: 1 | 2 | 4 | 8 | 16;
      readonly signed: boolean;
      readonly bool?: true;
      readonly char?: true;
    }
  | {
      readonly kind: 'enum';
      readonly size: 1 | 2 | 4 | 8;
      readonly signed: boolean;
      readonly names: Readonly<Record<string, bigint>>;
    }
  | { readonly kind: 'float'; readonly size: 4 | 8 }
  | { readonly kind: 'pointer'; readonly size: 8 }
  | { readonly kind: 'array'; readonly size: number; readonly of: Shape; readonly length: number }
  | {
      readonly kind: 'struct' | 'union';
      readonly size: number;
      readonly name: string;
      readonly fields: readonly ShapeField[];
    }
  /** No BTF: a hex string or bytes. */
  | { readonly kind: 'bytes'; readonly size: number };

export interface ShapeField {
  /** '' for an anonymous struct or union, whose fields are its parent's. */
  readonly name: string;
  /** From the start of the struct. */
  readonly bitOffset: number;
  /** Width of a bit field; absent for ordinary fields. */
  readonly bitSize?: number;
  readonly shape: Shape;
}

export interface MapSpec {
  readonly name: string;
  type: MapTypeName;
  /** Bytes. */
  keySize: number;
  valueSize: number;
  maxEntries: number;
  /** BPF_F_* of BPF_MAP_CREATE. */
  flags: number;
  /** LIBBPF_PIN_*: kept as a name. */
  pinning: 'none' | 'by_name';
  /** map_extra of BPF_MAP_CREATE: a bloom filter's number of hashes. */
  extra?: number;
  /** Shapes from BTF; 'bytes' without. */
  keyShape: Shape;
  valueShape: Shape;
  /** Ids of their types in the object's BTF, which the kernel wants to know. */
  keyType?: number;
  valueType?: number;
  /** Initial bytes of the values, for data sections (.rodata, .data, .bss, .kconfig). */
  contents?: Uint8Array;
  /** Slots filled at load with programs or maps of the object, by name (static `.values` initialisers). */
  slots?: ReadonlyMap<number, string>;
  /** The spec that inner maps are made from, for maps of maps. */
  inner?: MapSpec;
}

/** The shape of a key that the file does not type: an index where the map type has indices, otherwise bytes. */
export function untypedKeyShape(type: MapTypeName, keySize: number): Shape {
  const row: MapTypeRow = MAP_TYPES[type];
  return row.indexed === true && keySize === 4
    ? { kind: 'int', size: 4, signed: false }
    : { kind: 'bytes', size: keySize };
}

/** Bytes of a page, in which ring buffers are counted. */
const PAGE = 4096;

/**
 * max_entries as a map is made with it, which libbpf derives for two types: a perf_event_array without a size has a slot
 * a CPU, a ring buffer is rounded up to a power of two of pages.
 */
export function entriesAtLoad({ type, maxEntries }: MapSpec, cpus: number): number {
  if (type === 'perf_event_array' && maxEntries === 0) return cpus;
  if (type !== 'ringbuf' || maxEntries === 0) return maxEntries;
  const rounded = Math.max(PAGE, 2 ** Math.ceil(Math.log2(maxEntries)));
  return rounded < 2 ** 32 ? rounded : maxEntries;
}

/** Byte offsets of the struct bpf_spin_lock and struct bpf_timer in a value: what only helpers touch. */
export function helperFields(shape: Shape): [lock: number | undefined, timer: number | undefined] {
  return [fieldOffset(shape, 'bpf_spin_lock'), fieldOffset(shape, 'bpf_timer')];
}

/** Byte offset of the first member, at any depth, that is a struct of this name. */
function fieldOffset(shape: Shape, name: string): number | undefined {
  if (shape.kind !== 'struct') return undefined;
  for (const field of shape.fields) {
    const at = field.bitOffset / 8;
    if (field.shape.kind !== 'struct') continue;
    if (field.shape.name === name) return at;
    const inside = fieldOffset(field.shape, name);
    if (inside !== undefined) return at + inside;
  }
  return undefined;
}
