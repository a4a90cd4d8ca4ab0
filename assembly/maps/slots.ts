/**
 * Types that hold a reference at an index: prog_array, perf_event_array, array_of_maps, devmap, cpumap,
 * xskmap, sockmap. What the references
 * mean is the engine's business; here they are stored under the rules of kernel/bpf/arraymap.c, devmap.c, cpumap.c and
 * net/xdp/xskmap.c. Whether a device, CPU or socket exists is not asked.
 */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapType, UpdateFlag } from "../../src/abi/map_numbers";
import { copy_padded } from "./bytes";
import { acquire, release } from "../memory/lock";
import { add_count, map_type, max_entries, SlotRecord, value_size } from "./record";

/** Longest queue of a cpumap entry (kernel/bpf/cpumap.c). */
const MAX_QUEUE: u32 = 16384;

@inline
function present_address(record: usize, index: u32): usize {
  return load<u32>(record, SlotRecord.PRESENT) + index;
}

@inline
function slot_address(record: usize, index: u32): u32 {
  return load<u32>(record, MapRecord.VALUES) + index * load<u32>(record, MapRecord.STRIDE);
}

@inline
export function slot_present(record: usize, index: u32): bool {
  return index < max_entries(record) && atomic.load<u8>(present_address(record, index)) != 0;
}

/** Address of the reference, 0 where there is none. */
export function slots_lookup(record: usize, index: u32): u32 {
  return slot_present(record, index) ? slot_address(record, index) : 0;
}

/** Types of kernel/bpf/arraymap.c's fd_array: a slot is filled whatever it held, and emptied only if it held something. */
function is_whole_slot(type: u32): bool {
  return type == MapType.PROG_ARRAY || type == MapType.PERF_EVENT_ARRAY || type == MapType.ARRAY_OF_MAPS;
}

/** What is wrong with an update, before its value is looked at: a negative errno, or 0. */
function check_update(record: usize, index: u32, flags: u64): i32 {
  const type = map_type(record);
  const whole_slot = is_whole_slot(type);
  if (flags > <u64>(whole_slot ? UpdateFlag.ANY : UpdateFlag.EXIST)) return -Errno.EINVAL;
  if (index >= max_entries(record)) return -Errno.E2BIG;
  // User space puts perf events there, of which there are none here; `perf_open` fills these slots.
  if (type == MapType.PERF_EVENT_ARRAY) return -Errno.EBADF;
  if (whole_slot) return 0;
  if (type == MapType.XSKMAP || type == MapType.SOCKMAP) {
    if (flags == UpdateFlag.NOEXIST && slot_present(record, index)) return -Errno.EEXIST;
    if (flags == UpdateFlag.EXIST && !slot_present(record, index)) return -Errno.ENOENT;
    return 0;
  }
  return flags == UpdateFlag.NOEXIST ? -Errno.EEXIST : 0;
}

/** What is no program (fd <= 0) reads as 0; programs are their index + 1. `value` is user space's copy. */
export function drop_no_program(record: usize, value: usize): void {
  if (value_size(record) == 8 && load<i32>(value, 4) < 0) store<u32>(value, 0, 4);
}

/** 0 or a negative errno. A devmap's interface 0 and a cpumap's queue of length 0 empty the slot. */
export function slots_update(record: usize, index: u32, value: usize, flags: u64): i32 {
  const wrong = check_update(record, index, flags);
  if (wrong != 0) return wrong;
  const type = map_type(record);
  if (type == MapType.DEVMAP && load<u32>(value) == 0) {
    if (value_size(record) == 8 && load<i32>(value, 4) > 0) return -Errno.EINVAL;
    fill_slot(record, index, 0);
  } else if (type == MapType.CPUMAP && load<u32>(value) > MAX_QUEUE) {
    return -Errno.EOVERFLOW;
  } else if (type == MapType.CPUMAP && load<u32>(value) == 0) {
    fill_slot(record, index, 0);
  } else {
    if (type == MapType.DEVMAP || type == MapType.CPUMAP) drop_no_program(record, value);
    fill_slot(record, index, value);
  }
  return 0;
}

/** 0 or a negative errno. */
export function slots_delete(record: usize, index: u32): i32 {
  const type = map_type(record);
  const whole_slot = is_whole_slot(type);
  if (index >= max_entries(record)) return whole_slot ? -Errno.E2BIG : -Errno.EINVAL;
  const was = fill_slot(record, index, 0);
  if (type == MapType.SOCKMAP) return was ? 0 : -Errno.EINVAL;
  return whole_slot && !was ? -Errno.ENOENT : 0;
}

/** Fills a slot from a value, or empties it when that is 0. Returns whether it held something. */
export function fill_slot(record: usize, index: u32, value: usize): bool {
  acquire(record + MapRecord.LOCK);
  const was = slot_present(record, index);
  if (value != 0) copy_padded(slot_address(record, index), value, value_size(record));
  atomic.store<u8>(present_address(record, index), value != 0 ? 1 : 0);
  add_count(record, (value != 0 ? 1 : 0) - (was ? 1 : 0));
  release(record + MapRecord.LOCK);
  return was;
}
