/** Map specs for tests, and keys and values as bytes. */
import type { MapTypeName } from '../../src/abi/map_types.js';
import type { MapSpec } from '../../src/model/map_spec.js';

/** A spec without BTF. */
export function mapSpec(
  name: string,
  type: MapTypeName,
  keySize: number,
  valueSize: number,
  maxEntries: number,
  more: Partial<MapSpec> = {},
): MapSpec {
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    flags: 0,
    pinning: 'none',
    keyShape: { kind: 'bytes', size: keySize },
    valueShape: { kind: 'bytes', size: valueSize },
    ...more,
  };
}

/** A little-endian u32. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** Little-endian u64s, one after the other. */
export function u64(...values: bigint[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values).buffer);
}
