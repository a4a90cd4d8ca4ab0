/** Making and destroying maps: the record, and the memory that the type needs. */
import { Arena, Header, Layout, MapRecord, Worker } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapFlag, MapType } from "../../src/abi/map_numbers";
import { arena_alloc, arena_free } from "../memory/index";
import { acquire, release } from "../memory/lock";
import { WORKER } from "../worker";
import { bloom_bytes, bloom_create, bloom_destroy } from "./bloom";
import { check_attributes } from "./checks";
import { release_inner, set_model } from "./inner";
import { perf_close_all } from "./perf";
import { make_seed } from "./hash_function";
import { bucket_count } from "./hash_table";
import { pool_create, pool_destroy, pool_heap_bytes, pool_value_bytes } from "./pool";
import { queue_bytes } from "./queue";
import { ring_create, ring_destroy } from "./ring";
import {
  FieldRecord,
  HashRecord,
  has_flag,
  is_array,
  is_outer,
  is_per_cpu,
  is_preallocated,
  is_queue,
  is_slots,
  map_type,
  max_entries,
  SlotRecord,
} from "./record";
import { free_timers } from "./timers";
import { worker_count } from "./values";

/** A record whose type is not decided yet is taken all the same. */
const TAKEN: u32 = u32.MAX_VALUE;

/** Multiple of which per-CPU arrays give each CPU, so that no two CPUs write to one cache line. */
const CACHE_LINE: u64 = 64;

@inline
function stride_of(value_size: u32): u32 {
  return (value_size + 7) & ~7;
}

/** Where the values lie: programs reach those that they may read, and write to those that they may write. */
function arena_of(type: u32, flags: u32): u32 {
  if (type == MapType.PROG_ARRAY || type == MapType.PERF_EVENT_ARRAY || is_outer(type)) return Arena.HEAP;
  if (is_queue(type) || type == MapType.BLOOM_FILTER) return Arena.HEAP;
  if (type == MapType.SOCKMAP || type == MapType.SOCKHASH) return Arena.HEAP;
  return is_read_only(type, flags) ? Arena.RO : Arena.RW;
}

/** Device, CPU and socket entries are read-only to programs, whatever the flags say. */
function is_read_only(type: u32, flags: u32): bool {
  if ((flags & MapFlag.RDONLY_PROG) != 0) return true;
  return is_slots(type) || type == MapType.DEVMAP_HASH;
}

/** A trie may need a branch for each entry. */
function pool_capacity(type: u32, max_entries: u32): u32 {
  if (type != MapType.LPM_TRIE) return max_entries;
  return <u32>min<u64>(<u64>max_entries * 2, u32.MAX_VALUE);
}

/** Sockets that may have a value in a storage, which the kernel does not bound. */
const SOCKETS: u32 = 65536;

/** LRU maps with a list a CPU give each the same number (kernel/bpf/hashtab.c htab_map_alloc). */
function actual_max_entries(type: u32, max_entries: u32, flags: u32): u32 {
  if (type == MapType.SK_STORAGE) return SOCKETS;
  if ((flags & MapFlag.NO_COMMON_LRU) == 0) return max_entries;
  const cpus = worker_count();
  const up = (<u64>max_entries + cpus - 1) / cpus * cpus;
  return up > u32.MAX_VALUE ? max_entries / cpus * cpus : <u32>up;
}

/** Bytes of values that a map takes at creation, of the arena that `arena_of` says. */
function value_bytes(type: u32, value_size: u32, max_entries: u32, flags: u32): f64 {
  const stride = stride_of(value_size);
  if (is_slots(type)) return <f64>max_entries * stride;
  if (is_queue(type)) return <f64>queue_bytes(stride, max_entries);
  if (type == MapType.BLOOM_FILTER) return <f64>bloom_bytes(max_entries, 0);
  if (type == MapType.RINGBUF) return <f64>max_entries * 2;
  if (!is_array(type)) {
    const preallocated = (flags & MapFlag.NO_PREALLOC) == 0;
    return pool_value_bytes(stride, pool_capacity(type, max_entries), preallocated, is_per_cpu(type));
  }
  return is_per_cpu(type) ? <f64>cpu_block(stride, max_entries) * worker_count() : <f64>max_entries * stride;
}

/** Bytes of one CPU's values of a per-CPU array. */
function cpu_block(stride: u32, max_entries: u32): u64 {
  return (<u64>stride * max_entries + CACHE_LINE - 1) & ~(CACHE_LINE - 1);
}

/**
 * Bytes that creating a map takes: of the heap, when `arena` is HEAP, or of the arena of its values. For messages; the
 * attributes are those of `map_create`.
 */
