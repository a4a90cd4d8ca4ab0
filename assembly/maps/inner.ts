/**
 * Maps of maps: array_of_maps and hash_of_maps hold the records' addresses of inner maps that are all alike
 * (kernel/bpf/map_in_map.c). Only user space changes them, one call at a time.
 */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapFlag, MapType, UpdateFlag } from "../../src/abi/map_numbers";
import { map_destroy, valid_map } from "./create";
import { hash_delete, hash_lookup, hash_update } from "./hash";
import { is_live, pool_node } from "./pool";
import { FieldRecord, has_flag, is_outer, key_size, map_type, max_entries, Node, OuterRecord, PoolRecord, value_size } from "./record";
import { slots_delete, slots_lookup, slots_update } from "./slots";
import { Whose } from "./values";

/** Notes what inner maps must be like. 0, or a negative errno when maps like the model cannot be inner maps. */
export function set_model(record: usize, model: u32): i32 {
  if (!valid_map(model) || is_outer(map_type(model))) return -Errno.EINVAL;
  if (map_type(model) == MapType.PROG_ARRAY) return -Errno.ENOTSUPP;
  store<u32>(record, map_type(model), OuterRecord.TYPE);
  store<u32>(record, key_size(model), OuterRecord.KEY_SIZE);
  store<u32>(record, value_size(model), OuterRecord.VALUE_SIZE);
  store<u32>(record, max_entries(model), OuterRecord.MAX_ENTRIES);
  store<u32>(record, load<u32>(model, MapRecord.FLAGS), OuterRecord.FLAGS);
  store<u64>(record, load<u64>(model, FieldRecord.LOCK), OuterRecord.FIELDS);
  return 0;
}

/** Whether a map is like the model: equal but for max_entries, which matters where programs index by it. */
function is_like_model(record: usize, inner: usize): bool {
  const type = load<u32>(record, OuterRecord.TYPE);
  if (
    map_type(inner) != type ||
    key_size(inner) != load<u32>(record, OuterRecord.KEY_SIZE) ||
    value_size(inner) != load<u32>(record, OuterRecord.VALUE_SIZE) ||
    load<u32>(inner, MapRecord.FLAGS) != load<u32>(record, OuterRecord.FLAGS) ||
    load<u64>(inner, FieldRecord.LOCK) != load<u64>(record, OuterRecord.FIELDS)
  ) {
    return false;
  }
  const any_size = type == MapType.ARRAY ? has_flag(inner, MapFlag.INNER_MAP) : type != MapType.XSKMAP;
  return any_size || max_entries(inner) == load<u32>(record, OuterRecord.MAX_ENTRIES);
}

/** The inner map under a key, 0 where there is none. */
export function inner_at(record: usize, key: usize): u32 {
  const is_array = map_type(record) == MapType.ARRAY_OF_MAPS;
  const reference = is_array ? slots_lookup(record, load<u32>(key)) : hash_lookup(record, key);
  return reference == 0 ? 0 : load<u32>(reference);
}

/** Puts the inner map whose record's address is at `value` under a key. 0 or a negative errno. */
export function outer_update(record: usize, key: usize, value: usize, flags: u64): i32 {
  const is_array = map_type(record) == MapType.ARRAY_OF_MAPS;
  if (is_array && flags != <u64>UpdateFlag.ANY) return -Errno.EINVAL;
  if (is_array && load<u32>(key) >= max_entries(record)) return -Errno.E2BIG;
  const inner = load<u32>(value);
  if (!valid_map(inner)) return -Errno.EBADF;
  if (!is_like_model(record, inner)) return -Errno.EINVAL;
  const old = inner_at(record, key);
  atomic.add<u32>(inner + MapRecord.REFERENCES, 1);
  const result = is_array
    ? slots_update(record, load<u32>(key), value, flags)
    : hash_update(record, key, value, flags, Whose.ONLY);
  const replaced = result == 0 ? old : inner;
  if (replaced != 0) map_destroy(replaced);
  return result;
}

/** 0 or a negative errno. */
export function outer_delete(record: usize, key: usize): i32 {
  const old = inner_at(record, key);
  const is_array = map_type(record) == MapType.ARRAY_OF_MAPS;
  const result = is_array ? slots_delete(record, load<u32>(key)) : hash_delete(record, key);
  if (old != 0) map_destroy(old);
  return result;
}

/** Gives up all references to inner maps, before the map goes. */
export function release_inner(record: usize): void {
  if (map_type(record) == MapType.ARRAY_OF_MAPS) {
    for (let index: u32 = 0, end = max_entries(record); index < end; index++) {
      const reference = slots_lookup(record, index);
      if (reference != 0) map_destroy(load<u32>(reference));
    }
    return;
  }
  for (let index: u32 = 0, end = load<u32>(record, PoolRecord.FRESH); index < end; index++) {
    const node = pool_node(record, index);
    if (is_live(node)) map_destroy(load<u32>(load<u32>(node, Node.VALUE)));
  }
}
