/** Bounds the comparing of types: hostile BTF can nest and multiply so that rules which end still take for ever. */
import { coreError } from './error.js';

/** Comparisons for one object: some seconds' worth; the largest objects need a few ten thousand. */
const LIMIT = 2_000_000;

export class Budget {
  #left = LIMIT;

  /** @throws {BeeswaxError} BEESWAX_E_CORE once all is spent. */
  spend(count = 1): void {
    this.#left -= count;
    if (this.#left < 0) throw coreError('its types take too long to compare');
  }
}
