/**
 * The elements of a hash or trie: nodes in the heap, values in the user window, both in chunks that hold the same
 * number of elements and are never moved. A preallocated map has one chunk; others get theirs as they grow. All of
 * this runs under the map's lock.
 */
import { Arena, MapRecord } from "../../src/abi/layout";
import { arena_alloc, arena_free } from "../memory/index";
import { is_preallocated, key_size, max_entries, Node, PoolRecord, State } from "./record";
import { worker_count } from "./values";

/** A map that grows has at most this many chunks, and chunks of this many elements unless it is larger. */
const GROWING_CHUNKS: u32 = 16384;
const GROWING_CHUNK_LENGTH: u32 = 1024;

/** A chunk's record in the table. */
const enum Chunk {
  NODES = 0,
  VALUES = 4,
  SIZE = 8,
}

/** Bytes of a node with a key of this size. */
export function node_size(key_size: u32): u64 {
  return (Node.KEY + <u64>key_size + 7) & ~7;
}

/** Bytes of the values of `elements` elements, for all CPUs. */
function values_size(elements: u64, stride: u32, per_cpu: bool): f64 {
  return <f64>elements * <f64>stride * (per_cpu ? <f64>worker_count() : 1);
}

export function chunk_length(capacity: u32, preallocated: bool): u32 {
  if (preallocated) return capacity;
  const needed = <u32>((<u64>capacity + GROWING_CHUNKS - 1) / GROWING_CHUNKS);
  return max(needed, min(capacity, GROWING_CHUNK_LENGTH));
}

/** Heap that a pool takes at creation, in bytes. */
export function pool_heap_bytes(key_size: u32, capacity: u32, preallocated: bool): f64 {
  const length = chunk_length(capacity, preallocated);
  const chunks = (<u64>capacity + length - 1) / length;
  return <f64>(chunks * Chunk.SIZE) + (preallocated ? <f64>length * <f64>node_size(key_size) : 0);
}

/** User memory that a pool takes at creation, in bytes. */
export function pool_value_bytes(stride: u32, capacity: u32, preallocated: bool, per_cpu: bool): f64 {
  return <f64>stride + (preallocated ? values_size(chunk_length(capacity, true), stride, per_cpu) : 0);
}

/** Makes the pool of a record whose common fields are set; CPU_STRIDE is set here. False when memory is short. */
export function pool_create(record: usize, capacity: u32, per_cpu: bool): bool {
  const stride = load<u32>(record, MapRecord.STRIDE);
  const preallocated = is_preallocated(record);
  const length = chunk_length(capacity, preallocated);
  const chunks = <u32>((<u64>capacity + length - 1) / length);
  const node = node_size(key_size(record));
  if (<u64>length * stride > u32.MAX_VALUE || node > u32.MAX_VALUE) return false;
  store<u32>(record, <u32>node, PoolRecord.NODE_SIZE);
  store<u32>(record, length, PoolRecord.CHUNK_LENGTH);
  store<u32>(record, capacity, PoolRecord.CAPACITY);
  if (per_cpu) store<u32>(record, length * stride, MapRecord.CPU_STRIDE);
  const table = arena_alloc(Arena.HEAP, chunks * Chunk.SIZE, 8);
  store<u32>(record, table, PoolRecord.CHUNKS);
  const spare = arena_alloc(load<u32>(record, MapRecord.ARENA), stride, 8);
  store<u32>(record, spare, PoolRecord.SPARE);
  store<u32>(record, spare, PoolRecord.SPARE_BLOCK);
  if (table == 0 || spare == 0) return false;
  return !preallocated || pool_add_chunk(record, table);
}

/** Allocates the chunk whose place in the table is given. */
function pool_add_chunk(record: usize, chunk: usize): bool {
  const length = load<u32>(record, PoolRecord.CHUNK_LENGTH);
  const nodes_bytes = <u64>length * load<u32>(record, PoolRecord.NODE_SIZE);
  const values_bytes = pool_chunk_value_bytes(record);
  if (nodes_bytes > u32.MAX_VALUE || values_bytes > u32.MAX_VALUE) return false;
  const nodes = arena_alloc(Arena.HEAP, <u32>nodes_bytes, 8);
  if (nodes == 0) return false;
  const values = arena_alloc(load<u32>(record, MapRecord.ARENA), <u32>values_bytes, 8);
  if (values == 0) {
    arena_free(Arena.HEAP, nodes, <u32>nodes_bytes);
    return false;
  }
  store<u32>(chunk, nodes, Chunk.NODES);
  store<u32>(chunk, values, Chunk.VALUES);
  return true;
}

