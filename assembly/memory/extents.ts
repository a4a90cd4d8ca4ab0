/**
 * The free extents of the arenas: what was handed out once and given back. They are listed outside of the memory that
 * they describe, since programs may write anywhere in the user window. All of this runs under ALLOC_LOCK.
 */
import { Arena, Header, Layout } from "../../src/abi/layout";

/** State of an arena, as offsets from `arena_state`. */
export const enum ArenaState {
  /** u32: memory from here to LIMIT was never handed out and is zero; 0 before the arena's first use. */
  FRESH = 0,
  /** u32: end of the arena. */
  LIMIT = 4,
  /** u32: first free extent, in ascending order of START, no two of them adjacent. */
  FREE = 8,
  /** u32, of the heap only: unused extent records. */
  SPARE = 12,
}

/** A free extent's record, in the heap. NEXT comes first, so that a list's head and a record's link are alike. */
export const enum Extent {
  /** u32: next record. */
  NEXT = 0,
  /** u32: first byte. */
  START = 4,
  /** u32: bytes, a multiple of the granule. */
  SIZE = 8,
  RECORD_SIZE = 16,
}

/** Bytes of heap that are divided into records when there is none left. */
const RECORDS_BLOCK: u32 = 4096;

@inline
export function arena_state(arena: u32): usize {
  return Layout.HEADER + Header.ARENAS + arena * Header.ARENA_SIZE;
}

/** An unused extent record, or 0 when the heap is full. */
function take_record(): usize {
  const heap = arena_state(Arena.HEAP);
  let record = load<u32>(heap, ArenaState.SPARE);
  if (record == 0) {
    const fresh = load<u32>(heap, ArenaState.FRESH);
    if (load<u32>(heap, ArenaState.LIMIT) - fresh < RECORDS_BLOCK) return 0;
    store<u32>(heap, fresh + RECORDS_BLOCK, ArenaState.FRESH);
    for (let at = fresh; at < fresh + RECORDS_BLOCK; at += Extent.RECORD_SIZE) give_record(at);
    record = load<u32>(heap, ArenaState.SPARE);
  }
  store<u32>(heap, load<u32>(record, Extent.NEXT), ArenaState.SPARE);
  return record;
}

function give_record(record: usize): void {
  const heap = arena_state(Arena.HEAP);
  store<u32>(record, load<u32>(heap, ArenaState.SPARE), Extent.NEXT);
  store<u32>(heap, record, ArenaState.SPARE);
}

/** First address from `start` on that is a multiple of `align`, a power of two; may exceed 32 bits. */
@inline
export function align_up(start: u32, align: u32): u64 {
  return (<u64>start + align - 1) & ~(<u64>align - 1);
}

/** Takes `size` bytes from the first free extent that has them, not zeroed. 0 when none has. */
export function take_extent(arena: u32, size: u32, align: u32): u32 {
  let link: usize = arena_state(arena) + ArenaState.FREE;
  for (let extent: usize = load<u32>(link); extent != 0; link = extent, extent = load<u32>(extent, Extent.NEXT)) {
    const start = load<u32>(extent, Extent.START);
    const end = <u64>start + load<u32>(extent, Extent.SIZE);
    const taken = align_up(start, align);
    if (taken + size > end) continue;
    const before = <u32>taken - start;
    const after = <u32>(end - taken) - size;
    if (before != 0 && after != 0) {
      const rest = take_record();
      if (rest == 0) continue;
      store<u32>(rest, load<u32>(extent, Extent.NEXT), Extent.NEXT);
      store<u32>(rest, <u32>taken + size, Extent.START);
      store<u32>(rest, after, Extent.SIZE);
      store<u32>(extent, rest, Extent.NEXT);
      store<u32>(extent, before, Extent.SIZE);
    } else if (before != 0) {
      store<u32>(extent, before, Extent.SIZE);
    } else if (after != 0) {
      store<u32>(extent, <u32>taken + size, Extent.START);
      store<u32>(extent, after, Extent.SIZE);
    } else {
      store<u32>(link, load<u32>(extent, Extent.NEXT));
      give_record(extent);
    }
    return <u32>taken;
  }
  return 0;
}

/** Lists [start, start + size) as free, joined with its neighbours. Without heap for a record the memory is lost. */
export function give_extent(arena: u32, start: u32, size: u32): void {
  if (size == 0) return;
  let before: usize = 0;
  let link: usize = arena_state(arena) + ArenaState.FREE;
  let after: usize = load<u32>(link);
  while (after != 0 && load<u32>(after, Extent.START) < start) {
    before = after;
    link = after;
    after = load<u32>(after, Extent.NEXT);
  }
  const joins_after = after != 0 && <u64>start + size == load<u32>(after, Extent.START);
  if (before != 0 && load<u32>(before, Extent.START) + load<u32>(before, Extent.SIZE) == start) {
    store<u32>(before, load<u32>(before, Extent.SIZE) + size, Extent.SIZE);
    if (joins_after) {
      store<u32>(before, load<u32>(before, Extent.SIZE) + load<u32>(after, Extent.SIZE), Extent.SIZE);
      store<u32>(before, load<u32>(after, Extent.NEXT), Extent.NEXT);
      give_record(after);
    }
  } else if (joins_after) {
    store<u32>(after, start, Extent.START);
    store<u32>(after, load<u32>(after, Extent.SIZE) + size, Extent.SIZE);
  } else {
    const record = take_record();
    if (record == 0) return;
    store<u32>(record, after, Extent.NEXT);
    store<u32>(record, start, Extent.START);
    store<u32>(record, size, Extent.SIZE);
    store<u32>(link, record);
  }
}

/** Bytes that are listed as free. */
export function listed_bytes(arena: u32): u64 {
  let sum: u64 = 0;
  for (let extent: usize = load<u32>(arena_state(arena), ArenaState.FREE); extent != 0; ) {
    sum += load<u32>(extent, Extent.SIZE);
    extent = load<u32>(extent, Extent.NEXT);
  }
  return sum;
}
