/**
 * Maps as programs use them, called by the map helpers once they know that the pointers are good. Whatever the verifier
 * would not let a program do to a type answers -EACCES, or null.
 */
import { Errno } from "../../src/abi/errno_numbers";
import { MapFlag, MapType } from "../../src/abi/map_numbers";
import { MapRecord, Worker } from "../../src/abi/layout";
import { WORKER } from "../worker";
import { array_lookup, array_update, array_whose } from "./array";
import { copy_bytes } from "./bytes";
import { hash_delete, hash_lookup, hash_update, hash_use } from "./hash";
import { inner_at } from "./inner";
import { has_flag, is_array, is_hash, is_per_cpu, key_size, map_type } from "./record";
import { slot_present, slots_lookup } from "./slots";
import { trie_delete, trie_lookup, trie_update } from "./trie";
import { this_cpu_offset, Whose, worker_count } from "./values";

/**
 * A copy of a trie's key that no other CPU can change while it is walked along. It lies in the scratch area, which no
 * call from TypeScript uses at the same time.
 */
@inline
function own_key(record: usize, key: usize): usize {
  const copy = WORKER + Worker.SCRATCH;
  copy_bytes(copy, key, key_size(record));
  return copy;
}

/** bpf_map_lookup_elem: address of the value, of this CPU's for per-CPU types; 0 when there is none. */
@inline
export function lookup_elem(record: u32, key: u32): u32 {
  switch (map_type(record)) {
    case MapType.ARRAY:
      return array_lookup(record, load<u32>(key));
    case MapType.PERCPU_ARRAY: {
      const value = array_lookup(record, load<u32>(key));
      return value == 0 ? 0 : value + this_cpu_offset(record);
    }
    case MapType.HASH:
    case MapType.LRU_HASH:
    case MapType.DEVMAP_HASH:
      return hash_use(record, key);
    case MapType.PERCPU_HASH:
    case MapType.LRU_PERCPU_HASH: {
      const value = hash_use(record, key);
      return value == 0 ? 0 : value + this_cpu_offset(record);
    }
    case MapType.LPM_TRIE:
      return trie_lookup(record, own_key(record, key));
    case MapType.DEVMAP:
    case MapType.CPUMAP:
    case MapType.XSKMAP:
      return slots_lookup(record, load<u32>(key));
    case MapType.ARRAY_OF_MAPS:
    case MapType.HASH_OF_MAPS:
      return inner_at(record, key);
    default:
      return 0;
  }
}

/** bpf_map_lookup_percpu_elem: address of a CPU's value, 0 when there is none. */
export function lookup_percpu_elem(record: u32, key: u32, cpu: u32): u32 {
  if (cpu >= worker_count()) return 0;
  const first = map_type(record) == MapType.PERCPU_ARRAY ? array_lookup(record, load<u32>(key)) : hash_use(record, key);
  return first == 0 ? 0 : first + cpu * load<u32>(record, MapRecord.CPU_STRIDE);
}

/** bpf_map_update_elem: 0 or a negative errno. Per-CPU types: this CPU's value; a new element's others are zero. */
export function update_elem(record: u32, key: u32, value: u32, flags: u64): i32 {
  const type = map_type(record);
  if (has_flag(record, MapFlag.RDONLY_PROG)) return -Errno.EACCES;
  if (is_array(type)) return array_update(record, load<u32>(key), value, flags, array_whose(record));
  if (is_hash(type)) return hash_update(record, key, value, flags, is_per_cpu(type) ? Whose.THIS_CPU : Whose.ONLY);
  return type == MapType.LPM_TRIE ? trie_update(record, own_key(record, key), value, flags) : -Errno.EACCES;
}

/** bpf_map_delete_elem: 0 or a negative errno. */
export function delete_elem(record: u32, key: u32): i32 {
  const type = map_type(record);
  if (has_flag(record, MapFlag.RDONLY_PROG)) return -Errno.EACCES;
  if (is_array(type)) return -Errno.EINVAL;
  if (is_hash(type)) return hash_delete(record, key);
  return type == MapType.LPM_TRIE ? trie_delete(record, own_key(record, key)) : -Errno.EACCES;
}

/** The program at an index of a program array, or -1 when there is none. */
export function prog_array_get(record: u32, index: u32): i32 {
  const reference = slots_lookup(record, index);
  return reference == 0 ? -1 : load<i32>(reference);
}

/** Whether a devmap, devmap_hash, cpumap, xskmap, perf_event_array holds something under a u32 key at `key`. */
export function entry_exists(record: u32, key: u32): bool {
  if (map_type(record) == MapType.DEVMAP_HASH) return hash_lookup(record, key) != 0;
  return slot_present(record, load<u32>(key));
}
