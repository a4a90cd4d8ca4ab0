/** Checks of arguments that the kernel's verifier makes before a program runs, and this engine when it does. */
import { MapRecord, Trap, Worker } from "../../src/abi/layout";
import { readable, writable } from "../guard";
import { valid_map } from "../maps/index";
import { helper_trap } from "../trap";
import { WORKER } from "../worker";

/** A negative errno as programs see it in r0. */
@inline export function errno(value: i32): u64 { return <u64>(-<i64>value); }

/** Whether a range may be read; else the run has trapped. */
export function may_read(address: u64, size: u64): bool {
  if (readable(address, size)) return true;
  helper_trap(Trap.HELPER_RANGE, address);
  return false;
}

/** Whether a range may be written; else the run has trapped. */
export function may_write(address: u64, size: u64): bool {
  if (writable(address, size)) return true;
  helper_trap(Trap.HELPER_RANGE, address);
  return false;
}

/** Whether a size-0 range stands for "nothing" or the range may be read; else the run has trapped. */
export function may_read_or_none(address: u64, size: u64): bool {
  return size == 0 || may_read(address, size);
}

/** Whether the argument is the run's context; else the run has trapped. */
export function is_context(argument: u64): bool {
  if (argument == <u64>load<u32>(WORKER, Worker.CTX)) return true;
  helper_trap(Trap.HELPER_ARGUMENT, argument);
  return false;
}

/** The type of the map that a handle is; 0 with a trap if it is none. */
export function map_type(map: u64): u32 {
  if (valid_map(map)) return load<u32>(<usize>map, MapRecord.TYPE);
  helper_trap(Trap.HELPER_MAP, map);
  return 0;
}
