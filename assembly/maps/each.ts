/**
 * Walking over a map's elements while programs change it: by place, so that an element that stays is met once,
 * whatever comes and goes around it.
 */
import { MapRecord } from "../../src/abi/layout";
import { array_lookup } from "./array";
import { is_live, pool_node } from "./pool";
import { is_array, is_hash, map_type, max_entries, Node, PoolRecord } from "./record";
import { this_cpu_offset } from "./values";

/** Whether programs may walk over maps of a type (those with a map_for_each_callback in the kernel). */
export function for_each_type(record: u32): bool {
  const type = map_type(record);
  return is_array(type) || is_hash(type);
}

/** What a step found, at the address that it is given. */
export const enum Found {
  /** u32: address of the key; 0 for arrays, whose key is the place. */
  KEY = 0,
  /** u32: address of the value, this CPU's for per-CPU types. */
  VALUE = 4,
  SIZE = 8,
}

/** Looks at place `at`. 1 with an element found, 0 with none there, -1 behind the last place. */
export function for_each_next(record: u32, at: u32, found: usize): i32 {
  const type = map_type(record);
  const per_cpu = load<u32>(record, MapRecord.CPU_STRIDE) != 0 ? this_cpu_offset(record) : 0;
  if (is_array(type)) {
    if (at >= max_entries(record)) return -1;
    store<u32>(found, 0, Found.KEY);
    store<u32>(found, array_lookup(record, at) + per_cpu, Found.VALUE);
    return 1;
  }
  if (at >= load<u32>(record, PoolRecord.FRESH)) return -1;
  const node = pool_node(record, at);
  if (!is_live(node)) return 0;
  store<u32>(found, node + Node.KEY, Found.KEY);
  store<u32>(found, load<u32>(node, Node.VALUE) + per_cpu, Found.VALUE);
  return 1;
}
