/** array and percpu_array: all values in one block, found by arithmetic (kernel/bpf/arraymap.c). */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapType, UpdateFlag } from "../../src/abi/map_numbers";
import { FieldRecord, map_type, max_entries } from "./record";
import { free_timer } from "./timers";
import { store_locked, store_value, Whose } from "./values";

/** Address of the first CPU's value, 0 past the end. */
@inline
export function array_lookup(record: usize, index: u32): u32 {
  if (index >= max_entries(record)) return 0;
  return load<u32>(record, MapRecord.VALUES) + index * load<u32>(record, MapRecord.STRIDE);
}

/** 0 or a negative errno. */
export function array_update(record: usize, index: u32, value: usize, flags: u64, whose: Whose): i32 {
  const all_cpus = whose == Whose.ALL_CPUS;
  if (flags & UpdateFlag.LOCK && load<u32>(record, FieldRecord.LOCK) == 0) return -Errno.EINVAL;
  if ((all_cpus ? flags : flags & ~UpdateFlag.LOCK) > <u64>UpdateFlag.EXIST) return -Errno.EINVAL;
  const slot = array_lookup(record, index);
  if (slot == 0) return -Errno.E2BIG;
  if (flags & UpdateFlag.NOEXIST) return -Errno.EEXIST;
  let result = 0;
  if (flags & UpdateFlag.LOCK) result = store_locked(record, slot, value);
  else store_value(record, slot, value, whose);
  free_timer(record, slot);
  return result;
}

/** How a program's update of an array stores its value. */
@inline
export function array_whose(record: usize): Whose {
  return map_type(record) == MapType.PERCPU_ARRAY ? Whose.THIS_CPU : Whose.ONLY;
}
