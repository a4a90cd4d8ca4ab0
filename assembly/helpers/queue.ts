/** bpf_map_push_elem, bpf_map_pop_elem, bpf_map_peek_elem (kernel/bpf/helpers.c) of queues, stacks and bloom filters. */
import { MapRecord, Trap } from "../../src/abi/layout";
import { Errno, MapFlag, MapType } from "../generated/abi";
import { peek_elem, pop_elem, push_elem } from "../maps/index";
import { helper_trap } from "../trap";
import { errno, map_type, may_read, may_write } from "./arguments";
import { spend } from "./work";

/** A bloom filter hashes a value as often as it has hash functions. */
const MAX_HASHES: u64 = 15;

/** Whether the map has the operation, and burns for it; else the run has trapped. */
function usable(map: u64, bloom: bool): bool {
  const type = map_type(map);
  if (type == 0) return false;
  const is_bloom = type == MapType.bloom_filter;
  if (type != MapType.queue && type != MapType.stack && !(bloom && is_bloom)) {
    helper_trap(Trap.HELPER_MAP, map);
    return false;
  }
  return spend(is_bloom ? size_of(map) * MAX_HASHES : size_of(map));
}

@inline
function size_of(map: u64): u64 {
  return load<u32>(<usize>map, MapRecord.VALUE_SIZE);
}

/** Programs may change no map that is read-only to them (the kernel refuses such programs). */
function is_read_only(map: u64): bool {
  return (load<u32>(<usize>map, MapRecord.FLAGS) & MapFlag.BPF_F_RDONLY_PROG) != 0;
}

export function helper_map_push_elem(map: u64, value: u64, flags: u64): u64 {
  if (!usable(map, true) || !may_read(value, size_of(map))) return 0;
  return is_read_only(map) ? errno(Errno.EACCES) : <u64>(<i64>push_elem(<u32>map, <u32>value, flags));
}

export function helper_map_pop_elem(map: u64, value: u64): u64 {
  if (!usable(map, false) || !may_write(value, size_of(map))) return 0;
  return is_read_only(map) ? errno(Errno.EACCES) : <u64>(<i64>pop_elem(<u32>map, <u32>value));
}

export function helper_map_peek_elem(map: u64, value: u64): u64 {
  if (!usable(map, true)) return 0;
  const bloom = load<u32>(<usize>map, MapRecord.TYPE) == MapType.bloom_filter;
  if (bloom ? !may_read(value, size_of(map)) : !may_write(value, size_of(map))) return 0;
  return <u64>(<i64>peek_elem(<u32>map, <u32>value));
}
