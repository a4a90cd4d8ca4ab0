/** Reading all of a map in few calls: where the keys and values of the next elements lie. */
import { MapRecord } from "../../src/abi/layout";
import { Ring } from "../../src/abi/ring_layout";
import { MapType } from "../../src/abi/map_numbers";
import { array_lookup } from "./array";
import { is_live, pool_node } from "./pool";
import { is_array, is_keyless, is_slots, map_type, max_entries, Node, PoolRecord, State } from "./record";
import { slots_lookup } from "./slots";

/** What a scan writes: where to go on, then a pair for each element. */
const enum Scan {
  /** u32: the cursor for the next call. */
  CURSOR = 0,
  PAIRS = 8,
  /** u32: address of the key; the key itself for indexed types. */
  KEY = 0,
  /** u32: address of the first CPU's value. */
  VALUE = 4,
  PAIR_SIZE = 8,
}

/**
 * Writes up to `capacity` elements from a cursor on (0 at first) to `out`, and returns how many; fewer than `capacity`
 * mean that it is done. An element that stays in the map during a whole scan is met exactly once.
 */
export function map_scan(record: u32, cursor: u32, out: u32, capacity: u32): u32 {
  const type = map_type(record);
  if (is_keyless(type)) return 0;
  const indexed = is_array(type) || is_slots(type);
  const end = indexed ? max_entries(record) : load<u32>(record, PoolRecord.FRESH);
  let count: u32 = 0;
  let at = cursor;
  for (; at < end && count < capacity; at++) {
    const pair = out + Scan.PAIRS + count * Scan.PAIR_SIZE;
    if (indexed) {
      const value = is_array(type) ? array_lookup(record, at) : slots_lookup(record, at);
      if (value == 0) continue;
      store<u32>(pair, at, Scan.KEY);
      store<u32>(pair, value, Scan.VALUE);
    } else {
      const node = pool_node(record, at);
      if (!is_live(node) || (load<u32>(node, Node.STATE) & State.BRANCH) != 0) continue;
      store<u32>(pair, node + Node.KEY, Scan.KEY);
      store<u32>(pair, load<u32>(node, Node.VALUE), Scan.VALUE);
    }
    count++;
  }
  store<u32>(out, at, Scan.CURSOR);
  return count;
}

/** Elements held now; of types without a count, all that they have room for. */
export function map_count(record: u32): u32 {
  const type = map_type(record);
  if (type == MapType.RINGBUF) return load<u32>(record + MapRecord.COMMON_END, Ring.COUNT);
  return is_array(type) ? max_entries(record) : load<u32>(record, MapRecord.COUNT);
}
