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
  return row.indexed === true && keySize === 4 ? { kind: 'int', size: 4, signed: false } : { kind: 'bytes', size: keySize };
}
