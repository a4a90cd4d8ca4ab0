/**
 * The memory layout of rings, which carry ring buffer records and perf events. Like `layout.ts`: shared by TypeScript and
 * AssemblyScript, only `const enum`s, no imports.
 */

/**
 * A ring of records: a ring buffer's state (at `MapRecord.COMMON_END`), or that of one CPU of a perf_event_array (in
 * the heap). Positions only grow; a record of n bytes takes n + 8, rounded up to 8, as in the kernel.
 */
export const enum Ring {
  /** u32: address of the bytes: twice SIZE, so that a record that begins before the end needs no break. */
  DATA = 0,
  /** u32: address of the records' headers in the heap, where no program reaches: a u32 for each 8 bytes. */
  HEADERS = 4,
  /** u32: bytes that records may take at a time, a power of two. */
  SIZE = 8,
  /** u32: arena of DATA. */
  ARENA = 12,
  /** u64: where the next record begins. */
  PRODUCER = 16,
  /** u64: where the next record to be read begins. */
  CONSUMER = 24,
  /** u64: records for which there was no room. */
  LOST = 32,
  /** u32: spin lock of the producers. */
  LOCK = 40,
  /** u32: counts wake-ups of the consumer. */
  WAKEUPS = 44,
  /** u32: records that can be read. */
  COUNT = 48,
  STRUCT_SIZE = 64,
}

/** Bits of a record's header beside its length (linux/bpf.h BPF_RINGBUF_BUSY_BIT, BPF_RINGBUF_DISCARD_BIT). */
export const enum RingHeader {
  /** Bit 31: reserved and not committed yet. */
  BUSY_SHIFT = 31,
  DISCARD = 0x40000000,
  LENGTH_MASK = 0x3fffffff,
}
