/**
 * Maps as TypeScript uses them: what bpf(2) does with BPF_MAP_*_ELEM, with the permissions of user space. Keys and
 * values are given by address, in the scratch area or the heap.
 */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapFlag, MapType, UpdateFlag } from "../../src/abi/map_numbers";
import { acquire, release } from "../memory/lock";
import { array_lookup, array_update } from "./array";
import { copy_bytes } from "./bytes";
import { hash_delete, hash_lookup, hash_update } from "./hash";
import { find_node, first_node_from, node_after } from "./hash_table";
import { outer_delete, outer_update } from "./inner";
import { has_flag, is_array, is_hash, is_keyless, is_outer, is_per_cpu, is_queue, is_slots, key_size, map_type, max_entries, Node } from "./record";
import { no_operation, push_elem } from "./keyless";
import { queue_next } from "./queue";
import { drop_no_program, slots_delete, slots_lookup, slots_update } from "./slots";
import { trie_delete, trie_lookup, trie_update } from "./trie";
import { trie_next } from "./trie_order";
import { Whose } from "./values";

@inline
function may_write(record: usize): bool {
  return !has_flag(record, MapFlag.RDONLY) && load<u32>(record, MapRecord.FROZEN) == 0;
}

/** Address of a key's value (the first CPU's), 0 when the key is not there. */
export function map_lookup(record: u32, key: u32): u32 {
  const type = map_type(record);
  if (is_array(type)) return array_lookup(record, load<u32>(key));
  if (is_slots(type)) return slots_lookup(record, load<u32>(key));
  if (is_keyless(type)) return is_queue(type) ? queue_next(record) : 0;
  return type == MapType.LPM_TRIE ? trie_lookup(record, key) : hash_lookup(record, key);
}

/** 0 or a negative errno. The value of a per-CPU type is all CPUs' values, each padded to a multiple of 8 bytes. */
export function map_update(record: u32, key: u32, value: u32, flags: u32): i32 {
  if (!may_write(record)) return -Errno.EPERM;
  const type = map_type(record);
  if (is_keyless(type)) return push_elem(record, value, flags);
  if (is_outer(type)) return outer_update(record, key, value, flags);
  const whose = is_per_cpu(type) ? Whose.ALL_CPUS : Whose.ONLY;
  if (is_array(type)) return array_update(record, load<u32>(key), value, flags, whose);
  if (is_hash(type)) return hash_update(record, key, value, flags, whose);
  if (is_slots(type)) return slots_update(record, load<u32>(key), value, flags);
  if (type == MapType.LPM_TRIE) return trie_update(record, key, value, flags);
  // What is left are the hashes that hold references: devmap_hash, which knows no interface 0, and sockhash.
  if (type == MapType.DEVMAP_HASH) {
    if (load<u32>(value) == 0) return -Errno.EINVAL;
    drop_no_program(record, value);
  }
  return hash_update(record, key, value, flags, whose);
}

/** 0 or a negative errno. */
export function map_delete(record: u32, key: u32): i32 {
  if (!may_write(record)) return -Errno.EPERM;
  const type = map_type(record);
  if (is_keyless(type)) return type == MapType.QUEUE || type == MapType.STACK ? -Errno.EINVAL : no_operation(type);
  if (is_array(type)) return -Errno.EINVAL;
  if (is_outer(type)) return outer_delete(record, key);
  if (is_slots(type)) return slots_delete(record, load<u32>(key));
  return type == MapType.LPM_TRIE ? trie_delete(record, key) : hash_delete(record, key);
}

/** BPF_MAP_GET_NEXT_KEY: the key after the one at `key`, or the first when `key` is 0 or not there. 0 or -ENOENT. */
export function map_next_key(record: u32, key: u32, out: u32): i32 {
  const type = map_type(record);
  if (is_keyless(type)) return is_queue(type) ? -Errno.EINVAL : no_operation(type);
  if (is_array(type) || is_slots(type)) {
    const index = key == 0 ? u32.MAX_VALUE : load<u32>(key);
    if (index == max_entries(record) - 1) return -Errno.ENOENT;
    store<u32>(out, index >= max_entries(record) ? 0 : index + 1);
    return 0;
  }
  acquire(record + MapRecord.LOCK);
  let node: usize = 0;
  if (type == MapType.LPM_TRIE) {
    node = trie_next(record, key);
  } else {
    const at: usize = key == 0 ? 0 : find_node(record, key);
    node = at == 0 ? first_node_from(record, 0) : node_after(record, at);
  }
  if (node != 0) copy_bytes(out, node + Node.KEY, key_size(record));
  release(record + MapRecord.LOCK);
  return node == 0 ? -Errno.ENOENT : 0;
}

/** BPF_MAP_FREEZE: from now on user space may not write. 0 or a negative errno. */
export function map_freeze(record: u32): i32 {
  if (!may_write(record)) return -Errno.EPERM;
  store<u32>(record, 1, MapRecord.FROZEN);
  return 0;
}
