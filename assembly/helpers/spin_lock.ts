/**
 * bpf_spin_lock, bpf_spin_unlock (kernel/bpf/helpers.c). A run holds one lock at a time, as the kernel's verifier has
 * it; waiting burns fuel, so that a word which nobody will ever free stops only the program that waits.
 */
import { Trap, Worker } from "../../src/abi/layout";
import { helper_trap } from "../trap";
import { WORKER } from "../worker";
import { may_write } from "./arguments";
import { spend } from "./work";

/** Bytes of work that one look at a lock counts as. */
const LOOK: u64 = 512;

export function helper_spin_lock(lock: u64): u64 {
  if (!may_write(lock, 4)) return 0;
  if ((lock & 3) != 0 || load<u32>(WORKER, Worker.HELD_LOCK) != 0) return helper_trap(Trap.HELPER_ARGUMENT, lock);
  while (atomic.cmpxchg<u32>(<usize>lock, 0, 1) != 0) {
    if (!spend(LOOK)) return 0;
  }
  store<u32>(WORKER, <u32>lock, Worker.HELD_LOCK);
  return 0;
}

export function helper_spin_unlock(lock: u64): u64 {
  if (lock == 0 || lock != <u64>load<u32>(WORKER, Worker.HELD_LOCK)) return helper_trap(Trap.HELPER_ARGUMENT, lock);
  store<u32>(WORKER, 0, Worker.HELD_LOCK);
  atomic.store<u32>(<usize>lock, 0);
  return 0;
}
