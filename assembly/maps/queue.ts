/** queue and stack (kernel/bpf/queue_stack_maps.c): values in the heap, copied in and out. Callers hold the map's lock. */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapType, UpdateFlag } from "../../src/abi/map_numbers";
import { copy_padded } from "./bytes";
import { map_type, max_entries, QueueRecord, value_size } from "./record";

export function queue_bytes(stride: u32, max_entries: u32): u64 {
  return <u64>stride * max_entries;
}

/** Address of the value that is `age` places younger than the oldest. */
@inline
function value_at(record: usize, age: u32): u32 {
  const index = (<u64>load<u32>(record, QueueRecord.OLDEST) + age) % max_entries(record);
  return load<u32>(record, MapRecord.VALUES) + <u32>index * load<u32>(record, MapRecord.STRIDE);
}

/** Address of the value that comes next: the oldest of a queue, the youngest of a stack; 0 when there is none. */
export function queue_next(record: usize): u32 {
  const count = load<u32>(record, MapRecord.COUNT);
  if (count == 0) return 0;
  return value_at(record, map_type(record) == MapType.STACK ? count - 1 : 0);
}

function drop_oldest(record: usize): void {
  const oldest = load<u32>(record, QueueRecord.OLDEST) + 1;
  store<u32>(record, oldest == max_entries(record) ? 0 : oldest, QueueRecord.OLDEST);
  store<u32>(record, load<u32>(record, MapRecord.COUNT) - 1, MapRecord.COUNT);
}

/** BPF_EXIST lets a value take the oldest one's place where there is no other. 0 or a negative errno. */
export function queue_push(record: usize, value: usize, flags: u64): i32 {
  if (flags != <u64>UpdateFlag.ANY && flags != <u64>UpdateFlag.EXIST) return -Errno.EINVAL;
  if (load<u32>(record, MapRecord.COUNT) == max_entries(record)) {
    if (flags == <u64>UpdateFlag.ANY) return -Errno.E2BIG;
    drop_oldest(record);
  }
  const count = load<u32>(record, MapRecord.COUNT);
  copy_padded(value_at(record, count), value, value_size(record));
  store<u32>(record, count + 1, MapRecord.COUNT);
  return 0;
}

/** Takes the value that comes next away, once it is copied. */
export function queue_drop_next(record: usize): void {
  if (map_type(record) == MapType.QUEUE) drop_oldest(record);
  else store<u32>(record, load<u32>(record, MapRecord.COUNT) - 1, MapRecord.COUNT);
}
