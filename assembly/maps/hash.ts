/** The hash types: hash, percpu_hash, lru_hash, lru_percpu_hash, and devmap_hash as a store (kernel/bpf/hashtab.c). */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapType, UpdateFlag } from "../../src/abi/map_numbers";
import { acquire, release } from "../memory/lock";
import { find_link, find_node, hash_of, link_node, set_key, unlink } from "./hash_table";
import { evict, mark_referenced } from "./lru";
import { is_full, pool_give, pool_take, swap_spare } from "./pool";
import { add_count, FieldRecord, HashRecord, is_lru, map_type, Node, PoolRecord, State } from "./record";
import { free_timer } from "./timers";
import { store_first_value, store_locked, store_value, Whose } from "./values";

/** Address of the first CPU's value, 0 when the key is not there. */
export function hash_lookup(record: usize, key: usize): u32 {
  const node = find_node(record, key);
  return node == 0 ? 0 : load<u32>(node, Node.VALUE);
}

/** The same from a program, whose look-ups keep an element from eviction. */
@inline
export function hash_use(record: usize, key: usize): u32 {
  const node = find_node(record, key);
  if (node == 0) return 0;
  if (is_lru(map_type(record))) mark_referenced(node);
  return load<u32>(node, Node.VALUE);
}

/** 0 or a negative errno. */
export function hash_update(record: usize, key: usize, value: usize, flags: u64, whose: Whose): i32 {
  const type = map_type(record);
  if ((type == MapType.HASH ? flags & ~UpdateFlag.LOCK : flags) > <u64>UpdateFlag.EXIST) return -Errno.EINVAL;
  if (flags & UpdateFlag.LOCK && load<u32>(record, FieldRecord.LOCK) == 0) return -Errno.EINVAL;
  const hash = hash_of(record, key);
  acquire(record + MapRecord.LOCK);
  const result = update_locked(record, key, value, flags, whose, hash);
  release(record + MapRecord.LOCK);
  return result;
}

function update_locked(record: usize, key: usize, value: usize, flags: u64, whose: Whose, hash: u32): i32 {
  const lru = is_lru(map_type(record));
  const link = find_link(record, key, hash);
  if (link != 0) {
    if (flags & UpdateFlag.NOEXIST) return -Errno.EEXIST;
    const node: usize = load<u32>(link);
    if (flags & UpdateFlag.LOCK) return store_locked(record, load<u32>(node, Node.VALUE), value);
    free_timer(record, load<u32>(node, Node.VALUE));
    // An element with a timer keeps its value's place, by which the timer is known.
    if (whose == Whose.ONLY && load<u32>(record, FieldRecord.TIMER) == 0) {
      store_first_value(record, load<u32>(record, PoolRecord.SPARE), value, whose);
      swap_spare(record, node);
    } else {
      store_value(record, load<u32>(node, Node.VALUE), value, whose);
    }
    if (lru) mark_referenced(node);
    return 0;
  }
  // A devmap_hash takes BPF_EXIST for BPF_ANY (kernel/bpf/devmap.c).
  if (flags & UpdateFlag.EXIST && map_type(record) != MapType.DEVMAP_HASH) return -Errno.ENOENT;
  if (!lru && is_full(record)) return -Errno.E2BIG;
  const node = is_full(record) ? evict(record) : pool_take(record);
  if (node == 0) return -Errno.ENOMEM;
  // The key first: the value slot may be the very memory that the key is given in.
  if (!set_key(record, node, key, hash)) {
    pool_give(record, node);
    return -Errno.EBUSY;
  }
  store_first_value(record, load<u32>(node, Node.VALUE), value, whose);
  store<u32>(node, State.LIVE, Node.STATE);
  link_node(record, node);
  add_count(record, 1);
  if (lru) store<u32>(record, node, HashRecord.NEWEST);
  return 0;
}

/** 0, or -ENOENT. */
export function hash_delete(record: usize, key: usize): i32 {
  const hash = hash_of(record, key);
  acquire(record + MapRecord.LOCK);
  const link = find_link(record, key, hash);
  if (link != 0) {
    const node: usize = load<u32>(link);
    unlink(link);
    free_timer(record, load<u32>(node, Node.VALUE));
    pool_give(record, node);
    add_count(record, -1);
  }
  release(record + MapRecord.LOCK);
  return link == 0 ? -Errno.ENOENT : 0;
}
