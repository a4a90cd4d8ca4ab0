/**
 * This instance's worker block: the only state that the runtime's code has. Everything else lies in the engine header
 * and the records that both lead to.
 */
import { Header, Layout, ProgramRecord, Worker } from "../src/abi/layout";

/** Address of the block; the host gives each instance its own. */
@external("env", "worker")
export declare const WORKER: usize;

/** Address of a program's record. */
@inline
export function program_record(index: u32): usize {
  return Layout.PROGRAMS + index * Layout.PROGRAM_SIZE;
}

/** Index of the running program. */
@inline
export function running_program(): u32 {
  return load<u32>(WORKER, Worker.PROGRAM);
}

/** Takes instructions from the run's budget. Returns whether it is overdrawn: then the caller traps. */
@inline
export function burn(insns: i64): bool {
  const left = load<i64>(WORKER, Worker.FUEL) - insns;
  store<i64>(WORKER, left, Worker.FUEL);
  return left < 0;
}

/** Whether half of the run's budget is burnt: when `may_goto` jumps. */
@inline
export function half_burnt(): bool {
  return load<i64>(WORKER, Worker.FUEL) <= load<i64>(Layout.HEADER, Header.FUEL) >> 1;
}

/** Address of the micro-op at slot 0 of a program. */
@inline
export function program_code(index: u32): usize {
  return load<u32>(program_record(index), ProgramRecord.CODE);
}
