/** bpf_loop (kernel/bpf/bpf_iter.c). */
import { Limit, Stack, Trap, Worker } from "../../src/abi/layout";
import { call_target } from "../calls";
import { Errno } from "../generated/abi";
import { helper_trap, trapped } from "../trap";
import { running_program, WORKER } from "../worker";
import { errno } from "./arguments";

/** Calls `callback(i, context)` for i from 0 until it returns other than 0. Returns how often it was called. */
export function helper_loop(count: u64, callback: u64, context: u64, flags: u64): u64 {
  const slot = call_target(callback);
  if (slot == 0) return 0;
  if (flags != 0) return errno(Errno.EINVAL);
  if (<u32>count > <u32>Limit.MAX_LOOPS) return errno(Errno.E2BIG);
  const top = <u64>load<u32>(WORKER, Worker.HELPER_R10) + Stack.FRAME_SIZE;
  if (top > load<u32>(WORKER, Worker.STACK_END)) return helper_trap(Trap.CALL_DEPTH, 0);
  const program = running_program();
  for (let i: u64 = 0; i < <u64>(<u32>count); i++) {
    const result = call_indirect<u64>(slot, i, context, <u64>0, <u64>0, <u64>0, top);
    if (trapped()) return 0;
    // The callback may have tail-called.
    store<u32>(WORKER, program, Worker.PROGRAM);
    if (result != 0) return i + 1;
  }
  return <u32>count;
}
