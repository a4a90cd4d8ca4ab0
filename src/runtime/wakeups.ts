/**
 * Who waits for records of a ring: whoever runs programs calls `dispatch` after them, and the readers of rings that
 * were woken meanwhile go on. No timer and no thread is involved.
 */
import { Header, Layout } from '../abi/layout.js';
import { Ring } from '../abi/ring_layout.js';
import type { EngineMemory } from './memory.js';

interface Waiter {
  readonly ring: number;
  readonly resolve: () => void;
}

export class Wakeups {
  readonly #memory: EngineMemory;
  readonly #waiters = new Set<Waiter>();
  /** Wake-ups of all rings that were dispatched. */
  #seen = 0;
  /** Of each ring with a waiter, the wake-ups that were seen. */
  readonly #seenOf = new Map<number, number>();

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /** Lets the readers go on whose rings were woken since the last call. Cheap when none was. */
  dispatch(): void {
    const count = this.#memory.getU32(Layout.HEADER + Header.WAKEUPS);
    if (count === this.#seen) return;
    this.#seen = count;
    for (const waiter of this.#waiters) {
      const woken = this.#memory.getU32(waiter.ring + Ring.WAKEUPS);
      if (woken === this.#seenOf.get(waiter.ring)) continue;
      this.#seenOf.set(waiter.ring, woken);
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  /** Calls back once, at the next wake-up of one of the rings. Returns how to stop waiting. */
  wait(rings: readonly number[], resolve: () => void): () => void {
    const waiters = rings.map((ring): Waiter => ({ ring, resolve }));
    for (const waiter of waiters) {
      this.#seenOf.set(waiter.ring, this.#memory.getU32(waiter.ring + Ring.WAKEUPS));
      this.#waiters.add(waiter);
    }
    return () => {
      for (const waiter of waiters) this.#waiters.delete(waiter);
    };
  }

  /** Lets all go on: there will be no more. */
  close(): void {
    for (const { resolve } of this.#waiters) resolve();
    this.#waiters.clear();
  }

  /** A ring is gone: its numbers mean nothing any more. */
  forget(ring: number): void {
    this.#seenOf.delete(ring);
  }
}