export function map_bytes(
  arena: u32,
  type: u32,
  key_size: u32,
  value_size: u32,
  max_entries: u32,
  flags: u32,
): f64 {
  const entries = actual_max_entries(type, max_entries, flags);
  let bytes = arena == arena_of(type, flags) ? value_bytes(type, value_size, entries, flags) : 0;
  if (arena != Arena.HEAP || is_array(type)) return bytes;
  if (type == MapType.RINGBUF) return bytes + <f64>entries / 2;
  if (is_queue(type) || type == MapType.BLOOM_FILTER) return bytes;
  if (is_slots(type)) return bytes + entries;
  const preallocated = (flags & MapFlag.NO_PREALLOC) == 0;
  bytes += pool_heap_bytes(key_size, pool_capacity(type, entries), preallocated);
  return type == MapType.LPM_TRIE ? bytes : bytes + <f64>bucket_count(entries, preallocated) * 4;
}

/** Takes a free map record; 0 when there is none. */
function take_record(): usize {
  acquire(Layout.HEADER + Header.ALLOC_LOCK);
  const count = load<u32>(Layout.HEADER, Header.MAP_COUNT);
  let index: u32 = 0;
  while (index < count && load<u32>(Layout.MAPS + index * Layout.MAP_SIZE, MapRecord.TYPE) != 0) index++;
  let record: usize = 0;
  if (index < <u32>Layout.MAX_MAPS) {
    record = Layout.MAPS + index * Layout.MAP_SIZE;
    memory.fill(record, 0, Layout.MAP_SIZE);
    store<u32>(record, TAKEN, MapRecord.TYPE);
    if (index == count) store<u32>(Layout.HEADER, count + 1, Header.MAP_COUNT);
  }
  release(Layout.HEADER + Header.ALLOC_LOCK);
  return record;
}

/**
 * Makes a map. `extra` is `map_extra` of BPF_MAP_CREATE; of maps of maps, the record of the map that inner maps must be
 * like. Returns the record's address, or the kernel's negative errno.
 */
export function map_create(
  type: u32,
  key_size: u32,
  value_size: u32,
  max_entries: u32,
  flags: u32,
  extra: u32,
): i32 {
  const wrong = check_attributes(type, key_size, value_size, max_entries, flags, extra);
  if (wrong != 0) return wrong;
  const record = take_record();
  if (record == 0) return -Errno.ENOSPC;
  store<u32>(record, key_size, MapRecord.KEY_SIZE);
  store<u32>(record, value_size, MapRecord.VALUE_SIZE);
  store<u32>(record, actual_max_entries(type, max_entries, flags), MapRecord.MAX_ENTRIES);
  store<u32>(record, is_read_only(type, flags) ? flags | MapFlag.RDONLY_PROG : flags, MapRecord.FLAGS);
  store<u32>(record, stride_of(value_size), MapRecord.STRIDE);
  store<u32>(record, arena_of(type, flags), MapRecord.ARENA);
  store<u32>(record, extra, MapRecord.EXTRA);
  const unlike = is_outer(type) ? set_model(record, extra) : 0;
  if (unlike != 0) {
    atomic.store<u32>(record + MapRecord.TYPE, 0);
    return unlike;
  }
  store<u32>(record, 1, MapRecord.REFERENCES);
  store<u32>(record, atomic.add<u32>(Layout.HEADER + Header.MAP_IDS, 1) + 1, MapRecord.ID);
  if (!allocate(record, type)) {
    free_memory(record, type);
    atomic.store<u32>(record + MapRecord.TYPE, 0);
    return -Errno.ENOMEM;
  }
  atomic.store<u32>(record + MapRecord.TYPE, type);
  return <i32>record;
}

/**
 * Says where in the values a bpf_spin_lock and a bpf_timer lie (offset + 1, 0 for none), before anything is stored.
 * 0, or the negative errno of a type that cannot have them (kernel/bpf/syscall.c map_check_btf).
 */
export function map_set_fields(record: u32, lock: u32, timer: u32): i32 {
  if ((lock | timer) == 0) return 0;
  const type = map_type(record);
  if (has_flag(record, MapFlag.RDONLY_PROG) || has_flag(record, MapFlag.WRONLY_PROG)) return -Errno.EACCES;
  if (lock != 0 && type != MapType.HASH && type != MapType.ARRAY && type != MapType.SK_STORAGE) return -Errno.EOPNOTSUPP;
  if (timer != 0 && type != MapType.HASH && type != MapType.ARRAY && type != MapType.LRU_HASH) return -Errno.EOPNOTSUPP;
  store<u32>(record, lock, FieldRecord.LOCK);
  store<u32>(record, timer, FieldRecord.TIMER);
  return 0;
}

