/**
 * Numbers of the maps' UAPI (linux/bpf.h) that TypeScript and AssemblyScript share. Like `layout.ts`: only `const enum`s,
 * no imports.
 */

/** enum bpf_map_type. */
export const enum MapType {
  HASH = 1,
  ARRAY = 2,
  PROG_ARRAY = 3,
  PERF_EVENT_ARRAY = 4,
  PERCPU_HASH = 5,
  PERCPU_ARRAY = 6,
  STACK_TRACE = 7,
  CGROUP_ARRAY = 8,
  LRU_HASH = 9,
  LRU_PERCPU_HASH = 10,
  LPM_TRIE = 11,
  ARRAY_OF_MAPS = 12,
  HASH_OF_MAPS = 13,
  DEVMAP = 14,
  SOCKMAP = 15,
  CPUMAP = 16,
  XSKMAP = 17,
  SOCKHASH = 18,
  CGROUP_STORAGE = 19,
  REUSEPORT_SOCKARRAY = 20,
  PERCPU_CGROUP_STORAGE = 21,
  QUEUE = 22,
  STACK = 23,
  SK_STORAGE = 24,
  DEVMAP_HASH = 25,
  STRUCT_OPS = 26,
  RINGBUF = 27,
  INODE_STORAGE = 28,
  TASK_STORAGE = 29,
  BLOOM_FILTER = 30,
  USER_RINGBUF = 31,
  CGRP_STORAGE = 32,
  ARENA = 33,
}

/** Flags of BPF_MAP_CREATE. */
export const enum MapFlag {
  NO_PREALLOC = 1,
  NO_COMMON_LRU = 2,
  NUMA_NODE = 4,
  RDONLY = 8,
  WRONLY = 16,
  STACK_BUILD_ID = 32,
  ZERO_SEED = 64,
  RDONLY_PROG = 128,
  WRONLY_PROG = 256,
  CLONE = 512,
  MMAPABLE = 1024,
  PRESERVE_ELEMS = 2048,
  INNER_MAP = 4096,
}

/** Flags of element updates. */
export const enum UpdateFlag {
  ANY = 0,
  NOEXIST = 1,
  EXIST = 2,
  LOCK = 4,
}
