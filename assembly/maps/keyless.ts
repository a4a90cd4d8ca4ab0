/** Types without keys: what user space and programs may do to queues, stacks, bloom filters and ring buffers. */
import { MapRecord } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { MapFlag, MapType } from "../../src/abi/map_numbers";
import { acquire, release } from "../memory/lock";
import { bloom_add, bloom_has } from "./bloom";
import { copy_bytes } from "./bytes";
import { queue_drop_next, queue_next, queue_push } from "./queue";
import { has_flag, is_queue, map_type, value_size } from "./record";

/** How a type says that it has no such operation. */
export function no_operation(type: u32): i32 {
  return type == MapType.RINGBUF ? -Errno.ENOTSUPP : -Errno.EOPNOTSUPP;
}

/** bpf_map_push_elem, and an update from user space. 0 or a negative errno. */
export function push_elem(record: u32, value: u32, flags: u64): i32 {
  const type = map_type(record);
  if (type == MapType.BLOOM_FILTER) {
    if (flags != 0) return -Errno.EINVAL;
    bloom_add(record, value);
    return 0;
  }
  if (!is_queue(type)) return no_operation(type);
  acquire(record + MapRecord.LOCK);
  const result = queue_push(record, value, flags);
  release(record + MapRecord.LOCK);
  return result;
}

/** Copies the value that comes next to `out`, zeros when there is none, and takes it away or not. 0 or -ENOENT. */
function read_next(record: usize, out: usize, take: bool): i32 {
  acquire(record + MapRecord.LOCK);
  const next = queue_next(record);
  if (next != 0) {
    copy_bytes(out, next, value_size(record));
    if (take) queue_drop_next(record);
  }
  release(record + MapRecord.LOCK);
  if (next == 0) memory.fill(out, 0, value_size(record));
  return next == 0 ? -Errno.ENOENT : 0;
}

/** bpf_map_pop_elem of a queue or stack. */
export function pop_elem(record: u32, out: u32): i32 {
  return read_next(record, out, true);
}

/** bpf_map_peek_elem: of a bloom filter whether the value at `out` is known. 0 or -ENOENT. */
export function peek_elem(record: u32, out: u32): i32 {
  if (map_type(record) == MapType.BLOOM_FILTER) return bloom_has(record, out) ? 0 : -Errno.ENOENT;
  return read_next(record, out, false);
}

/** From user space (BPF_MAP_LOOKUP_AND_DELETE_ELEM): takes the next value of a queue or stack. */
export function map_take(record: u32, out: u32): i32 {
  if (has_flag(record, MapFlag.RDONLY) || load<u32>(record, MapRecord.FROZEN) != 0) return -Errno.EPERM;
  return is_queue(map_type(record)) ? pop_elem(record, out) : no_operation(map_type(record));
}

/** From user space: whether a bloom filter knows a value. 1, 0, or a negative errno. */
export function map_contains(record: u32, value: u32): i32 {
  if (map_type(record) != MapType.BLOOM_FILTER) return no_operation(map_type(record));
  return bloom_has(record, value) ? 1 : 0;
}
