/** What the kernel asks of a map's attributes at creation, and the errno that it gives (kernel/bpf's *_alloc_check). */
import { Errno } from "../../src/abi/errno_numbers";
import { MapFlag, MapType } from "../../src/abi/map_numbers";
import { is_array, is_hash, is_lru, is_outer, is_per_cpu } from "./record";

const ACCESS_FLAGS: u32 = MapFlag.RDONLY | MapFlag.WRONLY | MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG;
const ARRAY_FLAGS: u32 =
  MapFlag.NUMA_NODE | MapFlag.MMAPABLE | ACCESS_FLAGS | MapFlag.PRESERVE_ELEMS | MapFlag.INNER_MAP;
const HASH_FLAGS: u32 =
  MapFlag.NO_PREALLOC | MapFlag.NO_COMMON_LRU | MapFlag.NUMA_NODE | ACCESS_FLAGS | MapFlag.ZERO_SEED;
const TRIE_FLAGS: u32 = MapFlag.NO_PREALLOC | MapFlag.NUMA_NODE | ACCESS_FLAGS;
const USER_ACCESS_FLAGS: u32 = MapFlag.NUMA_NODE | MapFlag.RDONLY | MapFlag.WRONLY;

/** linux/slab.h KMALLOC_MAX_SIZE on x86-64. */
const KMALLOC_MAX: u64 = 4 << 20;
/** sizeof(struct htab_elem) and sizeof(struct lpm_trie_node). */
const HASH_ELEMENT: u64 = 48;
const TRIE_NODE: u64 = 24;
/** linux/percpu.h PCPU_MIN_UNIT_SIZE. */
const PER_CPU_MAX: u32 = 32 << 10;
/** Prefix length and data of a trie's key. */
const TRIE_KEY_MIN: u32 = 5;
const TRIE_KEY_MAX: u32 = 260;
/** linux/bpf.h MAX_BPF_STACK. */
const STACK: u32 = 512;
/** BPF_LOCAL_STORAGE_MAX_VALUE_SIZE: what fits into 64 KiB with the kernel's own 144 bytes. */
const STORAGE_MAX: u32 = 0xffff - 144;
/** Bytes of a page, the least that a ring buffer may have. */
const PAGE: u32 = 4096;
/** Hash functions of a bloom filter. */
const MAX_HASHES: u32 = 15;
/** CONFIG_NR_CPUS of distributions' kernels. */
const CPUS_MAX: u32 = 8192;

@inline
function both(flags: u32, a: u32, b: u32): bool {
  return (flags & (a | b)) == (a | b);
}

/** 0, or the negative errno that BPF_MAP_CREATE gives for these attributes; -EINVAL for types that are not there. */
export function check_attributes(
  type: u32,
  key_size: u32,
  value_size: u32,
  max_entries: u32,
  flags: u32,
  extra: u32,
): i32 {
  if (both(flags, MapFlag.RDONLY, MapFlag.WRONLY)) return -Errno.EINVAL;
  if (extra != 0 && type != MapType.BLOOM_FILTER && !is_outer(type)) return -Errno.EINVAL;
  if (is_array(type)) return check_array(type, key_size, value_size, max_entries, flags);
  if (is_hash(type)) return check_hash(type, key_size, value_size, max_entries, flags);
  switch (type) {
    case MapType.LPM_TRIE:
      return check_trie(key_size, value_size, max_entries, flags);
    case MapType.PROG_ARRAY:
    case MapType.PERF_EVENT_ARRAY:
    case MapType.ARRAY_OF_MAPS:
      if (value_size != 4 || (flags & (MapFlag.RDONLY_PROG | MapFlag.WRONLY_PROG)) != 0) return -Errno.EINVAL;
      return check_array(type, key_size, value_size, max_entries, flags);
    case MapType.HASH_OF_MAPS:
      return value_size == 4 ? check_hash(type, key_size, value_size, max_entries, flags) : -Errno.EINVAL;
    case MapType.DEVMAP:
    case MapType.DEVMAP_HASH:
      if (type == MapType.DEVMAP_HASH && max_entries > 0x80000000) return -Errno.EINVAL;
      return check_references(key_size, value_size, true, max_entries, flags & ~USER_ACCESS_FLAGS);
    case MapType.CPUMAP: {
      const wrong = check_references(key_size, value_size, true, max_entries, flags & ~MapFlag.NUMA_NODE);
      return wrong == 0 && max_entries > CPUS_MAX ? -Errno.E2BIG : wrong;
    }
    case MapType.SOCKMAP:
      return check_references(key_size, value_size, true, max_entries, flags & ~USER_ACCESS_FLAGS);
    case MapType.SOCKHASH: {
      const key = key_size == 0 ? 0 : 4;
      const wrong = check_references(key, value_size, true, max_entries, flags & ~USER_ACCESS_FLAGS);
      return wrong == 0 && key_size > STACK ? -Errno.E2BIG : wrong;
    }
    case MapType.SK_STORAGE:
      if (max_entries != 0 || key_size != 4 || value_size == 0) return -Errno.EINVAL;
      if ((flags & ~MapFlag.CLONE) != MapFlag.NO_PREALLOC) return -Errno.EINVAL;
      return value_size > STORAGE_MAX ? -Errno.E2BIG : 0;
    case MapType.QUEUE:
    case MapType.STACK:
      return check_queue(key_size, value_size, max_entries, flags);
    case MapType.BLOOM_FILTER:
      return check_bloom(key_size, value_size, max_entries, flags, extra);
    case MapType.RINGBUF:
      if (key_size != 0 || value_size != 0 || (flags & ~MapFlag.NUMA_NODE) != 0) return -Errno.EINVAL;
      return max_entries < PAGE || popcnt(max_entries) != 1 ? -Errno.EINVAL : 0;
    case MapType.XSKMAP:
      return check_references(key_size, value_size, false, max_entries, flags & ~USER_ACCESS_FLAGS);
    default:
      return -Errno.EINVAL;
  }
}

