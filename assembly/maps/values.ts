/** Storing values: of one CPU or of all, into memory that may hold what another element left there. */
import { Errno } from "../../src/abi/errno_numbers";
import { Header, Layout, MapRecord, Worker } from "../../src/abi/layout";
import { WORKER } from "../worker";
import { copy_bytes, copy_padded } from "./bytes";
import { FieldRecord, value_size } from "./record";

/** Whose value a store sets. */
export const enum Whose {
  /** The one value of a type that is not per-CPU. */
  ONLY = 0,
  /** This CPU's; the others' stay. */
  THIS_CPU = 1,
  /** All CPUs', which stand one after the other at the source, each padded to a multiple of 8. */
  ALL_CPUS = 2,
}

@inline
export function worker_count(): u32 {
  return load<u32>(Layout.HEADER, Header.WORKER_COUNT);
}

/** Distance from the first CPU's value of an element to this CPU's. */
@inline
export function this_cpu_offset(record: usize): u32 {
  return load<u32>(WORKER, Worker.CPU) * load<u32>(record, MapRecord.CPU_STRIDE);
}

/** Bytes of struct bpf_spin_lock and struct bpf_timer (linux/bpf.h). */
const LOCK_SIZE: u32 = 4;
const TIMER_SIZE: u32 = 16;
/** Tries to take a lock that no program gives back, as it is not held but overwritten. */
const MAX_TRIES: u32 = 1 << 20;

/** Copies a value but for the lock and the timer in it, which are not the giver's to change. */
function copy_around_fields(record: usize, slot: usize, source: usize): void {
  const size = value_size(record);
  const lock = load<u32>(record, FieldRecord.LOCK);
  const timer = load<u32>(record, FieldRecord.TIMER);
  const lock_at = lock == 0 ? size : lock - 1;
  const timer_at = timer == 0 ? size : timer - 1;
  const first = min(lock_at, timer_at);
  const second = max(lock_at, timer_at);
  const after_first = first + (lock_at < timer_at ? LOCK_SIZE : TIMER_SIZE);
  copy_bytes(slot, source, first);
  if (after_first < second) copy_bytes(slot + after_first, source + after_first, second - after_first);
  const after_second = second + (lock_at < timer_at ? TIMER_SIZE : LOCK_SIZE);
  if (after_second < size) copy_bytes(slot + after_second, source + after_second, size - after_second);
}

/** BPF_F_LOCK: stores over a value while holding the lock in it. 0, or -EBUSY when it cannot be had. */
export function store_locked(record: usize, slot: usize, source: usize): i32 {
  const lock = slot + load<u32>(record, FieldRecord.LOCK) - 1;
  for (let tries: u32 = 0; atomic.cmpxchg<u32>(lock, 0, 1) != 0; tries++) {
    if (tries == MAX_TRIES) return -Errno.EBUSY;
  }
  copy_around_fields(record, slot, source);
  atomic.store<u32>(lock, 0);
  return 0;
}

/** Stores over an element's value; `slot` is the first CPU's. */
export function store_value(record: usize, slot: usize, source: usize, whose: Whose): void {
  const size = value_size(record);
  if (whose == Whose.ONLY) {
    if (load<u64>(record, FieldRecord.LOCK) != 0) copy_around_fields(record, slot, source);
    else copy_padded(slot, source, size);
  } else if (whose == Whose.THIS_CPU) {
    copy_padded(slot + this_cpu_offset(record), source, size);
  } else {
    const cpus = worker_count();
    const stride = load<u32>(record, MapRecord.STRIDE);
    const cpu_stride = load<u32>(record, MapRecord.CPU_STRIDE);
    // With the padding, as the kernel does (bpf_long_memcpy).
    for (let cpu: u32 = 0; cpu < cpus; cpu++) copy_bytes(slot + cpu * cpu_stride, source + cpu * stride, stride);
  }
}

/** Stores the value of a new element: CPUs that it does not name read zeros (kernel/bpf/hashtab.c pcpu_init_value). */
export function store_first_value(record: usize, slot: usize, source: usize, whose: Whose): void {
  if (whose == Whose.THIS_CPU) {
    const cpus = worker_count();
    const stride = load<u32>(record, MapRecord.STRIDE);
    const cpu_stride = load<u32>(record, MapRecord.CPU_STRIDE);
    for (let cpu: u32 = 0; cpu < cpus; cpu++) memory.fill(slot + cpu * cpu_stride, 0, stride);
  } else if (whose == Whose.ONLY && load<u64>(record, FieldRecord.LOCK) != 0) {
    memory.fill(slot, 0, load<u32>(record, MapRecord.STRIDE));
  }
  store_value(record, slot, source, whose);
}