function pool_chunk_value_bytes(record: usize): u64 {
  const cpu_stride = load<u32>(record, MapRecord.CPU_STRIDE);
  if (cpu_stride != 0) return <u64>cpu_stride * worker_count();
  return <u64>load<u32>(record, PoolRecord.CHUNK_LENGTH) * load<u32>(record, MapRecord.STRIDE);
}

/** Gives all of the pool's memory back; works on one whose creation failed, too. */
export function pool_destroy(record: usize): void {
  const table = load<u32>(record, PoolRecord.CHUNKS);
  const length = load<u32>(record, PoolRecord.CHUNK_LENGTH);
  const arena = load<u32>(record, MapRecord.ARENA);
  arena_free(arena, load<u32>(record, PoolRecord.SPARE_BLOCK), load<u32>(record, MapRecord.STRIDE));
  if (table == 0) return;
  const chunks = <u32>((<u64>load<u32>(record, PoolRecord.CAPACITY) + length - 1) / length);
  const nodes_bytes = length * load<u32>(record, PoolRecord.NODE_SIZE);
  for (let i: u32 = 0; i < chunks; i++) {
    arena_free(Arena.HEAP, load<u32>(table + i * Chunk.SIZE, Chunk.NODES), nodes_bytes);
    arena_free(arena, load<u32>(table + i * Chunk.SIZE, Chunk.VALUES), <u32>pool_chunk_value_bytes(record));
  }
  arena_free(Arena.HEAP, table, chunks * Chunk.SIZE);
}

/** A node with a value slot, its state not set yet; 0 when memory is short or the pool at its capacity. */
export function pool_take(record: usize): usize {
  const free: usize = load<u32>(record, PoolRecord.FREE);
  if (free != 0) {
    store<u32>(record, load<u32>(free, Node.STATE), PoolRecord.FREE);
    return free;
  }
  const index = load<u32>(record, PoolRecord.FRESH);
  if (index == load<u32>(record, PoolRecord.CAPACITY)) return 0;
  const length = load<u32>(record, PoolRecord.CHUNK_LENGTH);
  const chunk: usize = load<u32>(record, PoolRecord.CHUNKS) + (index / length) * Chunk.SIZE;
  if (load<u32>(chunk, Chunk.NODES) == 0 && !pool_add_chunk(record, chunk)) return 0;
  const node = pool_node(record, index);
  const value = load<u32>(chunk, Chunk.VALUES) + (index % length) * load<u32>(record, MapRecord.STRIDE);
  store<u32>(node, value, Node.VALUE);
  store<u32>(record, index + 1, PoolRecord.FRESH);
  return node;
}

/** Makes a node free. Its links stay, for readers that are at it now. */
export function pool_give(record: usize, node: usize): void {
  store<u32>(node, load<u32>(record, PoolRecord.FREE), Node.STATE);
  store<u32>(record, node, PoolRecord.FREE);
}

/** The node at an index below FRESH. */
export function pool_node(record: usize, index: u32): usize {
  const length = load<u32>(record, PoolRecord.CHUNK_LENGTH);
  const chunk: usize = load<u32>(record, PoolRecord.CHUNKS) + (index / length) * Chunk.SIZE;
  return load<u32>(chunk, Chunk.NODES) + (index % length) * load<u32>(record, PoolRecord.NODE_SIZE);
}

/** Index of the element whose value lies at an address; -1 for none. For maps whose elements keep their values' places. */
export function pool_index_of_value(record: usize, value: u32): i32 {
  const length = load<u32>(record, PoolRecord.CHUNK_LENGTH);
  const stride = load<u32>(record, MapRecord.STRIDE);
  const chunks: usize = load<u32>(record, PoolRecord.CHUNKS);
  const used = (load<u32>(record, PoolRecord.FRESH) + length - 1) / length;
  for (let i: u32 = 0; i < used; i++) {
    const offset = value - load<u32>(chunks + i * Chunk.SIZE, Chunk.VALUES);
    if (<u64>offset >= <u64>length * stride || offset % stride != 0) continue;
    const index = i * length + offset / stride;
    return index < load<u32>(record, PoolRecord.FRESH) ? <i32>index : -1;
  }
  return -1;
}

@inline
export function is_live(node: usize): bool {
  return (load<u32>(node, Node.STATE) & State.LIVE) != 0;
}

/** Exchanges an element's value slot with the spare one, which holds the new value: readers see either one whole. */
@inline
export function swap_spare(record: usize, node: usize): void {
  const old = load<u32>(node, Node.VALUE);
  atomic.store<u32>(node + Node.VALUE, load<u32>(record, PoolRecord.SPARE));
  store<u32>(record, old, PoolRecord.SPARE);
}

/** Whether the map holds as many elements as it may. */
@inline
export function is_full(record: usize): bool {
  return load<u32>(record, MapRecord.COUNT) >= max_entries(record);
}
