/**
 * The map types of linux/bpf.h (enum bpf_map_type): their numbers, and what is true of keys and values of each.
 * What implements them is in `assembly/maps/`; the docs page and the loader's checks derive from this table.
 */
import { MapFlag, MapType, UpdateFlag } from './map_numbers.js';

export interface MapTypeRow {
  /** Value in enum bpf_map_type. */
  readonly id: number;
  /** A value a CPU. */
  readonly perCpu?: true;
  /** The key is a u32 index below max_entries. */
  readonly indexed?: true;
  /** There is no key: values are pushed, records written. */
  readonly keyless?: true;
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
  hash: row(MapType.HASH, 'works'),
  array: row(MapType.ARRAY, 'works', { indexed: true }),
  prog_array: row(MapType.PROG_ARRAY, 'works', { indexed: true, holds: 'program' }),
  perf_event_array: row(MapType.PERF_EVENT_ARRAY, 'works', { indexed: true }),
  percpu_hash: row(MapType.PERCPU_HASH, 'works', { perCpu: true }),
  percpu_array: row(MapType.PERCPU_ARRAY, 'works', { perCpu: true, indexed: true }),
  stack_trace: row(MapType.STACK_TRACE, 'later'),
  cgroup_array: row(MapType.CGROUP_ARRAY, 'later', { indexed: true }),
  lru_hash: row(MapType.LRU_HASH, 'works'),
  lru_percpu_hash: row(MapType.LRU_PERCPU_HASH, 'works', { perCpu: true }),
  lpm_trie: row(MapType.LPM_TRIE, 'works'),
  array_of_maps: row(MapType.ARRAY_OF_MAPS, 'works', { indexed: true, holds: 'map' }),
  hash_of_maps: row(MapType.HASH_OF_MAPS, 'works', { holds: 'map' }),
  devmap: row(MapType.DEVMAP, 'works', { indexed: true }),
  sockmap: row(MapType.SOCKMAP, 'works', { indexed: true }),
  cpumap: row(MapType.CPUMAP, 'works', { indexed: true }),
  xskmap: row(MapType.XSKMAP, 'works', { indexed: true }),
  sockhash: row(MapType.SOCKHASH, 'works'),
  cgroup_storage: row(MapType.CGROUP_STORAGE, 'later'),
  reuseport_sockarray: row(MapType.REUSEPORT_SOCKARRAY, 'later', { indexed: true }),
  percpu_cgroup_storage: row(MapType.PERCPU_CGROUP_STORAGE, 'later', { perCpu: true }),
  queue: row(MapType.QUEUE, 'works', { keyless: true }),
  stack: row(MapType.STACK, 'works', { keyless: true }),
  sk_storage: row(MapType.SK_STORAGE, 'works'),
  devmap_hash: row(MapType.DEVMAP_HASH, 'works'),
  struct_ops: row(MapType.STRUCT_OPS, 'later'),
  ringbuf: row(MapType.RINGBUF, 'works', { keyless: true }),
  inode_storage: row(MapType.INODE_STORAGE, 'later'),
  task_storage: row(MapType.TASK_STORAGE, 'later'),
  bloom_filter: row(MapType.BLOOM_FILTER, 'works', { keyless: true }),
  user_ringbuf: row(MapType.USER_RINGBUF, 'later'),
  cgrp_storage: row(MapType.CGRP_STORAGE, 'later'),
  arena: row(MapType.ARENA, 'later'),
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
  BPF_F_NO_PREALLOC: MapFlag.NO_PREALLOC,
  BPF_F_NO_COMMON_LRU: MapFlag.NO_COMMON_LRU,
  BPF_F_NUMA_NODE: MapFlag.NUMA_NODE,
  BPF_F_RDONLY: MapFlag.RDONLY,
  BPF_F_WRONLY: MapFlag.WRONLY,
  BPF_F_STACK_BUILD_ID: MapFlag.STACK_BUILD_ID,
  BPF_F_ZERO_SEED: MapFlag.ZERO_SEED,
  BPF_F_RDONLY_PROG: MapFlag.RDONLY_PROG,
  BPF_F_WRONLY_PROG: MapFlag.WRONLY_PROG,
  BPF_F_CLONE: MapFlag.CLONE,
  BPF_F_MMAPABLE: MapFlag.MMAPABLE,
  BPF_F_PRESERVE_ELEMS: MapFlag.PRESERVE_ELEMS,
  BPF_F_INNER_MAP: MapFlag.INNER_MAP,
} as const;

/** Flags of element updates (linux/bpf.h). */
export const UPDATE_FLAGS = {
  BPF_ANY: UpdateFlag.ANY,
  BPF_NOEXIST: UpdateFlag.NOEXIST,
  BPF_EXIST: UpdateFlag.EXIST,
  BPF_F_LOCK: UpdateFlag.LOCK,
} as const;
