/** bpf_map_lookup_elem, bpf_map_update_elem, bpf_map_delete_elem (kernel/bpf/helpers.c). */
import { MapRecord, Trap } from "../../src/abi/layout";
import { MapType } from "../generated/abi";
import { delete_elem, lookup_elem, lookup_percpu_elem, update_elem } from "../maps/index";
import { helper_trap } from "../trap";
import { map_type, may_read } from "./arguments";
import { spend } from "./work";

/** Whether programs may look into maps of a type (kernel/bpf/verifier.c check_map_func_compatibility). */
@inline
function readable_type(type: u32): bool {
  switch (type) {
    case MapType.prog_array:
    case MapType.perf_event_array:
    case MapType.cpumap:
    case MapType.queue:
    case MapType.stack:
    case MapType.bloom_filter:
    case MapType.ringbuf:
    case MapType.sk_storage:
      return false;
    default:
      return true;
  }
}

/** Whether programs may change maps of a type. */
function writable_type(type: u32): bool {
  if (type == MapType.array_of_maps || type == MapType.hash_of_maps) return false;
  if (type == MapType.sockmap || type == MapType.sockhash) return false;
  return readable_type(type) && type != MapType.devmap && type != MapType.devmap_hash && type != MapType.xskmap;
}

/** Whether the handle is a map for this use, and the key may be read; else the run has trapped. */
@inline
function usable(map: u64, key: u64, write: bool): bool {
  const type = map_type(map);
  if (type == 0) return false;
  if (!(write ? writable_type(type) : readable_type(type))) {
    helper_trap(Trap.HELPER_MAP, map);
    return false;
  }
  return may_read(key, load<u32>(<usize>map, MapRecord.KEY_SIZE));
}

/** Whether maps of a type have a value a CPU. */
function per_cpu_type(type: u32): bool {
  return type == MapType.percpu_array || type == MapType.percpu_hash || type == MapType.lru_percpu_hash;
}

/** Address of a CPU's value, or 0. */
export function helper_map_lookup_percpu_elem(map: u64, key: u64, cpu: u64): u64 {
  if (!usable(map, key, false)) return 0;
  if (!per_cpu_type(load<u32>(<usize>map, MapRecord.TYPE))) return helper_trap(Trap.HELPER_MAP, map);
  return lookup_percpu_elem(<u32>map, <u32>key, <u32>cpu);
}

/** Address of the value, or 0. */
export function helper_map_lookup_elem(map: u64, key: u64): u64 {
  return usable(map, key, false) ? lookup_elem(<u32>map, <u32>key) : 0;
}

export function helper_map_update_elem(map: u64, key: u64, value: u64, flags: u64): u64 {
  if (!usable(map, key, true)) return 0;
  const size: u64 = load<u32>(<usize>map, MapRecord.VALUE_SIZE);
  if (!may_read(value, size) || !spend(size)) return 0;
  return <u64>(<i64>update_elem(<u32>map, <u32>key, <u32>value, flags));
}

export function helper_map_delete_elem(map: u64, key: u64): u64 {
  return usable(map, key, true) ? <u64>(<i64>delete_elem(<u32>map, <u32>key)) : 0;
}
