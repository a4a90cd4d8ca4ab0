/** What `build/runtime.wasm` exports of the maps (assembly/maps/index.ts). Addresses are i32: use `>>> 0`. */
import type { Arena } from '../abi/layout.js';

export interface MapExports {
  /** The record's address, or a negative errno. */
  map_create(type: number, keySize: number, valueSize: number, maxEntries: number, flags: number): number;
  map_destroy(record: number): void;
  /** Bytes of an arena that creating such a map takes. */
  map_bytes(arena: Arena, type: number, keySize: number, valueSize: number, maxEntries: number, flags: number): number;
  /** Address of the first CPU's value, 0 when the key is not there. */
  map_lookup(record: number, key: number): number;
  /** 0 or a negative errno; so are the results of the next three. */
  map_update(record: number, key: number, value: number, flags: number): number;
  map_delete(record: number, key: number): number;
  /** `key` 0 asks for the first. */
  map_next_key(record: number, key: number, out: number): number;
  map_freeze(record: number): number;
  /** Writes a cursor (u32, then 4 bytes of padding) and pairs of addresses of key and value; returns their number. */
  map_scan(record: number, cursor: number, out: number, capacity: number): number;
  map_count(record: number): number;
}