function allocate(record: usize, type: u32): bool {
  const entries = max_entries(record);
  const stride = load<u32>(record, MapRecord.STRIDE);
  if (type == MapType.RINGBUF) return ring_create(record + MapRecord.COMMON_END, entries, Arena.RW);
  if (type == MapType.BLOOM_FILTER) return bloom_create(record);
  if (is_queue(type)) return allocate_values(record, type) != 0;
  if (is_array(type) || is_slots(type)) {
    if (is_per_cpu(type)) {
      const block = cpu_block(stride, entries);
      if (block > u32.MAX_VALUE) return false;
      store<u32>(record, <u32>block, MapRecord.CPU_STRIDE);
    }
    const values = allocate_values(record, type);
    if (values == 0 || !is_slots(type)) return values != 0;
    const present = arena_alloc(Arena.HEAP, entries, 8);
    store<u32>(record, present, SlotRecord.PRESENT);
    return present != 0;
  }
  if (!pool_create(record, pool_capacity(type, entries), is_per_cpu(type))) return false;
  if (type == MapType.LPM_TRIE) return true;

  const buckets = bucket_count(entries, is_preallocated(record));
  if (buckets * 4 > u32.MAX_VALUE) return false;
  const table = arena_alloc(Arena.HEAP, <u32>buckets * 4, 8);
  store<u32>(record, table, HashRecord.BUCKETS);
  store<u32>(record, <u32>buckets - 1, HashRecord.MASK);
  const random = load<u64>(WORKER, Worker.RANDOM) ^ (load<u64>(WORKER, Worker.RANDOM + 8) << 1);
  store<u64>(record, has_flag(record, MapFlag.ZERO_SEED) ? 0 : make_seed(random, record), HashRecord.SEED);
  return table != 0;
}

/** Allocates the block of values of an array or of slots; 0 when it does not fit. */
function allocate_values(record: usize, type: u32): u32 {
  const bytes = value_bytes(type, load<u32>(record, MapRecord.VALUE_SIZE), max_entries(record), 0);
  const values = bytes > <f64>u32.MAX_VALUE ? 0 : arena_alloc(load<u32>(record, MapRecord.ARENA), <u32>bytes, 8);
  store<u32>(record, values, MapRecord.VALUES);
  return values;
}

/** Gives back what `allocate` took, all or a part. */
function free_memory(record: usize, type: u32): void {
  if (type == MapType.RINGBUF) {
    ring_destroy(record + MapRecord.COMMON_END);
    return;
  }
  if (type == MapType.BLOOM_FILTER) {
    bloom_destroy(record);
    return;
  }
  if (is_array(type) || is_slots(type) || is_queue(type)) {
    const values = load<u32>(record, MapRecord.VALUES);
    if (values != 0) {
      const bytes = value_bytes(type, load<u32>(record, MapRecord.VALUE_SIZE), max_entries(record), 0);
      arena_free(load<u32>(record, MapRecord.ARENA), values, <u32>bytes);
    }
    if (is_slots(type)) arena_free(Arena.HEAP, load<u32>(record, SlotRecord.PRESENT), max_entries(record));
    return;
  }
  pool_destroy(record);
  if (type != MapType.LPM_TRIE) {
    arena_free(Arena.HEAP, load<u32>(record, HashRecord.BUCKETS), (load<u32>(record, HashRecord.MASK) + 1) * 4);
  }
}

/**
 * Gives up a reference to a map; the last one frees it with its memory. No program that uses it may be running or be
 * run again then.
 */
export function map_destroy(record: u32): void {
  if (atomic.sub<u32>(record + MapRecord.REFERENCES, 1) > 1) return;
  const type = map_type(record);
  if (load<u32>(record, FieldRecord.TIMER) != 0) free_timers(record);
  if (is_outer(type)) release_inner(record);
  if (type == MapType.PERF_EVENT_ARRAY) perf_close_all(<u32>record);
  store<u32>(record, TAKEN, MapRecord.TYPE);
  free_memory(record, type);
  atomic.store<u32>(record + MapRecord.TYPE, 0);
}

/** Whether a value that a program passed is the address of a map's record. */
export function valid_map(handle: u64): bool {
  const offset = handle - Layout.MAPS;
  if (offset >= <u64>load<u32>(Layout.HEADER, Header.MAP_COUNT) * Layout.MAP_SIZE) return false;
  if ((offset & (Layout.MAP_SIZE - 1)) != 0) return false;
  const type = map_type(<usize>handle);
  return type != 0 && type != TAKEN;
}
