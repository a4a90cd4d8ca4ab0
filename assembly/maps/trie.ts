/**
 * The longest-prefix-match trie (kernel/bpf/lpm_trie.c): look-up, update, exact delete. A node's prefix extends its
 * parent's; a BRANCH node has no entry and always two children. Keys are a u32 prefix length and the data, most
 * significant bit first; a key must not change during a call. Readers take no lock: what they see is whole, and when a
 * delete happened meanwhile they start again.
 */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { UpdateFlag } from "../../src/abi/map_numbers";
import { acquire, release } from "../memory/lock";
import { copy_bytes, copy_padded } from "./bytes";
import { is_full, pool_give, pool_take, swap_spare } from "./pool";
import { add_count, key_size, Node, PoolRecord, State, TrieRecord } from "./record";
import { store_value, Whose } from "./values";

/** Times that a reader starts again before it takes the lock. */
const RETRIES: u32 = 8;

const DATA: u32 = 4;

@inline
function data_size(record: usize): u32 {
  return key_size(record) - DATA;
}

/** Longest prefix that keys of this map can have, in bits. */
@inline
export function max_prefix(record: usize): u32 {
  return data_size(record) << 3;
}

@inline
function prefix_of(node: usize): u32 {
  return load<u32>(node, Node.KEY);
}

@inline
function is_branch(node: usize): bool {
  return (load<u32>(node, Node.STATE) & State.BRANCH) != 0;
}

/** Bit `index` of a key's data: 0 or 1. */
@inline
function bit_at(key: usize, index: u32): u32 {
  return (load<u8>(key + DATA + (index >> 3)) >> (7 - (index & 7))) & 1;
}

/** Address of the link to the child that a key goes on at, behind a node whose prefix it has. */
@inline
export function child_link(node: usize, key: usize): usize {
  return node + (bit_at(key, prefix_of(node)) << 2);
}

/** How many leading bits of two keys are the same, at most their shorter prefix. */
@inline
export function common_prefix(record: usize, a: usize, b: usize): u32 {
  const limit = min(load<u32>(a), load<u32>(b));
  const size = data_size(record);
  let i: u32 = 0;
  for (; i + 8 <= size; i += 8) {
    const difference = bswap<u64>(load<u64>(a + DATA + i) ^ load<u64>(b + DATA + i));
    if (difference != 0) return min(limit, (i << 3) + <u32>clz<u64>(difference));
    if ((i << 3) + 64 >= limit) return limit;
  }
  if (i + 4 <= size) {
    const difference = bswap<u32>(load<u32>(a + DATA + i) ^ load<u32>(b + DATA + i));
    if (difference != 0) return min(limit, (i << 3) + clz<u32>(difference));
    i += 4;
  }
  for (; i < size; i++) {
    const difference: u32 = load<u8>(a + DATA + i) ^ load<u8>(b + DATA + i);
    if (difference != 0) return min(limit, (i << 3) + clz<u32>(difference) - 24);
  }
  return limit;
}

/** The node of the longest prefix of a key; 0 when none matches. */
function search(record: usize, key: usize): usize {
  const longest = max_prefix(record);
  let found: usize = 0;
  let node: usize = atomic.load<u32>(record + TrieRecord.ROOT);
  while (node != 0) {
    const matched = common_prefix(record, node + Node.KEY, key);
    if (matched == longest) return node;
    const prefix = prefix_of(node);
    if (matched < prefix) break;
    if (!is_branch(node)) found = node;
    // A node that is taken apart under us may hold any prefix; a whole one of this length was returned above.
    if (prefix >= longest) break;
    node = load<u32>(child_link(node, key));
  }
  return found;
}

/** Address of the value of the longest prefix that matches a key, 0 when none does. */
export function trie_lookup(record: usize, key: usize): u32 {
  if (load<u32>(key) > max_prefix(record)) return 0;
  for (let i: u32 = 0; i < RETRIES; i++) {
    const sequence = atomic.load<u32>(record + TrieRecord.SEQUENCE);
    const node = search(record, key);
    const value: u32 = node == 0 ? 0 : load<u32>(node, Node.VALUE);
    if (atomic.load<u32>(record + TrieRecord.SEQUENCE) == sequence) return value;
  }
  acquire(record + MapRecord.LOCK);
  const node = search(record, key);
  const value: u32 = node == 0 ? 0 : load<u32>(node, Node.VALUE);
  release(record + MapRecord.LOCK);
  return value;
}

/** 0 or a negative errno. */
export function trie_update(record: usize, key: usize, value: usize, flags: u64): i32 {
  if (flags > <u64>UpdateFlag.EXIST || load<u32>(key) > max_prefix(record)) return -Errno.EINVAL;
  acquire(record + MapRecord.LOCK);
  const result = update_locked(record, key, value, flags);
  release(record + MapRecord.LOCK);
  return result;
}