function check_array(type: u32, key_size: u32, value_size: u32, max_entries: u32, flags: u32): i32 {
  if (max_entries == 0 || key_size != 4 || value_size == 0) return -Errno.EINVAL;
  if ((flags & ~ARRAY_FLAGS) != 0 || both(flags, MapFlag.RDONLY_PROG, MapFlag.WRONLY_PROG)) return -Errno.EINVAL;
  const per_cpu = type == MapType.PERCPU_ARRAY;
  if (per_cpu && (flags & MapFlag.NUMA_NODE) != 0) return -Errno.EINVAL;
  if (type != MapType.ARRAY && (flags & (MapFlag.MMAPABLE | MapFlag.INNER_MAP)) != 0) return -Errno.EINVAL;
  if (type != MapType.PERF_EVENT_ARRAY && (flags & MapFlag.PRESERVE_ELEMS) != 0) return -Errno.EINVAL;
  if (value_size > <u32>i32.MAX_VALUE) return -Errno.E2BIG;
  return per_cpu && value_size > PER_CPU_MAX ? -Errno.E2BIG : 0;
}

function check_hash(type: u32, key_size: u32, value_size: u32, max_entries: u32, flags: u32): i32 {
  const own_lists = (flags & MapFlag.NO_COMMON_LRU) != 0;
  if ((flags & ~HASH_FLAGS) != 0 || both(flags, MapFlag.RDONLY_PROG, MapFlag.WRONLY_PROG)) return -Errno.EINVAL;
  if (own_lists && !is_lru(type)) return -Errno.EINVAL;
  if (is_lru(type) && (flags & MapFlag.NO_PREALLOC) != 0) return -Errno.ENOTSUPP;
  if ((flags & MapFlag.NUMA_NODE) != 0 && (is_per_cpu(type) || own_lists)) return -Errno.EINVAL;
  if (max_entries == 0 || key_size == 0 || value_size == 0) return -Errno.EINVAL;
  if (<u64>key_size + value_size >= KMALLOC_MAX - HASH_ELEMENT) return -Errno.E2BIG;
  if (is_per_cpu(type) && value_size > PER_CPU_MAX) return -Errno.E2BIG;
  return max_entries > 0x80000000 ? -Errno.E2BIG : 0;
}

function check_trie(key_size: u32, value_size: u32, max_entries: u32, flags: u32): i32 {
  if (max_entries == 0 || (flags & MapFlag.NO_PREALLOC) == 0 || (flags & ~TRIE_FLAGS) != 0) return -Errno.EINVAL;
  if (both(flags, MapFlag.RDONLY_PROG, MapFlag.WRONLY_PROG)) return -Errno.EINVAL;
  if (key_size < TRIE_KEY_MIN || key_size > TRIE_KEY_MAX || value_size == 0) return -Errno.EINVAL;
  return value_size > KMALLOC_MAX - (TRIE_KEY_MAX - 4) - TRIE_NODE ? -Errno.EINVAL : 0;
}

function check_queue(key_size: u32, value_size: u32, max_entries: u32, flags: u32): i32 {
  if (max_entries == 0 || key_size != 0 || value_size == 0) return -Errno.EINVAL;
  if ((flags & ~(MapFlag.NUMA_NODE | ACCESS_FLAGS)) != 0) return -Errno.EINVAL;
  if (both(flags, MapFlag.RDONLY_PROG, MapFlag.WRONLY_PROG)) return -Errno.EINVAL;
  return <u64>value_size > KMALLOC_MAX ? -Errno.E2BIG : 0;
}

function check_bloom(key_size: u32, value_size: u32, max_entries: u32, flags: u32, extra: u32): i32 {
  if (<u64>value_size > KMALLOC_MAX) return -Errno.E2BIG;
  if (max_entries == 0 || key_size != 0 || value_size == 0) return -Errno.EINVAL;
  if ((flags & ~(MapFlag.NUMA_NODE | MapFlag.ZERO_SEED | ACCESS_FLAGS)) != 0) return -Errno.EINVAL;
  if (both(flags, MapFlag.RDONLY_PROG, MapFlag.WRONLY_PROG)) return -Errno.EINVAL;
  return extra > MAX_HASHES ? -Errno.EINVAL : 0;
}

/** Types whose value is a reference of 4 bytes, or 8 with a program. */
function check_references(key_size: u32, value_size: u32, program: bool, max_entries: u32, foreign_flags: u32): i32 {
  if (max_entries == 0 || key_size != 4 || foreign_flags != 0) return -Errno.EINVAL;
  return value_size == 4 || (program && value_size == 8) ? 0 : -Errno.EINVAL;
}
