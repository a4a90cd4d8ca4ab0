/**
 * The map types of linux/bpf.h (enum bpf_map_type): their numbers, and what is true of keys and values of each.
 * What implements them is in `assembly/maps/`; the docs page and the loader's checks derive from this table.
 */

export interface MapTypeRow {
  /** Value in enum bpf_map_type. */
  readonly id: number;
  /** A value a CPU. */
  readonly perCpu?: true;
  /** The key is a u32 index below max_entries. */
  readonly indexed?: true;
  /** The value is a file descriptor to user space: of a program or a map. */
  readonly holds?: 'program' | 'map';
  /** 'works', or why not yet. */
  readonly state: 'works' | 'later';
}

const row = (id: number, state: MapTypeRow['state'], more: Omit<MapTypeRow, 'id' | 'state'> = {}): MapTypeRow => ({
  id,
  state,
  ...more,
});

export const MAP_TYPES = {
  hash: row(1, 'works'),
  array: row(2, 'works', { indexed: true }),
  prog_array: row(3, 'works', { indexed: true, holds: 'program' }),
  perf_event_array: row(4, 'works', { indexed: true }),
  percpu_hash: row(5, 'works', { perCpu: true }),
  percpu_array: row(6, 'works', { perCpu: true, indexed: true }),
  stack_trace: row(7, 'later'),
  cgroup_array: row(8, 'later', { indexed: true }),
  lru_hash: row(9, 'works'),
  lru_percpu_hash: row(10, 'works', { perCpu: true }),
  lpm_trie: row(11, 'works'),
  array_of_maps: row(12, 'later', { indexed: true, holds: 'map' }),
  hash_of_maps: row(13, 'later', { holds: 'map' }),
  devmap: row(14, 'works', { indexed: true }),
  sockmap: row(15, 'later', { indexed: true }),
  cpumap: row(16, 'works', { indexed: true }),
  xskmap: row(17, 'works', { indexed: true }),
  sockhash: row(18, 'later'),
  cgroup_storage: row(19, 'later'),
  reuseport_sockarray: row(20, 'later', { indexed: true }),
  percpu_cgroup_storage: row(21, 'later', { perCpu: true }),
  queue: row(22, 'later'),
  stack: row(23, 'later'),
  sk_storage: row(24, 'later'),
  devmap_hash: row(25, 'works'),
  struct_ops: row(26, 'later'),
  ringbuf: row(27, 'later'),
  inode_storage: row(28, 'later'),
  task_storage: row(29, 'later'),
  bloom_filter: row(30, 'later'),
  user_ringbuf: row(31, 'later'),
  cgrp_storage: row(32, 'later'),
  arena: row(33, 'later'),
} as const satisfies Record<string, MapTypeRow>;

export type MapTypeName = keyof typeof MAP_TYPES;

const BY_ID: ReadonlyMap<number, MapTypeName> = new Map(
  Object.entries(MAP_TYPES).map(([name, { id }]) => [id, name as MapTypeName]),
);

/** The name of a number of enum bpf_map_type, or undefined. */
export function mapTypeName(id: number): MapTypeName | undefined {
  return BY_ID.get(id);
}

/** Flags of BPF_MAP_CREATE (linux/bpf.h). */
export const MAP_FLAGS = {
  BPF_F_NO_PREALLOC: 1 << 0,
  BPF_F_NO_COMMON_LRU: 1 << 1,
  BPF_F_NUMA_NODE: 1 << 2,
  BPF_F_RDONLY: 1 << 3,
  BPF_F_WRONLY: 1 << 4,
  BPF_F_STACK_BUILD_ID: 1 << 5,
  BPF_F_ZERO_SEED: 1 << 6,
  BPF_F_RDONLY_PROG: 1 << 7,
  BPF_F_WRONLY_PROG: 1 << 8,
  BPF_F_CLONE: 1 << 9,
  BPF_F_MMAPABLE: 1 << 10,
  BPF_F_PRESERVE_ELEMS: 1 << 11,
  BPF_F_INNER_MAP: 1 << 12,
} as const;

/** Flags of element updates (linux/bpf.h). */
export const UPDATE_FLAGS = { BPF_ANY: 0, BPF_NOEXIST: 1, BPF_EXIST: 2, BPF_F_LOCK: 4 } as const;
