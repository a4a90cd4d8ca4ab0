/**
 * What the map records hold behind `MapRecord.COMMON_END`, by family of types, the nodes of elements, and what all
 * families ask of a record.
 */
import { MapRecord } from "../../src/abi/layout";
import { MapFlag, MapType } from "../../src/abi/map_numbers";

/** Types whose elements lie in a pool (`pool.ts`): hashes and tries. */
export const enum PoolRecord {
  /** u32: bytes of a node. */
  NODE_SIZE = 64,
  /** u32: elements of a chunk. */
  CHUNK_LENGTH = 68,
  /** u32: elements that the pool may ever hold. */
  CAPACITY = 72,
  /** u32: index of the first element that was never used. */
  FRESH = 76,
  /** u32: address of the chunks' table: u32 address of the nodes, u32 address of the values, per chunk. */
  CHUNKS = 80,
  /** u32: first free node. */
  FREE = 84,
  /** u32: a value slot that belongs to no node: an update of an element writes there and exchanges the two. */
  SPARE = 88,
  /** u32: the slot that was spare at first, allocated apart from the chunks: destroying gives it back, wherever it is used by then. */
  SPARE_BLOCK = 92,
}

/** Hash types. */
export const enum HashRecord {
  /** u32: address of the buckets, a u32 each: first node of the chain. */
  BUCKETS = 96,
  /** u32: number of buckets - 1; a power of two - 1. */
  MASK = 100,
  /** u64: seed of the hash function. */
  SEED = 104,
  /** u32: of the LRU types: index of the element that is looked at next for eviction. */
  HAND = 112,
  /** u32: of the LRU types: the node that was inserted last; it is not evicted. */
  NEWEST = 116,
}

/** The LPM trie. */
export const enum TrieRecord {
  /** u32: the root node. */
  ROOT = 96,
  /** u32: counts deletions, so that a reader notices that its path may have been taken apart. */
  SEQUENCE = 100,
}

/** Types that hold references at an index (program arrays, devmaps and their kin). */
export const enum SlotRecord {
  /** u32: address of a byte a slot: 1 where it holds something. */
  PRESENT = 64,
}

/** Queues and stacks. */
export const enum QueueRecord {
  /** u32: index of the oldest value. */
  OLDEST = 64,
}

/** Bloom filters. */
export const enum BloomRecord {
  /** u32: address of the bits, in the heap. */
  BITS = 64,
  /** u32: number of bits - 1; a power of two - 1. */
  MASK = 68,
  /** u32: hash functions. */
  HASHES = 72,
  /** u32: seed of the first one. */
  SEED = 76,
}

/** Fields of values that only helpers touch, of every type. */
export const enum FieldRecord {
  /** u32: offset of the bpf_spin_lock + 1, 0 for none. */
  LOCK = 176,
  /** u32: offset of the bpf_timer + 1, 0 for none. */
  TIMER = 180,
}

/** Maps of maps: what every inner map is like. */
export const enum OuterRecord {
  /** u32 each, as in the record of the map that was given as a model. */
  TYPE = 128,
  KEY_SIZE = 132,
  VALUE_SIZE = 136,
  MAX_ENTRIES = 140,
  FLAGS = 144,
  /** u64: both of `FieldRecord`. */
  FIELDS = 152,
}

/**
 * An element's node, in the heap; the value lies apart, in the user window.
 *
 *    0      4      8       12      16
 *   ┌──────┬──────┬───────┬───────┬─────────────────────────────┐
 *   │ next │ hash │ value │ state │ key, padded with zeros to 8 │
 *   └──────┴──────┴───────┴───────┴─────────────────────────────┘
 *
 * Tries use the first two words for the children.
 */
export const enum Node {
  /** u32: next node of the chain, or its end: odd, (bucket << 1) | 1. First, so that a bucket and a node link alike. */
  NEXT = 0,
  HASH = 4,
  CHILD0 = 0,
  CHILD1 = 4,
  /** u32: address of the value. */
  VALUE = 8,
  /** u32: `State` bits while in use; of a free node the next free one, a multiple of 8. */
  STATE = 12,
  KEY = 16,
}

export const enum State {
  LIVE = 1,
  /** Of LRU types: looked up since the hand came by. */
  REFERENCED = 2,
  /** Of tries: a branch without an entry of its own. */
  BRANCH = 4,
}

@inline
export function map_type(record: usize): u32 {
  return load<u32>(record, MapRecord.TYPE);
}

@inline
export function key_size(record: usize): u32 {
  return load<u32>(record, MapRecord.KEY_SIZE);
}

@inline
export function value_size(record: usize): u32 {
  return load<u32>(record, MapRecord.VALUE_SIZE);
}

@inline
export function max_entries(record: usize): u32 {
  return load<u32>(record, MapRecord.MAX_ENTRIES);
}

@inline
export function has_flag(record: usize, flag: u32): bool {
  return (load<u32>(record, MapRecord.FLAGS) & flag) != 0;
}

@inline
export function add_count(record: usize, change: i32): void {
  store<u32>(record, load<u32>(record, MapRecord.COUNT) + change, MapRecord.COUNT);
}

export function is_per_cpu(type: u32): bool {
  return type == MapType.PERCPU_ARRAY || type == MapType.PERCPU_HASH || type == MapType.LRU_PERCPU_HASH;
}

export function is_lru(type: u32): bool {
  return type == MapType.LRU_HASH || type == MapType.LRU_PERCPU_HASH;
}

/** Types of the hash family with values of their own; devmap_hash has rules of its own. */
export function is_hash(type: u32): bool {
  return type == MapType.HASH || type == MapType.PERCPU_HASH || is_lru(type);
}

export function is_outer(type: u32): bool {
  return type == MapType.ARRAY_OF_MAPS || type == MapType.HASH_OF_MAPS;
}

/** Queues and stacks. */
export function is_queue(type: u32): bool {
  return type == MapType.QUEUE || type == MapType.STACK;
}

/** Types without keys. */
export function is_keyless(type: u32): bool {
  return is_queue(type) || type == MapType.BLOOM_FILTER || type == MapType.RINGBUF;
}

export function is_array(type: u32): bool {
  return type == MapType.ARRAY || type == MapType.PERCPU_ARRAY;
}

/** Types that hold a reference (to a program, device, CPU, socket) at an index. */
export function is_slots(type: u32): bool {
  return (
    type == MapType.PROG_ARRAY ||
    type == MapType.PERF_EVENT_ARRAY ||
    type == MapType.ARRAY_OF_MAPS ||
    type == MapType.DEVMAP ||
    type == MapType.SOCKMAP ||
    type == MapType.CPUMAP ||
    type == MapType.XSKMAP
  );
}

/** Whether all elements are there from the start. */
export function is_preallocated(record: usize): bool {
  return !has_flag(record, MapFlag.NO_PREALLOC);
}
