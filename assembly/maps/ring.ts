/**
 * Rings of records, as kernel/bpf/ringbuf.c has them: producers reserve in order and commit in any; the consumer reads
 * up to the first record that is not committed. Headers and positions lie in the heap, only the bytes may lie where
 * programs write. An address that a program gives back is looked up in `assembly/held.ts`, never trusted.
 */
import { Arena, Header, Layout } from "../../src/abi/layout";
import { Ring, RingHeader } from "../../src/abi/ring_layout";
import { Errno } from "../../src/abi/errno_numbers";
import { arena_alloc, arena_free } from "../memory/index";
import { acquire, release } from "../memory/lock";
import { copy_bytes } from "./bytes";

const BUSY: u32 = 1 << RingHeader.BUSY_SHIFT;
/** Bytes that the kernel's header takes before each record. */
const HEADER: u32 = 8;
/** linux/bpf.h BPF_RB_NO_WAKEUP, BPF_RB_FORCE_WAKEUP. */
export const NO_WAKEUP: u64 = 1;
export const FORCE_WAKEUP: u64 = 2;
/** bpf_ringbuf_query: BPF_RB_AVAIL_DATA, BPF_RB_RING_SIZE, BPF_RB_CONS_POS, BPF_RB_PROD_POS. */
const enum Query {
  AVAILABLE = 0,
  SIZE = 1,
  CONSUMER = 2,
  PRODUCER = 3,
}

/** Makes a ring of `size` bytes, a power of two. False when memory is short; then `ring_destroy` gives back what was had. */
export function ring_create(ring: usize, size: u32, arena: Arena): bool {
  store<u32>(ring, size, Ring.SIZE);
  store<u32>(ring, arena, Ring.ARENA);
  if (size > <u32>i32.MAX_VALUE) return false;
  const data = arena_alloc(arena, size * 2, 8);
  const headers = arena_alloc(Arena.HEAP, size / 2, 8);
  store<u32>(ring, data, Ring.DATA);
  store<u32>(ring, headers, Ring.HEADERS);
  return data != 0 && headers != 0;
}

export function ring_destroy(ring: usize): void {
  const size = load<u32>(ring, Ring.SIZE);
  arena_free(load<u32>(ring, Ring.ARENA), load<u32>(ring, Ring.DATA), size * 2);
  arena_free(Arena.HEAP, load<u32>(ring, Ring.HEADERS), size / 2);
}

/** Bytes that a record takes; 0 for a length that no ring has. */
@inline
function room(ring: usize, length: u32): u32 {
  const size = load<u32>(ring, Ring.SIZE);
  return length > size - HEADER ? 0 : (length + HEADER + 7) & ~7;
}

@inline
function header_at(ring: usize, position: u64): usize {
  const offset = <u32>position & (load<u32>(ring, Ring.SIZE) - 1);
  return load<u32>(ring, Ring.HEADERS) + offset / 2;
}

/** Reserves a record and returns its bytes' address, not zeroed; 0 when there is no room, which counts as lost. */
export function ring_reserve(ring: usize, length: u32): u32 {
  const bytes = room(ring, length);
  const size = load<u32>(ring, Ring.SIZE);
  acquire(ring + Ring.LOCK);
  const position = load<u64>(ring, Ring.PRODUCER);
  const after = position + bytes;
  // As in the kernel, the last 8 bytes of a ring stay free.
  const fits = bytes != 0 && after - atomic.load<u64>(ring + Ring.CONSUMER) <= size - 1;
  if (fits) {
    store<u32>(header_at(ring, position), length | BUSY);
    atomic.store<u64>(ring + Ring.PRODUCER, after);
  } else {
    store<u64>(ring, load<u64>(ring, Ring.LOST) + 1, Ring.LOST);
  }
  release(ring + Ring.LOCK);
  return fits ? load<u32>(ring, Ring.DATA) + (<u32>position & (size - 1)) + HEADER : 0;
}

/** Hands a reserved record to the consumer, or throws it away. */
export function ring_commit(ring: usize, record: u32, discard: bool, flags: u64): void {
  const offset = record - HEADER - load<u32>(ring, Ring.DATA);
  const header = header_at(ring, offset);
  const length = load<u32>(header) & RingHeader.LENGTH_MASK;
  atomic.store<u32>(header, discard ? length | RingHeader.DISCARD : length);
  if (!discard) atomic.add<u32>(ring + Ring.COUNT, 1);
  const waits = (<u32>atomic.load<u64>(ring + Ring.CONSUMER) & (load<u32>(ring, Ring.SIZE) - 1)) == offset;
  if ((flags & FORCE_WAKEUP) != 0 || (waits && (flags & NO_WAKEUP) == 0)) ring_wake(ring);
}

/** Tells the consumer to look. */
export function ring_wake(ring: usize): void {
  atomic.add<u32>(ring + Ring.WAKEUPS, 1);
  atomic.add<u32>(Layout.HEADER + Header.WAKEUPS, 1);
}

/** Writes a record of two parts at once. 0, or -EAGAIN when there is no room. */
export function ring_write(ring: usize, first: usize, first_size: u32, second: usize, second_size: u32, flags: u64): i32 {
  const length = <u64>first_size + second_size;
  const record = ring_reserve(ring, <u32>min<u64>(length, u32.MAX_VALUE));
  if (record == 0) return -Errno.EAGAIN;
  copy_bytes(record, first, first_size);
  copy_bytes(record + first_size, second, second_size);
  ring_commit(ring, record, false, flags);
  return 0;
}

/** bpf_ringbuf_query. */
export function ring_query(ring: usize, what: u64): u64 {
  const consumer = atomic.load<u64>(ring + Ring.CONSUMER);
  const producer = atomic.load<u64>(ring + Ring.PRODUCER);
  switch (<u32>min<u64>(what, u32.MAX_VALUE)) {
    case Query.AVAILABLE:
      return producer - consumer;
    case Query.SIZE:
      return load<u32>(ring, Ring.SIZE);
    case Query.CONSUMER:
      return consumer;
    case Query.PRODUCER:
      return producer;
    default:
      return 0;
  }
}

/**
 * For the consumer: writes address and length (u32 each) of the next record to `out`. 1, or 0 when there is none that
 * is committed. Records that were thrown away are passed over.
 */
export function ring_next(ring: u32, out: u32): i32 {
  while (true) {
    const position = load<u64>(ring, Ring.CONSUMER);
    if (position == atomic.load<u64>(ring + Ring.PRODUCER)) return 0;
    const header = atomic.load<u32>(header_at(ring, position));
    if ((header & BUSY) != 0) return 0;
    if ((header & RingHeader.DISCARD) == 0) {
      store<u32>(out, load<u32>(ring, Ring.DATA) + (<u32>position & (load<u32>(ring, Ring.SIZE) - 1)) + HEADER);
      store<u32>(out, header, 4);
      return 1;
    }
    advance(ring, position, header & RingHeader.LENGTH_MASK);
  }
}

/** For the consumer: the record that `ring_next` told was read, and its room may be used again. */
export function ring_release(ring: u32): void {
  const position = load<u64>(ring, Ring.CONSUMER);
  atomic.sub<u32>(ring + Ring.COUNT, 1);
  advance(ring, position, load<u32>(header_at(ring, position)) & RingHeader.LENGTH_MASK);
}

function advance(ring: usize, position: u64, length: u32): void {
  atomic.store<u64>(ring + Ring.CONSUMER, position + ((length + HEADER + 7) & ~7));
}
