/** What `build/runtime.wasm` exports of the maps (assembly/maps/index.ts). Addresses are i32: use `>>> 0`. */
import type { Arena } from '../abi/layout.js';

export interface MapExports {
  /** The record's address, or a negative errno. `extra` is map_extra; of a map of maps, the record of the inner maps' model. */
  map_create(
    type: number,
    keySize: number,
    valueSize: number,
    maxEntries: number,
    flags: number,
    extra: number,
  ): number;
  /** Where in the values a lock and a timer lie: offset + 1, 0 for none. 0 or a negative errno. */
  map_set_fields(record: number, lock: number, timer: number): number;
  /** Gives up a reference; the last one frees the map. */
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
  /** Takes the next value of a queue or stack: 0 or a negative errno. */
  map_take(record: number, out: number): number;
  /** Whether a bloom filter knows a value: 1, 0, or a negative errno. */
  map_contains(record: number, value: number): number;
  /** Begins to collect a CPU's events: the ring's address, or a negative errno. */
  perf_open(record: number, cpu: number, size: number): number;
  perf_close(record: number, cpu: number): void;
  /** Writes address and length of the next record; 0 when there is none. */
  ring_next(ring: number, out: number): number;
  ring_release(ring: number): void;
}