function update_locked(record: usize, key: usize, value: usize, flags: u64): i32 {
  const prefix = load<u32>(key);
  let link: usize = record + TrieRecord.ROOT;
  let node: usize = load<u32>(link);
  let matched: u32 = 0;
  while (node != 0) {
    matched = common_prefix(record, node + Node.KEY, key);
    if (prefix_of(node) != matched || prefix_of(node) == prefix) break;
    link = child_link(node, key);
    node = load<u32>(link);
  }

  const here = node != 0 && prefix_of(node) == matched && matched == prefix;
  if (here && !is_branch(node)) {
    if (flags == UpdateFlag.NOEXIST) return -Errno.EEXIST;
    store_value(record, load<u32>(record, PoolRecord.SPARE), value, Whose.ONLY);
    swap_spare(record, node);
    // Bits behind the prefix may differ, and are given back as they came in last. Readers compare the others meanwhile.
    copy_bytes(node + Node.KEY, key, key_size(record));
    return 0;
  }
  if (flags == UpdateFlag.EXIST) return -Errno.ENOENT;
  if (is_full(record)) return -Errno.ENOSPC;
  if (here) {
    store_value(record, load<u32>(node, Node.VALUE), value, Whose.ONLY);
    copy_bytes(node + Node.KEY, key, key_size(record));
    atomic.store<u32>(node + Node.STATE, State.LIVE);
    add_count(record, 1);
    return 0;
  }
  return insert(record, key, value, link, node, matched);
}

/** Inserts a new entry at a link, in front of `node` if there is one; both share `matched` bits. */
function insert(record: usize, key: usize, value: usize, link: usize, node: usize, matched: u32): i32 {
  const entry = pool_take(record);
  if (entry == 0) return -Errno.ENOMEM;
  fill_node(record, entry, key, State.LIVE);
  store_value(record, load<u32>(entry, Node.VALUE), value, Whose.ONLY);
  let top = entry;
  if (node != 0 && matched == load<u32>(key)) {
    store<u32>(child_link(entry, node + Node.KEY), node);
  } else if (node != 0) {
    top = pool_take(record);
    if (top == 0) {
      pool_give(record, entry);
      return -Errno.ENOMEM;
    }
    fill_node(record, top, node + Node.KEY, State.LIVE | State.BRANCH);
    store<u32>(top, matched, Node.KEY);
    store<u32>(child_link(top, key), entry);
    store<u32>(child_link(top, node + Node.KEY), node);
  }
  atomic.store<u32>(link, top);
  add_count(record, 1);
  return 0;
}

function fill_node(record: usize, node: usize, key: usize, state: u32): void {
  store<u32>(node, 0, Node.CHILD0);
  store<u32>(node, 0, Node.CHILD1);
  store<u32>(node, state, Node.STATE);
  copy_padded(node + Node.KEY, key, key_size(record));
}

/** Removes exactly this prefix: 0, -ENOENT, or -EINVAL for a prefix that is too long. */
export function trie_delete(record: usize, key: usize): i32 {
  if (load<u32>(key) > max_prefix(record)) return -Errno.EINVAL;
  acquire(record + MapRecord.LOCK);
  const result = delete_locked(record, key);
  release(record + MapRecord.LOCK);
  return result;
}

function delete_locked(record: usize, key: usize): i32 {
  const prefix = load<u32>(key);
  let parent_link: usize = 0;
  let parent: usize = 0;
  let link: usize = record + TrieRecord.ROOT;
  let node: usize = load<u32>(link);
  let matched: u32 = 0;
  while (node != 0) {
    matched = common_prefix(record, node + Node.KEY, key);
    if (prefix_of(node) != matched || prefix_of(node) == prefix) break;
    parent = node;
    parent_link = link;
    link = child_link(node, key);
    node = load<u32>(link);
  }
  if (node == 0 || prefix_of(node) != prefix || matched != prefix || is_branch(node)) return -Errno.ENOENT;

  add_count(record, -1);
  const child0 = load<u32>(node, Node.CHILD0);
  const child1 = load<u32>(node, Node.CHILD1);
  if (child0 != 0 && child1 != 0) {
    atomic.store<u32>(node + Node.STATE, State.LIVE | State.BRANCH);
    return 0;
  }
  if (parent != 0 && is_branch(parent) && child0 == 0 && child1 == 0) {
    const first: usize = load<u32>(parent, Node.CHILD0);
    atomic.store<u32>(parent_link, first == node ? load<u32>(parent, Node.CHILD1) : <u32>first);
    atomic.add<u32>(record + TrieRecord.SEQUENCE, 1);
    pool_give(record, parent);
  } else {
    atomic.store<u32>(link, child0 != 0 ? child0 : child1);
    atomic.add<u32>(record + TrieRecord.SEQUENCE, 1);
  }
  pool_give(record, node);
  return 0;
}
