/** Hands out runs of packet frames from the umem: first fit over the free runs, merged when they come back. */
import type { MemoryBounds } from '../analysis/addressed.js';
import { BeeswaxError } from '../util/errors.js';

interface Run {
  start: number;
  end: number;
}

export class Umem {
  #free: Run[];
  readonly #size: number;

  constructor(bounds: MemoryBounds) {
    this.#free = [{ start: bounds.userEnd, end: bounds.umemEnd }];
    this.#size = bounds.umemEnd - bounds.userEnd;
  }

  /**
   * Takes `size` bytes.
   *
   * @throws BeeswaxError BEESWAX_E_UMEM_FULL when no run of that size is free.
   */
  take(size: number): number {
    const index = this.#free.findIndex((run) => run.end - run.start >= size);
    const run = this.#free[index];
    if (run === undefined) throw new BeeswaxError('BEESWAX_E_UMEM_FULL', { wanted: size, size: this.#size });
    const { start } = run;
    run.start += size;
    if (run.start === run.end) this.#free.splice(index, 1);
    return start;
  }

  give(start: number, size: number): void {
    const at = this.#free.findIndex((run) => run.start > start);
    this.#free.splice(at === -1 ? this.#free.length : at, 0, { start, end: start + size });
    this.#free = this.#free.reduce<Run[]>((merged, run) => {
      const last = merged.at(-1);
      if (last !== undefined && last.end === run.start) last.end = run.end;
      else merged.push(run);
      return merged;
    }, []);
  }
}
