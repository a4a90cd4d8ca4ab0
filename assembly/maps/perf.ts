/**
 * perf_event_array: a ring a CPU, in the heap, while somebody reads that CPU's events. A slot holds its ring's address;
 * no event of the kernel's can be put there.
 */
import { Arena, MapRecord } from "../../src/abi/layout";
import { Ring } from "../../src/abi/ring_layout";
import { Errno } from "../../src/abi/errno_numbers";
import { arena_alloc, arena_free } from "../memory/index";
import { max_entries } from "./record";
import { ring_create, ring_destroy } from "./ring";
import { fill_slot, slots_lookup } from "./slots";

/** The ring of an index, 0 when nobody reads it. */
export function perf_ring(record: u32, index: u32): u32 {
  const slot = slots_lookup(record, index);
  return slot == 0 ? 0 : load<u32>(slot);
}

/** Begins to collect what is written at an index, in `size` bytes, a power of two. The ring's address, or a negative errno. */
export function perf_open(record: u32, index: u32, size: u32): i32 {
  if (index >= max_entries(record)) return -Errno.E2BIG;
  if (perf_ring(record, index) != 0) return -Errno.EBUSY;
  const ring = arena_alloc(Arena.HEAP, Ring.STRUCT_SIZE + 8, 8);
  if (ring == 0) return -Errno.ENOMEM;
  if (!ring_create(ring, size, Arena.HEAP)) {
    ring_destroy(ring);
    arena_free(Arena.HEAP, ring, Ring.STRUCT_SIZE + 8);
    return -Errno.ENOMEM;
  }
  store<u32>(ring, ring, Ring.STRUCT_SIZE);
  fill_slot(record, index, ring + Ring.STRUCT_SIZE);
  return ring;
}

/** Ends it and throws away what was not read. */
export function perf_close(record: u32, index: u32): void {
  const ring = perf_ring(record, index);
  if (ring == 0) return;
  fill_slot(record, index, 0);
  ring_destroy(ring);
  arena_free(Arena.HEAP, ring, Ring.STRUCT_SIZE + 8);
}

export function perf_close_all(record: u32): void {
  if (load<u32>(record, MapRecord.COUNT) == 0) return;
  for (let index: u32 = 0, end = max_entries(record); index < end; index++) perf_close(record, index);
}
