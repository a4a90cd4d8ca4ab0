/**
 * Traps as data: a program that faults leaves code, pc and value in its worker block, and everything returns.
 * The first trap of a run stays.
 */
import { Pc, Trap, Worker } from "../src/abi/layout";
import { WORKER } from "./worker";

/** Whether the run has trapped. */
@inline
export function trapped(): bool {
  return load<u32>(WORKER, Worker.TRAP_CODE) != Trap.NONE;
}

/** Stops the run: records why, at which slot of the running program, and the value at fault. */
export function trap(code: i32, pc: i32, value: u64): void {
  if (trapped()) return;
  store<u32>(WORKER, code, Worker.TRAP_CODE);
  store<i32>(WORKER, pc, Worker.TRAP_PC);
  store<u64>(WORKER, value, Worker.TRAP_VALUE);
  store<u32>(WORKER, load<u32>(WORKER, Worker.PROGRAM), Worker.TRAP_PROGRAM);
}

/** For helpers, which do not know the pc of their call: the caller fills it in by `trap_at`. Returns 0. */
export function helper_trap(code: i32, value: u64): u64 {
  trap(code, Pc.NONE, value);
  return 0;
}

/** Gives a trap that a helper raised the slot of its call, unless it has one (of a callback's instruction). */
export function trap_at(pc: i32): void {
  if (load<i32>(WORKER, Worker.TRAP_PC) == Pc.NONE) store<i32>(WORKER, pc, Worker.TRAP_PC);
}
