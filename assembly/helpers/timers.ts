/** bpf_timer_init, _set_callback, _start, _cancel (kernel/bpf/helpers.c). Callbacks run in `assembly/run_timer.ts`. */
import { Clock, Trap, Worker } from "../../src/abi/layout";
import { call_target } from "../calls";
import { Errno } from "../generated/abi";
import { clock_ns } from "../host";
import { timer_cancel, timer_init, timer_set_callback, timer_start } from "../maps/index";
import { value_with_timer } from "../maps/elements";
import { helper_trap } from "../trap";
import { running_program, WORKER } from "../worker";
import { errno, map_type, may_write } from "./arguments";

/** sizeof(struct bpf_timer). */
const TIMER_SIZE: u64 = 16;
/** linux/time.h: the clocks that timers may go by, which are all one here. */
const CLOCK_REALTIME: u64 = 0;
const CLOCK_MONOTONIC: u64 = 1;
const CLOCK_BOOTTIME: u64 = 7;
/** BPF_F_TIMER_ABS, BPF_F_TIMER_CPU_PIN. */
const ABSOLUTE: u64 = 1;
const CPU_PIN: u64 = 2;

export function helper_timer_init(timer: u64, map: u64, flags: u64): u64 {
  if (map_type(map) == 0 || !may_write(timer, TIMER_SIZE)) return 0;
  const value = value_with_timer(<u32>map, <u32>timer);
  if (value == 0) return helper_trap(Trap.HELPER_ARGUMENT, timer);
  if (flags != CLOCK_REALTIME && flags != CLOCK_MONOTONIC && flags != CLOCK_BOOTTIME) return errno(Errno.EINVAL);
  return <u64>(<i64>timer_init(<u32>map, value));
}

export function helper_timer_set_callback(timer: u64, callback: u64): u64 {
  const slot = call_target(callback);
  if (slot == 0 || !may_write(timer, TIMER_SIZE)) return 0;
  return <u64>(<i64>timer_set_callback(<u32>timer, slot, running_program()));
}

export function helper_timer_start(timer: u64, nanoseconds: u64, flags: u64): u64 {
  if (!may_write(timer, TIMER_SIZE)) return 0;
  if ((flags & ~(ABSOLUTE | CPU_PIN)) != 0) return errno(Errno.EINVAL);
  // Past the end of time is its end.
  const wait = <i64>min<u64>(nanoseconds, i64.MAX_VALUE / 2);
  const when = (flags & ABSOLUTE) != 0 ? wait : clock_ns(Clock.MONOTONIC) + wait;
  return <u64>(<i64>timer_start(<u32>timer, when));
}

export function helper_timer_cancel(timer: u64): u64 {
  if (!may_write(timer, TIMER_SIZE)) return 0;
  return <u64>(<i64>timer_cancel(<u32>timer, load<u32>(WORKER, Worker.TIMER)));
}
