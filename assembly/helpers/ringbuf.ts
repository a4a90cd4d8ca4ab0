/** bpf_ringbuf_output, _reserve, _submit, _discard, _query (kernel/bpf/ringbuf.c). */
import { MapRecord, Trap } from "../../src/abi/layout";
import { Errno, MapType } from "../generated/abi";
import { hold, let_go, may_hold } from "../held";
import { ring_commit, ring_query, ring_reserve, ring_write } from "../maps/index";
import { helper_trap } from "../trap";
import { errno, map_type, may_read } from "./arguments";
import { spend } from "./work";

/** BPF_RB_NO_WAKEUP | BPF_RB_FORCE_WAKEUP. */
const WAKEUP_FLAGS: u64 = 3;

/** The ring of a map; 0 with a trap if it is no ring buffer. */
function ring_of(map: u64): u32 {
  if (map_type(map) == MapType.ringbuf) return <u32>map + MapRecord.COMMON_END;
  helper_trap(Trap.HELPER_MAP, map);
  return 0;
}

export function helper_ringbuf_output(map: u64, data: u64, size: u64, flags: u64): u64 {
  const ring = ring_of(map);
  if (ring == 0 || !may_read(data, size)) return 0;
  if ((flags & ~WAKEUP_FLAGS) != 0) return errno(Errno.EINVAL);
  if (!spend(size)) return 0;
  return <u64>(<i64>ring_write(ring, <usize>data, <u32>size, 0, 0, flags));
}

/** Address of a record of zeros, or 0 when there is no room. */
export function helper_ringbuf_reserve(map: u64, size: u64, flags: u64): u64 {
  const ring = ring_of(map);
  if (ring == 0) return 0;
  if (flags != 0 || size > u32.MAX_VALUE || !may_hold()) return 0;
  const record = ring_reserve(ring, <u32>size);
  if (record == 0) return 0;
  // What an earlier record left there is none of this program's business.
  hold(record, ring);
  if (!spend(size)) return 0;
  memory.fill(record, 0, <usize>size);
  return record;
}

function commit(record: u64, discard: bool, flags: u64): u64 {
  const ring = let_go(record);
  if (ring == 0) return helper_trap(Trap.HELPER_ARGUMENT, record);
  ring_commit(ring, <u32>record, discard, flags);
  return 0;
}

export function helper_ringbuf_submit(record: u64, flags: u64): u64 {
  return commit(record, false, flags);
}

export function helper_ringbuf_discard(record: u64, flags: u64): u64 {
  return commit(record, true, flags);
}

export function helper_ringbuf_query(map: u64, what: u64): u64 {
  const ring = ring_of(map);
  return ring == 0 ? 0 : ring_query(ring, what);
}
