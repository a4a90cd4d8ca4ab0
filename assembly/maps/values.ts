/** Storing values: of one CPU or of all, into memory that may hold what another element left there. */
import { Header, Layout, MapRecord, Worker } from "../../src/abi/layout";
import { WORKER } from "../worker";
import { copy_bytes, copy_padded } from "./bytes";
import { value_size } from "./record";

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

/** Stores over an element's value; `slot` is the first CPU's. */
export function store_value(record: usize, slot: usize, source: usize, whose: Whose): void {
  const size = value_size(record);
  if (whose == Whose.ONLY) {
    copy_padded(slot, source, size);
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
  }
  store_value(record, slot, source, whose);
}
