/** bpf_for_each_map_elem (kernel/bpf/bpf_iter.c; arraymap.c and hashtab.c *_for_each). */
import { Arena, MapRecord, Stack, Trap, Worker } from "../../src/abi/layout";
import { call_target } from "../calls";
import { Errno } from "../generated/abi";
import { for_each_next, for_each_type } from "../maps/index";
import { Found } from "../maps/each";
import { arena_alloc, arena_free } from "../memory/index";
import { helper_trap, trapped } from "../trap";
import { running_program, WORKER } from "../worker";
import { errno, map_type } from "./arguments";
import { spend } from "./work";

/** Bytes that looking at one place counts as: one instruction. */
const STEP: u64 = 8;

/**
 * Calls `callback(map, key, value, context)` for the elements until it returns other than 0. Returns how often it was
 * called. Keys lie out of programs' reach, so each is copied to where they may read.
 */
export function helper_for_each_map_elem(map: u64, callback: u64, context: u64, flags: u64): u64 {
  if (map_type(map) == 0) return 0;
  if (!for_each_type(<u32>map)) return helper_trap(Trap.HELPER_MAP, map);
  const slot = call_target(callback);
  if (slot == 0) return 0;
  if (flags != 0) return errno(Errno.EINVAL);
  const top = <u64>load<u32>(WORKER, Worker.HELPER_R10) + Stack.FRAME_SIZE;
  if (top > load<u32>(WORKER, Worker.STACK_END)) return helper_trap(Trap.CALL_DEPTH, 0);
  const size = load<u32>(<usize>map, MapRecord.KEY_SIZE);
  const buffer = arena_alloc(Arena.RW, size, 8);
  if (buffer == 0) return errno(Errno.ENOMEM);
  const calls = walk(<u32>map, buffer, size, slot, context, top);
  arena_free(Arena.RW, buffer, size);
  return calls;
}

function walk(map: u32, key: u32, size: u32, slot: i32, context: u64, top: u64): u64 {
  const program = running_program();
  const found = WORKER + Worker.SCRATCH;
  let calls: u64 = 0;
  let at: u32 = 0;
  while (true) {
    if (!spend(STEP)) return 0;
    const place = at++;
    const there = for_each_next(map, place, found);
    if (there < 0) return calls;
    if (there == 0) continue;
    const from = load<u32>(found, Found.KEY);
    if (from == 0) store<u32>(key, place);
    else memory.copy(key, from, size);
    calls++;
    const result = call_indirect<u64>(slot, <u64>map, <u64>key, <u64>load<u32>(found, Found.VALUE), context, <u64>0, top);
    if (trapped()) return 0;
    // The callback may have tail-called.
    store<u32>(WORKER, program, Worker.PROGRAM);
    if (result != 0) return calls;
  }
}
