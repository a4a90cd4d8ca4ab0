/**
 * What a run holds until it gives it back: reserved ring buffer records, a bpf_spin_lock. The list lies in the worker block, so that an
 * address that a program hands in is believed only if it was handed out, and what a run left is given back for it.
 */
import { Worker } from "../src/abi/layout";
import { NO_WAKEUP } from "./maps/ring";
import { ring_commit } from "./maps/index";
import { WORKER } from "./worker";

@inline
function entry(index: u32): usize {
  return WORKER + Worker.HELD + index * 8;
}

/** Whether one more can be held. */
export function may_hold(): bool {
  return load<u32>(WORKER, Worker.HELD_COUNT) < <u32>Worker.HELD_MAX;
}

export function hold(record: u32, ring: u32): void {
  const count = load<u32>(WORKER, Worker.HELD_COUNT);
  store<u32>(entry(count), record);
  store<u32>(entry(count), ring, 4);
  store<u32>(WORKER, count + 1, Worker.HELD_COUNT);
}

/** Takes a record off the list and returns its ring; 0 when it is not held. */
export function let_go(record: u64): u32 {
  const last = load<u32>(WORKER, Worker.HELD_COUNT) - 1;
  for (let index = last; index != u32.MAX_VALUE; index--) {
    if (<u64>load<u32>(entry(index)) != record) continue;
    const ring = load<u32>(entry(index), 4);
    store<u64>(entry(index), load<u64>(entry(last)));
    store<u32>(WORKER, last, Worker.HELD_COUNT);
    return ring;
  }
  return 0;
}

/** At the end of a run: gives its lock back and throws away the records that it has not given back, as after a trap. */
export function release_held(): void {
  const lock = load<u32>(WORKER, Worker.HELD_LOCK);
  if (lock != 0) atomic.store<u32>(lock, 0);
  const count = load<u32>(WORKER, Worker.HELD_COUNT);
  store<u64>(WORKER, 0, Worker.HELD_COUNT);
  for (let index: u32 = 0; index < count; index++) {
    ring_commit(load<u32>(entry(index), 4), load<u32>(entry(index)), true, NO_WAKEUP);
  }
}
