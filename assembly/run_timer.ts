/**
 * Runs the callbacks of timers that are due: between packets, on the worker that asks, each with fuel of its own and no
 * packet. What it holds at its end is given back as after any run.
 */
import { Arena, Clock, Header, Layout, MapRecord, Pc, SlotKind, Stack, Trap, Worker } from "../src/abi/layout";
import { release_held } from "./held";
import { clock_ns } from "./host";
import { copy_key_of } from "./maps/elements";
import { Timer, timer_address, timer_due } from "./maps/timers";
import { arena_alloc, arena_free } from "./memory/index";
import { set_packet } from "./packet";
import { trapped } from "./trap";
import { WORKER } from "./worker";

const NONE_DUE: i32 = 0;
const RAN: i32 = 1;
const TRAPPED: i32 = 2;

export function clock_now(): i64 {
  return clock_ns(Clock.MONOTONIC);
}

/** Runs the callback of the earliest timer that is due at `now`. 1, or 2 when it trapped; 0 when none is due. */
export function run_timer(now: i64): i32 {
  const number = timer_due(now);
  if (number == 0) return NONE_DUE;
  const timer = timer_address(number);
  const slot = load<u32>(timer, Timer.CALLBACK);
  // The program may be gone, and its slot another's.
  if (slot >= <u32>Layout.SLOT_KINDS_SIZE || load<u8>(<usize>slot + Layout.SLOT_KINDS) != SlotKind.FUNCTION) return RAN;
  const map = load<u32>(timer, Timer.MAP);
  const value = load<u32>(timer, Timer.VALUE);
  const size = load<u32>(map, MapRecord.KEY_SIZE);
  const key = arena_alloc(Arena.RW, size, 8);
  if (key == 0) return RAN;
  copy_key_of(map, value, key, size);

  store<u32>(WORKER, Trap.NONE, Worker.TRAP_CODE);
  store<i32>(WORKER, Pc.NONE, Worker.TRAP_PC);
  store<u32>(WORKER, load<u32>(timer, Timer.PROGRAM), Worker.PROGRAM);
  store<u32>(WORKER, 0, Worker.TAIL_CALLS);
  store<i64>(WORKER, load<i64>(Layout.HEADER, Header.FUEL), Worker.FUEL);
  store<u32>(WORKER, number, Worker.TIMER);
  set_packet(0, 0, 0);
  const top = <u64>load<u32>(WORKER, Worker.STACK) + Stack.FRAME_SIZE;
  call_indirect<u64>(slot, <u64>map, <u64>key, <u64>value, <u64>0, <u64>0, top);
  store<u32>(WORKER, 0, Worker.TIMER);
  if (load<u64>(WORKER, Worker.HELD_COUNT) != 0) release_held();
  arena_free(Arena.RW, key, size);
  return trapped() ? TRAPPED : RAN;
}
